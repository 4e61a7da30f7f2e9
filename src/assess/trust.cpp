// SPDX-License-Identifier: Apache-2.0
#include "assess/trust.h"

#include <algorithm>

#include "base/text.h"

namespace cupel {
namespace {

bool in_force(const Attestation& attestation, Timestamp as_of) {
  return attestation.issued_at <= as_of &&
         (!attestation.expires_at || as_of < *attestation.expires_at);
}

bool names(const Attestation& attestation, std::string_view provision) {
  return std::ranges::find(attestation.provisions, provision) != attestation.provisions.end();
}

// Approving is the business of whoever owns or secures the system, of a named
// approver, and of those who bear the duty.
bool role_allows(const Person& person, const Provision& provision) {
  return person.has_role("owner") || person.has_role("security-officer") ||
         person.has_role("approver") ||
         std::ranges::any_of(provision.roles,
                             [&](const std::string& role) { return person.has_role(role); });
}

// Why this attestation does not count, or "" when it does.
std::string objection(const Attestation& attestation, const Evidence& evidence,
                      const Provision& provision, std::string_view author, Timestamp as_of) {
  if (!attestation.verified) return cat(attestation.file, ": ", attestation.problem);
  if (as_of < attestation.issued_at) {
    return cat(attestation.file, ": it is dated ", to_date(attestation.issued_at),
               ", after the moment of judgement");
  }
  if (attestation.expires_at && *attestation.expires_at <= as_of) {
    return cat("the signature of ", attestation.by, " expired on ",
               to_date(*attestation.expires_at));
  }
  const Person* person = evidence.system.person(attestation.by);
  if (person == nullptr) return cat(attestation.by, " is not in the roster");
  if (!role_allows(*person, provision)) {
    return cat("no role of ", attestation.by, " allows signing for ", provision.id);
  }
  if (!author.empty() && attestation.by == author) {
    return cat(attestation.by, " wrote the document and cannot approve it alone");
  }
  return {};
}

}  // namespace

std::string roster_problem(const Evidence& evidence, Timestamp as_of) {
  std::string reason =
      "the roster is not signed by its owner (cupel attest roster --by OWNER --key PEM)";
  for (const auto& attestation : evidence.attestations) {
    if (!names(attestation, "roster")) continue;
    const Person* person = evidence.system.person(attestation.by);
    const bool covers = std::ranges::any_of(attestation.subjects, [&](const SubjectRef& subject) {
      return !evidence.roster_digest.empty() && subject.digest == evidence.roster_digest;
    });
    if (!attestation.verified) {
      reason = cat("the roster's signature does not count: ", attestation.problem);
    } else if (person == nullptr || !person->has_role("owner")) {
      reason = cat("the roster is signed by ", attestation.by, ", who is not its owner");
    } else if (!covers) {
      reason = "the roster has changed since its owner signed it";
    } else if (!in_force(attestation, as_of)) {
      reason = "the owner's signature of the roster is not in force";
    } else {
      return {};
    }
  }
  return reason;
}

Signed signed_by(const Evidence& evidence, const Provision& provision, std::string_view digest,
                 std::string_view author, Timestamp as_of) {
  Signed outcome;
  for (const auto& attestation : evidence.attestations) {
    if (!names(attestation, provision.id)) continue;
    const bool covers = std::ranges::any_of(attestation.subjects, [&](const SubjectRef& subject) {
      return !digest.empty() && subject.digest == digest;
    });
    if (!covers) continue;
    outcome.reason = objection(attestation, evidence, provision, author, as_of);
    if (outcome.reason.empty()) {
      outcome.by = attestation.by;
      return outcome;
    }
  }
  if (outcome.reason.empty()) outcome.reason = "nobody has signed this version of it";
  return outcome;
}

Signed exclusion_signed_by(const Evidence& evidence, const Provision& provision,
                           std::string_view reason, Timestamp as_of) {
  Signed outcome;
  for (const auto& attestation : evidence.attestations) {
    const bool is_exclusion =
        names(attestation, provision.id) && attestation.statement == cat("excluded: ", reason);
    if (!is_exclusion) continue;
    outcome.reason = objection(attestation, evidence, provision, {}, as_of);
    if (outcome.reason.empty()) {
      outcome.by = attestation.by;
      return outcome;
    }
  }
  if (outcome.reason.empty()) outcome.reason = "nobody has signed the exclusion";
  return outcome;
}

}  // namespace cupel
