// SPDX-License-Identifier: Apache-2.0
// keyless: signatures by a person's or a workflow's identity instead of a kept key (Sigstore),
// checked offline: against a trusted_root.json that the caller chose, and against nothing else.
//
// Source: sigstore protobuf-specs (trust root, bundle), Rekor v1 `dsse` 0.0.1 and v2
// `hashedrekord` 0.0.2, RFC 6962 §3.2 (SCT), Fulcio's OIDs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/certificate.h"
#include "crypto/signing_key.h"
#include "provenance/bundle.h"

namespace cupel {

struct TrustRoot {
  struct Period {
    std::optional<Timestamp> begin;
    std::optional<Timestamp> end;
    [[nodiscard]] bool has(Timestamp at) const {
      return (!begin || at >= *begin) && (!end || at <= *end);
    }
  };
  struct Log {
    std::string url;
    std::string id;  // SHA-256 over the SPKI, raw
    VerificationKey key;
    Period period;
  };
  struct Authority {
    std::string url;
    std::vector<Certificate> chain;  // issuer of signers first, its root last
    Period period;
  };
  std::vector<Log> transparency_logs;
  std::vector<Log> certificate_logs;
  std::vector<Authority> certificate_authorities;
  std::vector<Authority> timestamp_authorities;
};

struct TrustRootReading {
  std::optional<TrustRoot> root;
  std::string problem;
};
[[nodiscard]] TrustRootReading read_trust_root(std::string_view text);
// That of Sigstore's public instance, as it was when this was built.
[[nodiscard]] std::string_view public_trust_root();

// Who must have signed: the certificate's name, letter for letter, and who vouched for it.
struct SignerIdentity {
  std::string name;    // "ana@example.com", "https://github.com/…@refs/heads/main"
  std::string issuer;  // "https://accounts.google.com"
};

struct KeylessReading {
  bool good = false;
  std::string problem;
  std::string name;                // that the certificate bears; hostile text
  std::string issuer;              // hostile text
  Timestamp at;                    // when it was signed, as the log or a time stamp says
  std::vector<std::string> steps;  // what was checked, for people
};
// Checks all of it: the signature over the envelope, the log's key, its inclusion proof, its
// checkpoint and its promise, that the entry is about this envelope, the certificate's chain at
// that moment, that the certificate itself was logged, and the identity.
[[nodiscard]] KeylessReading check_keyless(const Bundle& bundle, const TrustRoot& root,
                                           const SignerIdentity& identity);

}  // namespace cupel
