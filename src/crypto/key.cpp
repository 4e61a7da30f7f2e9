// SPDX-License-Identifier: Apache-2.0
#include "crypto/key.h"

#include <algorithm>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"

namespace cupel {
namespace {

// PBKDF2-HMAC-SHA256 rounds for encrypted keys (OWASP's figure of 2023); OpenSSL's
// own default of 2048 can be guessed on a graphics card.
constexpr int kRounds = 600'000;
constexpr std::size_t kPemLimit = 64U << 10U;

using openssl::Asked;
using openssl::Bio;
using openssl::contents;
using openssl::forget_errors;
using openssl::give_passphrase;
using openssl::Key;
using openssl::reading;
using openssl::With;
using Context = openssl::DigestContext;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, With<PKCS8_PRIV_KEY_INFO_free>>;
using Encrypted = std::unique_ptr<X509_SIG, With<X509_SIG_free>>;

std::array<std::byte, 32> raw_public(const EVP_PKEY* key) {
  std::array<std::byte, 32> bytes{};
  std::size_t size = bytes.size();
  require(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &size) ==
              1 &&
          size == bytes.size());
  return bytes;
}

// The encodings of the points whose order divides 8, with the sign bit cleared. Under
// such a key one signature verifies for many messages, so it identifies nobody.
constexpr std::array<std::string_view, 7> kSmallOrder = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

bool has_small_order(std::array<std::byte, 32> key) {
  key[31] &= std::byte{0x7f};
  return std::ranges::find(kSmallOrder, to_hex(Bytes(key))) != kSmallOrder.end();
}

Error not_a_key(const EVP_PKEY* key) {
  const char* name = key != nullptr ? EVP_PKEY_get0_type_name(key) : nullptr;
  std::string what = name != nullptr ? cat("the key is of type ", printable(name), ", not Ed25519")
                                     : std::string("this is not a key in PEM form");
  return fail(Fault::integrity, std::move(what), "`cupel key new` makes an Ed25519 key");
}

}  // namespace

Result<PublicKey> PublicKey::from_raw(Bytes bytes) {
  PublicKey key;
  if (bytes.size() != key.raw_.size()) {
    return fail(Fault::integrity,
                cat("an Ed25519 public key has 32 bytes, this one has ", bytes.size()));
  }
  std::ranges::copy(bytes, key.raw_.begin());
  if (has_small_order(key.raw_)) {
    return fail(Fault::integrity, "this public key is one of the few that anybody can sign for",
                "use a key made by `cupel key new` or `openssl genpkey -algorithm ed25519`");
  }
  return key;
}

Result<PublicKey> PublicKey::from_base64(std::string_view text) {
  const auto bytes = cupel::from_base64(text);
  if (!bytes) return fail(Fault::integrity, "a public key is the base64 text of 32 bytes");
  return from_raw(*bytes);
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  if (pem.size() > kPemLimit) return fail(Fault::limit, "the key file is larger than 64 KiB");
  const Bio bio = reading(pem);
  const std::optional<std::string> none;
  Asked asked{.passphrase = &none};
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, give_passphrase, &asked));
  forget_errors();
  if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1) return not_a_key(key.get());
  return from_raw(raw_public(key.get()));
}

std::string PublicKey::base64() const {
  return to_base64(raw_);
}

std::string PublicKey::pem() const {
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, openssl::raw(raw_), raw_.size()));
  const Bio bio(BIO_new(BIO_s_mem()));
  require(key != nullptr && bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), key.get()) == 1);
  return contents(bio.get());
}

std::string PublicKey::fingerprint() const {
  return sha256_hex(Bytes(raw_)).substr(0, 16);
}

bool PublicKey::verify(Bytes message, Bytes signature) const {
  if (signature.size() != std::tuple_size_v<Signature>) return false;
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, openssl::raw(raw_), raw_.size()));
  const Context context(EVP_MD_CTX_new());
  const bool good =
      key && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), openssl::raw(signature), signature.size(),
                       openssl::raw(message), message.size()) == 1;
  forget_errors();
  return good;
}

struct PrivateKey::Handle {
  Key key;
};

PrivateKey::PrivateKey(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

Result<PrivateKey> PrivateKey::generate() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  forget_errors();
  if (!key) return fail(Fault::io, "the system gave no randomness to make a key from");
  return PrivateKey(std::make_unique<Handle>(Handle{std::move(key)}));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem,
                                        const std::optional<std::string>& passphrase) {
  if (pem.size() > kPemLimit) return fail(Fault::limit, "the key file is larger than 64 KiB");
  const Bio bio = reading(pem);
  Asked asked{.passphrase = &passphrase};
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &asked));
  forget_errors();
  if (!key && asked.asked) {
    return passphrase ? fail(Fault::denied, "the passphrase does not open the key")
                      : fail(Fault::denied, "the key is encrypted and no passphrase was given");
  }
  if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1) return not_a_key(key.get());
  return PrivateKey(std::make_unique<Handle>(Handle{std::move(key)}));
}

PublicKey PrivateKey::public_key() const {
  require(handle_ != nullptr);
  auto key = PublicKey::from_raw(raw_public(handle_->key.get()));
  require(key.ok());
  return std::move(key).value();
}

Signature PrivateKey::sign(Bytes message) const {
  require(handle_ != nullptr);
  Signature signature{};
  std::size_t size = signature.size();
  const Context context(EVP_MD_CTX_new());
  require(context != nullptr);
  require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_->key.get()) == 1);
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         openssl::raw(message), message.size()) == 1);
  require(size == signature.size());
  return signature;
}

Result<std::string> PrivateKey::pem(const std::optional<std::string>& passphrase) const {
  require(handle_ != nullptr);
  if (passphrase && passphrase->empty()) {
    return fail(Fault::usage, "an empty passphrase protects nothing");
  }
  const Bio bio(BIO_new(BIO_s_secmem()));  // wiped when freed
  const Pkcs8 plain(EVP_PKEY2PKCS8(handle_->key.get()));
  require(bio != nullptr && plain != nullptr);
  if (!passphrase) {
    require(PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), plain.get()) == 1);
    return contents(bio.get());
  }
  const Encrypted encrypted(PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase->data(),
                                          static_cast<int>(passphrase->size()), nullptr, 0, kRounds,
                                          plain.get()));
  forget_errors();
  if (!encrypted) return fail(Fault::io, "the key could not be encrypted");
  require(PEM_write_bio_PKCS8(bio.get(), encrypted.get()) == 1);
  return contents(bio.get());
}

std::array<std::byte, 32> random_bytes_32() {
  std::array<std::byte, 32> bytes{};
  require(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()) == 1);
  return bytes;
}

std::string random_uuid() {
  auto bytes = random_bytes_32();
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  const std::string hex = to_hex(Bytes(bytes).first(16));
  return cat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
             hex.substr(16, 4), "-", hex.substr(20));
}

}  // namespace cupel
