// SPDX-License-Identifier: Apache-2.0
// Trees of XGBoost, LightGBM and CatBoost: numbers and names, of which nothing is executed.
#include <algorithm>
#include <array>

#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kTrees;

namespace {

constexpr std::array<std::string_view, 4> kFormats = {"xgboost-json", "xgboost-ubj", "lightgbm",
                                                      "catboost"};

bool fits(const Layer& layer) {
  const auto* format = format_of(layer);
  return format != nullptr && std::ranges::find(kFormats, format->id) != kFormats.end();
}

void examine(const Layer& /*layer*/, Session& /*session*/) {}

}  // namespace

constinit const Examiner kTrees = {.id = "trees", .codes = {}, .fits = fits, .examine = examine};

}  // namespace cupel::scan
