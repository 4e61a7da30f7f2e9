// SPDX-License-Identifier: Apache-2.0
// The grammar of CycloneDX 1.4 to 1.7: the official schemas without their prose
// (catalogue/cyclonedx, made by tools/learn_cyclonedx.py), and what no schema can say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "formats/json_schema.h"

namespace cupel::bom {

// What is wrong with a document as CycloneDX of the version that it names; empty: it is valid.
// Beyond the schema: a version that is known, and each bom-ref once.
[[nodiscard]] std::vector<json_schema::Problem> check_cyclonedx(const Json& document);

// The schemas as they are built in, by the names they call each other; for a test.
[[nodiscard]] std::vector<std::pair<std::string, Json>> cyclonedx_schemas();

}  // namespace cupel::bom
