// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "provenance/attestation.h"
#include "provenance/dsse.h"

// The input is the statement inside an envelope that Ana has signed: a person of the
// roster may be hostile too. What verifies has all that the verdicts ask for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto key = PrivateKey::generate();
  require(key.ok());
  System system;
  system.people.push_back({.name = "Ana Duarte",
                           .roles = {"owner"},
                           .public_key = key.value().public_key().base64(),
                           .declared_at = {}});
  const auto check = [&](const Attestation& attestation) {
    require(attestation.verified == attestation.problem.empty());
    if (!attestation.verified) return;
    require(!attestation.subjects.empty() && !attestation.provisions.empty());
    require(attestation.by == "Ana Duarte");
  };
  check(read_attestation(text, "attestations/a.json", system));
  check(read_attestation(dsse::seal("application/vnd.in-toto+json", text, key.value()),
                         "attestations/a.json", system));
  return 0;
}
