// SPDX-License-Identifier: Apache-2.0
// bom: the bill of materials of an AI system: what it is made of, how the parts hang together, and
// for each thing said of a part how it is known.
//
//   System + Inventory + what model files state + dependency files
//        │ build()                        read_bom() ← CycloneDX 1.4 to 1.7, SPDX 3.0.1 (hostile)
//        ▼                                   │
//     Document  ◄────────────────────────────┘
//        │ write_cyclonedx(), write_spdx(), score(), compare()
//
// All of it is pure: the same input gives the same bytes. A Fact is *verified* (a signature over
// these bytes holds), *observed* (in the bytes themselves), *declared* (somebody says so: the
// description, or a text inside of a file) or *inferred* (follows from other facts).
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace cupel::bom {

enum class Truth { verified, observed, declared, inferred };
[[nodiscard]] std::string_view to_text(Truth truth);
[[nodiscard]] std::optional<Truth> truth_from(std::string_view text);

struct Fact {
  std::string key;    // "architecture"; docs/bom.md lists them
  std::string value;  // never empty
  Truth truth = Truth::declared;
  std::string seen;  // "models/chat.gguf", "cupel.yaml:12", "service/requirements.txt:3"
  auto operator<=>(const Fact&) const = default;
};

enum class Kind {
  system,
  model,
  dataset,
  prompt,
  configuration,
  endpoint,
  document,
  code,
  package,
  file,
  other
};
[[nodiscard]] std::string_view to_text(Kind kind);
[[nodiscard]] std::optional<Kind> kind_from(std::string_view text);

struct Component {
  std::string ref;  // one in the document: "asset/fraud-model", "package/pypi/numpy@2.2.6"
  Kind kind = Kind::other;
  std::string name = {};
  std::vector<Fact> facts = {};

  // The value of the first fact of that key, or "".
  [[nodiscard]] std::string_view value(std::string_view key) const;
  [[nodiscard]] const Fact* fact(std::string_view key) const;
  [[nodiscard]] std::vector<const Fact*> all(std::string_view key) const;
  void add(std::string_view key, std::string_view value, Truth truth, std::string_view seen);
  bool operator==(const Component&) const = default;
};

enum class Relation { depends_on, contains, trained_on, derived_from, described_by };
[[nodiscard]] std::string_view to_text(Relation relation);
[[nodiscard]] std::optional<Relation> relation_from(std::string_view text);

struct Edge {
  std::string from;  // refs
  std::string to;
  Relation relation = Relation::depends_on;
  Truth truth = Truth::declared;
  std::string seen;
  auto operator<=>(const Edge&) const = default;
};

struct Document {
  Component system;
  std::vector<Component> components;  // sorted by ref
  std::vector<Edge> edges;            // sorted
  std::vector<std::string> gaps;      // what is not in it, and why; empty: nothing was left out
  std::string tool;                   // "cupel 0.0.3": what wrote it
  Timestamp created;

  // The system or a component; null when there is none.
  [[nodiscard]] const Component* find(std::string_view ref) const;
  // The edges that begin at a part. REQUIRES: in order.
  [[nodiscard]] std::span<const Edge> edges_from(std::string_view ref) const;
  bool operator==(const Document&) const = default;
};

// Components and edges in their order, without twins.
void put_in_order(Document& document);

}  // namespace cupel::bom
