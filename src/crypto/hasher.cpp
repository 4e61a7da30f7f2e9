// SPDX-License-Identifier: Apache-2.0
#include "crypto/hasher.h"

#include <array>
#include <variant>

#include <blake3.h>

#include "base/require.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"

namespace cupel {
namespace {

constexpr std::size_t kBlake2bSize = 64;
constexpr std::array<std::string_view, 3> kNames = {"sha256", "blake2b", "blake3"};

class Blake2b {
 public:
  Blake2b() { begin(); }

  void add(Bytes bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }

  std::string finish_hex() {
    std::array<std::byte, kBlake2bSize> digest{};
    unsigned size = 0;
    auto* const into = reinterpret_cast<unsigned char*>(digest.data());
    require(EVP_DigestFinal_ex(context_.get(), into, &size) == 1 && size == digest.size());
    begin();
    return to_hex(Bytes(digest));
  }

 private:
  void begin() {
    require(context_ != nullptr);
    require(EVP_DigestInit_ex(context_.get(), EVP_blake2b512(), nullptr) == 1);
  }

  openssl::DigestContext context_{EVP_MD_CTX_new()};
};

class Blake3 {
 public:
  Blake3() { blake3_hasher_init(&hasher_); }

  void add(Bytes bytes) { blake3_hasher_update(&hasher_, bytes.data(), bytes.size()); }

  std::string finish_hex() {
    std::array<std::byte, BLAKE3_OUT_LEN> digest{};
    blake3_hasher_finalize(&hasher_, reinterpret_cast<std::uint8_t*>(digest.data()), digest.size());
    blake3_hasher_reset(&hasher_);
    return to_hex(Bytes(digest));
  }

 private:
  blake3_hasher hasher_{};
};

class Sha256Hex {
 public:
  void add(Bytes bytes) { hash_.add(bytes); }
  std::string finish_hex() { return to_hex(hash_.finish()); }

 private:
  Sha256 hash_;
};

}  // namespace

std::string_view name_of(HashKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<HashKind> hash_kind(std::string_view name) {
  for (std::size_t at = 0; at < kNames.size(); ++at) {
    if (kNames[at] == name) return static_cast<HashKind>(at);
  }
  return {};
}

std::size_t digest_size(HashKind kind) {
  return kind == HashKind::blake2b ? kBlake2bSize : 32;
}

struct Hasher::State {
  std::variant<Sha256Hex, Blake2b, Blake3> hash;
};

Hasher::Hasher(HashKind kind) : state_(std::make_unique<State>()) {
  if (kind == HashKind::blake2b) state_->hash.emplace<Blake2b>();
  if (kind == HashKind::blake3) state_->hash.emplace<Blake3>();
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

Hasher& Hasher::add(Bytes bytes) {
  require(state_ != nullptr);
  std::visit([&](auto& hash) { hash.add(bytes); }, state_->hash);
  return *this;
}

std::string Hasher::finish_hex() {
  require(state_ != nullptr);
  return std::visit([](auto& hash) { return hash.finish_hex(); }, state_->hash);
}

}  // namespace cupel
