// SPDX-License-Identifier: Apache-2.0
#include "bom/bom.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "bom/build.h"
#include "bom/cyclonedx_grammar.h"
#include "bom/read.h"
#include "bom/write.h"

namespace cupel::bom {
namespace {

// A chat bot with a GGUF model, its data, a prompt, a service and packages.
struct Desk {
  System system;
  Inventory inventory;

  Desk() {
    system.name = "trains";
    system.version = "1.2";
    system.digest = std::string(64, 'c');
    asset("chat", AssetKind::model, "models/chat.gguf", {"timetables", "prompt"});
    asset("timetables", AssetKind::dataset, "data/timetables.csv", {});
    asset("prompt", AssetKind::prompt, "prompts/system.md", {});
    asset("service", AssetKind::code, "service", {"chat"});
    inventory.assets[0].declared.licence = "apache-2.0";
    inventory.assets[0].declared.card = "models/README.md";
    inventory.assets[1].declared.source = "https://example.org/a b";
    inventory.assets[1].declared.collected = "2026-03-01T00:00:00Z";
    system.endpoints.push_back(
        {.name = "api", .url = "https://h/v1", .exposure = "public", .declared_at = {}});
  }

  void asset(std::string_view name, AssetKind kind, std::string_view path,
             std::vector<std::string> uses) {
    Asset asset;
    asset.declared.name = name;
    asset.declared.kind = kind;
    asset.declared.path = path;
    asset.declared.uses = std::move(uses);
    asset.declared.declared_at = {.path = {"cupel.yaml"}, .line = 9};
    asset.is_declared = true;
    asset.is_present = true;
    asset.size_bytes = 12;
    FileEntry file;
    file.path = kind == AssetKind::code ? cat(path, "/app.py") : std::string(path);
    file.kind = kind;
    file.sha256 = std::string(64, static_cast<char>('a' + inventory.files.size()));
    file.format = kind == AssetKind::model ? "gguf" : "";
    asset.files = {inventory.files.size()};
    asset.digest = file.sha256;
    inventory.files.push_back(file);
    inventory.assets.push_back(asset);
  }

  [[nodiscard]] Document bill() const {
    scan::Report report;
    report.format = "gguf";
    const Place place{.path = {"models/chat.gguf"}};
    report.statements = {{"architecture", "llama", place},
                         {"licence", "llama3", place},
                         {"base_model", "Meta-Llama-3-8B", place},
                         {"parameters", "8030261248", place}};
    return build({.system = system,
                  .inventory = inventory,
                  .models = {{.path = "models/chat.gguf", .report = report, .problem = {}}},
                  .packages = {{.path = "service/requirements.txt",
                                .ecosystem = "PyPI",
                                .packages = {{"numpy", "2.2.6", 3}, {"torch", "", 4}},
                                .problem = {}}},
                  .texts = {{"models/README.md",
                             "---\nlicense: apache-2.0\nbase_model: org/base\n---\n# Chat\n\n"
                             "Answers.\n\n## Intended use\n\nTrains.\n\n## Limits\n\nOnly "
                             "trains.\n"}},
                  .signatures = {{std::string(64, 'b'), "attestations/a.json, signed by Ana"}},
                  .assessed = {},
                  .tool = "cupel 9.9",
                  .created = *parse_timestamp("2026-11-22T12:00:00Z")});
  }
};

std::string said(const Document& document, std::string_view ref, std::string_view key) {
  const auto* component = document.find(ref);
  if (component == nullptr) return "no component";
  std::vector<std::string> all;
  for (const auto* fact : component->all(key)) {
    all.push_back(cat(to_text(fact->truth), " ", fact->value));
  }
  return join(all, ", ");
}

std::vector<std::string> edges_from(const Document& document, std::string_view ref) {
  std::vector<std::string> lines;
  for (const auto& edge : document.edges) {
    if (edge.from == ref) {
      lines.push_back(cat(to_text(edge.truth), " ", to_text(edge.relation), " ", edge.to));
    }
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Bill, SaysHowEachFactIsKnown) {
  const Document document = Desk().bill();
  EXPECT_EQ(said(document, "asset/chat", "architecture"), "observed llama");
  EXPECT_EQ(said(document, "asset/chat", "parameters"), "observed 8030261248");
  EXPECT_EQ(said(document, "asset/chat", "licence"),
            "declared apache-2.0, declared llama3, declared apache-2.0");
  EXPECT_EQ(said(document, "asset/chat", "sha256"), "observed " + std::string(64, 'a'));
  EXPECT_EQ(said(document, "asset/timetables", "sha256"), "verified " + std::string(64, 'b'));
  EXPECT_EQ(said(document, "asset/chat", "description"), "declared Answers.");
  EXPECT_EQ(said(document, "asset/chat", "limitations"), "declared Only trains.");
  EXPECT_EQ(said(document, "package/pypi/numpy@2.2.6", "version"), "observed 2.2.6");
  EXPECT_EQ(said(document, "package/pypi/numpy@2.2.6", "purl"), "inferred pkg:pypi/numpy@2.2.6");
}

TEST(Bill, HasTheInterdependenciesAsEdges) {
  const Document document = Desk().bill();
  EXPECT_EQ(edges_from(document, "asset/chat"),
            (Lines{"declared depends-on asset/prompt", "declared trained-on asset/timetables",
                   "declared derived-from external/Meta-Llama-3-8B",
                   "declared derived-from external/org/base"}));
  EXPECT_EQ(edges_from(document, "asset/service"),
            (Lines{"declared depends-on asset/chat", "observed depends-on package/pypi/numpy@2.2.6",
                   "observed depends-on package/pypi/torch"}));
  EXPECT_EQ(edges_from(document, "system").size(), 5U);
}

TEST(Bill, SaysWhatIsNotInIt) {
  Desk desk;
  EXPECT_EQ(desk.bill().gaps, Lines{"1 package without one version"});
  desk.inventory.complete = false;
  desk.inventory.assets[1].is_present = false;
  EXPECT_EQ(desk.bill().gaps.size(), 3U);
}

TEST(Bill, IsValidCycloneDxAndComesBackWhole) {
  const Document document = Desk().bill();
  const auto text = to_cyclonedx(document).pretty();
  EXPECT_EQ(text, to_cyclonedx(Desk().bill()).pretty()) << "same input, same bytes";
  const auto reading = read_bom(text);
  EXPECT_EQ(reading.format, "CycloneDX 1.6");
  for (const auto& problem : reading.problems) ADD_FAILURE() << problem.pointer << problem.what;
  ASSERT_TRUE(reading.document.has_value());
  EXPECT_EQ(*reading.document, document);
}

TEST(Bill, IsSpdxAndComesBackWhole) {
  const Document document = Desk().bill();
  const auto reading = read_bom(to_spdx(document).pretty());
  EXPECT_EQ(reading.format, "SPDX 3.0.1");
  for (const auto& problem : reading.problems) ADD_FAILURE() << problem.pointer << problem.what;
  ASSERT_TRUE(reading.document.has_value());
  EXPECT_EQ(*reading.document, document);
}

TEST(Bill, IsNamedByItsContentAndNotByItsTime) {
  Document document = Desk().bill();
  const auto name = serial_number(document);
  EXPECT_EQ(name.size(), 45U);
  document.created = document.created.plus_days(1);
  EXPECT_EQ(serial_number(document), name);
  document.components[0].facts[0].value += "x";
  EXPECT_NE(serial_number(document), name);
}

TEST(Reader, RefusesWhatIsNoBill) {
  EXPECT_FALSE(read_bom("").document);
  EXPECT_FALSE(read_bom("[]").document);
  EXPECT_FALSE(read_bom(R"({"bomFormat":"CycloneDX","specVersion":"9"})").document);
  EXPECT_FALSE(read_bom(R"({"bomFormat":"CycloneDX","bomFormat":"CycloneDX"})").document);
  EXPECT_FALSE(read_bom(std::string(200, '[')).document);
}

TEST(Reader, RefusesSpdxThatDoesNotHoldTogether) {
  const auto with = [](std::string_view elements) {
    return read_bom(cat(
        R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
          {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-11-22T00:00:00Z",
           "createdBy":["urn:a:1"]},
          {"type":"SpdxDocument","spdxId":"urn:a:d","creationInfo":"_:c"})",
        elements, "]}"));
  };
  const auto fails = [&](std::string_view elements, std::string_view pointer) {
    const auto reading = with(elements);
    ASSERT_FALSE(reading.problems.empty()) << elements;
    EXPECT_EQ(reading.problems[0].pointer, pointer) << reading.problems[0].what;
  };
  EXPECT_TRUE(with("").document.has_value());
  fails(R"(,{"spdxId":"urn:a:p","creationInfo":"_:c"})", "/@graph/2");
  fails(R"(,{"type":"software_Package","spdxId":"p","creationInfo":"_:c"})", "/@graph/2/spdxId");
  fails(R"(,{"type":"software_Package","spdxId":"urn:a:d","creationInfo":"_:c"})",
        "/@graph/2/spdxId");
  fails(R"(,{"type":"software_Package","spdxId":"urn:a:p"})", "/@graph/2/creationInfo");
  fails(R"(,{"type":"software_Package","spdxId":"urn:a:p","creationInfo":"_:x"})",
        "/@graph/2/creationInfo");
  fails(R"(,{"type":"Relationship","spdxId":"urn:a:r","creationInfo":"_:c","from":"urn:a:x",
    "relationshipType":"contains","to":["urn:a:d"]})",
        "/@graph/2/from");
  fails(R"(,{"type":"Relationship","spdxId":"urn:a:r","creationInfo":"_:c","from":"urn:a:d",
    "relationshipType":"contains","to":[]})",
        "/@graph/2/to");
}

TEST(Reader, UnderstandsTheCycloneDxOfOthers) {
  const auto reading = read_bom(R"({"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{
    "component":{"type":"application","name":"app","bom-ref":"root"}},"components":[
    {"type":"machine-learning-model","name":"m","bom-ref":"m","version":"2","hashes":[
      {"alg":"SHA-256","content":"ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789"}],
      "licenses":[{"license":{"id":"MIT"}}],"modelCard":{"modelParameters":{"task":"classification",
      "datasets":[{"ref":"d"}]}}},
    {"type":"data","name":"d","bom-ref":"d","components":[{"type":"file","name":"f"}]}],
    "dependencies":[{"ref":"root","dependsOn":["m"]}]})");
  for (const auto& problem : reading.problems) ADD_FAILURE() << problem.pointer << problem.what;
  ASSERT_TRUE(reading.document);
  const Document& document = *reading.document;
  EXPECT_EQ(document.system.name, "app");
  EXPECT_EQ(said(document, "m", "version"), "declared 2");
  EXPECT_EQ(document.find("m")->value("sha256").substr(0, 6), "abcdef");
  EXPECT_EQ(said(document, "m", "task"), "declared classification");
  EXPECT_EQ(edges_from(document, "m"), Lines{"declared trained-on d"});
  EXPECT_EQ(edges_from(document, "root"), Lines{"declared depends-on m"});
  EXPECT_EQ(document.find("d")->kind, Kind::dataset);
  ASSERT_NE(document.find("components/1/components/0"), nullptr);
}

}  // namespace
}  // namespace cupel::bom
