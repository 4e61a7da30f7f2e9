// SPDX-License-Identifier: Apache-2.0
// disposing: a certificate of a disposal as `cupel retire` writes one, with the people it needs.
#pragma once

#include <string>

#include "base/text.h"
#include "crypto/digest.h"
#include "provenance/attestation.h"
#include "provenance/disposal.h"

namespace cupel::test {

// Oskar does it, Bea is the custodian, Ana the owner.
struct Disposing {
  PrivateKey oskar = PrivateKey::generate().value();
  PrivateKey bea = PrivateKey::generate().value();
  std::string plan = "{\"schema\":\"cupel/retirement-plan/1\"}";
  std::string asset = "fraud";
  std::string digest = sha256_hex("the model");
  std::string custodian = "Bea";
  std::string performer = "Oskar";
  std::string recipient;
  std::string consent_to;  // the digest of another plan
  std::string provision = "5.5.1-2";
  std::vector<std::string> open;
  Timestamp consented = *parse_timestamp("2026-11-20T10:00:00Z");
  Timestamp finished = *parse_timestamp("2026-11-21T10:00:00Z");

  void join(System& system) const {
    system.people.push_back({.name = "Oskar",
                             .roles = {"system-operator"},
                             .public_key = oskar.public_key().base64(),
                             .declared_at = {}});
    system.people.push_back({.name = "Bea",
                             .roles = {"data-custodian"},
                             .public_key = bea.public_key().base64(),
                             .declared_at = {}});
  }

  [[nodiscard]] std::string consent() const {
    Attestation attestation;
    attestation.provisions = {provision};
    attestation.by = "Bea";
    attestation.subjects = {{.kind = "document",
                             .name = "disposals/fraud.plan.json",
                             .digest = consent_to.empty() ? sha256_hex(plan) : consent_to}};
    attestation.issued_at = consented;
    return make_attestation(attestation, bea);
  }

  [[nodiscard]] Json predicate(const System& system) const {
    Json assets = Json::array();
    assets.add(Json::object({{"asset_id", asset}, {"sha256", digest}, {"custodian", custodian}}));
    Json locations = Json::array();
    locations.add(Json::object({{"sha256", digest}, {"outcome", "erased"}}));
    return Json::object({{"system", Json::object({{"name", system.name}})},
                         {"transfer_to", recipient.empty() ? Json() : Json(recipient)},
                         {"assets", std::move(assets)},
                         {"locations", std::move(locations)},
                         {"plan", plan},
                         {"consents", Json::texts({consent()})},
                         {"performed_by", Json::object({{"name", performer}})},
                         {"outcome", open.empty() ? "complete" : "partial"},
                         {"open", Json::texts(open)},
                         {"finished", to_rfc3339(finished)}});
  }

  [[nodiscard]] std::string record(const System& system) const {
    return make_disposal({{.kind = "model", .name = asset, .digest = digest},
                          {.kind = "plan", .name = "plan", .digest = sha256_hex(plan)}},
                         predicate(system), performer == "Bea" ? bea : oskar);
  }
};

}  // namespace cupel::test
