// SPDX-License-Identifier: Apache-2.0
// trees: what the formats of boosted trees share: numbers that predictors written in C++ follow
// without asking, so each is held against what there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/examiner.h"

namespace cupel::scan {

// TRE001: the model leads its predictor out of itself.
void tell_tree(const Layer& layer, Session& session, std::string_view what,
               std::string_view pointer, Span span = {});

// Why following the children from the root leaves the tree or never ends; "" when it does not.
// -1 is no child.
[[nodiscard]] std::string walk_tree(const std::vector<std::int64_t>& left,
                                    const std::vector<std::int64_t>& right);

void examine_xgboost_json(const Layer& layer, Session& session);
void examine_xgboost_ubjson(const Layer& layer, Session& session);
void examine_lightgbm(const Layer& layer, Session& session);
void examine_catboost(const Layer& layer, Session& session);

}  // namespace cupel::scan
