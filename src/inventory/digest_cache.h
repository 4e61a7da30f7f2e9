// SPDX-License-Identifier: Apache-2.0
// DigestCache: the digests of an earlier run, for files that have not changed since.
//
// A file counts as unchanged when its device, inode, size, mtime and ctime are what they
// were. Files that changed within two seconds of being read are not remembered: another
// change could fall into the same tick of the file system's clock and not be seen.
//
// Whoever can write the cache can lie through it, unless it is sealed by a key that they cannot
// read: then HMAC-SHA-256 over the whole stands at its end. Without a key a digest stands there,
// which finds accidental damage; such a cache lies in the state folder, which only the assessing
// user may write. A damaged or foreign cache is as good as none; `--rehash` goes without.
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
  static DigestCache load(const std::filesystem::path& path, std::string& note, Bytes key = {});
  // The same from bytes: what load() reads, and what is fuzzed.
  static DigestCache parse(Bytes bytes, std::string& note, Bytes key = {});

  [[nodiscard]] const CachedDigest* find(const FileState& state) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  // Makes the cache hold exactly these entries.
  void replace(std::vector<CachedDigest> entries);
  [[nodiscard]] std::string bytes(Bytes key = {}) const;
  [[nodiscard]] Result<void> save(const std::filesystem::path& path, Bytes key = {}) const;

  // Whether a file in this state, read at this moment, may be remembered.
  [[nodiscard]] static bool settled(const FileState& state, std::int64_t read_at_ns);

 private:
  std::vector<CachedDigest> entries_;  // sorted by state
};

}  // namespace cupel
