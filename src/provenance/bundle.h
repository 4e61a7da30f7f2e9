// SPDX-License-Identifier: Apache-2.0
// bundle: a signature of a model and all that is needed to check it offline, as one JSON file: a
// Sigstore bundle v0.3 around a DSSE envelope.
//
//   {"mediaType":…, "verificationMaterial":{…}, "dsseEnvelope":{…}}
//
// Source: OpenSSF Model Signing v1.0 §4.1 and §8.1, sigstore_bundle.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/dsse.h"

namespace cupel {

enum class SigningMethod { key, certificate, sigstore };
[[nodiscard]] std::string_view name_of(SigningMethod method);

// One entry of a transparency log, and the log's proofs of it.
struct LogEntry {
  std::string log_id;  // SHA-256 over the log's SPKI, raw
  std::string kind;    // "dsse", "hashedrekord"
  std::string version;
  std::int64_t index = 0;            // over all shards of the log
  std::int64_t integrated_time = 0;  // seconds; 0 when the log gives none
  std::string body;                  // canonical JSON: the leaf
  std::string promise;               // signed entry timestamp; empty when there is none
  struct Proof {
    std::int64_t index = 0;  // in this tree
    std::int64_t size = 0;
    std::string root;  // raw
    std::vector<std::string> hashes;
    std::string checkpoint;  // a signed note
  };
  std::optional<Proof> proof;
};

struct Bundle {
  SigningMethod method = SigningMethod::key;
  std::string key_hint;                   // method key; nobody signed it
  std::string key_pem;                    // what versions before 1.1 wrote in its place
  std::vector<std::string> certificates;  // DER, the signer's first
  std::vector<LogEntry> log;
  std::vector<std::string> timestamps;  // RFC 3161
  dsse::Envelope envelope;
};

struct BundleReading {
  std::optional<Bundle> bundle;
  std::string problem;
  std::vector<std::string> notes;  // what is odd and does no harm
};
// Refuses duplicate and unknown keys where the specification knows no others, other media types,
// more than one signature, and verification material of no kind or of several.
[[nodiscard]] BundleReading read_bundle(std::string_view text);

// The bundles that we write: a payload signed by a key, or by a key whose certificates (DER, the
// signer's first) come along.
[[nodiscard]] std::string make_bundle(std::string_view payload_type, std::string_view payload,
                                      const SigningKey& key,
                                      const std::vector<std::string>& certificates = {});

}  // namespace cupel
