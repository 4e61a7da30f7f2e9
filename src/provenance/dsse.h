// SPDX-License-Identifier: Apache-2.0
// dsse: the Dead Simple Signing Envelope 1.0.2, with one signature.
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

#include "base/json.h"
#include "crypto/key.h"
#include "crypto/signing_key.h"

namespace cupel::dsse {

struct Envelope {
  std::string payload_type;
  std::string payload;  // decoded; these bytes are what a signature covers and what is parsed
  std::string keyid;    // a hint that nobody signed; may be empty
  std::string signature;
};

// "DSSEv1 <length> <type> <length> <payload>".
[[nodiscard]] std::string pae(std::string_view type, std::string_view payload);

// The envelope as canonical JSON, signed by Ed25519.
[[nodiscard]] std::string seal(std::string_view type, std::string_view payload,
                               const PrivateKey& key);
// The same by ECDSA, as a value; its keyid is empty.
[[nodiscard]] Json sealed(std::string_view type, std::string_view payload, const SigningKey& key);

struct EnvelopeReading {
  std::optional<Envelope> envelope;
  std::string problem;
};
// Refuses duplicate keys, base64 that is not the one spelling of its bytes (in the
// standard or the URL-safe alphabet), and any number of signatures but one. Fields
// that the specification does not know are ignored, as it demands.
[[nodiscard]] EnvelopeReading read_envelope(std::string_view text);
[[nodiscard]] EnvelopeReading envelope_from(const Json& json);

[[nodiscard]] bool verify(const Envelope& envelope, const PublicKey& key);
[[nodiscard]] bool verify(const Envelope& envelope, const VerificationKey& key);

// Base64 in either alphabet, but not in both at once; the bytes as text.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace cupel::dsse
