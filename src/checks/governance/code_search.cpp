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

// Languages that this search cannot read: they may serve without our seeing it.
bool is_foreign(std::string_view path) {
  constexpr std::array<std::string_view, 14> kOthers = {".go",    ".java", ".kt",    ".rs", ".rb",
                                                        ".php",   ".cs",   ".c",     ".cc", ".cpp",
                                                        ".scala", ".ex",   ".swift", ".lua"};
  return std::ranges::any_of(kOthers, [&](std::string_view each) { return path.ends_with(each); });
}

void note(std::string& found, std::string_view name, std::string_view path) {
  if (found.empty()) found = cat("`", printable(name, 60), "` in ", printable(path, 200));
}

void search_text(CodeSearch& search, const FileEntry& file, std::string_view text) {
  for (const auto& name : names_in(source_kind(file.path), file.path, text)) {
    if (answers_requests_with(name, text)) note(search.server, name, file.path);
    if (runs_models(name)) note(search.runtime, name, file.path);
  }
}

Result<void> search_files(const CheckInput& input, CodeSearch& search, Task& task) {
  for (const auto& file : input.inventory.files) {
    if (is_vendored(file.path)) continue;
    if (is_foreign(file.path)) {
      search.blind = cat("`", printable(file.path, 200), "` is in a language that is not read");
      continue;
    }
    if (source_kind(file.path) == SourceKind::none) continue;
    TRY(task.step(1));
    const auto problem =
        TRY(examine(input, file, [&](Bytes bytes) { search_text(search, file, as_text(bytes)); }));
    if (problem.empty()) {
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
