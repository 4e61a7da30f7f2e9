// SPDX-License-Identifier: Apache-2.0
// outside: a file or a folder beside the system's that the user points at, with its digests.
#pragma once

#include <filesystem>
#include <memory>

#include "base/task.h"
#include "checks/check.h"

namespace cupel {

struct Outside {
  OutsideFiles files;
  std::unique_ptr<AssetReader> reader;  // what files.reader points at
};

// Fault::usage when there is no such file or folder.
[[nodiscard]] Result<Outside> open_outside(const std::filesystem::path& path, Task& task);

}  // namespace cupel
