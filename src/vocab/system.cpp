// SPDX-License-Identifier: Apache-2.0
#include "vocab/system.h"

#include <algorithm>

namespace cupel {
namespace {

std::vector<std::string> texts_of(const Json& array) {
  std::vector<std::string> texts;
  for (const auto& item : array.items()) texts.push_back(item.text());
  return texts;
}

Json to_json(const Person& person) {
  return Json::object({{"name", person.name},
                       {"roles", Json::texts(person.roles)},
                       {"public_key", person.public_key},
                       {"declared_at", to_json(person.declared_at)}});
}

Json to_json(const Claim& claim) {
  Json json = Json::object({{"provision", claim.provision},
                            {"claim", claim.claim},
                            {"owner", claim.owner},
                            {"documents", Json::texts(claim.documents)},
                            {"parameters", claim.parameters},
                            {"declared_at", to_json(claim.declared_at)}});
  if (claim.excluded) json.set("excluded", *claim.excluded);
  return json;
}

Json to_json(const Endpoint& endpoint) {
  return Json::object({{"name", endpoint.name},
                       {"url", endpoint.url},
                       {"exposure", endpoint.exposure},
                       {"declared_at", to_json(endpoint.declared_at)}});
}

Place place_of(const Json& json) {
  return place_from(json["declared_at"]).value_or(Place{});
}

}  // namespace

bool Person::has_role(std::string_view role) const {
  return std::ranges::find(roles, role) != roles.end();
}

const Claim* System::claim(std::string_view provision) const {
  const auto found = std::ranges::find(declares, provision, &Claim::provision);
  return found == declares.end() ? nullptr : &*found;
}

const Person* System::person(std::string_view wanted) const {
  const auto found = std::ranges::find(people, wanted, &Person::name);
  return found == people.end() ? nullptr : &*found;
}

std::string System::parameter(std::string_view provision, std::string_view key) const {
  const Claim* found = claim(provision);
  return found == nullptr ? std::string() : found->parameters[key].text();
}

Json to_json(const System& system) {
  Json::Array people;
  for (const auto& person : system.people) people.push_back(to_json(person));
  Json::Array assets;
  for (const auto& asset : system.assets) assets.push_back(to_json(asset));
  Json::Array claims;
  for (const auto& claim : system.declares) claims.push_back(to_json(claim));
  Json::Array endpoints;
  for (const auto& endpoint : system.endpoints) endpoints.push_back(to_json(endpoint));
  return Json::object({{"name", system.name},
                       {"version", system.version},
                       {"scenario", system.scenario},
                       {"roles", Json::texts(system.roles)},
                       {"people", std::move(people)},
                       {"assets", std::move(assets)},
                       {"declares", std::move(claims)},
                       {"endpoints", std::move(endpoints)},
                       {"thresholds", system.thresholds},
                       {"digest", system.digest}});
}

std::optional<System> system_from(const Json& json) {
  if (!json["name"].is_text() || !json["assets"].is_array()) return {};
  System system{.name = json["name"].text(),
                .version = json["version"].text(),
                .scenario = json["scenario"].text(),
                .roles = texts_of(json["roles"]),
                .people = {},
                .assets = {},
                .declares = {},
                .endpoints = {},
                .thresholds = json["thresholds"],
                .digest = json["digest"].text()};
  for (const auto& item : json["people"].items()) {
    system.people.push_back({.name = item["name"].text(),
                             .roles = texts_of(item["roles"]),
                             .public_key = item["public_key"].text(),
                             .declared_at = place_of(item)});
  }
  for (const auto& item : json["assets"].items()) {
    auto asset = declared_asset_from(item);
    if (!asset) return {};
    system.assets.push_back(std::move(*asset));
  }
  for (const auto& item : json["declares"].items()) {
    Claim claim{.provision = item["provision"].text(),
                .claim = item["claim"].text(),
                .owner = item["owner"].text(),
                .documents = texts_of(item["documents"]),
                .parameters = item["parameters"],
                .excluded = {},
                .declared_at = place_of(item)};
    if (item["excluded"].is_text()) claim.excluded = item["excluded"].text();
    system.declares.push_back(std::move(claim));
  }
  for (const auto& item : json["endpoints"].items()) {
    system.endpoints.push_back({.name = item["name"].text(),
                                .url = item["url"].text(),
                                .exposure = item["exposure"].text(),
                                .declared_at = place_of(item)});
  }
  return system;
}

Json roster_of(const System& system) {
  std::vector<const Person*> order;
  order.reserve(system.people.size());
  for (const auto& person : system.people) order.push_back(&person);
  std::ranges::sort(order, {}, &Person::name);
  Json::Array people;
  for (const Person* person : order) {
    auto roles = person->roles;
    std::ranges::sort(roles);
    people.push_back(Json::object({{"name", person->name},
                                   {"roles", Json::texts(roles)},
                                   {"public_key", person->public_key}}));
  }
  return Json::object({{"people", std::move(people)}, {"system", system.name}});
}

}  // namespace cupel
