// SPDX-License-Identifier: Apache-2.0
#include "formats/osv.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "formats/dependencies.h"
#include "formats/package_version.h"

namespace cupel::osv {
namespace {

constexpr JsonLimits kLimits = {.depth = 32, .values = 1'000'000};
constexpr std::size_t kEvents = 10'000;  // of one range

constexpr auto kEventNames = std::to_array<std::pair<std::string_view, EventKind>>(
    {{"introduced", EventKind::introduced},
     {"fixed", EventKind::fixed},
     {"last_affected", EventKind::last_affected},
     {"limit", EventKind::limit}});

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> texts;
  for (const auto& item : list.items()) {
    if (item.is_text()) texts.push_back(item.text());
  }
  return texts;
}

// Why a range cannot be used; "" when it can.
std::string read_range(const Json& json, Range& range) {
  range.type = json["type"].text();
  if (range.type != "SEMVER" && range.type != "ECOSYSTEM" && range.type != "GIT") {
    return "a range of a type that is not known";
  }
  const auto& events = json["events"].items();
  if (events.empty() || events.size() > kEvents) return "a range without events, or with too many";
  for (const auto& event : events) {
    if (!event.is_object() || event.members().empty()) return "an event that is none";
    for (const auto& [key, value] : event.members()) {
      const auto* const known =
          std::ranges::find(kEventNames, key, &std::pair<std::string_view, EventKind>::first);
      if (known == kEventNames.end() || value.text().empty()) return "an event that is not known";
      range.events.push_back({.kind = known->second, .version = value.text()});
    }
  }
  return {};
}

std::string read_affected(const Json& json, Affected& affected) {
  const Json& package = json["package"];
  affected.ecosystem = package["ecosystem"].text();
  affected.name = package["name"].text();
  affected.versions = texts_of(json["versions"]);
  for (const auto& each : json["ranges"].items()) {
    Range range;
    if (auto problem = read_range(each, range); !problem.empty()) return problem;
    affected.ranges.push_back(std::move(range));
  }
  return {};
}

using Order = std::optional<std::weak_ordering>;

// "0" stands before every version.
Order compare(const Affected& affected, const Range& range, std::string_view a,
              std::string_view b) {
  if (a == b) return std::weak_ordering::equivalent;
  if (a == "0") return std::weak_ordering::less;
  if (b == "0") return std::weak_ordering::greater;
  return range.type == "SEMVER" ? compare_semver(a, b) : compare_versions(affected.ecosystem, a, b);
}

Answer in_range(const Affected& affected, const Range& range, std::string_view version) {
  std::vector<const Event*> events;
  for (const auto& event : range.events) {
    if (event.kind != EventKind::limit) events.push_back(&event);
    if (!compare(affected, range, version, event.version)) return Answer::unknown;
  }
  bool ordered = true;
  std::ranges::stable_sort(events, [&](const Event* a, const Event* b) {
    const auto order = compare(affected, range, a->version, b->version);
    ordered = ordered && order.has_value();
    return order && *order < 0;
  });
  if (!ordered) return Answer::unknown;
  bool hit = false;
  for (const auto* event : events) {
    const auto order = *compare(affected, range, version, event->version);
    if (event->kind == EventKind::introduced && order >= 0) hit = true;
    if (event->kind == EventKind::fixed && order >= 0) hit = false;
    if (event->kind == EventKind::last_affected && order > 0) hit = false;
  }
  return hit ? Answer::yes : Answer::no;
}

}  // namespace

Reading read(std::string_view text) {
  const auto reading = read_json(text, kLimits);
  if (!reading.value) return {{}, cat("is no JSON: ", reading.problem)};
  const Json& json = *reading.value;
  Record record{.id = json["id"].text(),
                .modified = json["modified"].text(),
                .published = json["published"].text(),
                .withdrawn = json.has("withdrawn"),
                .aliases = texts_of(json["aliases"]),
                .summary = json["summary"].text(),
                .severity = json["database_specific"]["severity"].text(),
                .affected = {}};
  if (record.id.empty() || record.modified.empty()) return {{}, "is no OSV record: no id or time"};
  if (!json["affected"].is_null() && !json["affected"].is_array()) {
    return {{}, "is no OSV record: `affected` is no list"};
  }
  for (const auto& each : json["affected"].items()) {
    Affected affected;
    if (auto problem = read_affected(each, affected); !problem.empty()) {
      return {{}, cat("has ", problem)};
    }
    record.affected.push_back(std::move(affected));
  }
  return {std::move(record), {}};
}

std::string plain_name(std::string_view ecosystem, std::string_view name) {
  return ecosystem == "PyPI" ? dependencies::plain_name(name) : std::string(name);
}

Answer affects(const Affected& affected, std::string_view version) {
  for (const auto& each : affected.versions) {
    const auto order = compare_versions(affected.ecosystem, each, version);
    if (each == version || (order && *order == 0)) return Answer::yes;
  }
  bool looked = !affected.versions.empty();
  // A version that its own ecosystem cannot read is equal to none, and still may be affected.
  bool unknown = looked && !compare_versions(affected.ecosystem, version, version);
  for (const auto& range : affected.ranges) {
    if (range.type == "GIT") continue;  // commits: the package's versions say it otherwise
    looked = true;
    const Answer answer = in_range(affected, range, version);
    if (answer == Answer::yes) return Answer::yes;
    unknown = unknown || answer == Answer::unknown;
  }
  return unknown || !looked ? Answer::unknown : Answer::no;
}

std::string fixed_in(const Affected& affected, std::string_view version) {
  std::string best;
  for (const auto& range : affected.ranges) {
    if (range.type == "GIT") continue;
    for (const auto& event : range.events) {
      if (event.kind != EventKind::fixed) continue;
      const auto later = compare(affected, range, event.version, version);
      if (!later || *later <= 0) continue;
      const auto lower_one = best.empty() ? Order(std::weak_ordering::less)
                                          : compare(affected, range, event.version, best);
      if (lower_one && *lower_one < 0) best = event.version;
    }
  }
  return best;
}

}  // namespace cupel::osv
