// SPDX-License-Identifier: Apache-2.0
// DigestCache: the digests of an earlier run, for files that have not changed since.
//
// A file counts as unchanged when its device, inode, size, mtime and ctime are what they
// were. Files that changed within two seconds of being read are not remembered: another
// change could fall into the same tick of the file system's clock and not be seen.
//
// Whoever can write the cache can lie through it; it lies in the state folder, which only
// the assessing user may write, and `--rehash` goes without it. A digest over the whole
// finds accidental damage, and a damaged cache is as good as none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "inventory/walk.h"

namespace cupel {

struct CachedDigest {
  FileState state;
  Digest sha256{};
  std::string format;  // as recognised from the content
};

class DigestCache {
 public:
  // Empty when there is no such file, or when it is damaged or of another version;
  // `note` then says why, except for a file that is not there.
  static DigestCache load(const std::filesystem::path& path, std::string& note);
  // The same from bytes: what load() reads, and what is fuzzed.
  static DigestCache parse(Bytes bytes, std::string& note);

  [[nodiscard]] const CachedDigest* find(const FileState& state) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  // Makes the cache hold exactly these entries.
  void replace(std::vector<CachedDigest> entries);
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] Result<void> save(const std::filesystem::path& path) const;

  // Whether a file in this state, read at this moment, may be remembered.
  [[nodiscard]] static bool settled(const FileState& state, std::int64_t read_at_ns);

 private:
  std::vector<CachedDigest> entries_;  // sorted by state
};

}  // namespace cupel
