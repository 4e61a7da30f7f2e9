// SPDX-License-Identifier: Apache-2.0
// SPDX 3.0.1 as JSON-LD: https://spdx.github.io/spdx-spec/v3.0.1/
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "bom/write.h"

namespace cupel::bom {
namespace {

constexpr std::string_view kNoAssertion =
    "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense";

std::string_view type_of(Kind kind) {
  switch (kind) {
    case Kind::model:
      return "ai_AIPackage";
    case Kind::dataset:
      return "dataset_DatasetPackage";
    case Kind::file:
    case Kind::document:
    case Kind::prompt:
    case Kind::configuration:
      return "software_File";
    default:
      return "software_Package";
  }
}

std::string_view purpose_of(Kind kind) {
  switch (kind) {
    case Kind::model:
      return "model";
    case Kind::dataset:
      return "data";
    case Kind::prompt:
      return "other";
    case Kind::configuration:
      return "configuration";
    case Kind::document:
      return "documentation";
    case Kind::package:
      return "library";
    case Kind::file:
      return "file";
    case Kind::system:
    case Kind::code:
      return "application";
    case Kind::endpoint:
    case Kind::other:
      break;
  }
  return "other";
}

std::string_view spdx_name(Relation relation) {
  switch (relation) {
    case Relation::depends_on:
      return "dependsOn";
    case Relation::contains:
      return "contains";
    case Relation::trained_on:
      return "trainedOn";
    case Relation::derived_from:
      return "descendantOf";
    case Relation::described_by:
      return "hasDocumentation";
  }
  return "other";
}

// "Llama 3 Community" → "LicenseRef-Llama-3-Community": an expression needs one word.
std::string licence_expression(std::string_view text) {
  if (auto id = spdx_licence(text); !id.empty()) return id;
  std::string out = "LicenseRef-";
  for (const char c : text.substr(0, 200)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-';
    out += plain ? c : '-';
  }
  return out;
}

class SpdxWriter {
 public:
  explicit SpdxWriter(const Document& document) : document_(document) {
    base_ = cat("https://cupel.dev/spdx/", serial_number(document).substr(9), "#");
  }

  Json write() {
    agents();
    collection();
    package(document_.system);
    for (const auto& component : document_.components) package(component);
    for (const auto& edge : document_.edges) {
      relate(edge.from, spdx_name(edge.relation), iri(edge.to));
    }
    return Json::object({{"@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"},
                         {"@graph", std::move(graph_)}});
  }

 private:
  [[nodiscard]] std::string iri(std::string_view ref) const {
    std::string name;
    for (const char c : as_uri(ref)) name += c == '#' ? std::string("%23") : std::string(1, c);
    return base_ + name;
  }

  Json element(std::string_view type, std::string_view ref) const {
    return Json::object({{"type", type}, {"spdxId", iri(ref)}, {"creationInfo", "_:creation"}});
  }

  void agents() {
    auto created = to_rfc3339(document_.created);
    created = created.substr(0, created.find('.')) + "Z";
    graph_.add(Json::object({{"type", "CreationInfo"},
                             {"@id", "_:creation"},
                             {"specVersion", "3.0.1"},
                             {"created", created},
                             {"createdBy", Json::array({Json(iri("agent/author"))})},
                             {"createdUsing", Json::array({Json(iri("agent/tool"))})}}));
    graph_.add(element("SoftwareAgent", "agent/author").set("name", document_.tool));
    graph_.add(element("Tool", "agent/tool").set("name", document_.tool));
    std::set<std::string_view> suppliers;
    for (const auto* fact : document_.system.all("supplier")) {
      if (suppliers.insert(fact->value).second) {
        graph_.add(element("Person", cat("agent/person/", fact->value)).set("name", fact->value));
      }
    }
  }

  // A profile is named only when what it demands is there; the rest is still told.
  [[nodiscard]] bool has_all(Kind kind, const std::vector<std::string_view>& keys) const {
    return std::ranges::all_of(document_.components, [&](const Component& component) {
      return component.kind != kind || std::ranges::all_of(keys, [&](std::string_view key) {
               return component.fact(key) != nullptr;
             });
    });
  }

  void collection() {
    Json profiles = Json::texts({"core", "software", "simpleLicensing", "extension"});
    if (has_all(Kind::model, {"released_at", "version", "source", "supplier"})) profiles.add("ai");
    if (has_all(Kind::dataset, {"released_at", "collected", "source", "supplier"})) {
      profiles.add("dataset");
    }
    Json document = element("SpdxDocument", "document");
    document.set("name", document_.system.name);
    document.set("profileConformance", std::move(profiles));
    document.set("rootElement", Json::array({Json(iri("sbom"))}));
    graph_.add(std::move(document));
    Json elements = Json::array();
    elements.add(iri(document_.system.ref));
    for (const auto& component : document_.components) elements.add(iri(component.ref));
    Json sbom = element("software_Sbom", "sbom");
    sbom.set("software_sbomType", Json::array({Json("analyzed")}));
    sbom.set("rootElement", Json::array({Json(iri(document_.system.ref))}));
    sbom.set("element", std::move(elements));
    if (!document_.gaps.empty()) {
      sbom.set("extension", extension([&] {
                 Properties gaps;
                 for (const auto& gap : document_.gaps) gaps.emplace_back("cupel:gap", gap);
                 return gaps;
               }()));
    }
    graph_.add(std::move(sbom));
  }

  static Json extension(const Properties& properties) {
    Json entries = Json::array();
    for (const auto& [name, value] : properties) {
      entries.add(Json::object({{"type", "extension_CdxPropertyEntry"},
                                {"extension_cdxPropName", name},
                                {"extension_cdxPropValue", value}}));
    }
    return Json::array({Json::object({{"type", "extension_CdxPropertiesExtension"},
                                      {"extension_cdxProperty", std::move(entries)}})});
  }

  void package(const Component& part) {
    Json json = element(type_of(part.kind), part.ref);
    json.set("name", part.name);
    const auto set = [&](std::string_view key, std::string_view value) {
      if (!value.empty()) json.set(key, value);
    };
    set("description", part.value("description"));
    const bool is_package = type_of(part.kind) != "software_File";
    if (is_package) {
      set("software_packageVersion", part.value("version"));
      set("software_packageUrl", part.value("purl"));
      const auto source = part.value("source");
      if (source.find("://") != std::string_view::npos) {
        set("software_downloadLocation", as_uri(source));
      }
    }
    json.set("software_primaryPurpose", purpose_of(part.kind));
    if (const auto hash = part.value("sha256"); hash.size() == 64) {
      json.set("verifiedUsing",
               Json::array({Json::object(
                   {{"type", "Hash"}, {"algorithm", "sha256"}, {"hashValue", hash}})}));
    }
    if (part.kind == Kind::model) describe_model(part, json);
    if (part.kind == Kind::dataset) describe_dataset(part, json);
    // An IRI has other spellings: the ref itself comes back from here.
    auto properties = properties_of(document_, part);
    properties.insert(properties.begin(), {"cupel:ref", part.ref});
    json.set("extension", extension(properties));
    graph_.add(std::move(json));
    licences(part);
  }

  static Json texts(const Component& part, std::string_view key) {
    Json values = Json::array();
    for (const auto* fact : part.all(key)) values.add(fact->value);
    return values;
  }

  static std::string joined(const Component& part, std::string_view key) {
    std::vector<std::string> values;
    for (const auto* fact : part.all(key)) values.push_back(fact->value);
    return join(values, "\n");
  }

  static void describe_model(const Component& model, Json& json) {
    const auto set = [&](std::string_view key, const std::string& value) {
      if (!value.empty()) json.set(key, value);
    };
    set("ai_informationAboutApplication", joined(model, "intended_use"));
    set("ai_informationAboutTraining", joined(model, "training"));
    set("ai_limitation", joined(model, "limitations"));
    Json types = texts(model, "architecture");
    if (!types.items().empty()) json.set("ai_typeOfModel", std::move(types));
    Json metrics = Json::array();
    for (const auto* fact : model.all("metric")) {
      const auto equals = fact->value.find('=');
      if (equals == std::string::npos || equals == 0) continue;
      metrics.add(Json::object({{"type", "DictionaryEntry"},
                                {"key", fact->value.substr(0, equals)},
                                {"value", fact->value.substr(equals + 1)}}));
    }
    if (!metrics.items().empty()) json.set("ai_metric", std::move(metrics));
  }

  static void describe_dataset(const Component& dataset, Json& json) {
    constexpr auto kLevels = std::to_array<std::pair<std::string_view, std::string_view>>(
        {{"public", "clear"}, {"internal", "green"}, {"confidential", "amber"}, {"secret", "red"}});
    const auto format = dataset.value("format");
    json.set("dataset_datasetType",
             Json::array({Json(format == "csv" || format == "parquet" || format == "arrow"
                                   ? "structured"
                                   : "noAssertion")}));
    for (const auto& [ours, theirs] : kLevels) {
      if (dataset.value("sensitivity") == ours) json.set("dataset_confidentialityLevel", theirs);
    }
    if (const auto size = dataset.value("size_bytes"); !size.empty() && size.size() < 18) {
      std::int64_t bytes = 0;
      for (const char c : size) bytes = bytes * 10 + (c - '0');
      json.set("dataset_datasetSize", bytes);
    }
    if (const auto source = dataset.value("source"); !source.empty()) {
      json.set("dataset_dataCollectionProcess",
               cat(source, dataset.value("collected").empty() ? "" : ", collected ",
                   dataset.value("collected")));
    }
    if (const auto collected = parse_timestamp(dataset.value("collected"))) {
      auto text = to_rfc3339(*collected);
      json.set("builtTime", text.substr(0, text.find('.')) + "Z");
    }
  }

  void licences(const Component& part) {
    if (part.kind != Kind::model && part.kind != Kind::dataset && part.kind != Kind::package) {
      return;
    }
    const auto* fact = part.fact("licence");
    if (fact == nullptr) {
      relate(part.ref, "hasDeclaredLicense", std::string(kNoAssertion));
    } else {
      const auto expression = licence_expression(fact->value);
      const auto ref = cat("licence/", expression);
      if (expressions_.insert(ref).second) {
        Json json = element("simplelicensing_LicenseExpression", ref);
        graph_.add(std::move(json.set("simplelicensing_licenseExpression", expression)));
      }
      relate(part.ref, "hasDeclaredLicense", iri(ref));
    }
    relate(part.ref, "hasConcludedLicense", std::string(kNoAssertion));
  }

  void relate(std::string_view from, std::string_view type, const std::string& to) {
    Json json = element("Relationship", cat("relationship/", ++relationships_));
    json.set("from", iri(from));
    json.set("relationshipType", type);
    json.set("to", Json::array({Json(to)}));
    graph_.add(std::move(json));
  }

  const Document& document_;
  std::string base_;
  Json graph_ = Json::array();
  std::set<std::string> expressions_;
  std::uint64_t relationships_ = 0;
};

}  // namespace

Json to_spdx(const Document& document) {
  return SpdxWriter(document).write();
}

}  // namespace cupel::bom
