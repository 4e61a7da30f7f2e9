// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"

#include <utility>

#include <openssl/evp.h>

#include "base/require.h"
#include "base/text.h"

namespace cupel {
namespace {

struct FreeMd {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looked up once: OpenSSL 3 searches its providers at every EVP_sha256() otherwise,
// which costs more than hashing a Merkle node.
const EVP_MD* algorithm() {
  static const std::unique_ptr<EVP_MD, FreeMd> md(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  require(md != nullptr);
  return md.get();
}

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(state_->context != nullptr);
  require(EVP_DigestInit_ex2(state_->context.get(), algorithm(), nullptr) == 1);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

Sha256& Sha256::add(Bytes bytes) {
  require(state_ != nullptr);  // a moved-from hash has nothing to add to
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Sha256& Sha256::add(std::string_view text) {
  return add(as_bytes(text));
}

Digest Sha256::finish() {
  require(state_ != nullptr);
  Digest digest{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                             &size) == 1);
  require(size == digest.size());
  require(EVP_DigestInit_ex2(state_->context.get(), algorithm(), nullptr) == 1);
  return digest;
}

Digest sha256(Bytes bytes) {
  return Sha256().add(bytes).finish();
}
Digest sha256(std::string_view text) {
  return sha256(as_bytes(text));
}
std::string sha256_hex(Bytes bytes) {
  return to_hex(sha256(bytes));
}
std::string sha256_hex(std::string_view text) {
  return to_hex(sha256(text));
}
std::string to_hex(const Digest& digest) {
  return to_hex(Bytes(digest));
}

}  // namespace cupel
