// SPDX-License-Identifier: Apache-2.0
// attestation: a person's signed word about a file: in-toto Statement v1 in a DSSE 1.0.2 envelope.
//
//   predicateType https://cupel.dev/attestation/v1
//   predicate     {"by":…,"expires":…,"issued":…,"provisions":[…],"statement":…}
//   subject       [{"name": path, "digest": {"sha256": …}}]
//
// Committed beside the documents, in attestations/*.json of the system's folder.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/key.h"
#include "vocab/observation.h"
#include "vocab/system.h"

namespace cupel {

// The word that stands for a provision when the roster itself is attested.
inline constexpr std::string_view kRoster = "roster";
// What an owner signs then: the digest of roster_of(system). With provisions {kRoster} and
// this as the only subject, make_attestation makes the roster attestation.
[[nodiscard]] SubjectRef roster_subject(const System& system);

// Signs; `attestation.by`, `provisions`, `subjects`, `issued_at` must be set. The text is canonical
// JSON.
[[nodiscard]] std::string make_attestation(const Attestation& attestation, const PrivateKey& key);

// Reads an envelope and checks it against the roster. Never fails: what is wrong
// stands in `problem`, and `verified` is false. It checks one envelope; that the
// roster itself is signed by its owner (a "roster" attestation whose subject digest
// is that of roster_of(system)) is judged in assess, from the attestations together.
[[nodiscard]] Attestation read_attestation(std::string_view text, std::string_view file,
                                           const System& system);

}  // namespace cupel
