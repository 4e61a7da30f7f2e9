// SPDX-License-Identifier: Apache-2.0
// Hasher: the digests by which model signatures name files, in pieces.
//
// SHA-256 (FIPS 180-4), BLAKE2b with 64 bytes (RFC 7693) and BLAKE3 with 32 bytes. Where only
// SHA-256 is wanted, crypto/digest.h is shorter.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"

namespace cupel {

enum class HashKind { sha256, blake2b, blake3 };

[[nodiscard]] std::string_view name_of(HashKind kind);  // "sha256", "blake2b", "blake3"
[[nodiscard]] std::optional<HashKind> hash_kind(std::string_view name);
[[nodiscard]] std::size_t digest_size(HashKind kind);  // in bytes

// (add*  finish)*: after finish() it begins anew.
class Hasher {
 public:
  explicit Hasher(HashKind kind);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  ~Hasher();
  Hasher& add(Bytes bytes);
  [[nodiscard]] std::string finish_hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cupel
