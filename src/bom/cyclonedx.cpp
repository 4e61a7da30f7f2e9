// SPDX-License-Identifier: Apache-2.0
// CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "bom/write.h"

namespace cupel::bom {
namespace {

std::string_view type_of(Kind kind) {
  switch (kind) {
    case Kind::model:
      return "machine-learning-model";
    case Kind::dataset:
    case Kind::prompt:
    case Kind::configuration:
      return "data";
    case Kind::package:
      return "library";
    case Kind::document:
    case Kind::file:
    case Kind::other:
      return "file";
    case Kind::system:
    case Kind::code:
    case Kind::endpoint:
      break;
  }
  return "application";
}

Json texts_of(const Component& component, std::string_view key) {
  Json values = Json::array();
  std::set<std::string_view> known;
  for (const auto* fact : component.all(key)) {
    if (known.insert(fact->value).second) values.add(fact->value);
  }
  return values;
}

// Sets a member unless there is nothing to say.
void set_text(Json& json, std::string_view key, std::string_view value) {
  if (!value.empty()) json.set(key, value);
}
void set_items(Json& json, std::string_view key, Json values) {
  if (!values.items().empty() || !values.members().empty()) json.set(key, std::move(values));
}

Json licences_of(const Component& component) {
  Json licences = Json::array();
  std::set<std::string> known;
  for (const auto* fact : component.all("licence")) {
    const auto id = spdx_licence(fact->value);
    if (!known.insert(id.empty() ? fact->value : id).second) continue;
    Json licence = id.empty() ? Json::object({{"name", fact->value}}) : Json::object({{"id", id}});
    licence.set("acknowledgement", "declared");
    licences.add(Json::object({{"license", std::move(licence)}}));
  }
  return licences;
}

Json hashes_of(const Component& component) {
  Json hashes = Json::array();
  const auto sha256 = component.value("sha256");
  if (sha256.size() == 64 && component.kind != Kind::system) {
    hashes.add(Json::object({{"alg", "SHA-256"}, {"content", sha256}}));
  }
  return hashes;
}

Json references_of(const Component& component) {
  constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"card", "model-card"},
       {"source", "distribution"},
       {"url", "website"},
       {"security_contact", "rfc-9116"}});
  Json references = Json::array();
  for (const auto& [key, type] : kTypes) {
    for (const auto* fact : component.all(key)) {
      // A source may be told in words: only what looks like an address is one.
      if (key == "source" && fact->value.find("://") == std::string::npos) continue;
      references.add(Json::object({{"type", type}, {"url", as_uri(fact->value)}}));
    }
  }
  return references;
}

Json properties_json(const Document& document, const Component& component) {
  Json properties = Json::array();
  for (const auto& [name, value] : properties_of(document, component)) {
    properties.add(Json::object({{"name", name}, {"value", value}}));
  }
  return properties;
}

Json formats_of(const Component& component, std::string_view key) {
  Json formats = Json::array();
  for (const auto* fact : component.all(key)) {
    formats.add(Json::object({{"format", fact->value}}));
  }
  return formats;
}

Json metrics_of(const Component& component) {
  Json metrics = Json::array();
  for (const auto* fact : component.all("metric")) {
    const auto equals = fact->value.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    metrics.add(Json::object(
        {{"type", fact->value.substr(0, equals)}, {"value", fact->value.substr(equals + 1)}}));
  }
  return metrics;
}

Json model_card(const Document& document, const Component& model) {
  Json parameters = Json::object();
  set_text(parameters, "task", model.value("task"));
  set_text(parameters, "architectureFamily", model.value("architecture_family"));
  set_text(parameters, "modelArchitecture", model.value("architecture"));
  Json datasets = Json::array();
  for (const auto& edge : document.edges_from(model.ref)) {
    if (edge.relation == Relation::trained_on) {
      datasets.add(Json::object({{"ref", edge.to}}));
    }
  }
  set_items(parameters, "datasets", std::move(datasets));
  set_items(parameters, "inputs", formats_of(model, "input"));
  set_items(parameters, "outputs", formats_of(model, "output"));
  Json considerations = Json::object();
  set_items(considerations, "useCases", texts_of(model, "intended_use"));
  set_items(considerations, "technicalLimitations", texts_of(model, "limitations"));
  Json card = Json::object();
  set_items(card, "modelParameters", std::move(parameters));
  Json metrics = metrics_of(model);
  if (!metrics.items().empty()) {
    card.set("quantitativeAnalysis", Json::object({{"performanceMetrics", std::move(metrics)}}));
  }
  set_items(card, "considerations", std::move(considerations));
  return card;
}

Json data_of(const Component& component) {
  Json data = Json::object({{"type", component.kind == Kind::dataset         ? "dataset"
                                     : component.kind == Kind::configuration ? "configuration"
                                                                             : "other"},
                            {"name", component.name}});
  if (const auto source = component.value("source"); source.find("://") != std::string_view::npos) {
    data.set("contents", Json::object({{"url", as_uri(source)}}));
  }
  set_text(data, "classification", component.value("sensitivity"));
  set_text(data, "description", component.value("description"));
  if (const auto custodian = component.value("custodian"); !custodian.empty()) {
    Json contact = Json::object({{"contact", Json::object({{"name", custodian}})}});
    data.set("governance", Json::object({{"custodians", Json::array({std::move(contact)})}}));
  }
  return Json::array({std::move(data)});
}

Json component_json(const Document& document, const Component& component) {
  Json json = Json::object({{"type", type_of(component.kind)}, {"bom-ref", component.ref}});
  if (const auto supplier = component.value("supplier"); !supplier.empty()) {
    json.set("supplier", Json::object({{"name", supplier}}));
  }
  set_items(json, "authors", [&] {
    Json authors = Json::array();
    for (const auto* fact : component.all("author")) {
      authors.add(Json::object({{"name", fact->value}}));
    }
    return authors;
  }());
  json.set("name", component.name);
  set_text(json, "version", component.value("version"));
  if (component.kind != Kind::dataset) {
    set_text(json, "description", component.value("description"));
  }
  set_items(json, "hashes", hashes_of(component));
  set_items(json, "licenses", licences_of(component));
  set_text(json, "purl", component.value("purl"));
  set_items(json, "externalReferences", references_of(component));
  set_items(json, "tags", texts_of(component, "tag"));
  if (component.kind == Kind::model) {
    set_items(json, "modelCard", model_card(document, component));
  }
  if (type_of(component.kind) == "data") json.set("data", data_of(component));
  json.set("properties", properties_json(document, component));
  return json;
}

Json service_json(const Document& document, const Component& endpoint) {
  Json json = Json::object({{"bom-ref", endpoint.ref}, {"name", endpoint.name}});
  if (const auto url = endpoint.value("url"); !url.empty()) {
    json.set("endpoints", Json::array({Json(as_uri(url))}));
  }
  if (const auto exposure = endpoint.value("exposure"); !exposure.empty()) {
    json.set("x-trust-boundary", exposure != "internal");
  }
  return json.set("properties", properties_json(document, endpoint));
}

// Files that belong to an asset stand inside of it.
Json components_json(const Document& document) {
  std::map<std::string_view, std::string_view> owners;  // of files
  for (const auto& edge : document.edges) {
    if (edge.relation == Relation::contains) owners.emplace(edge.to, edge.from);
  }
  const auto owner_of = [&](const Component& component) {
    const auto owner = owners.find(component.ref);
    const bool is_inside = component.kind == Kind::file && owner != owners.end() &&
                           document.find(owner->second) != nullptr &&
                           document.find(owner->second)->kind != Kind::file &&
                           document.find(owner->second)->kind != Kind::endpoint;
    return is_inside ? owner->second : std::string_view();
  };
  std::map<std::string_view, Json> inside;
  for (const auto& component : document.components) {
    const auto owner = owner_of(component);
    if (!owner.empty() && owner != document.system.ref) {
      inside[owner].add(component_json(document, component));
    }
  }
  Json components = Json::array();
  for (const auto& component : document.components) {
    const auto owner = owner_of(component);
    const bool is_inside = !owner.empty() && owner != document.system.ref;
    if (component.kind == Kind::endpoint || is_inside) continue;
    Json json = component_json(document, component);
    if (auto files = inside.find(component.ref); files != inside.end()) {
      json.set("components", std::move(files->second));
    }
    components.add(std::move(json));
  }
  return components;
}

Json dependencies_json(const Document& document) {
  std::map<std::string, std::set<std::string>, std::less<>> targets;
  targets[document.system.ref];
  for (const auto& component : document.components) targets[component.ref];
  for (const auto& edge : document.edges) targets[edge.from].insert(edge.to);
  Json dependencies = Json::array();
  for (const auto& [from, to] : targets) {
    Json entry = Json::object({{"ref", from}});
    if (!to.empty()) entry.set("dependsOn", Json::texts({to.begin(), to.end()}));
    dependencies.add(std::move(entry));
  }
  return dependencies;
}

// The phases that the assets stand in, as CycloneDX calls them, beside "discovery": this document
// was made by looking.
Json lifecycles_of(const Document& document) {
  constexpr auto kPhases = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"design", "design"},
       {"development", "build"},
       {"deployment", "operations"},
       {"maintenance", "operations"},
       {"end-of-life", "decommission"}});
  std::set<std::string_view> phases = {"discovery"};
  for (const auto& component : document.components) {
    for (const auto& [ours, theirs] : kPhases) {
      if (component.value("lifecycle") == ours) phases.insert(theirs);
    }
  }
  Json lifecycles = Json::array();
  for (const auto phase : phases) lifecycles.add(Json::object({{"phase", phase}}));
  return lifecycles;
}

// Whole seconds: some readers know no others.
std::string time_of(const Document& document) {
  auto text = to_rfc3339(document.created);
  return text.replace(text.find('.'), std::string::npos, "Z");
}

Json metadata_json(const Document& document) {
  const auto space = document.tool.find(' ');
  Json tool = Json::object({{"type", "application"}, {"name", document.tool.substr(0, space)}});
  if (space != std::string::npos) tool.set("version", document.tool.substr(space + 1));
  Json metadata =
      Json::object({{"timestamp", time_of(document)},
                    {"lifecycles", lifecycles_of(document)},
                    {"tools", Json::object({{"components", Json::array({std::move(tool)})}})},
                    {"component", component_json(document, document.system)}});
  Json gaps = Json::array();
  for (const auto& gap : document.gaps) {
    gaps.add(Json::object({{"name", "cupel:gap"}, {"value", gap}}));
  }
  set_items(metadata, "properties", std::move(gaps));
  return metadata;
}

Json compositions_json(const Document& document) {
  return Json::array(
      {Json::object({{"aggregate", document.gaps.empty() ? "complete" : "incomplete"},
                     {"assemblies", Json::array({Json(document.system.ref)})}})});
}

}  // namespace

Json to_cyclonedx(const Document& document) {
  Json services = Json::array();
  for (const auto& component : document.components) {
    if (component.kind == Kind::endpoint) services.add(service_json(document, component));
  }
  Json json = Json::object({{"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
                            {"bomFormat", "CycloneDX"},
                            {"specVersion", "1.6"},
                            {"serialNumber", serial_number(document)},
                            {"version", 1},
                            {"metadata", metadata_json(document)},
                            {"components", components_json(document)}});
  set_items(json, "services", std::move(services));
  json.set("dependencies", dependencies_json(document));
  json.set("compositions", compositions_json(document));
  return json;
}

}  // namespace cupel::bom
