// SPDX-License-Identifier: Apache-2.0
#include "ledger/vault.h"

#include "base/text.h"

namespace cupel {
namespace {

// A key for one purpose; the vault's own secret is used for nothing else.
SecretKey derived(const SecretKey& secret, std::string_view purpose) {
  return hmac_sha256(secret, purpose);
}

}  // namespace

Vault::Vault(std::int64_t id, const SecretKey& secret)
    : id_(id),
      context_(cat("cupel body of vault ", id)),
      bodies_(derived(secret, "cupel ledger 2: bodies")),
      salts_(derived(secret, "cupel ledger 2: salts")),
      tags_(derived(secret, "cupel ledger 2: tags")) {}

std::string Vault::seal(std::string_view body, Bytes nonce) {
  return bodies_.seal(body, context_, nonce);
}

std::optional<std::string> Vault::open(Bytes sealed) {
  return bodies_.open(sealed, context_);
}

Digest Vault::tag_of(std::string_view body) const {
  return hmac_sha256(tags_, cat("body ", as_text(sha256(body))));
}

Digest Vault::tag_of_name(std::string_view name) const {
  return hmac_sha256(tags_, cat("name ", id_, " ", name));
}

}  // namespace cupel
