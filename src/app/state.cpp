// SPDX-License-Identifier: Apache-2.0
#include "app/state.h"

#include "app/catalogue.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "inventory/system_file.h"
#include "store/database.h"

namespace cupel {
namespace {

constexpr std::uint64_t kSystemFileLimit = 8U << 20U;

}  // namespace

std::filesystem::path state_folder(const Options& options) {
  return ledger_place(options).folder;
}

// Cache, reports and keys stay in a folder also when the ledger is on a server.
LedgerPlace ledger_place(const Options& options) {
  const std::filesystem::path usual(".cupel");
  if (!options.has("--state")) return {usual};
  std::string named = options.value("--state");
  if (Database::is_url(named)) return {usual, std::move(named)};
  return {std::filesystem::path(named)};
}

Result<SystemPaths> locate_system(const std::string& word, const Options& options) {
  std::error_code ignored;
  const std::filesystem::path named(word.empty() ? "." : word);
  if (!std::filesystem::exists(named, ignored)) {
    return fail(Fault::usage, cat("`", printable(word), "` does not exist"));
  }
  const bool is_folder = std::filesystem::is_directory(named, ignored);
  SystemPaths paths;
  paths.file = is_folder ? named / "cupel.yaml" : named;
  paths.root = is_folder                 ? named
               : named.has_parent_path() ? named.parent_path()
                                         : std::filesystem::path(".");
  if (!std::filesystem::exists(paths.file, ignored)) {
    return fail(Fault::usage, cat("there is no cupel.yaml in `", printable(named.string()), "`"),
                cat("cupel init ", printable(named.string()), " writes one from what it finds"));
  }
  const auto place = ledger_place(options);
  const bool named_folder = options.has("--state") && place.url.empty();
  paths.state = named_folder ? place.folder : paths.root / ".cupel";
  paths.server = place.url;
  return paths;
}

Result<System> load_system(const SystemPaths& paths, Terminal& terminal) {
  const std::string text = TRY(read_text(paths.file, kSystemFileLimit));
  const Catalogue catalogue = built_in_catalogue();
  std::vector<std::string_view> ids;
  ids.reserve(catalogue.provisions.size());
  for (const auto& provision : catalogue.provisions) ids.emplace_back(provision.id);
  const std::string name = paths.file.filename().string();
  auto reading = read_system(text, name, ids);
  if (!reading.system) {
    Screen screen = terminal.screen();
    screen.colour = screen.colour && terminal.stderr_is_terminal();
    for (const auto& diagnostic : reading.diagnostics) {
      terminal.problem(render_diagnostic(diagnostic, screen, text));
    }
    return fail(Fault::usage, cat(count_of(reading.diagnostics.size(), "mistake"), " in `",
                                  printable(paths.file.string()), "`"));
  }
  return std::move(*reading.system);
}

std::string roster_digest(const System& system) {
  return sha256_hex(roster_of(system).canonical());
}

}  // namespace cupel
