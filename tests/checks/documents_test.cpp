// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "base/json.h"
#include "checks/governance/document_kinds.h"
#include "workbench.h"

namespace cupel {

extern const Check kDocuments;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

// A whole document of the given kind; `front` overrides or adds keys ("" removes one).
std::string document(std::string_view kind, const std::map<std::string, std::string>& front = {},
                     std::string_view extra = "We mean it.") {
  std::map<std::string, std::string> keys = {
      {"title", "T"},   {"kind", std::string(kind)}, {"owner", "Ana"},      {"author", "Carl"},
      {"version", "1"}, {"reviewed", "2026-09-01"},  {"system", "demo 1.0"}};
  for (const auto& [key, value] : front) keys[key] = value;
  std::string text = "---\n";
  for (const auto& [key, value] : keys) {
    if (!value.empty()) text += cat(key, ": ", value, "\n");
  }
  text += "---\n# T\n";
  if (const auto* row = document_kind(kind)) {
    for (const auto section : row->sections) text += cat("\n## ", section, "\n\n", extra, "\n");
  }
  return text;
}

class Documents : public testing::Test {
 protected:
  Documents() {
    for (const char* name : {"Ana", "Carl", "Eve"}) {
      Person person;
      person.name = name;
      desk.system.people.push_back(person);
    }
  }
  // What is told about one document that is declared for one provision.
  Told ask(std::string_view provision, const std::string& text) {
    desk.file("d.md", text, AssetKind::document);
    desk.claim(provision, {"d.md"});
    return told(desk.run(kDocuments));
  }
  Workbench desk;
};

TEST_F(Documents, AcceptsACompleteDocumentAndSaysUntilWhen) {
  desk.file("d.md", document("log-policy", {{"retention", "400 days"}}), AssetKind::document);
  desk.claim("5.4.2-1", {"d.md"}, Json::object({{"review_interval", "100 days"}}));
  const auto seen = desk.run(kDocuments);
  EXPECT_EQ(told(seen), Told{});
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].provision, "5.4.2-1");
  EXPECT_EQ(seen[0].facts["author"].text(), "Carl");
  EXPECT_EQ(to_date(seen[0].valid_until.value()), "2026-12-10");
  ASSERT_EQ(seen[0].subjects.size(), 1U);
  EXPECT_EQ(seen[0].subjects[0].digest, desk.inventory.files[0].sha256);
}

TEST_F(Documents, SaysNothingOfClaimsWithoutDocuments) {
  desk.claim("5.4.2-1", {});
  EXPECT_TRUE(desk.run(kDocuments).empty());
}

TEST_F(Documents, TellsADocumentThatIsNotThere) {
  desk.claim("5.4.2-1", {"gone.md"});
  const auto seen = desk.run(kDocuments);
  EXPECT_EQ(told(seen), Told{"DOC001: the declared document `gone.md` is not there"});
  EXPECT_EQ(seen[0].coverage.examined, 0U);
}

TEST_F(Documents, DoesNotJudgeWhatItCouldNotRead) {
  desk.unreadable("d.md", AssetKind::document, "permission denied");
  desk.claim("5.4.2-1", {"d.md"});
  const auto seen = desk.run(kDocuments);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage.shortfall, "`d.md`: permission denied");
}

TEST_F(Documents, AsksForFrontMatter) {
  EXPECT_EQ(ask("5.4.2-1", "# Policy\n"), Told{"DOC002: the document has no front matter"});
}

TEST_F(Documents, NamesTheKeysThatAreMissing) {
  EXPECT_EQ(ask("5.1.4-5", document("acceptable-use", {{"owner", ""}, {"reviewed", ""}})),
            Told{"DOC002: the front matter lacks `owner` and `reviewed`"});
}

TEST_F(Documents, DoesNotBelieveAReviewInTheFuture) {
  EXPECT_EQ(ask("5.1.4-5", document("acceptable-use", {{"reviewed", "2027-01-01"}})),
            Told{"DOC002: `reviewed: 2027-01-01` lies in the future"});
}

TEST_F(Documents, NamesSectionsThatAreMissingOrEmpty) {
  const auto text = document("acceptable-use", {}, "TODO");
  EXPECT_EQ(ask("5.1.4-5", text),
            Told{"DOC003: required sections are missing or empty: `Permitted uses`, `Prohibited "
                 "uses` and `How users are told`"});
}

TEST_F(Documents, RefusesAKindThatDoesNotAnswerTheProvision) {
  EXPECT_EQ(ask("5.1.4-5", document("patch-policy")),
            Told{"DOC003: a document of kind `patch-policy` does not answer 5.1.4-5"});
}

TEST_F(Documents, AcceptsSupplementsBesideAFittingDocument) {
  desk.file("a.md", document("acceptable-use"), AssetKind::document);
  desk.file("b.md", document("patch-policy"), AssetKind::document);
  desk.claim("5.1.4-5", {"a.md", "b.md"});
  EXPECT_EQ(told(desk.run(kDocuments)), Told{});
}

TEST_F(Documents, SuggestsTheKindThatWasMeant) {
  desk.file("d.md", document("acceptabel-use"), AssetKind::document);
  desk.claim("5.1.4-5", {"d.md"});
  const auto seen = desk.run(kDocuments);
  ASSERT_EQ(told(seen), Told{"DOC002: there is no kind of document `acceptabel-use`"});
  EXPECT_EQ(seen[0].diagnostics[0].help, "did you mean `acceptable-use`?");
}

TEST_F(Documents, WantsPeopleOfTheRoster) {
  EXPECT_EQ(ask("5.1.4-5", document("acceptable-use", {{"author", "Mallory"}})),
            Told{"DOC004: the author `Mallory` is not in the roster"});
}

TEST_F(Documents, WantsTheSystemAndVersionThatIsAssessed) {
  EXPECT_EQ(ask("5.1.4-5", document("acceptable-use", {{"system", "demo 0.9"}})),
            Told{"DOC005: the document is about `demo 0.9`, not about `demo 1.0`"});
}

TEST_F(Documents, AcceptsTheBeginningOfAVersionButNotItsDigits) {
  EXPECT_EQ(ask("5.1.4-5", document("acceptable-use", {{"system", "demo 1"}})), Told{});
  desk.system.version = "10.0";
  EXPECT_EQ(told(desk.run(kDocuments)).size(), 1U);
}

TEST_F(Documents, WantsEveryModelAndDatasetInTheThreatModel) {
  desk.declare("fraud", AssetKind::model, "");
  desk.declare("card-data", AssetKind::dataset, "");
  EXPECT_EQ(ask("5.1.3-1", document("threat-model", {}, "The fraud model and card-data-old.")),
            Told{"DOC003: the document does not cover `card-data`"});
}

TEST_F(Documents, BindsATestReportToTheBytesThatWereTested) {
  desk.file("m.onnx", "weights", AssetKind::model);
  const auto report = [](std::string digest, std::string tester) {
    return document("test-report", {{"tested", "2026-09-01"},
                                    {"tester", std::move(tester)},
                                    {"subject_sha256", std::move(digest)}});
  };
  EXPECT_EQ(ask("5.2.5-1", report(sha256_hex("weights"), "Eve")), Told{});
  Workbench other;
  other.system = desk.system;
  other.system.declares.clear();
  other.file("m.onnx", "changed", AssetKind::model);
  other.file("d.md", report(sha256_hex("weights"), "Carl"), AssetKind::document);
  other.claim("5.2.5-1", {"d.md"});
  EXPECT_EQ(told(other.run(kDocuments)),
            (Told{"DOC004: the tester wrote the report alone: tester and author are one",
                  "DOC005: what was tested is not what stands here now"}));
}

TEST_F(Documents, BindsAModelCardToAModel) {
  EXPECT_EQ(ask("5.2.4-1.1", document("model-card", {{"model", "ghost"}})),
            Told{"DOC005: there is no model `ghost`"});
}

// The units are one per organisational or hybrid provision that a kind serves; no more, no less.
TEST(DocumentKinds, ServeTheProvisionsThatTheUnitsJudge) {
  const auto reading = read_json(test::slurp(test::test_data("../catalogue/provisions.json")));
  ASSERT_TRUE(reading.value.has_value()) << reading.problem;
  std::vector<std::string> expected;
  std::vector<std::string> known;
  for (const auto& provision : (*reading.value)["provisions"].items()) {
    const auto& id = provision["id"].text();
    known.push_back(id);
    const bool served = std::ranges::any_of(
        document_kinds(), [&](const DocumentKind& kind) { return kind.serves.contains(id); });
    if (served && provision["kind"].text() != "technical") expected.push_back(id);
  }
  std::vector<std::string> judged;
  for (const auto& unit : kDocuments.units) {
    judged.emplace_back(unit.provision);
    EXPECT_EQ(unit.id, cat(unit.provision, "/document"));
  }
  EXPECT_EQ(judged, expected);
  for (const auto& kind : document_kinds()) {
    for (const auto id : kind.serves) {
      EXPECT_NE(std::ranges::find(known, id), known.end()) << kind.id << " serves " << id;
    }
  }
}

TEST(DocumentKinds, AreListedForPeople) {
  const auto page = test::slurp(test::test_data("../catalogue/codes/DOC002.md"));
  const auto table = test::slurp(test::test_data("../docs/documents.md"));
  for (const auto& kind : document_kinds()) {
    EXPECT_NE(page.find(cat("`", kind.id, "`")), std::string::npos) << kind.id;
    std::string sections;
    for (const auto section : kind.sections) {
      sections += cat(sections.empty() ? "" : "; ", section);
    }
    EXPECT_NE(table.find(cat("| ", kind.id, " | ", sections, " | ")), std::string::npos) << kind.id;
    for (const auto id : kind.serves) EXPECT_NE(table.find(id), std::string::npos) << id;
  }
}

}  // namespace
}  // namespace cupel
