// SPDX-License-Identifier: Apache-2.0
// note: C2SP signed notes, tlog checkpoints and cosignatures, with Ed25519 keys.
// Source: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint,
// https://c2sp.org/tlog-cosignature.
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

// A witness says of a checkpoint that it continues whatever it saw of that log before, and when it
// said so (cosignature/v1). Its key is used for nothing else; type 0x04 in its vkey tells it apart.
[[nodiscard]] std::string cosigner_vkey(const Verifier& cosigner);
[[nodiscard]] Result<Verifier> parse_cosigner_vkey(std::string_view text);
// A signature line, with its newline, for a note with that checkpoint; `seconds` since 1970.
// Fault::integrity when the note is none.
[[nodiscard]] Result<std::string> cosign(std::string_view note, std::uint64_t seconds,
                                         const Verifier& cosigner, const PrivateKey& key);
// When `cosigner` cosigned, seconds since 1970. Fault::integrity when its signature does not
// verify, Fault::missing when there is none.
[[nodiscard]] Result<std::uint64_t> cosigned_at(std::string_view note, const Verifier& cosigner);
// The note with the signature lines of `lines` that it does not have yet. Fault::integrity when
// these are no signature lines.
[[nodiscard]] Result<std::string> with_signatures(std::string_view note, std::string_view lines);

}  // namespace cupel::note
