// SPDX-License-Identifier: Apache-2.0
// Signers: a roster of three people with keys of their own: an owner, a tester, and one who has
// none.
#pragma once

#include "crypto/key.h"
#include "vocab/system.h"

namespace cupel::test {

struct Signers {
  PrivateKey ana = PrivateKey::generate().value();
  PrivateKey bea = PrivateKey::generate().value();
  System system;

  Signers() {
    system.name = "card-fraud-detection";
    system.people.push_back({.name = "Ana Duarte",
                             .roles = {"owner"},
                             .public_key = ana.public_key().base64(),
                             .declared_at = {}});
    system.people.push_back({.name = "Bea Lind",
                             .roles = {"tester"},
                             .public_key = bea.public_key().base64(),
                             .declared_at = {}});
    system.people.push_back(
        {.name = "Carl Moss", .roles = {}, .public_key = "", .declared_at = {}});
  }
};

}  // namespace cupel::test
