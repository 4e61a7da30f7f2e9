// SPDX-License-Identifier: Apache-2.0
// model_signature: a bundle, and whom the caller trusts → the files that were signed.
//
// The order of OpenSSF Model Signing v1.0 §8: shape, method, signature, and only then what the
// payload says. Nothing that the bundle carries makes itself trusted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "crypto/certificate.h"
#include "crypto/signing_key.h"
#include "provenance/bundle.h"
#include "provenance/keyless.h"
#include "provenance/manifest.h"

namespace cupel {

// Exactly one of the three.
struct SignatureTrust {
  std::optional<VerificationKey> key;
  std::vector<Certificate> roots;
  struct Keyless {
    TrustRoot root;
    SignerIdentity identity;
  };
  std::optional<Keyless> keyless;
};

struct SignatureReading {
  std::optional<ModelManifest> manifest;  // only when the signature holds
  std::string problem;
  SigningMethod method = SigningMethod::key;
  std::string signer;  // "key 8e450dec…", "CN=signer", "ana@example.com"; fit for people
  std::optional<Timestamp> signed_at;
  std::vector<std::string> notes;
};
// `now` is when certificates of the method `certificate` must be valid.
[[nodiscard]] SignatureReading read_model_signature(std::string_view bundle,
                                                    const SignatureTrust& trust, Timestamp now);

// The differences between what was signed and what is there; each a path, sorted.
struct ModelDifference {
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  std::vector<std::string> changed;
  [[nodiscard]] bool none() const { return missing.empty() && extra.empty() && changed.empty(); }
};
[[nodiscard]] ModelDifference compare_model(const ModelManifest& manifest,
                                            const std::vector<Resource>& there);

}  // namespace cupel
