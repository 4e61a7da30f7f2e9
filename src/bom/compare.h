// SPDX-License-Identifier: Apache-2.0
// compare: what changed between two bills of materials.
//
// Parts are the same part when kind and package URL (without its version) or name agree; refs
// and the order of things do not count, and neither does how a fact is known. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "bom/bom.h"

namespace cupel::bom {

struct FieldChange {
  std::string key;     // "version", "sha256", "licence" …
  std::string before;  // several values joined by ", "; empty: there was none
  std::string after;
};

struct PartChange {
  Kind kind = Kind::other;
  std::string name;
  std::string version;              // of what was added or removed
  std::vector<FieldChange> fields;  // of what changed
};

struct EdgeChange {
  std::string from;  // names of parts
  std::string to;
  Relation relation = Relation::depends_on;
  auto operator<=>(const EdgeChange&) const = default;
};

struct Difference {
  std::vector<PartChange> added;
  std::vector<PartChange> removed;
  std::vector<PartChange> changed;
  std::vector<EdgeChange> edges_added;
  std::vector<EdgeChange> edges_removed;

  [[nodiscard]] bool is_empty() const {
    return added.empty() && removed.empty() && changed.empty() && edges_added.empty() &&
           edges_removed.empty();
  }
};

[[nodiscard]] Difference compare(const Document& before, const Document& after);
[[nodiscard]] Json to_json(const Difference& difference);

}  // namespace cupel::bom
