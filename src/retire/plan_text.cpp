// SPDX-License-Identifier: Apache-2.0
// The text of a plan, both ways.
#include <algorithm>
#include <array>

#include "base/json.h"
#include "retire/plan.h"

namespace cupel::retire {
namespace {

constexpr std::string_view kSchema = "cupel/retirement-plan/1";
constexpr std::array<std::string_view, 3> kActions = {"erase", "unlink", "by-hand"};

template <class T>
Json list_of(const std::vector<T>& items, Json (*one)(const T&)) {
  Json list = Json::array();
  for (const auto& item : items) list.add(one(item));
  return list;
}

Json item_json(const PlanItem& item) {
  return Json::object({{"action", to_text(item.action)},
                       {"names", Json::texts(item.names)},
                       {"sha256", item.sha256},
                       {"size_bytes", item.size_bytes},
                       {"why", item.why}});
}
PlanItem item_from(const Json& json) {
  const auto action = std::ranges::find(kActions, json["action"].text());
  PlanItem item{
      .action = static_cast<Action>(action == kActions.end()
                                        ? kActions.size() - 1
                                        : static_cast<std::size_t>(action - kActions.begin())),
      .names = {},
      .sha256 = json["sha256"].text(),
      .size_bytes =
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, json["size_bytes"].integer())),
      .why = json["why"].text()};
  for (const auto& name : json["names"].items()) item.names.push_back(name.text());
  return item;
}

Json asset_json(const RetiredAsset& asset) {
  return Json::object({{"name", asset.name},
                       {"kind", asset.kind},
                       {"sha256", asset.digest},
                       {"custodian", asset.custodian},
                       {"sensitivity", asset.sensitivity}});
}
Json url_json(const NamedUrl& endpoint) {
  return Json::object({{"name", endpoint.name}, {"url", endpoint.url}});
}
Json by_hand_json(const ByHand& item) {
  return Json::object({{"id", item.id}, {"what", item.what}});
}

std::vector<std::string> texts_from(const Json& json) {
  std::vector<std::string> texts;
  for (const auto& item : json.items()) texts.push_back(item.text());
  return texts;
}

RetirementPlan plan_from(const Json& json) {
  RetirementPlan plan;
  plan.system = json["system"]["name"].text();
  plan.system_version = json["system"]["version"].text();
  plan.recipient = json["transfer_to"].text();
  for (const auto& asset : json["assets"].items()) {
    plan.assets.push_back({.name = asset["name"].text(),
                           .kind = asset["kind"].text(),
                           .digest = asset["sha256"].text(),
                           .custodian = asset["custodian"].text(),
                           .sensitivity = asset["sensitivity"].text()});
  }
  for (const auto& item : json["items"].items()) plan.items.push_back(item_from(item));
  plan.derivatives = texts_from(json["derivatives"]);
  for (const auto& endpoint : json["endpoints"].items()) {
    plan.endpoints.push_back({.name = endpoint["name"].text(), .url = endpoint["url"].text()});
  }
  plan.keys = texts_from(json["keys"]);
  plan.vaults = texts_from(json["vaults"]);
  for (const auto& item : json["by_hand"].items()) {
    plan.by_hand.push_back({.id = item["id"].text(), .what = item["what"].text()});
  }
  plan.unseen = texts_from(json["unseen"]);
  return plan;
}

}  // namespace

std::string_view to_text(Action action) {
  return kActions[static_cast<std::size_t>(action)];
}

std::string text_of(const RetirementPlan& plan) {
  return Json::object(
             {{"schema", kSchema},
              {"system", Json::object({{"name", plan.system}, {"version", plan.system_version}})},
              {"transfer_to", plan.recipient.empty() ? Json() : Json(plan.recipient)},
              {"assets", list_of(plan.assets, asset_json)},
              {"items", list_of(plan.items, item_json)},
              {"derivatives", Json::texts(plan.derivatives)},
              {"endpoints", list_of(plan.endpoints, url_json)},
              {"keys", Json::texts(plan.keys)},
              {"vaults", Json::texts(plan.vaults)},
              {"by_hand", list_of(plan.by_hand, by_hand_json)},
              {"unseen", Json::texts(plan.unseen)}})
      .pretty();
}

std::optional<RetirementPlan> read_plan(std::string_view text) {
  const auto reading = read_json(text, {.depth = 8, .values = 10'000'000});
  if (!reading.value) return {};
  RetirementPlan plan = plan_from(*reading.value);
  const bool names = std::ranges::all_of(plan.items, [](const PlanItem& item) {
    return !item.names.empty() && std::ranges::none_of(item.names, &std::string::empty);
  });
  if (!names || text_of(plan) != text) return {};
  return plan;
}

}  // namespace cupel::retire
