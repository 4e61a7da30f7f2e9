// SPDX-License-Identifier: Apache-2.0
// disposal: the certificate that assets were disposed of, or handed over: in-toto Statement v1 in a
// DSSE 1.0.2 envelope, signed by whoever did it.
//
//   predicateType https://cupel.dev/disposal/v1
//   subject       each asset by its digest, and the plan
//   predicate     {"plan":…, "consents":[…], "locations":[…], "performed_by":…, "outcome":…, …}
//
// Fields after the certificate of sanitization of NIST SP 800-88 (Rev. 1, 4.8 and appendix G);
// docs/retire.md names each. Committed in disposals/*.json of the system's folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "crypto/key.h"
#include "vocab/observation.h"
#include "vocab/system.h"

namespace cupel {

// Signs; the text is canonical JSON. REQUIRES: a subject.
[[nodiscard]] std::string make_disposal(const std::vector<SubjectRef>& subjects,
                                        const Json& predicate, const PrivateKey& key);

struct DisposedAsset {
  std::string name;
  std::string digest;  // SHA-256, hex; empty for what lay elsewhere
  std::string custodian;
};

// What of a record is judged.
struct DisposalRecord {
  std::vector<DisposedAsset> assets;
  std::vector<std::string> file_digests;  // of every file that was erased
  std::string recipient;                  // of a transfer; empty: the assets ended here
  std::string performed_by;
  Timestamp finished;
  std::vector<std::string> open;  // what was not done, seen or confirmed; empty: complete
  bool verified = false;
  std::string problem;  // why it does not count; empty when it does

  [[nodiscard]] const DisposedAsset* find(std::string_view asset) const;
};

// Whether somebody's signed consent, a `cupel attest` of the plan for 5.5.1-1 or 5.5.1-2, is that
// of `custodian` at that moment: "" when it is, else why not.
[[nodiscard]] std::string consent_problem(std::string_view envelope, std::string_view plan_digest,
                                          std::string_view custodian, const System& system,
                                          Timestamp at);

// Reads a record and checks it against the roster: its own signature, and that the custodian of
// each asset consented to exactly the plan that it carries. Never fails: what is wrong stands in
// `problem`, and `verified` is false.
[[nodiscard]] DisposalRecord read_disposal(std::string_view text, const System& system);

}  // namespace cupel
