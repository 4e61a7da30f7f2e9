// SPDX-License-Identifier: Apache-2.0
#include "checks/governance/code_search.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/material.h"
#include "checks/supply/manifests.h"
#include "inventory/packages.h"

namespace cupel {
namespace {

constexpr std::size_t kShown = 60;

// Languages that this search cannot read: they may serve without our seeing it.
bool is_foreign(std::string_view path) {
  constexpr std::array<std::string_view, 14> kOthers = {".go",    ".java", ".kt",    ".rs", ".rb",
                                                        ".php",   ".cs",   ".c",     ".cc", ".cpp",
                                                        ".scala", ".ex",   ".swift", ".lua"};
  return std::ranges::any_of(kOthers, [&](std::string_view each) { return path.ends_with(each); });
}

void note(std::string& found, std::string_view name, std::string_view path) {
  if (found.empty()) found = cat("`", printable(name, kShown), "` in ", printable(path, 200));
}

// The libraries of note that a source names, one a line: "s" answers requests, "r" runs models.
std::string libraries_in(SourceKind kind, std::string_view path, std::string_view text) {
  std::string lines;
  for (const auto& name : names_in(kind, path, text)) {
    if (answers_requests_with(name, text)) lines += cat("s", printable(name, kShown), "\n");
    if (runs_models(name)) lines += cat("r", printable(name, kShown), "\n");
  }
  return lines;
}

void note_lines(CodeSearch& search, const FileEntry& file, std::string_view lines) {
  for (const auto line : split(lines, '\n')) {
    if (line.empty()) continue;
    note(line.front() == 's' ? search.server : search.runtime, line.substr(1), file.path);
  }
}

Result<void> search_files(const CheckInput& input, CodeSearch& search, Task& task) {
  for (const auto& file : input.inventory.files) {
    if (is_vendored(file.path)) continue;
    if (is_foreign(file.path)) {
      search.blind = cat("`", printable(file.path, 200), "` is in a language that is not read");
      continue;
    }
    const auto kind = source_kind(file.path);
    if (kind == SourceKind::none) continue;
    TRY(task.step(1));
    // How a manifest is read depends on its name, and a program on its language.
    const std::string question = kind == SourceKind::manifest ? cat("libraries of ", file.path)
                                 : kind == SourceKind::python ? "libraries of Python"
                                                              : "libraries of script";
    const auto found = TRY(ask_once(input, file, question, [&](Bytes bytes) {
      return libraries_in(kind, file.path, as_text(bytes));
    }));
    if (found.problem.empty()) {
      note_lines(search, file, found.text);
      ++search.files;
    } else {
      search.blind = cat("`", printable(file.path, 200), "` could not be read");
    }
  }
  return {};
}

}  // namespace

Result<CodeSearch> search_code(const CheckInput& input, Task& task) {
  CodeSearch search;
  if (!input.inventory.complete) search.blind = "parts of the folder could not be listed";
  // Also what a manifest could not tell, and files that others include under any name.
  for (const auto& manifest : TRY(read_manifests(input, task))) {
    const std::string& path = manifest.file->path;
    if (source_kind(path) == SourceKind::none) ++search.files;
    if (!manifest.problem.empty()) {
      search.blind = cat("`", printable(path, 200), "`: ", manifest.problem);
    }
    for (const auto& each : manifest.listing.dependencies) {
      if (answers_requests(each.name)) note(search.server, each.name, path);
      if (runs_models(each.name)) note(search.runtime, each.name, path);
    }
  }
  TRY(search_files(input, search, task));
  return search;
}

}  // namespace cupel
