// SPDX-License-Identifier: Apache-2.0
#include "bom/compare.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/text.h"

namespace cupel::bom {
namespace {

using Parts = std::map<std::string, std::vector<const Component*>>;
using Values = std::map<std::string, std::set<std::string>>;

// "pkg:pypi/numpy" of "pkg:pypi/numpy@2.2.6?extra".
std::string_view without_version(std::string_view purl) {
  const auto end = purl.find_first_of("?#");
  purl = purl.substr(0, end);
  const auto at = purl.rfind('@');
  const auto slash = purl.rfind('/');
  return at == std::string_view::npos || (slash != std::string_view::npos && at < slash)
             ? purl
             : purl.substr(0, at);
}

std::string identity_of(const Component& part) {
  const auto purl = part.value("purl");
  return cat(to_text(part.kind), " ",
             purl.empty() ? std::string_view(part.name) : without_version(purl));
}

Parts parts_of(const Document& document) {
  Parts parts;
  for (const auto& part : document.components) parts[identity_of(part)].push_back(&part);
  for (auto& [identity, same] : parts) {
    std::ranges::stable_sort(same, {},
                             [](const Component* part) { return part->value("version"); });
  }
  return parts;
}

Values values_of(const Component& part) {
  Values values;
  for (const auto& fact : part.facts) values[fact.key].insert(fact.value);
  return values;
}

std::string joined(const std::set<std::string>& values) {
  return join({values.begin(), values.end()}, ", ");
}

std::vector<FieldChange> fields_between(const Component& before, const Component& after) {
  const Values left = values_of(before);
  const Values right = values_of(after);
  std::set<std::string> keys;
  for (const auto& [key, values] : left) keys.insert(key);
  for (const auto& [key, values] : right) keys.insert(key);
  std::vector<FieldChange> fields;
  for (const auto& key : keys) {
    const auto one = left.find(key);
    const auto two = right.find(key);
    const auto old = one == left.end() ? std::string() : joined(one->second);
    const auto now = two == right.end() ? std::string() : joined(two->second);
    if (old != now) fields.push_back({.key = key, .before = old, .after = now});
  }
  return fields;
}

PartChange told(const Component& part) {
  return {.kind = part.kind,
          .name = part.name,
          .version = std::string(part.value("version")),
          .fields = {}};
}

void compare_part(const Component& before, const Component& after, Difference& difference) {
  auto fields = fields_between(before, after);
  if (fields.empty()) return;
  PartChange change = told(after);
  change.fields = std::move(fields);
  difference.changed.push_back(std::move(change));
}

// Several parts of one identity, such as two versions of a package: equal versions are pairs,
// what is left over is paired in its order.
void compare_twins(std::vector<const Component*> before, std::vector<const Component*> after,
                   Difference& difference) {
  for (auto one = before.begin(); one != before.end();) {
    const auto two = std::ranges::find_if(after, [&](const Component* part) {
      return part->value("version") == (*one)->value("version");
    });
    if (two == after.end()) {
      ++one;
      continue;
    }
    compare_part(**one, **two, difference);
    after.erase(two);
    one = before.erase(one);
  }
  const auto pairs = std::min(before.size(), after.size());
  for (std::size_t i = 0; i < pairs; ++i) compare_part(*before[i], *after[i], difference);
  for (std::size_t i = pairs; i < before.size(); ++i)
    difference.removed.push_back(told(*before[i]));
  for (std::size_t i = pairs; i < after.size(); ++i) difference.added.push_back(told(*after[i]));
}

std::set<EdgeChange> edges_of(const Document& document) {
  const auto name_of = [&](const std::string& ref) {
    const auto* part = document.find(ref);
    return part == nullptr || part->name.empty() ? ref : part->name;
  };
  std::set<EdgeChange> edges;
  for (const auto& edge : document.edges) {
    // The system itself may be called something else in the next release.
    const auto from =
        edge.from == document.system.ref ? std::string("the system") : name_of(edge.from);
    edges.insert({from, name_of(edge.to), edge.relation});
  }
  return edges;
}

Json to_json(const std::vector<PartChange>& parts, bool with_fields) {
  Json list = Json::array();
  for (const auto& part : parts) {
    Json json = Json::object({{"kind", to_text(part.kind)}, {"name", part.name}});
    if (!part.version.empty()) json.set("version", part.version);
    if (with_fields) {
      Json fields = Json::array();
      for (const auto& field : part.fields) {
        fields.add(
            Json::object({{"key", field.key}, {"before", field.before}, {"after", field.after}}));
      }
      json.set("fields", std::move(fields));
    }
    list.add(std::move(json));
  }
  return list;
}

Json to_json(const std::vector<EdgeChange>& edges) {
  Json list = Json::array();
  for (const auto& edge : edges) {
    list.add(
        Json::object({{"from", edge.from}, {"relation", to_text(edge.relation)}, {"to", edge.to}}));
  }
  return list;
}

}  // namespace

Difference compare(const Document& before, const Document& after) {
  Difference difference;
  compare_part(before.system, after.system, difference);
  const Parts left = parts_of(before);
  Parts right = parts_of(after);
  for (const auto& [identity, parts] : left) {
    compare_twins(parts, right[identity], difference);
    right.erase(identity);
  }
  for (const auto& [identity, parts] : right) compare_twins({}, parts, difference);
  const auto old = edges_of(before);
  const auto now = edges_of(after);
  std::ranges::set_difference(now, old, std::back_inserter(difference.edges_added));
  std::ranges::set_difference(old, now, std::back_inserter(difference.edges_removed));
  return difference;
}

Json to_json(const Difference& difference) {
  return Json::object({{"added", to_json(difference.added, false)},
                       {"removed", to_json(difference.removed, false)},
                       {"changed", to_json(difference.changed, true)},
                       {"edges_added", to_json(difference.edges_added)},
                       {"edges_removed", to_json(difference.edges_removed)}});
}

}  // namespace cupel::bom
