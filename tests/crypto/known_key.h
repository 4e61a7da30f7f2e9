// SPDX-License-Identifier: Apache-2.0
// known_key: the private key of RFC 8032's first test vector, so that what is signed with it never
// changes.
#pragma once

#include "crypto/key.h"

namespace cupel::test {

inline PrivateKey known_key() {
  return PrivateKey::from_pem(
             "-----BEGIN PRIVATE KEY-----\n"
             "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
             "-----END PRIVATE KEY-----\n")
      .value();
}

}  // namespace cupel::test
