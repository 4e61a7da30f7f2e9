// SPDX-License-Identifier: Apache-2.0
#include "crypto/signing_key.h"

#include <array>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/pem.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"

namespace cupel {
namespace {

using openssl::Bio;
using openssl::Key;

constexpr std::size_t kPemLimit = 64U << 10U;
constexpr std::array<std::string_view, 4> kNames = {"P-256", "P-384", "P-521", "Ed25519"};
constexpr std::array<std::string_view, 3> kGroups = {"prime256v1", "secp384r1", "secp521r1"};

std::optional<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return KeyType::ed25519;
  if (EVP_PKEY_is_a(key, "EC") != 1) return {};
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return {};
  for (std::size_t at = 0; at < kGroups.size(); ++at) {
    if (kGroups[at] == std::string_view(name.data(), size)) return static_cast<KeyType>(at);
  }
  return {};
}

// Ed25519 hashes by itself.
const EVP_MD* hash_for(KeyType type) {
  switch (type) {
    case KeyType::p256:
      return EVP_sha256();
    case KeyType::p384:
      return EVP_sha384();
    case KeyType::p521:
      return EVP_sha512();
    case KeyType::ed25519:
      break;
  }
  return nullptr;
}

Error unsupported_key(const EVP_PKEY* key) {
  constexpr std::string_view kHint = "model signatures take EC keys over P-256, P-384 or P-521";
  const char* name = key != nullptr ? EVP_PKEY_get0_type_name(key) : nullptr;
  if (name == nullptr) return fail(Fault::integrity, "this is not a key", std::string(kHint));
  return fail(Fault::unsupported, cat("a key of type ", printable(name), " cannot be used here"),
              std::string(kHint));
}

std::string spki_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  require(size > 0);
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

Key key_of(std::string_view spki) {
  const unsigned char* at = openssl::raw(as_bytes(spki));
  return Key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
}

bool verified(std::string_view spki, const EVP_MD* hash, Bytes message, Bytes signature) {
  const Key key = key_of(spki);
  const openssl::DigestContext context(EVP_MD_CTX_new());
  const bool good = key && context &&
                    EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), openssl::raw(signature), signature.size(),
                                     openssl::raw(message), message.size()) == 1;
  openssl::forget_errors();
  return good;
}

}  // namespace

std::string_view name_of(KeyType type) {
  return kNames[static_cast<std::size_t>(type)];
}

Result<VerificationKey> VerificationKey::from_pem(std::string_view pem) {
  if (pem.size() > kPemLimit) return fail(Fault::limit, "the key file is larger than 64 KiB");
  const Bio bio = openssl::reading(pem);
  const std::optional<std::string> none;
  openssl::Asked asked{.passphrase = &none};
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, openssl::give_passphrase, &asked));
  openssl::forget_errors();
  if (!key) {
    return fail(Fault::integrity, "this is not a public key in PEM form",
                "openssl pkey -in KEY.pem -pubout");
  }
  return from_spki(as_bytes(spki_of(key.get())));
}

Result<VerificationKey> VerificationKey::from_spki(Bytes der) {
  const unsigned char* at = openssl::raw(der);
  const Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  openssl::forget_errors();
  const auto type = key ? type_of(key.get()) : std::nullopt;
  if (!type) return unsupported_key(key.get());
  VerificationKey made;
  made.type_ = *type;
  made.spki_ = spki_of(key.get());
  return made;
}

std::string VerificationKey::pem() const {
  const Key key = key_of(spki_);
  const Bio bio(BIO_new(BIO_s_mem()));
  require(key != nullptr && bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), key.get()) == 1);
  return openssl::contents(bio.get());
}

std::string VerificationKey::hint() const {
  return sha256_hex(pem());
}

std::string VerificationKey::log_id() const {
  return std::string(as_text(sha256(spki_)));
}

bool VerificationKey::verify(Bytes message, Bytes signature) const {
  return verified(spki_, hash_for(type_), message, signature);
}

bool VerificationKey::verify_sha256(Bytes message, Bytes signature) const {
  return type_ != KeyType::ed25519 && verified(spki_, EVP_sha256(), message, signature);
}

struct SigningKey::Handle {
  Key key;
  KeyType type;
};

SigningKey::SigningKey(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::generate(KeyType curve) {
  require(curve != KeyType::ed25519);
  Key key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kGroups[static_cast<std::size_t>(curve)].data()));
  openssl::forget_errors();
  if (!key) return fail(Fault::io, "the system gave no randomness to make a key from");
  return SigningKey(std::make_unique<Handle>(Handle{std::move(key), curve}));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem,
                                        const std::optional<std::string>& passphrase) {
  if (pem.size() > kPemLimit) return fail(Fault::limit, "the key file is larger than 64 KiB");
  const Bio bio = openssl::reading(pem);
  openssl::Asked asked{.passphrase = &passphrase};
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, openssl::give_passphrase, &asked));
  openssl::forget_errors();
  if (!key && asked.asked) {
    return passphrase ? fail(Fault::denied, "the passphrase does not open the key")
                      : fail(Fault::denied, "the key is encrypted and no passphrase was given",
                             "set CUPEL_PASSPHRASE, or start from a terminal");
  }
  const auto type = key ? type_of(key.get()) : std::nullopt;
  if (!type || *type == KeyType::ed25519) return unsupported_key(key.get());
  return SigningKey(std::make_unique<Handle>(Handle{std::move(key), *type}));
}

VerificationKey SigningKey::public_key() const {
  require(handle_ != nullptr);
  VerificationKey key;
  key.type_ = handle_->type;
  key.spki_ = spki_of(handle_->key.get());
  return key;
}

std::string SigningKey::sign(Bytes message) const {
  require(handle_ != nullptr);
  const openssl::DigestContext context(EVP_MD_CTX_new());
  const auto* const hash = hash_for(handle_->type);
  require(context != nullptr);
  require(EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, handle_->key.get()) == 1);
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, openssl::raw(message), message.size()) ==
          1);
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         openssl::raw(message), message.size()) == 1);
  signature.resize(size);
  return signature;
}

std::string SigningKey::pem() const {
  require(handle_ != nullptr);
  const Bio bio(BIO_new(BIO_s_secmem()));  // wiped when freed
  require(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), handle_->key.get(), nullptr,
                                                          nullptr, 0, nullptr, nullptr) == 1);
  return openssl::contents(bio.get());
}

}  // namespace cupel
