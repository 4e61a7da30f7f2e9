// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/admission.h"

#include <algorithm>
#include <array>

#include "provenance/member_reader.h"

namespace cupel {

extern const RecordKind kAdmissionRecord;

namespace {

constexpr std::array<std::string_view, 4> kSigners = {"owner", "security-officer", "approver",
                                                      "system-operator"};

std::string check(const InTotoStatement& statement, Timestamp& made_at) {
  const auto reading = read_admission(statement.predicate);
  if (reading.admission) made_at = reading.admission->verified_at;
  return reading.problem;
}

void check_levels(const AdmissionRecord& admission, MemberReader& members) {
  const bool failed = std::ranges::find(admission.levels, kFailedLevel) != admission.levels.end();
  if (admission.levels.empty()) {
    members.fail("verifiedLevels", "is missing or empty");
  } else if (admission.passed == failed) {
    members.fail("verifiedLevels", "contradicts the result");
  }
}

}  // namespace

Json to_json(const AdmissionRecord& admission) {
  Json verifier = Json::object({{"id", admission.verifier}});
  if (!admission.verifier_version.members().empty()) {
    verifier.set("version", admission.verifier_version);
  }
  Json evidence = Json::array();
  for (const auto& item : admission.evidence) evidence.add(to_json(item));
  return Json::object({{"verifier", std::move(verifier)},
                       {"timeVerified", to_rfc3339(admission.verified_at)},
                       {"resourceUri", admission.resource},
                       {"policy", to_json(admission.policy)},
                       {"inputAttestations", std::move(evidence)},
                       {"verificationResult", admission.passed ? "PASSED" : "FAILED"},
                       {"verifiedLevels", Json::texts(admission.levels)},
                       {"slsaVersion", "1.1"}});
}

AdmissionReading read_admission(const Json& predicate) {
  AdmissionReading reading;
  AdmissionRecord admission;
  MemberReader members(predicate, "", reading.problem);
  const Json& verifier = members.object("verifier");
  admission.verified_at = members.time("timeVerified");
  admission.resource = members.uri("resourceUri");
  admission.policy = members.descriptor("policy");
  admission.evidence = members.descriptors_if("inputAttestations");
  admission.passed = members.word("verificationResult", {"PASSED", "FAILED"}) == "PASSED";
  admission.levels = members.texts_if("verifiedLevels");
  check_levels(admission, members);
  for (const auto& item : admission.evidence) {
    if (item.digest.empty()) members.fail("inputAttestations", "holds one without a digest");
  }
  if (members.ok()) {
    MemberReader who(verifier, "verifier.", reading.problem);
    admission.verifier = who.uri("id");
    admission.verifier_version = who.object_if("version");
  }
  if (members.ok()) reading.admission = std::move(admission);
  return reading;
}

constinit const RecordKind kAdmissionRecord = {
    .name = "admission",
    .predicate_type = "https://slsa.dev/verification_summary/v1",
    .says = "that an asset was let through a gate, or was not",
    .signers = kSigners,
    .not_signed_by = {},
    .check = check};

}  // namespace cupel
