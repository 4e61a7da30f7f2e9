// SPDX-License-Identifier: Apache-2.0
// Provision: one numbered requirement of ETSI EN 304 223 V2.1.1, in our own words;
// TestUnit: the smallest thing that is judged for it; Catalogue: all of both.
//
// The standard's sentences are ETSI's and do not stand here: ids, our paraphrase, a link.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cupel {

enum class Level { shall, should };
[[nodiscard]] std::string_view to_text(Level level);

// How a provision can be decided at all (design/contract: "Evidence and verdicts").
enum class ProvisionKind { technical, hybrid, organisational };
[[nodiscard]] std::string_view to_text(ProvisionKind kind);

struct Principle {
  std::string id;  // "5.2.4"
  int number = 0;  // 1 to 13
  std::string title;
  std::string phase;  // "development"
};

struct Provision {
  std::string id;         // "5.2.4-1.2"
  std::string principle;  // "5.2.4"
  std::string title;      // a few words of ours
  Level level = Level::shall;
  ProvisionKind kind = ProvisionKind::technical;
  std::string phase;  // design, development, deployment, maintenance, end-of-life
  std::vector<std::string>
      roles;  // who bears it: developer, system-operator, data-custodian, organisation, end-user
  std::string requirement;      // our paraphrase
  std::string condition;        // when it binds; empty when always
  bool conditional = false;     // a machine-visible condition may make it not applicable
  std::string beyond_software;  // hybrid only: why no functional unit can exist; empty when one can
  // What the provision asks and no test unit of this version looks at. While there is
  // anything here, the best verdict is inconclusive: never a pass for what was not seen.
  std::vector<std::string> not_looked_at;
  std::vector<std::string> checkable;
  std::vector<std::string> threats;
  std::string guide;
  std::vector<std::pair<std::string, std::string>> guide_by_scenario;
  std::string code_of_practice;  // number in the UK Code of Practice
  std::string digest;  // SHA-256 of this entry's canonical JSON, hex: the "requirement digest"
};

enum class UnitKind { conceptual, functional };
[[nodiscard]] std::string_view to_text(UnitKind kind);

// How a unit's observations become its verdict. Each is spelled out in docs/verdicts.md.
enum class Rule {
  clean,     // pass when everything was examined and no diagnostic of the unit's codes stands
  attested,  // clean, and a person of the roster with a fitting role has signed what was examined
};

// A test unit is a fact of the check that feeds it; constant, so views are of literals.
struct TestUnit {
  std::string_view id;         // "5.2.3-1/pickle-imports": never reused
  std::string_view provision;  // "5.2.3-1"
  UnitKind kind = UnitKind::functional;
  Rule rule = Rule::clean;
  std::string_view check;      // "artifact.pickle-imports"
  std::string_view criterion;  // what must hold, one sentence
  std::span<const std::string_view> codes =
      {};  // the codes that count; empty: every code of the check
};

struct Catalogue {
  std::vector<Principle> principles;  // 13, in order
  std::vector<Provision> provisions;  // 72, in order
  std::vector<TestUnit> units;        // in the order of the checks
  std::string digest;                 // SHA-256 over all of it: what a cycle is locked to

  [[nodiscard]] const Provision* find(std::string_view id) const;
};

// The principles and provisions of catalogue/provisions.json, without units and
// digests. Nothing when the text is not such a file.
[[nodiscard]] std::optional<Catalogue> catalogue_from(const Json& json);

[[nodiscard]] Json to_json(const TestUnit& unit);
[[nodiscard]] Json to_json(const Provision& provision);  // without digest

}  // namespace cupel
