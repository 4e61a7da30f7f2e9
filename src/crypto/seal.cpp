// SPDX-License-Identifier: Apache-2.0
#include "crypto/seal.h"

#include <algorithm>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/require.h"
#include "base/text.h"

namespace cupel {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* in(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
const unsigned char* in(std::string_view text) {
  return in(as_bytes(text));
}
unsigned char* out(char* text) {
  return reinterpret_cast<unsigned char*>(text);
}

// A context with the key in it; the direction is said with each message.
Context keyed(const EVP_CIPHER* cipher, const SecretKey& key, bool encrypts) {
  Context context(EVP_CIPHER_CTX_new());
  require(context != nullptr);
  require(EVP_CipherInit_ex2(context.get(), cipher, in(Bytes(key)), nullptr, encrypts ? 1 : 0,
                             nullptr) == 1);
  return context;
}

}  // namespace

Digest hmac_sha256(Bytes key, std::string_view message) {
  constexpr std::size_t kBlock = 64;
  std::array<std::byte, kBlock> inner{};
  require(key.size() <= kBlock);
  std::ranges::copy(key, inner.begin());
  std::array<std::byte, kBlock> outer = inner;
  for (auto& byte : inner) byte ^= std::byte{0x36};
  for (auto& byte : outer) byte ^= std::byte{0x5c};
  const Digest first = Sha256().add(inner).add(message).finish();
  const Digest second = Sha256().add(outer).add(Bytes(first)).finish();
  OPENSSL_cleanse(inner.data(), inner.size());
  OPENSSL_cleanse(outer.data(), outer.size());
  return second;
}

void wipe(SecretKey& key) {
  OPENSSL_cleanse(key.data(), key.size());
}

struct Sealer::State {
  Context sealing;
  Context opening;
};

Sealer::Sealer(const SecretKey& key)
    : state_(std::make_unique<State>(State{.sealing = keyed(EVP_aes_256_gcm(), key, true),
                                           .opening = keyed(EVP_aes_256_gcm(), key, false)})) {}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

std::string Sealer::seal(std::string_view text, std::string_view context, Bytes nonce) {
  require(nonce.size() == kNonce && text.size() < (1U << 30U));
  EVP_CIPHER_CTX* cipher = state_->sealing.get();
  std::string sealed(kNonce + text.size() + kTag, '\0');
  sealed.replace(0, kNonce, as_text(nonce));
  int size = 0;
  require(EVP_EncryptInit_ex2(cipher, nullptr, nullptr, in(nonce), nullptr) == 1);
  require(EVP_EncryptUpdate(cipher, nullptr, &size, in(context),
                            static_cast<int>(context.size())) == 1);
  require(EVP_EncryptUpdate(cipher, out(sealed.data() + kNonce), &size, in(text),
                            static_cast<int>(text.size())) == 1);
  require(EVP_EncryptFinal_ex(cipher, out(sealed.data() + kNonce + text.size()), &size) == 1);
  require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTag,
                              sealed.data() + kNonce + text.size()) == 1);
  return sealed;
}

std::optional<std::string> Sealer::open(Bytes sealed, std::string_view context) {
  if (sealed.size() < kNonce + kTag || sealed.size() >= (1U << 30U)) return {};
  EVP_CIPHER_CTX* cipher = state_->opening.get();
  const Bytes encrypted = sealed.subspan(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(as_text(sealed.last(kTag)));
  std::string text(encrypted.size(), '\0');
  int size = 0;
  require(EVP_DecryptInit_ex2(cipher, nullptr, nullptr, in(sealed.first(kNonce)), nullptr) == 1);
  require(EVP_DecryptUpdate(cipher, nullptr, &size, in(context),
                            static_cast<int>(context.size())) == 1);
  require(EVP_DecryptUpdate(cipher, out(text.data()), &size, in(encrypted),
                            static_cast<int>(encrypted.size())) == 1);
  require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1);
  unsigned char nothing = 0;
  if (EVP_DecryptFinal_ex(cipher, &nothing, &size) != 1) return {};
  return text;
}

struct Expander::State {
  Context cipher;
};

Expander::Expander(const SecretKey& key)
    : state_(std::make_unique<State>(State{.cipher = keyed(EVP_aes_256_ecb(), key, true)})) {
  require(EVP_CIPHER_CTX_set_padding(state_->cipher.get(), 0) == 1);
}
Expander::Expander(Expander&&) noexcept = default;
Expander& Expander::operator=(Expander&&) noexcept = default;
Expander::~Expander() = default;

std::array<std::byte, 32> Expander::expand(Bytes seed) {
  require(seed.size() == kSeed);
  std::array<std::byte, 32> blocks{};
  std::ranges::copy(seed, blocks.begin());
  std::ranges::copy(seed, blocks.begin() + kSeed);
  blocks.back() ^= std::byte{1};
  std::array<std::byte, 32> expanded{};
  int size = 0;
  require(EVP_EncryptUpdate(state_->cipher.get(), reinterpret_cast<unsigned char*>(expanded.data()),
                            &size, in(Bytes(blocks)), static_cast<int>(blocks.size())) == 1);
  require(size == 32);
  return expanded;
}

}  // namespace cupel
