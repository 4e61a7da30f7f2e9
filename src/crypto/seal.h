// SPDX-License-Identifier: Apache-2.0
// seal: AES-256-GCM (NIST SP 800-38D) and HMAC-SHA-256 (RFC 2104), by OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "crypto/digest.h"

namespace cupel {

using SecretKey = std::array<std::byte, 32>;

[[nodiscard]] Digest hmac_sha256(Bytes key, std::string_view message);
// Overwrites it, which no compiler leaves out.
void wipe(SecretKey& key);

// What is sealed with a key can be read and changed by nobody without it. Belongs to one thread
// at a time. What is sealed under one key must stay below 2^32 messages (random nonces).
class Sealer {
 public:
  explicit Sealer(const SecretKey& key);
  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;
  ~Sealer();

  static constexpr std::size_t kNonce = 12;
  static constexpr std::size_t kTag = 16;

  // The nonce, the text encrypted, the tag. `nonce` must be random, or never used before with
  // this key; `context` is not in the result, and must be the same when it is opened.
  [[nodiscard]] std::string seal(std::string_view text, std::string_view context, Bytes nonce);
  // Nothing when it was not sealed with this key and context, or was changed since.
  [[nodiscard]] std::optional<std::string> open(Bytes sealed, std::string_view context);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 32 bytes from 16 that nobody can tell without the key: AES-256 of the seed, and of the seed
// with its last bit turned. A tenth of the time of an HMAC.
class Expander {
 public:
  explicit Expander(const SecretKey& key);
  Expander(Expander&&) noexcept;
  Expander& operator=(Expander&&) noexcept;
  Expander(const Expander&) = delete;
  Expander& operator=(const Expander&) = delete;
  ~Expander();

  static constexpr std::size_t kSeed = 16;
  // REQUIRES: seed.size() == kSeed.
  [[nodiscard]] std::array<std::byte, 32> expand(Bytes seed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cupel
