// SPDX-License-Identifier: Apache-2.0
#include "vocab/provision.h"

#include <algorithm>

namespace cupel {
namespace {

std::vector<std::string> texts_of(const Json& array) {
  std::vector<std::string> texts;
  for (const auto& item : array.items()) texts.push_back(item.text());
  return texts;
}

std::optional<ProvisionKind> kind_from(std::string_view text) {
  for (const auto kind :
       {ProvisionKind::technical, ProvisionKind::hybrid, ProvisionKind::organisational}) {
    if (to_text(kind) == text) return kind;
  }
  return {};
}

std::optional<Provision> provision_from(const Json& json) {
  const auto kind = kind_from(json["kind"].text());
  const std::string& level = json["level"].text();
  if (!kind || (level != "shall" && level != "should") || json["id"].text().empty()) return {};
  Provision provision{.id = json["id"].text(),
                      .principle = json["principle"].text(),
                      .title = json["title"].text(),
                      .level = level == "shall" ? Level::shall : Level::should,
                      .kind = *kind,
                      .phase = json["phase"].text(),
                      .roles = texts_of(json["roles"]),
                      .requirement = json["requirement"].text(),
                      .condition = json["condition"].text(),
                      .conditional = json["conditional"].boolean(),
                      .beyond_software = json["beyond_software"].text(),
                      .not_looked_at = texts_of(json["not_looked_at"]),
                      .checkable = texts_of(json["checkable"]),
                      .threats = texts_of(json["threats"]),
                      .guide = json["guide"].text(),
                      .guide_by_scenario = {},
                      .code_of_practice = json["code_of_practice"].text(),
                      .digest = {}};
  for (const auto& [scenario, note] : json["guide_by_scenario"].members()) {
    provision.guide_by_scenario.emplace_back(scenario, note.text());
  }
  return provision;
}

}  // namespace

std::string_view to_text(Level level) {
  return level == Level::shall ? "shall" : "should";
}

std::string_view to_text(ProvisionKind kind) {
  switch (kind) {
    case ProvisionKind::technical:
      return "technical";
    case ProvisionKind::hybrid:
      return "hybrid";
    case ProvisionKind::organisational:
      return "organisational";
  }
  return {};
}

std::string_view to_text(UnitKind kind) {
  return kind == UnitKind::conceptual ? "conceptual" : "functional";
}

const Provision* Catalogue::find(std::string_view id) const {
  const auto found = std::ranges::find(provisions, id, &Provision::id);
  return found == provisions.end() ? nullptr : &*found;
}

std::optional<Catalogue> catalogue_from(const Json& json) {
  Catalogue catalogue;
  for (const auto& item : json["principles"].items()) {
    catalogue.principles.push_back({.id = item["id"].text(),
                                    .number = static_cast<int>(item["number"].integer()),
                                    .title = item["title"].text(),
                                    .phase = item["phase"].text()});
  }
  for (const auto& item : json["provisions"].items()) {
    auto provision = provision_from(item);
    if (!provision) return {};
    catalogue.provisions.push_back(std::move(*provision));
  }
  if (catalogue.principles.empty() || catalogue.provisions.empty()) return {};
  return catalogue;
}

Json to_json(const TestUnit& unit) {
  Json::Array codes;
  for (const auto code : unit.codes) codes.emplace_back(code);
  return Json::object({{"id", unit.id},
                       {"provision", unit.provision},
                       {"kind", to_text(unit.kind)},
                       {"rule", unit.rule == Rule::clean ? "clean" : "attested"},
                       {"check", unit.check},
                       {"criterion", unit.criterion},
                       {"codes", std::move(codes)}});
}

Json to_json(const Provision& provision) {
  Json guides = Json::object();
  for (const auto& [scenario, note] : provision.guide_by_scenario) guides.set(scenario, note);
  return Json::object({{"id", provision.id},
                       {"principle", provision.principle},
                       {"title", provision.title},
                       {"level", to_text(provision.level)},
                       {"kind", to_text(provision.kind)},
                       {"phase", provision.phase},
                       {"roles", Json::texts(provision.roles)},
                       {"requirement", provision.requirement},
                       {"condition", provision.condition},
                       {"conditional", provision.conditional},
                       {"beyond_software", provision.beyond_software},
                       {"not_looked_at", Json::texts(provision.not_looked_at)},
                       {"checkable", Json::texts(provision.checkable)},
                       {"threats", Json::texts(provision.threats)},
                       {"guide", provision.guide},
                       {"guide_by_scenario", std::move(guides)},
                       {"code_of_practice", provision.code_of_practice}});
}

}  // namespace cupel
