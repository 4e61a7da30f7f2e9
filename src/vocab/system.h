// SPDX-License-Identifier: Apache-2.0
// System: what cupel.yaml says about the system that is assessed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "vocab/asset.h"
#include "vocab/diagnostic.h"

namespace cupel {

struct Person {
  std::string name;
  std::vector<std::string> roles;  // owner, developer, system-operator, data-custodian,
                                   // security-officer, tester, approver, author
  std::string public_key;  // Ed25519, base64 of the 32 bytes; empty: this person cannot sign
  Place declared_at;

  [[nodiscard]] bool has_role(std::string_view role) const;
};

// What is claimed for one provision: `declares:` in cupel.yaml.
struct Claim {
  std::string provision;
  std::string claim;                   // in the organisation's words; may be empty
  std::string owner;                   // a person of the roster
  std::vector<std::string> documents;  // paths relative to the system's folder
  Json parameters = Json::object();    // review_interval, log_retention, …: text, number or boolean
  std::optional<std::string> excluded;  // the reason, when the provision is declared not to apply
  Place declared_at;
};

struct Endpoint {
  std::string name;
  std::string url;
  std::string exposure;  // internal, partners, public
  Place declared_at;
};

struct System {
  std::string name;
  std::string version;
  std::string scenario;            // chatbot, fraud-detection, llm-platform, open-access-llm,
                                   // hospital-chatbot, law-firm
  std::vector<std::string> roles;  // developer, system-operator, data-custodian
  std::vector<Person> people;
  std::vector<DeclaredAsset> assets;
  std::vector<Claim> declares;
  std::vector<Endpoint> endpoints;
  Json thresholds = Json::object();
  std::string digest;  // SHA-256 of the cupel.yaml it was read from, hex

  [[nodiscard]] const Claim* claim(std::string_view provision) const;
  [[nodiscard]] const Person* person(std::string_view name) const;
  // A parameter of a claim as text ("90 days"), or "".
  [[nodiscard]] std::string parameter(std::string_view provision, std::string_view key) const;
};

[[nodiscard]] Json to_json(const System& system);
[[nodiscard]] std::optional<System> system_from(const Json& json);
// The roster alone, as its owner signs it: names, roles and keys, sorted by name.
[[nodiscard]] Json roster_of(const System& system);

}  // namespace cupel
