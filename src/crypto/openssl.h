// SPDX-License-Identifier: Apache-2.0
// openssl: handles of OpenSSL as values that free themselves. Included only within this room.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/byte_reader.h"

namespace cupel::openssl {

template <auto Free>
struct With {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Bio = std::unique_ptr<BIO, With<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, With<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, With<EVP_MD_CTX_free>>;
using X509Handle = std::unique_ptr<X509, With<X509_free>>;

inline const unsigned char* raw(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

inline Bio reading(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

inline std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(std::max(size, 0L))};
}

// OpenSSL keeps a queue of errors per thread; ours are told by Result, so it is left empty.
inline void forget_errors() {
  ERR_clear_error();
}

// What PEM readers ask for a passphrase with: their own callback would ask at the terminal.
struct Asked {
  const std::optional<std::string>* passphrase = nullptr;
  bool asked = false;
};

inline int give_passphrase(char* into, int size, int /*writing*/, void* asked) {
  auto& request = *static_cast<Asked*>(asked);
  request.asked = true;
  if (!request.passphrase->has_value()) return -1;
  const std::string& text = **request.passphrase;
  if (text.size() > static_cast<std::size_t>(size)) return -1;
  return static_cast<int>(text.copy(into, text.size()));
}

}  // namespace cupel::openssl
