// SPDX-License-Identifier: Apache-2.0
#include "provenance/disposal.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"
#include "provenance/attestation.h"
#include "provenance/dsse.h"
#include "provenance/manifest.h"

namespace cupel {
namespace {

constexpr std::string_view kStatement = "https://in-toto.io/Statement/v1";
constexpr std::string_view kPredicate = "https://cupel.dev/disposal/v1";

bool speaks_of_disposal(const Attestation& consent) {
  return std::ranges::any_of(
      consent.provisions, [](const std::string& id) { return id == "5.5.1-1" || id == "5.5.1-2"; });
}

// The custodian that the description names; of an asset that it no longer has, the record's word.
std::string custodian_of(const DisposedAsset& asset, const System& system) {
  const auto declared = std::ranges::find(system.assets, asset.name, &DeclaredAsset::name);
  const bool known = declared != system.assets.end() && !declared->custodian.empty();
  return known ? declared->custodian : asset.custodian;
}

std::string check_consents(const Json& predicate, std::string_view plan_digest,
                           const DisposalRecord& record, const System& system) {
  for (const auto& asset : record.assets) {
    const std::string custodian = custodian_of(asset, system);
    std::string problem = "no consent is in it";
    for (const auto& consent : predicate["consents"].items()) {
      problem = consent_problem(consent.text(), plan_digest, custodian, system, record.finished);
      if (problem.empty()) break;
    }
    if (!problem.empty()) {
      return cat("the custodian of `", printable(asset.name, 100), "`: ", problem);
    }
  }
  return {};
}

std::string read_assets(const Json& predicate, DisposalRecord& into) {
  for (const auto& asset : predicate["assets"].items()) {
    if (asset["asset_id"].text().empty()) return "an asset has no name";
    into.assets.push_back({.name = asset["asset_id"].text(),
                           .digest = asset["sha256"].text(),
                           .custodian = asset["custodian"].text()});
  }
  for (const auto& location : predicate["locations"].items()) {
    const auto& digest = location["sha256"].text();
    if (location["outcome"].text() == "erased" && !digest.empty()) {
      into.file_digests.push_back(digest);
    }
  }
  return into.assets.empty() ? "it names no asset" : "";
}

std::string read_predicate(const Json& predicate, const System& system, DisposalRecord& into) {
  into.recipient = predicate["transfer_to"].text();
  into.performed_by = predicate["performed_by"]["name"].text();
  const auto finished = parse_timestamp(predicate["finished"].text());
  if (!finished) return "it does not say when it was finished";
  into.finished = *finished;
  for (const auto& item : predicate["open"].items()) into.open.push_back(item.text());
  if (predicate["outcome"].text() != "complete" && into.open.empty()) {
    into.open.emplace_back("it does not say that it is complete");
  }
  if (predicate["system"]["name"].text() != system.name) return "it is of another system";
  if (auto problem = read_assets(predicate, into); !problem.empty()) return problem;
  return check_consents(predicate, sha256_hex(predicate["plan"].text()), into, system);
}

// The subjects are what other tools see: they must be what the predicate speaks of.
std::string check_subjects(const Json& subjects, const Json& predicate,
                           const DisposalRecord& record) {
  const auto has = [&](std::string_view digest) {
    return std::ranges::any_of(subjects.items(), [&](const Json& subject) {
      return subject["digest"]["sha256"].text() == digest;
    });
  };
  if (!has(sha256_hex(predicate["plan"].text()))) return "its plan is not among its subjects";
  for (const auto& asset : record.assets) {
    if (!asset.digest.empty() && !has(asset.digest)) {
      return cat("`", printable(asset.name, 100), "` is not among its subjects");
    }
  }
  return {};
}

std::string check_signature(const dsse::Envelope& envelope, const std::string& name,
                            const System& system) {
  const std::string shown = printable(name, 100);
  const Person* person = system.person(name);
  if (person == nullptr) return cat("`", shown, "`, who signed it, is not in the roster");
  if (person->public_key.empty()) return cat("`", shown, "` has no public key in the roster");
  const auto key = PublicKey::from_base64(person->public_key);
  if (!key.ok()) return cat("the public key of `", shown, "`: ", key.error().what);
  return dsse::verify(envelope, key.value()) ? "" : "its signature does not verify";
}

std::string read_into(std::string_view text, const System& system, DisposalRecord& record) {
  auto reading = dsse::read_envelope(text);
  if (!reading.envelope) return std::move(reading.problem);
  if (reading.envelope->payload_type != kInTotoType) return "its payload is no in-toto statement";
  const auto json = read_json(reading.envelope->payload, {.depth = 24, .values = 2'000'000});
  if (!json.value) return cat("the statement: ", json.problem);
  const Json& statement = *json.value;
  if (statement["_type"].text() != kStatement) return "it is no in-toto statement v1";
  if (statement["predicateType"].text() != kPredicate) return "it is no record of a disposal";
  const Json& predicate = statement["predicate"];
  if (auto problem = read_predicate(predicate, system, record); !problem.empty()) return problem;
  if (auto problem = check_subjects(statement["subject"], predicate, record); !problem.empty()) {
    return problem;
  }
  return check_signature(*reading.envelope, record.performed_by, system);
}

}  // namespace

const DisposedAsset* DisposalRecord::find(std::string_view asset) const {
  const auto found = std::ranges::find(assets, asset, &DisposedAsset::name);
  return found == assets.end() ? nullptr : &*found;
}

std::string make_disposal(const std::vector<SubjectRef>& subjects, const Json& predicate,
                          const PrivateKey& key) {
  require(!subjects.empty());
  Json list = Json::array();
  for (const auto& subject : subjects) {
    list.add(Json::object(
        {{"name", subject.name}, {"digest", Json::object({{"sha256", subject.digest}})}}));
  }
  const Json statement = Json::object({{"_type", kStatement},
                                       {"subject", std::move(list)},
                                       {"predicateType", kPredicate},
                                       {"predicate", predicate}});
  return dsse::seal(kInTotoType, statement.canonical(), key);
}

std::string consent_problem(std::string_view envelope, std::string_view plan_digest,
                            std::string_view custodian, const System& system, Timestamp at) {
  const Attestation consent = read_attestation(envelope, "consent", system);
  if (!consent.verified) return cat("the consent does not count: ", consent.problem);
  if (consent.by != custodian) {
    return cat("the consent is by `", printable(consent.by, 100), "`, not by `",
               printable(custodian, 100), "`");
  }
  if (!speaks_of_disposal(consent)) return "the consent is for neither 5.5.1-1 nor 5.5.1-2";
  const bool covers = std::ranges::any_of(
      consent.subjects, [&](const SubjectRef& subject) { return subject.digest == plan_digest; });
  if (!covers) return "the consent is to another plan";
  if (consent.issued_at > at) return "the consent was given afterwards";
  if (consent.expires_at && *consent.expires_at <= at) return "the consent had expired";
  return {};
}

DisposalRecord read_disposal(std::string_view text, const System& system) {
  DisposalRecord record;
  record.problem = read_into(text, system, record);
  record.verified = record.problem.empty();
  return record;
}

}  // namespace cupel
