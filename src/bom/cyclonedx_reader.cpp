// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <set>

#include "base/text.h"
#include "bom/read.h"

namespace cupel::bom {
namespace {

Kind kind_of(const Json& component) {
  constexpr auto kTypes =
      std::to_array<std::pair<std::string_view, Kind>>({{"machine-learning-model", Kind::model},
                                                        {"library", Kind::package},
                                                        {"framework", Kind::package},
                                                        {"file", Kind::file},
                                                        {"application", Kind::code}});
  const std::string& type = component["type"].text();
  for (const auto& [name, kind] : kTypes) {
    if (type == name) return kind;
  }
  if (type != "data") return Kind::other;
  const auto& data = component["data"].items();
  if (data.empty() || data[0]["type"].text() == "dataset") return Kind::dataset;
  return data[0]["type"].text() == "configuration" ? Kind::configuration : Kind::other;
}

PropertyList properties_of(const Json& json) {
  PropertyList properties;
  for (const auto& each : json["properties"].items()) {
    properties.emplace_back(each["name"].text(), each["value"].text());
  }
  return properties;
}

class CycloneDxReader {
 public:
  explicit CycloneDxReader(const Json& json) : json_(json) {}

  Document read() {
    const Json& metadata = json_["metadata"];
    read_tool(metadata);
    document_.created = parse_timestamp(metadata["timestamp"].text()).value_or(Timestamp{});
    for (const auto& [name, value] : properties_of(metadata)) {
      if (name == "cupel:gap") document_.gaps.push_back(value);
    }
    document_.system = component(metadata["component"], "metadata.component");
    document_.system.kind = Kind::system;
    read_components(json_["components"], "", "components");
    read_services(json_["services"], "", "services");
    for (const auto& entry : json_["dependencies"].items()) read_dependency(entry);
    put_in_order(document_);
    return std::move(document_);
  }

 private:
  void read_tool(const Json& metadata) {
    const Json& tools = metadata["tools"];
    const auto& list = tools.is_array() ? tools.items() : tools["components"].items();
    if (list.empty()) return;
    const auto& version = list[0]["version"].text();
    document_.tool =
        version.empty() ? list[0]["name"].text() : cat(list[0]["name"].text(), " ", version);
  }

  // A component without a bom-ref is named by its place.
  Component component(const Json& json, const std::string& place) {
    Component part{.ref = json["bom-ref"].text_or(place),
                   .kind = kind_of(json),
                   .name = json["name"].text(),
                   .facts = {}};
    if (!json["group"].text().empty()) part.name = cat(json["group"].text(), "/", part.name);
    const bool is_ours = take_properties(properties_of(json), part, document_.edges);
    if (is_ours) {
      ours_.insert(part.ref);
      return part;
    }
    const auto add = [&](std::string_view key, std::string_view value) {
      part.add(key, value, Truth::declared, place);
    };
    part.facts.clear();
    add("name", part.name);
    add("version", json["version"].text());
    add("description", json["description"].text());
    add("purl", json["purl"].text());
    add("supplier", json["supplier"]["name"].text());
    add("author", json["author"].text());
    for (const auto& author : json["authors"].items()) add("author", author["name"].text());
    for (const auto& hash : json["hashes"].items()) {
      std::string key = lower(hash["alg"].text());
      std::erase(key, '-');
      add(key, lower(hash["content"].text()));
    }
    for (const auto& choice : json["licenses"].items()) {
      add("licence", choice["expression"].text());
      add("licence", choice["license"]["id"].text());
      add("licence", choice["license"]["name"].text());
    }
    read_card(json["modelCard"], place, part);
    for (const auto& data : json["data"].items()) {
      add("sensitivity", data["classification"].text());
      add("source", data["contents"]["url"].text());
      if (part.value("description").empty()) add("description", data["description"].text());
    }
    for (const auto& reference : json["externalReferences"].items()) {
      const auto& type = reference["type"].text();
      add(type == "model-card" ? "card" : cat("reference:", type), reference["url"].text());
    }
    return part;
  }

  void read_card(const Json& card, const std::string& place, Component& part) {
    const Json& parameters = card["modelParameters"];
    const auto add = [&](std::string_view key, std::string_view value) {
      part.add(key, value, Truth::declared, place);
    };
    add("task", parameters["task"].text());
    add("architecture_family", parameters["architectureFamily"].text());
    add("architecture", parameters["modelArchitecture"].text());
    for (const auto& input : parameters["inputs"].items()) add("input", input["format"].text());
    for (const auto& output : parameters["outputs"].items()) add("output", output["format"].text());
    for (const auto& dataset : parameters["datasets"].items()) {
      const auto& ref = dataset["ref"].text();
      if (!ref.empty()) connect(part.ref, ref, Relation::trained_on, place);
    }
    for (const auto& metric : card["quantitativeAnalysis"]["performanceMetrics"].items()) {
      add("metric", cat(metric["type"].text(), "=", metric["value"].text()));
    }
    for (const auto& use : card["considerations"]["useCases"].items()) {
      add("intended_use", use.text());
    }
    for (const auto& limit : card["considerations"]["technicalLimitations"].items()) {
      add("limitations", limit.text());
    }
  }

  void connect(const std::string& from, const std::string& to, Relation relation,
               const std::string& place) {
    document_.edges.push_back(
        {.from = from, .to = to, .relation = relation, .truth = Truth::declared, .seen = place});
  }

  void read_components(const Json& list, const std::string& owner, const std::string& place) {
    for (std::size_t i = 0; i < list.items().size(); ++i) {
      const auto here = cat(place, "/", i);
      const Json& json = list.items()[i];
      Component part = component(json, here);
      const auto ref = part.ref;
      const bool is_ours = ours_.contains(ref);
      if (!owner.empty() && !is_ours) connect(owner, ref, Relation::contains, here);
      document_.components.push_back(std::move(part));
      read_components(json["components"], ref, cat(here, "/components"));
    }
  }

  void read_services(const Json& list, const std::string& owner, const std::string& place) {
    for (std::size_t i = 0; i < list.items().size(); ++i) {
      const auto here = cat(place, "/", i);
      const Json& json = list.items()[i];
      Component part = component(json, here);
      part.kind = Kind::endpoint;
      const auto ref = part.ref;
      const bool is_ours = ours_.contains(ref);
      for (const auto& url : json["endpoints"].items()) {
        if (!is_ours) part.add("url", url.text(), Truth::declared, here);
      }
      if (!owner.empty() && !is_ours) connect(owner, ref, Relation::contains, here);
      document_.components.push_back(std::move(part));
      read_services(json["services"], ref, cat(here, "/services"));
    }
  }

  // What we wrote ourselves has its edges, with their relations, in its properties.
  void read_dependency(const Json& entry) {
    const auto& from = entry["ref"].text();
    if (ours_.contains(from)) return;
    for (const auto& to : entry["dependsOn"].items()) {
      connect(from, to.text(), Relation::depends_on, "dependencies");
    }
  }

  const Json& json_;
  Document document_;
  std::set<std::string, std::less<>> ours_;
};

}  // namespace

Document from_cyclonedx(const Json& json) {
  return CycloneDxReader(json).read();
}

}  // namespace cupel::bom
