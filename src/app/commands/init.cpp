// SPDX-License-Identifier: Apache-2.0
// cupel init: a first cupel.yaml from what stands in a folder.

#include <array>

#include "app/command.h"
#include "app/state.h"
#include "app/templates.h"
#include "base/file.h"
#include "base/text.h"
#include "inventory/inventory.h"
#include "inventory/system_file.h"
#include "inventory/traces.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 6> kScenarios = {"chatbot",          "fraud-detection",
                                                        "llm-platform",     "open-access-llm",
                                                        "hospital-chatbot", "law-firm"};
constexpr std::array<std::string_view, 3> kRoles = {"developer", "system-operator",
                                                    "data-custodian"};

constexpr Option kOptions[] = {
    {.name = "--scenario",
     .argument = "S",
     .help = "what the system is most like",
     .choices = kScenarios},
    {.name = "--role",
     .argument = "R",
     .help = "a role that you hold (default: a guess from what is there)",
     .repeats = true,
     .choices = kRoles},
    {.name = "--force", .argument = "", .help = "replace a cupel.yaml that is there"},
    {.name = "--no-templates", .argument = "", .help = "write no document templates"},
};

Result<Exit> run(const Context& context) {
  const auto& words = context.options.words();
  if (words.size() > 1) return fail(Fault::usage, "init takes one folder");
  const std::filesystem::path root(words.empty() ? "." : words[0]);
  const auto file = root / "cupel.yaml";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored) && !context.options.has("--force")) {
    return fail(Fault::usage, cat("`", printable(file.string()), "` is there already"),
                "cupel assess uses it; --force replaces it");
  }
  Task task(context.stop, Task::Clock::time_point::max());
  Inventory inventory;
  {
    const ProgressLine line(context.terminal, task, "hashing", ProgressLine::Unit::bytes);
    InventoryOptions options;
    TRY(make_folders(root / ".cupel", 0700));
    options.cache = root / ".cupel" / "cache";
    inventory = TRY(take_inventory(System{}, root, options, task));
  }
  InitOptions options;
  options.name = std::filesystem::weakly_canonical(root, ignored).filename().string();
  options.scenario = context.options.value("--scenario");
  options.roles = context.options.values("--role");
  options.read = [&](std::string_view path) {
    auto text = read_text(root / path, kTraceBytes);
    return text.ok() && is_utf8(text.value()) ? std::move(text).value() : std::string();
  };
  const std::string draft = draft_system_file(inventory, options);
  TRY(replace_file(file, draft));
  const std::size_t assets =
      read_system(draft, "cupel.yaml", {}).system.value_or(System{}).assets.size();
  context.terminal.note(cat("wrote ", printable(file.string()), " with ", count_of(assets, "asset"),
                            " of ", count_of(inventory.files.size(), "file")));
  if (!context.options.has("--no-templates")) {
    const auto folder = root / "assurance";
    const auto written = TRY(write_templates(folder, options.name));
    if (written != 0) {
      context.terminal.note(cat("wrote ", count_of(written, "document template"), " to ",
                                printable(folder.string()),
                                "; none is evidence before people fill, declare and sign it"));
    }
  }
  context.terminal.note("next: cupel assess" +
                        (words.empty() ? std::string() : " " + printable(words[0])));
  return Exit::ok;
}

}  // namespace

extern const Command kInitCommand;
constinit const Command kInitCommand = {
    .name = "init",
    .arguments = "[DIR]",
    .summary = "write a first cupel.yaml from what stands in a folder",
    .details =
        "Looks through the folder, recognises models, datasets, prompts and configuration by their "
        "content, and AI services of others by the code that uses them, and writes a commented "
        "cupel.yaml with their digests, and templates for the "
        "documents that only people can write. What it cannot know it leaves open and says so.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
