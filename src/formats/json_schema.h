// SPDX-License-Identifier: Apache-2.0
// JSON schema: does a document keep to a schema of draft-07?
//
// The keywords that the schemas of CycloneDX use, as draft-07 means them (what stands beside a
// "$ref" is ignored), with `format` as a demand. Schemas are ours, documents are hostile: the work
// is bounded, and a document that needs more is told as a problem, never as valid.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cupel::json_schema {

struct Problem {
  std::string pointer;  // RFC 6901, of the value that is wrong
  std::string what;     // "is not one of MD5, SHA-1, SHA-256 …"
};

// The schema of that name ("spdx.schema.json"), or null when there is none.
using Library = std::function<const Json*(std::string_view name)>;

struct Limits {
  std::uint64_t steps = 20'000'000;  // schemas held against values
  std::size_t problems = 100;        // told
};

// Empty: the document keeps to the schema.
[[nodiscard]] std::vector<Problem> validate(const Json& document, std::string_view schema,
                                            const Library& library, const Limits& limits = {});

// Keywords, formats and patterns of a schema that validate() does not know: it would pass over
// them in silence, so a schema that has any may not ship.
[[nodiscard]] std::vector<std::string> not_understood(const Json& schema);

}  // namespace cupel::json_schema
