// SPDX-License-Identifier: Apache-2.0
// Certificate: X.509 (RFC 5280) as far as signatures of models need it: chains, names of who
// signs, the proof that a certificate was logged (RFC 6962 §3), and time stamps (RFC 3161).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/signing_key.h"

namespace cupel {

class Certificate {
 public:
  static Result<Certificate> from_der(Bytes der);
  // Every certificate of a PEM file, in its order. Fault::integrity when there is none, or
  // when one of them is damaged.
  static Result<std::vector<Certificate>> from_pem(std::string_view pem);

  [[nodiscard]] const std::string& der() const { return der_; }
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] Result<VerificationKey> key() const;
  [[nodiscard]] std::string subject() const;  // RFC 2253, "CN=signer,O=Cupel"; hostile text
  [[nodiscard]] Timestamp not_before() const;
  [[nodiscard]] Timestamp not_after() const;
  // Mail addresses, URIs and DNS names of the subject alternative name; hostile text.
  [[nodiscard]] std::vector<std::string> names() const;
  // The content of the extension's octet string; nothing when it is not there.
  [[nodiscard]] std::optional<std::string> extension(std::string_view oid) const;
  // Key usage digitalSignature, or extended key usage codeSigning.
  [[nodiscard]] bool may_sign() const;
  // The tbsCertificate in DER without the list of SCTs: what a log signed. Empty when there is
  // none.
  [[nodiscard]] std::string precertificate() const;

 private:
  struct Handle;
  std::shared_ptr<const Handle> handle_;
  std::string der_;
};

// Whether `leaf` chains by way of `between`, which nobody need trust, to one of `roots` at that
// moment. The chain, leaf first, or why not.
struct ChainReading {
  std::vector<Certificate> chain;
  std::string problem;
};
[[nodiscard]] ChainReading chain_of(const Certificate& leaf,
                                    const std::vector<Certificate>& between,
                                    const std::vector<Certificate>& roots, Timestamp at);

// A TimeStampResp or a bare token of RFC 3161 over `data`, by an authority that chains to `roots`.
struct TokenReading {
  std::optional<Timestamp> at;
  std::string problem;
};
[[nodiscard]] TokenReading read_timestamp_token(Bytes token, Bytes data,
                                                const std::vector<Certificate>& between,
                                                const std::vector<Certificate>& roots);

}  // namespace cupel
