// SPDX-License-Identifier: Apache-2.0
// vault: the key that the bodies of one data subject, or of one retention class, are sealed
// with. Destroying it erases them all, in every copy that it was not copied with.
//
// From the one secret of a vault come three keys: one seals bodies, one makes the salts of the
// commitments, one tells equal bodies and vouches for the vault's name. A salt is made from 16
// random bytes beside the leaf, so that it is gone with the key, and nobody can test guesses of an
// erased body against its commitment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/seal.h"
#include "ledger/leaf.h"

namespace cupel {

class Vault {
 public:
  using Seed = std::array<std::byte, Expander::kSeed>;

  Vault(std::int64_t id, const SecretKey& secret);

  [[nodiscard]] std::int64_t id() const { return id_; }
  [[nodiscard]] Salt salt(Bytes seed) { return salts_.expand(seed); }
  [[nodiscard]] std::string seal(std::string_view body, Bytes nonce);
  [[nodiscard]] std::optional<std::string> open(Bytes sealed);
  // Equal for equal bodies of this vault; tells nothing without its key.
  [[nodiscard]] Digest tag_of(std::string_view body) const;
  [[nodiscard]] Digest tag_of_name(std::string_view name) const;

 private:
  std::int64_t id_;
  std::string context_;
  Sealer bodies_;
  Expander salts_;
  Digest tags_;
};

}  // namespace cupel
