// SPDX-License-Identifier: Apache-2.0
// hashing: the bytes of many files → their digests, on every core.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "crypto/digest.h"
#include "crypto/hasher.h"
#include "inventory/walk.h"

namespace cupel {

struct HashJob {
  std::string_view path;  // relative to the root; outlives the job
  FileState expected;     // what the walk saw: orders the work
  HashKind kind = HashKind::sha256;
  // The part that is hashed; the file as a whole by default.
  std::uint64_t begin = 0;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
};

struct Hashed {
  Digest sha256{};              // when that is what was asked for
  std::string digest;           // hex, of any other kind
  std::string format;           // recognised from the first bytes; may be empty
  FileState state;              // of the file while it was read
  std::uint32_t mode = 0;       // permission bits
  std::int64_t read_at_ns = 0;  // wall clock when the reading began
  std::string problem;          // why there is no digest; empty when there is one
};

// Answers in the order of the jobs. Files are read with read(2): a file that is cut short
// under us ends the reading and nothing else. Progress counts bytes. Fails only when the
// task is stopped.
[[nodiscard]] Result<std::vector<Hashed>> hash_files(int root, std::span<const HashJob> jobs,
                                                     unsigned threads, Task& task);

}  // namespace cupel
