// SPDX-License-Identifier: Apache-2.0
// walk: everything that lies in a folder, link by link and file by file, without following
// anything and without reading what is in it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "base/result.h"
#include "base/task.h"
#include "vocab/diagnostic.h"

namespace cupel {

// What changes when a file's content does.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  auto operator<=>(const FileState&) const = default;
};
[[nodiscard]] FileState state_of(const struct stat& status);

enum class FoundKind { file, folder, link, special };

struct Found {
  std::string path;  // relative to the root, '/' between parts, bytes as the disk has them
  FoundKind kind = FoundKind::file;
  FileState state = {};
  std::uint32_t mode = 0;    // permission bits
  std::string target = {};   // of a link, as it is written
  std::string problem = {};  // why it cannot be examined; empty when it can
};

struct WalkLimits {
  std::size_t entries = 2'000'000;
  std::size_t depth = 1000;
};

struct Walk {
  std::vector<Found> found;             // sorted by path; folders too
  std::vector<Diagnostic> diagnostics;  // what was left out, and why
  bool complete = true;                 // false when something could not be looked into
};

// `root` is an open folder. Folders called one of `exclude` are told and left out.
[[nodiscard]] Result<Walk> walk(int root, const std::vector<std::string>& exclude, Task& task,
                                const WalkLimits& limits = {});

}  // namespace cupel
