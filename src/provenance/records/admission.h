// SPDX-License-Identifier: Apache-2.0
// AdmissionRecord: that an asset was, or was not, let through a gate of the life cycle, under which
// policy and on which evidence: a SLSA verification summary.
//
//   predicateType https://slsa.dev/verification_summary/v1
//   predicate     {"verifier":{"id":…,"version":{…}},"timeVerified":…,"resourceUri":…,
//                  "policy":{"uri":…,"digest":{…}},"inputAttestations":[{"uri":…,"digest":{…}}],
//                  "verificationResult":"PASSED"|"FAILED","verifiedLevels":[…],"slsaVersion":"1.1"}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "provenance/record.h"

namespace cupel {

// The level of whatever did not pass.
inline constexpr std::string_view kFailedLevel = "FAILED";

struct AdmissionRecord {
  std::string verifier;  // a URI
  Json verifier_version = Json::object();
  Timestamp verified_at;
  std::string resource;                   // a URI: as what the asset is admitted
  Descriptor policy;                      // uri and digest
  std::vector<Descriptor> evidence = {};  // what the decision rests on, each with a digest
  bool passed = false;
  std::vector<std::string> levels;  // what was verified; kFailedLevel alone when it did not pass
};
[[nodiscard]] Json to_json(const AdmissionRecord& admission);

struct AdmissionReading {
  std::optional<AdmissionRecord> admission;
  std::string problem;
};
// Refuses results other than PASSED and FAILED, and levels that contradict the result.
[[nodiscard]] AdmissionReading read_admission(const Json& predicate);

}  // namespace cupel
