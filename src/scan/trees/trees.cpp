// SPDX-License-Identifier: Apache-2.0
// Trees of XGBoost, LightGBM and CatBoost: numbers and names, of which nothing is executed; but
// predictors follow the numbers.
#include "scan/trees/trees.h"

#include <array>

#include "base/text.h"

namespace cupel::scan {

extern const Examiner kTrees;

namespace {

constexpr std::array<std::string_view, 3> kCodes = {"TRE001", "TXT001", "TXT002"};

struct Kind {
  std::string_view format;
  void (*examine)(const Layer& layer, Session& session);
};
constexpr std::array<Kind, 4> kKinds = {{{"xgboost-json", examine_xgboost_json},
                                         {"xgboost-ubj", examine_xgboost_ubjson},
                                         {"lightgbm", examine_lightgbm},
                                         {"catboost", examine_catboost}}};

const Kind* kind_of(const Layer& layer) {
  const auto* format = format_of(layer);
  if (format == nullptr) return nullptr;
  for (const auto& kind : kKinds) {
    if (kind.format == format->id) return &kind;
  }
  return nullptr;
}

bool fits(const Layer& layer) {
  return kind_of(layer) != nullptr;
}

void examine(const Layer& layer, Session& session) {
  kind_of(layer)->examine(layer, session);
}

}  // namespace

void tell_tree(const Layer& layer, Session& session, std::string_view what,
               std::string_view pointer, Span span) {
  Place place = layer.place();
  if (span.end != 0) place.span = span;
  place.pointer = std::string(pointer);
  session.tell(layer, {.code = "TRE001",
                       .severity = Severity::high,
                       .title = cat(quote(layer.name()), ": ", what),
                       .place = std::move(place),
                       .notes = {"predictors are written in C++ and follow such numbers unasked"},
                       .help = "get the file again from where it was made, and compare digests"});
}

std::string walk_tree(const std::vector<std::int64_t>& left,
                      const std::vector<std::int64_t>& right) {
  const auto count = left.size();
  if (count == 0) return "a tree has no nodes";
  std::vector<bool> seen(count);
  std::vector<std::size_t> open{0};
  seen[0] = true;
  while (!open.empty()) {
    const auto node = open.back();
    open.pop_back();
    for (const auto child : {left[node], right[node]}) {
      if (child == -1) continue;
      if (child < 0 || static_cast<std::uint64_t>(child) >= count) {
        return cat("node ", node, " leads to node ", child, " of ", count);
      }
      const auto next = static_cast<std::size_t>(child);
      if (seen[next]) return cat("node ", next, " is reached twice: following it may never end");
      seen[next] = true;
      open.push_back(next);
    }
    if ((left[node] == -1) != (right[node] == -1)) return cat("node ", node, " has one child only");
  }
  return {};
}

constinit const Examiner kTrees = {
    .id = "trees", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
