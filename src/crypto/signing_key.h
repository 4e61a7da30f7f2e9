// SPDX-License-Identifier: Apache-2.0
// Signing keys of models: ECDSA over P-256, P-384 and P-521, each with the hash that OpenSSF
// Model Signing v1.0 (§4.2) gives it: SHA-256, SHA-384, SHA-512. Signatures are DER (RFC 3279).
//
// A VerificationKey may be Ed25519, too: transparency logs sign with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel {

enum class KeyType { p256, p384, p521, ed25519 };
[[nodiscard]] std::string_view name_of(KeyType type);  // "P-256", "Ed25519"

class VerificationKey {
 public:
  // A SubjectPublicKeyInfo, in PEM or in DER. Fault::unsupported for other types of key.
  static Result<VerificationKey> from_pem(std::string_view pem);
  static Result<VerificationKey> from_spki(Bytes der);

  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] const std::string& spki() const { return spki_; }  // DER
  [[nodiscard]] std::string pem() const;
  // SHA-256 over pem(), in hex: what a bundle's publicKey.hint holds.
  [[nodiscard]] std::string hint() const;
  // SHA-256 over the SPKI, raw: by which transparency logs call their keys.
  [[nodiscard]] std::string log_id() const;
  [[nodiscard]] bool verify(Bytes message, Bytes signature) const;
  // With SHA-256 whatever the curve: what versions before 0.3 signed with.
  [[nodiscard]] bool verify_sha256(Bytes message, Bytes signature) const;
  bool operator==(const VerificationKey& other) const { return spki_ == other.spki_; }

 private:
  friend class SigningKey;
  KeyType type_ = KeyType::p256;
  std::string spki_;
};

class SigningKey {
 public:
  // REQUIRES: a curve, not Ed25519.
  static Result<SigningKey> generate(KeyType curve);
  // PKCS#8 or SEC1 PEM. `passphrase` is asked only for an encrypted key. Fault::integrity
  // when the text is no key of the three curves, Fault::denied when the passphrase is wrong
  // or missing.
  static Result<SigningKey> from_pem(std::string_view pem,
                                     const std::optional<std::string>& passphrase = {});
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  [[nodiscard]] VerificationKey public_key() const;
  [[nodiscard]] std::string sign(Bytes message) const;  // DER
  // Unencrypted PKCS#8.
  [[nodiscard]] std::string pem() const;

 private:
  struct Handle;
  explicit SigningKey(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace cupel
