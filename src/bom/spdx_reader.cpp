// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "bom/read.h"

namespace cupel::bom {
namespace {

constexpr std::string_view kContext = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
constexpr std::size_t kTold = 100;

// A component has the kind that its class and its purpose say.
std::optional<Kind> kind_of(const Json& element) {
  const auto& type = element["type"].text();
  if (type == "ai_AIPackage") return Kind::model;
  if (type == "dataset_DatasetPackage") return Kind::dataset;
  if (type == "software_File" || type == "software_Snippet") return Kind::file;
  if (type != "software_Package") return {};
  const auto& purpose = element["software_primaryPurpose"].text();
  return purpose == "application" ? Kind::code : Kind::package;
}

std::optional<Relation> relation_of(std::string_view type) {
  constexpr auto kTypes = std::to_array<std::pair<std::string_view, Relation>>(
      {{"dependsOn", Relation::depends_on},
       {"contains", Relation::contains},
       {"trainedOn", Relation::trained_on},
       {"descendantOf", Relation::derived_from},
       {"hasDocumentation", Relation::described_by},
       {"hasOptionalDependency", Relation::depends_on},
       {"hasStaticLink", Relation::depends_on},
       {"hasDynamicLink", Relation::depends_on}});
  for (const auto& [name, relation] : kTypes) {
    if (name == type) return relation;
  }
  return {};
}

bool is_iri(std::string_view text) {
  return !text.starts_with("_:") && text.find(':') != std::string_view::npos && !text.empty() &&
         text.front() != ':' && text.find_first_of(" \t\r\n<>\"") == std::string_view::npos;
}

// "2026-11-22T00:00:00Z": the one form of a time that SPDX 3 has.
bool is_time(std::string_view text) {
  return text.size() == 20 && text.ends_with('Z') && text.find('T') == 10 &&
         parse_timestamp(text).has_value();
}

class SpdxReader {
 public:
  explicit SpdxReader(const Json& json) : json_(json) {}

  Reading read() {
    reading_.format = "SPDX 3.0.1";
    check_head();
    if (reading_.problems.empty()) check_elements();
    if (reading_.problems.empty()) check_references();
    if (reading_.problems.empty()) make();
    return std::move(reading_);
  }

 private:
  void tell(std::string pointer, std::string what) {
    if (reading_.problems.size() < kTold) {
      reading_.problems.push_back({std::move(pointer), std::move(what)});
    }
  }

  void check_head() {
    const Json& context = json_["@context"];
    bool known = context.text() == kContext;
    for (const auto& each : context.items()) known = known || each.text() == kContext;
    if (!known) tell("/@context", "is not the context of SPDX 3.0.1");
    if (!json_["@graph"].is_array()) tell("/@graph", "is no array");
    if (!json_.is_object()) return;
    for (const auto& member : json_.members()) {
      if (member.key != "@context" && member.key != "@graph") {
        tell(cat("/", printable(member.key, 80)), "is a member that nobody knows");
      }
    }
  }

  void check_elements() {
    const auto& graph = json_["@graph"].items();
    bool has_document = false;
    for (std::size_t i = 0; i < graph.size(); ++i) {
      const auto at = cat("/@graph/", i);
      const Json& element = graph[i];
      if (!element.is_object() || !element["type"].is_text()) {
        tell(at, "is no element with a type");
      } else if (element["type"].text() == "CreationInfo") {
        check_creation(element, at);
      } else {
        check_element(element, at);
      }
      has_document = has_document || element["type"].text() == "SpdxDocument";
    }
    if (!has_document) tell("/@graph", "has no SpdxDocument");
  }

  void check_creation(const Json& creation, const std::string& at) {
    if (creation["specVersion"].text() != "3.0.1") tell(cat(at, "/specVersion"), "is not 3.0.1");
    if (!is_time(creation["created"].text())) tell(cat(at, "/created"), "is no time");
    if (creation["createdBy"].items().empty()) tell(cat(at, "/createdBy"), "names nobody");
    const auto& id = creation["@id"].text();
    if (!id.starts_with("_:") && !is_iri(id)) tell(cat(at, "/@id"), "is no identifier");
    if (!creations_.insert(id).second) tell(cat(at, "/@id"), "names two things");
  }

  void check_element(const Json& element, const std::string& at) {
    const auto& id = element.has("spdxId") ? element["spdxId"].text() : element["@id"].text();
    if (!is_iri(id)) return tell(cat(at, "/spdxId"), "is no IRI");
    if (!elements_.emplace(id, &element).second) tell(cat(at, "/spdxId"), "names two things");
    if (!element["creationInfo"].is_text() && !element["creationInfo"].is_object()) {
      tell(cat(at, "/creationInfo"), "is missing");
    }
    for (const auto* const text : {"name", "description", "software_packageVersion",
                                   "software_packageUrl", "relationshipType", "from"}) {
      if (element.has(text) && !element[text].is_text()) tell(cat(at, "/", text), "is no text");
    }
    for (const auto& hash : element["verifiedUsing"].items()) {
      if (hash["type"].text() == "Hash" &&
          (!hash["algorithm"].is_text() || hash["hashValue"].text().empty())) {
        tell(cat(at, "/verifiedUsing"), "has a hash without algorithm or value");
      }
    }
    if (element["type"].text() != "Relationship" &&
        element["type"].text() != "LifecycleScopedRelationship") {
      return;
    }
    if (!is_iri(element["from"].text())) tell(cat(at, "/from"), "is no IRI");
    if (element["relationshipType"].text().empty())
      tell(cat(at, "/relationshipType"), "is missing");
    if (!element["to"].is_array() || element["to"].items().empty()) {
      tell(cat(at, "/to"), "names nothing");
    }
  }

  // Where a relationship begins, and the creation that an element names, must be in the document;
  // where it leads may be somebody else's.
  void check_references() {
    const auto& graph = json_["@graph"].items();
    for (std::size_t i = 0; i < graph.size(); ++i) {
      const Json& creation = graph[i]["creationInfo"];
      if (creation.is_text() && !creations_.contains(creation.text())) {
        tell(cat("/@graph/", i, "/creationInfo"), "names nothing of this document");
      }
      const auto& from = graph[i]["from"].text();
      if (!from.empty() && !elements_.contains(from)) {
        tell(cat("/@graph/", i, "/from"), "names nothing of this document");
      }
    }
  }

  void make() {
    Document document;
    for (const auto& [id, element] : elements_) {
      if (const auto kind = kind_of(*element)) {
        places_.emplace(id, document.components.size());
        document.components.push_back(component(*element, id, *kind, document.edges));
      } else if ((*element)["type"].text() == "software_Sbom") {
        for (const auto& [name, value] : properties_of(*element)) {
          if (name == "cupel:gap") document.gaps.push_back(value);
        }
        for (const auto& root : (*element)["rootElement"].items()) root_ = root.text();
      } else if ((*element)["type"].text() == "Tool") {
        document.tool = (*element)["name"].text();
      }
    }
    for (const auto& creation : json_["@graph"].items()) {
      if (creation["type"].text() == "CreationInfo") {
        document.created = parse_timestamp(creation["created"].text()).value_or(Timestamp{});
      }
    }
    for (const auto& [id, element] : elements_) relate(*element, document);
    choose_system(document);
    const auto many = document.components.size();
    put_in_order(document);
    if (document.components.size() != many)
      return tell("/@graph", "has two things of one cupel:ref");
    reading_.document = std::move(document);
  }

  void choose_system(Document& document) {
    const auto root = std::ranges::find_if(document.components, [&](const Component& component) {
      return component.ref == root_ || component.kind == Kind::system;
    });
    if (root == document.components.end()) return;
    document.system = std::move(*root);
    document.components.erase(root);
    document.system.kind = Kind::system;
  }

  static PropertyList properties_of(const Json& element) {
    PropertyList properties;
    for (const auto& extension : element["extension"].items()) {
      for (const auto& entry : extension["extension_cdxProperty"].items()) {
        properties.emplace_back(entry["extension_cdxPropName"].text(),
                                entry["extension_cdxPropValue"].text());
      }
    }
    return properties;
  }

  Component component(const Json& element, const std::string& id, Kind kind,
                      std::vector<Edge>& edges) {
    Component part{.ref = id, .kind = kind, .name = element["name"].text(), .facts = {}};
    if (take_properties(properties_of(element), part, edges)) {
      ours_.insert(id);
      return part;
    }
    const auto add = [&](std::string_view key, std::string_view value) {
      part.add(key, value, Truth::declared, id);
    };
    add("name", part.name);
    add("version", element["software_packageVersion"].text());
    add("description", element["description"].text());
    add("purl", element["software_packageUrl"].text());
    add("source", element["software_downloadLocation"].text());
    for (const auto& hash : element["verifiedUsing"].items()) {
      add(lower(hash["algorithm"].text()), lower(hash["hashValue"].text()));
    }
    for (const auto& type : element["ai_typeOfModel"].items()) add("architecture", type.text());
    add("limitations", element["ai_limitation"].text());
    add("training", element["ai_informationAboutTraining"].text());
    add("intended_use", element["ai_informationAboutApplication"].text());
    return part;
  }

  void relate(const Json& element, Document& document) {
    const auto& type = element["relationshipType"].text();
    const auto& from = element["from"].text();
    if (type == "hasDeclaredLicense" && !ours_.contains(from)) {
      const auto part = places_.find(from);
      for (const auto& to : element["to"].items()) {
        const auto licence = elements_.find(to.text());
        if (part == places_.end() || licence == elements_.end()) continue;
        document.components[part->second].add(
            "licence", (*licence->second)["simplelicensing_licenseExpression"].text(),
            Truth::declared, from);
      }
    }
    const auto relation = relation_of(type);
    if (!relation || ours_.contains(from)) return;
    for (const auto& to : element["to"].items()) {
      document.edges.push_back({.from = from,
                                .to = to.text(),
                                .relation = *relation,
                                .truth = Truth::declared,
                                .seen = element["spdxId"].text()});
    }
  }

  const Json& json_;
  Reading reading_;
  std::map<std::string, const Json*, std::less<>> elements_;
  std::set<std::string, std::less<>> creations_;
  std::set<std::string, std::less<>> ours_;
  std::map<std::string, std::size_t, std::less<>> places_;  // of components, by id
  std::string root_;
};

}  // namespace

Reading read_spdx(const Json& json) {
  return SpdxReader(json).read();
}

}  // namespace cupel::bom
