// SPDX-License-Identifier: Apache-2.0
// read: a bill of materials that somebody else wrote → a Document, or what is wrong with it.
//
// CycloneDX 1.4 to 1.7 is held against its official grammar, SPDX 3.0.1 against its structure:
// every element has a type, an id and a creation, each id is one, and relationships lead to what
// exists. Whatever is wrong is told with its JSON pointer, and then there is no document: half a
// bill is none. Pure; hostile bytes are expected.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bom/bom.h"
#include "formats/json_schema.h"

namespace cupel::bom {

struct Reading {
  std::string format;  // "CycloneDX 1.6", "SPDX 3.0.1"; empty: it is neither
  std::optional<Document> document;
  std::vector<json_schema::Problem> problems;
};

[[nodiscard]] Reading read_bom(std::string_view text);

// The facts, edges and kind that properties of ours hold (see write.h); false: there are none.
using PropertyList = std::vector<std::pair<std::string, std::string>>;
bool take_properties(const PropertyList& properties, Component& component,
                     std::vector<Edge>& edges);

// The parts of read_bom(): the JSON is CycloneDX that keeps to its grammar.
[[nodiscard]] Document from_cyclonedx(const Json& json);
[[nodiscard]] Reading read_spdx(const Json& json);

}  // namespace cupel::bom
