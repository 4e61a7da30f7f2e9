// SPDX-License-Identifier: Apache-2.0
// FileLock: one process at a time. The kernel lets go of it when the process dies.
#pragma once

#include <filesystem>

#include "base/file.h"
#include "base/result.h"

namespace cupel {

class FileLock {
 public:
  // Makes the file when it is missing. Fault::limit when another process still
  // holds the lock after `wait_ms`.
  static Result<FileLock> take(const std::filesystem::path& file, int wait_ms);

 private:
  explicit FileLock(File file) : file_(std::move(file)) {}
  File file_;
};

}  // namespace cupel
