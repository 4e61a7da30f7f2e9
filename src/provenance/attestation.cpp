// SPDX-License-Identifier: Apache-2.0
#include "provenance/attestation.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "provenance/dsse.h"
#include "provenance/statement.h"

namespace cupel {
namespace {

constexpr std::string_view kPredicate = "https://cupel.dev/attestation/v1";

InTotoStatement statement_of(const Attestation& attestation) {
  Json predicate = Json::object({{"by", attestation.by},
                                 {"issued", to_rfc3339(attestation.issued_at)},
                                 {"provisions", Json::texts(attestation.provisions)},
                                 {"statement", attestation.statement}});
  if (attestation.expires_at) predicate.set("expires", to_rfc3339(*attestation.expires_at));
  std::vector<Descriptor> subjects;
  for (const auto& subject : attestation.subjects) {
    subjects.push_back(described(subject.name, subject.digest));
  }
  return {.subjects = std::move(subjects),
          .predicate_type = std::string(kPredicate),
          .predicate = std::move(predicate)};
}

// Each reads one part of the statement into `into` and answers what is wrong, or "".
std::string read_provisions(const Json& json, Attestation& into) {
  for (const auto& provision : json.items()) {
    if (provision.text().empty()) return "its provisions are no texts";
    into.provisions.push_back(provision.text());
  }
  if (into.provisions.empty()) return "it names no provision";
  const bool roster = std::ranges::find(into.provisions, kRoster) != into.provisions.end();
  if (roster && into.provisions.size() != 1) return "the roster is attested alone";
  return {};
}

std::string read_times(const Json& predicate, Attestation& into) {
  const auto issued = parse_timestamp(predicate["issued"].text());
  if (!issued) return "it does not say when it was issued";
  into.issued_at = *issued;
  if (!predicate.has("expires")) return {};
  into.expires_at = parse_timestamp(predicate["expires"].text());
  if (!into.expires_at) return "its expiry is no date";
  return *into.expires_at <= into.issued_at ? "it expires before it was issued" : "";
}

std::string read_said(std::string_view payload, Attestation& into) {
  const auto reading = read_statement(payload);
  if (!reading.statement) return reading.problem;
  const InTotoStatement& statement = *reading.statement;
  if (statement.predicate_type != kPredicate) {
    return cat("its predicate type is unknown: `", printable(statement.predicate_type, 100), "`");
  }
  const Json& predicate = statement.predicate;
  into.by = predicate["by"].text();
  into.statement = predicate["statement"].text();
  if (into.by.empty()) return "it does not say who signed it";
  if (auto problem = read_provisions(predicate["provisions"], into); !problem.empty()) {
    return problem;
  }
  const std::string kind = into.provisions.front() == kRoster ? "system" : "document";
  for (const auto& subject : statement.subjects) {
    into.subjects.push_back(
        {.kind = kind, .name = subject.name, .digest = std::string(subject.sha256())});
  }
  return read_times(predicate, into);
}

// Whether the person it names may sign it, and did.
std::string check_signer(const dsse::Envelope& envelope, const Attestation& attestation,
                         const System& system) {
  const std::string name = printable(attestation.by, 100);
  const Person* person = system.person(attestation.by);
  if (person == nullptr) return cat("`", name, "` is not in the roster");
  if (person->public_key.empty()) return cat("`", name, "` has no public key in the roster");
  const auto key = PublicKey::from_base64(person->public_key);
  if (!key.ok()) return cat("the public key of `", name, "`: ", key.error().what);
  if (!dsse::verify(envelope, key.value())) return "signature does not verify";
  if (attestation.provisions.front() == kRoster && !person->has_role("owner")) {
    return cat("the roster is signed by an owner, and `", name, "` is none");
  }
  return {};
}

}  // namespace

std::string make_attestation(const Attestation& attestation, const PrivateKey& key) {
  return dsse::seal(kInTotoType, write_statement(statement_of(attestation)), key);
}

SubjectRef roster_subject(const System& system) {
  return {.kind = "system",
          .name = std::string(kRoster),
          .digest = sha256_hex(roster_of(system).canonical())};
}

Attestation read_attestation(std::string_view text, std::string_view file, const System& system) {
  Attestation attestation;
  attestation.file = file;
  attestation.envelope = text;
  auto reading = dsse::read_envelope(text);
  if (!reading.envelope) {
    attestation.problem = std::move(reading.problem);
    return attestation;
  }
  if (reading.envelope->payload_type != kInTotoType) {
    attestation.problem = cat("its payload is of type `",
                              printable(reading.envelope->payload_type, 100), "`, not in-toto");
    return attestation;
  }
  attestation.problem = read_said(reading.envelope->payload, attestation);
  if (attestation.problem.empty()) {
    attestation.problem = check_signer(*reading.envelope, attestation, system);
  }
  attestation.verified = attestation.problem.empty();
  return attestation;
}

}  // namespace cupel
