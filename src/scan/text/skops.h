// SPDX-License-Identifier: Apache-2.0
// skops: schema.json of a skops file, a tree of nodes that name the class that each is made of.
#pragma once

#include <string_view>

#include "formats/loose_json.h"
#include "scan/examiner.h"

namespace cupel::scan::skops {

[[nodiscard]] bool may_be_skops(std::string_view text);
// What loading would import, judged as the same names are in a pickle.
void examine_nodes(const Layer& layer, Session& session, const loose_json::Document& document);

}  // namespace cupel::scan::skops
