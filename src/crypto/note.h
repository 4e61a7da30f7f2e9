// SPDX-License-Identifier: Apache-2.0
// note: C2SP signed notes and tlog checkpoints, with Ed25519 keys.
// Source: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/digest.h"
#include "crypto/key.h"

namespace cupel::note {

// Who signs notes: a name without spaces or '+', and a key.
struct Verifier {
  std::string name;
  PublicKey key;
};

// "<name>+<8 hex>+<base64(0x01 || key)>"
[[nodiscard]] std::string vkey(const Verifier& verifier);
[[nodiscard]] Result<Verifier> parse_vkey(std::string_view text);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
};

// The whole note: text, empty line, signature line.
[[nodiscard]] std::string sign(const Checkpoint& checkpoint, std::string_view name,
                               const PrivateKey& key);

// The checkpoint of a note that `verifier` signed. Fault::integrity, with the reason
// and the line, for anything else; signatures by unknown keys are ignored.
[[nodiscard]] Result<Checkpoint> open(std::string_view note, const Verifier& verifier);
// The checkpoint's text alone, signatures unchecked.
[[nodiscard]] Result<Checkpoint> read_unverified(std::string_view note);

}  // namespace cupel::note
