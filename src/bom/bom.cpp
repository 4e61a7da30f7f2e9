// SPDX-License-Identifier: Apache-2.0
#include "bom/bom.h"

#include <algorithm>
#include <array>
#include <optional>

namespace cupel::bom {
namespace {

constexpr std::array<std::string_view, 4> kTruths = {"verified", "observed", "declared",
                                                     "inferred"};
constexpr std::array<std::string_view, 11> kKinds = {
    "system",   "model", "dataset", "prompt", "configuration", "endpoint",
    "document", "code",  "package", "file",   "other"};
constexpr std::array<std::string_view, 5> kRelations = {"depends-on", "contains", "trained-on",
                                                        "derived-from", "described-by"};

template <class Enum, std::size_t N>
std::optional<Enum> one_of(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto* const found = std::ranges::find(names, text);
  if (found == names.end()) return {};
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_text(Truth truth) {
  return kTruths.at(static_cast<std::size_t>(truth));
}
std::optional<Truth> truth_from(std::string_view text) {
  return one_of<Truth>(kTruths, text);
}
std::string_view to_text(Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}
std::optional<Kind> kind_from(std::string_view text) {
  return one_of<Kind>(kKinds, text);
}
std::string_view to_text(Relation relation) {
  return kRelations.at(static_cast<std::size_t>(relation));
}
std::optional<Relation> relation_from(std::string_view text) {
  return one_of<Relation>(kRelations, text);
}

const Fact* Component::fact(std::string_view key) const {
  const auto found = std::ranges::find(facts, key, &Fact::key);
  return found == facts.end() ? nullptr : &*found;
}

std::string_view Component::value(std::string_view key) const {
  const Fact* found = fact(key);
  return found == nullptr ? std::string_view() : std::string_view(found->value);
}

std::vector<const Fact*> Component::all(std::string_view key) const {
  std::vector<const Fact*> found;
  for (const auto& each : facts) {
    if (each.key == key) found.push_back(&each);
  }
  return found;
}

void Component::add(std::string_view key, std::string_view value, Truth truth,
                    std::string_view seen) {
  if (value.empty()) return;
  Fact fact{std::string(key), std::string(value), truth, std::string(seen)};
  if (std::ranges::find(facts, fact) == facts.end()) facts.push_back(std::move(fact));
}

const Component* Document::find(std::string_view ref) const {
  if (system.ref == ref) return &system;
  const auto found = std::ranges::lower_bound(components, ref, {}, &Component::ref);
  return found != components.end() && found->ref == ref ? &*found : nullptr;
}

std::span<const Edge> Document::edges_from(std::string_view ref) const {
  const auto found = std::ranges::equal_range(edges, ref, {}, &Edge::from);
  return {found.begin(), found.end()};
}

void put_in_order(Document& document) {
  std::ranges::stable_sort(document.components, {}, &Component::ref);
  const auto twins = std::ranges::unique(document.components, {}, &Component::ref);
  document.components.erase(twins.begin(), twins.end());
  std::ranges::sort(document.edges);
  const auto same = std::ranges::unique(document.edges, [](const Edge& a, const Edge& b) {
    return a.from == b.from && a.to == b.to && a.relation == b.relation;
  });
  document.edges.erase(same.begin(), same.end());
}

}  // namespace cupel::bom
