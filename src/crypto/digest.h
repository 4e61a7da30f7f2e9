// SPDX-License-Identifier: Apache-2.0
// SHA-256, whole and in pieces (FIPS 180-4, by OpenSSL, which uses the CPU's SHA instructions).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_reader.h"

namespace cupel {

using Digest = std::array<std::byte, 32>;

[[nodiscard]] Digest sha256(Bytes bytes);
[[nodiscard]] Digest sha256(std::string_view text);
[[nodiscard]] std::string sha256_hex(Bytes bytes);
[[nodiscard]] std::string sha256_hex(std::string_view text);
[[nodiscard]] std::string to_hex(const Digest& digest);

// (add*  finish)*: after finish() it begins anew.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();
  Sha256& add(Bytes bytes);
  Sha256& add(std::string_view text);
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cupel
