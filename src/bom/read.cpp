// SPDX-License-Identifier: Apache-2.0
#include "bom/read.h"

#include "base/text.h"
#include "bom/cyclonedx_grammar.h"

namespace cupel::bom {
namespace {

constexpr JsonLimits kLimits = {.depth = 128, .values = 5'000'000};
constexpr std::string_view kOurs = "cupel:";
constexpr std::string_view kSeen = "seen:";

}  // namespace

bool take_properties(const PropertyList& properties, Component& component,
                     std::vector<Edge>& edges) {
  bool found = false;
  std::string* last_seen = nullptr;  // of the fact or edge that a "seen" property belongs to
  std::string last_key;
  std::vector<Edge> own;
  own.reserve(properties.size());  // pointers into both stay good
  component.facts.reserve(component.facts.size() + properties.size());
  for (const auto& [name, value] : properties) {
    if (!name.starts_with(kOurs)) continue;
    const auto rest = std::string_view(name).substr(kOurs.size());
    if (rest == "kind") {
      component.kind = kind_from(value).value_or(component.kind);
      found = true;
    } else if (rest == "ref" && !value.empty()) {
      component.ref = value;
    } else if (rest.starts_with(kSeen)) {
      if (last_seen != nullptr && rest.substr(kSeen.size()) == last_key) *last_seen = value;
    } else if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
      const auto truth = truth_from(rest.substr(0, colon));
      const auto key = rest.substr(colon + 1);
      if (!truth || key.empty() || value.empty()) continue;
      const auto relation = key.starts_with("edge:") ? relation_from(key.substr(5)) : std::nullopt;
      last_key = key;
      if (relation) {
        own.push_back({.from = component.ref,
                       .to = value,
                       .relation = *relation,
                       .truth = *truth,
                       .seen = {}});
        last_seen = &own.back().seen;
      } else {
        component.facts.push_back({std::string(key), value, *truth, {}});
        last_seen = &component.facts.back().seen;
      }
    }
  }
  edges.insert(edges.end(), own.begin(), own.end());
  return found;
}

Reading read_bom(std::string_view text) {
  Reading reading;
  auto json = read_json(text, kLimits);
  if (!json.value) {
    reading.problems.push_back({"", cat("is no JSON: ", json.problem, " at byte ", json.offset)});
    return reading;
  }
  if (json.value->has("@context") || json.value->has("@graph")) return read_spdx(*json.value);
  if (!json.value->has("bomFormat")) {
    reading.problems.push_back({"", "is neither CycloneDX (1.4 to 1.7) nor SPDX 3.0.1"});
    return reading;
  }
  reading.problems = check_cyclonedx(*json.value);
  reading.format = cat("CycloneDX ", printable((*json.value)["specVersion"].text(), 20));
  if (reading.problems.empty()) reading.document = from_cyclonedx(*json.value);
  return reading;
}

}  // namespace cupel::bom
