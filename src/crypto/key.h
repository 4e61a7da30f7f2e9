// SPDX-License-Identifier: Apache-2.0
// Keys: Ed25519 signatures (RFC 8032) by OpenSSL. Private keys live in PKCS#8 PEM files
// (encrypted ones too, with a passphrase), public ones in SPKI PEM or as 32 raw bytes.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel {

using Signature = std::array<std::byte, 64>;

class PublicKey {
 public:
  static Result<PublicKey> from_raw(Bytes bytes);               // 32 bytes
  static Result<PublicKey> from_base64(std::string_view text);  // of the 32 bytes
  static Result<PublicKey> from_pem(std::string_view pem);
  [[nodiscard]] const std::array<std::byte, 32>& raw() const { return raw_; }
  [[nodiscard]] std::string base64() const;
  [[nodiscard]] std::string pem() const;
  // First 16 hex digits of SHA-256 over the raw key: how people tell keys apart.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] bool verify(Bytes message, Bytes signature) const;
  bool operator==(const PublicKey&) const = default;

 private:
  std::array<std::byte, 32> raw_{};
};

class PrivateKey {
 public:
  static Result<PrivateKey> generate();
  // `passphrase` is asked only for an encrypted key. Fault::integrity when the
  // text is no Ed25519 key, Fault::denied when the passphrase is wrong or missing.
  static Result<PrivateKey> from_pem(std::string_view pem,
                                     const std::optional<std::string>& passphrase = {});
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  ~PrivateKey();

  [[nodiscard]] PublicKey public_key() const;
  [[nodiscard]] Signature sign(Bytes message) const;
  // Unencrypted PKCS#8, or PBES2 with AES-256 when a passphrase is given.
  [[nodiscard]] Result<std::string> pem(const std::optional<std::string>& passphrase = {}) const;

 private:
  struct Handle;
  explicit PrivateKey(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// Bytes that nobody can predict.
[[nodiscard]] std::array<std::byte, 32> random_bytes_32();
// UUID version 4, lower case.
[[nodiscard]] std::string random_uuid();

}  // namespace cupel
