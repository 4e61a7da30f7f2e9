// SPDX-License-Identifier: Apache-2.0
// material: what checks do again and again with the files of an inventory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/check.h"

namespace cupel {

// Hands a file's bytes to `use`. Returns why the file could not be examined, or ""
// when it was. Only cancellation is an error: everything else is told as coverage.
[[nodiscard]] Result<std::string> examine(const CheckInput& input, const FileEntry& file,
                                          const std::function<void(Bytes)>& use);

// The same for what is asked of the bytes alone: the answer of `look`, or the one that this
// build gave about the same bytes before.
struct Answer {
  std::string text;
  std::string problem;  // empty: `text` is the answer
};
[[nodiscard]] Result<Answer> ask_once(const CheckInput& input, const FileEntry& file,
                                      std::string_view question,
                                      const std::function<std::string(Bytes)>& look);

// A small text file, whole, or why not.
struct FileText {
  std::string text;
  std::string problem;  // empty: `text` is what stands in the file
  [[nodiscard]] bool ok() const { return problem.empty(); }
};
inline constexpr std::uint64_t kDocumentBytes = 8U << 20U;
[[nodiscard]] Result<FileText> read_text_of(const CheckInput& input, const FileEntry& file,
                                            std::uint64_t limit = kDocumentBytes);

[[nodiscard]] Place place_of(const FileEntry& file, std::uint32_t line = 0);
// Where an asset is declared; where it was found when nobody declared it.
[[nodiscard]] Place place_of(const Asset& asset);
[[nodiscard]] Place place_of(const Claim& claim);

// A path without its last part; "" at the root.
[[nodiscard]] std::string_view folder_of(std::string_view path);
// `path` below `folder`, with "." and ".." resolved; "" when it leaves the root.
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view path);
// At the end of its life, and gone: governance.disposal asks how. Nothing else is asked of it.
[[nodiscard]] bool is_retired(const Asset& asset);
// In a folder of installed packages, which are other people's components, not ours.
[[nodiscard]] bool is_vendored(std::string_view path);

// "`a`, `b` and 3 more", fit for a terminal.
[[nodiscard]] std::string name_some(const std::vector<std::string>& names, std::size_t most = 3);

// Adds what was not examined to a coverage: one more in the population, and why.
void miss(Coverage& coverage, std::string_view what, std::string_view why);
void hit(Coverage& coverage);

}  // namespace cupel
