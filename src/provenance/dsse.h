// SPDX-License-Identifier: Apache-2.0
// dsse: the Dead Simple Signing Envelope 1.0.2, with one Ed25519 signature.
//
//   {"payload":<base64>,"payloadType":…,"signatures":[{"keyid":…,"sig":<base64>}]}
//
// What is signed is not the payload alone but PAE(type, payload), so that a payload of
// one type can never be taken for one of another.
// Source: https://github.com/secure-systems-lab/dsse (envelope.md, protocol.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/key.h"

namespace cupel::dsse {

struct Envelope {
  std::string payload_type;
  std::string payload;  // decoded; these bytes are what a signature covers and what is parsed
  std::string keyid;    // a hint that nobody signed; may be empty
  std::string signature;
};

// "DSSEv1 <length> <type> <length> <payload>".
[[nodiscard]] std::string pae(std::string_view type, std::string_view payload);

// The envelope as canonical JSON.
[[nodiscard]] std::string seal(std::string_view type, std::string_view payload,
                               const PrivateKey& key);

struct EnvelopeReading {
  std::optional<Envelope> envelope;
  std::string problem;
};
// Refuses duplicate keys, base64 that is not the one spelling of its bytes (in the
// standard or the URL-safe alphabet), and any number of signatures but one. Fields
// that the specification does not know are ignored, as it demands.
[[nodiscard]] EnvelopeReading read_envelope(std::string_view text);

[[nodiscard]] bool verify(const Envelope& envelope, const PublicKey& key);

}  // namespace cupel::dsse
