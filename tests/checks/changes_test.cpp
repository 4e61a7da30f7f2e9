// SPDX-License-Identifier: Apache-2.0
#include "provenance/manifest.h"
#include "provenance/record.h"
#include "provenance/records/change.h"
#include "support/signers.h"
#include "workbench.h"

namespace cupel {

extern const Check kChanges;

namespace {

using test::codes;
using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

class ChangesCheck : public testing::Test {
 protected:
  // A first cycle that saw one prompt, long finished; then the prompt is `now`.
  void change_prompt(std::string_view now) {
    desk.file("p.txt", "be kind", AssetKind::prompt);
    desk.declare("prompt", AssetKind::prompt, "p.txt");
    desk.run(kChanges);
    desk.baseline.cycle = "c1";
    desk.baseline.finished = *parse_timestamp("2026-10-01T08:00:00Z");
    desk.baseline.inventory = desk.inventory;
    desk.inventory.files.clear();
    desk.file("p.txt", now, AssetKind::prompt);
  }

  Observation about(std::string_view provision) {
    for (auto& observation : desk.run(kChanges)) {
      if (observation.provision == provision) return observation;
    }
    ADD_FAILURE() << "nothing about " << provision;
    return {};
  }

  // A signed record that the prompt became `after`; an empty text: it was not there.
  void record(std::string_view before, std::string_view after,
              std::string_view changed = "2026-11-01T08:00:00Z", std::string_view asset = "prompt",
              std::string_view author = "Carl Moss") {
    desk.system.people = who.system.people;
    const auto root = [](std::string_view text) {
      return text.empty() ? std::string()
                          : root_of({{.name = "p.txt", .digest = sha256_hex(text)}});
    };
    const ChangeRecord change{.asset = std::string(asset),
                              .before = root(before),
                              .after = root(after),
                              .changed = *parse_timestamp(changed),
                              .author = std::string(author),
                              .reason = "shorter"};
    const InTotoStatement statement{
        .subjects = {described(asset, after.empty() ? change.before : change.after)},
        .predicate_type = "https://cupel.dev/change/v1",
        .predicate = to_json(change)};
    desk.file(cat("attestations/", ++records_, ".json"), make_record(statement, who.ana));
  }

  test::Signers who;
  Workbench desk;

 private:
  int records_ = 0;
};

TEST_F(ChangesCheck, RecordsTheFirstCycle) {
  desk.file("p.txt", "be kind", AssetKind::prompt);
  desk.declare("prompt", AssetKind::prompt, "p.txt");
  const auto log = about("5.2.4-3");
  EXPECT_EQ(log.measured, "1 model, prompt or configuration recorded for the first time");
  EXPECT_EQ(log.coverage, (Coverage{.population = 1, .examined = 1}));
  EXPECT_FALSE(about("5.1.3-1.1").condition.value().triggered);
}

TEST_F(ChangesCheck, IsSilentWhenNothingChanged) {
  change_prompt("be kind");
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
  EXPECT_FALSE(about("5.1.3-1.1").condition.value().met);
}

TEST_F(ChangesCheck, TellsAChangeWithoutARecord) {
  change_prompt("be evil");
  const auto log = about("5.2.4-3");
  EXPECT_EQ(told({log}),
            Told{"CHG001: the prompt `prompt` was changed since the last cycle without "
                 "a change record"});
  EXPECT_EQ(log.diagnostics[0].severity, Severity::high);
  EXPECT_EQ(log.measured,
            "1 of 1 model, prompt or configuration changed since the last cycle, 1 without a "
            "record");
}

TEST_F(ChangesCheck, AcceptsARecordThatNamesTheNewDigest) {
  change_prompt("be brief");
  desk.file("r.md", cat("---\nkind: change-record\nsha256: ", sha256_hex("be brief"), "\n---\n"),
            AssetKind::document);
  desk.claim("5.2.4-3", {"r.md"});
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
}

TEST_F(ChangesCheck, AcceptsARecordWithAListOfSubjects) {
  change_prompt("be brief");
  desk.file("r.md",
            cat("---\nkind: change-record\nsubjects: [", sha256_hex("be brief"), "]\n---\n"),
            AssetKind::document);
  desk.claim("5.2.4-3", {"r.md"});
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
}

TEST_F(ChangesCheck, RefusesARecordOfAnotherChangeOrKind) {
  change_prompt("be evil");
  desk.file("a.md", cat("---\nkind: change-record\nsha256: ", sha256_hex("be brief"), "\n---\n"));
  desk.file("b.md", cat("---\nkind: log-policy\nsha256: ", sha256_hex("be evil"), "\n---\n"));
  desk.claim("5.2.4-3", {"a.md", "b.md"});
  EXPECT_EQ(told({about("5.2.4-3")}).size(), 1U);
}

TEST_F(ChangesCheck, AcceptsASignedRecordOfExactlyThisChange) {
  change_prompt("be brief");
  record("be kind", "be brief");
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
}

TEST_F(ChangesCheck, FollowsSignedRecordsFromTheLastCycleToNow) {
  change_prompt("be brief");
  record("be curt", "be brief");
  EXPECT_EQ(told({about("5.2.4-3")}).size(), 1U) << "nothing says how it became curt";
  record("be brief", "be curt");
  EXPECT_EQ(told({about("5.2.4-3")}).size(), 1U) << "records in a circle lead nowhere";
  record("be kind", "be curt");
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
}

TEST_F(ChangesCheck, RefusesASignedRecordOfAnEarlierChange) {
  change_prompt("be brief");
  record("be kind", "be brief", "2026-09-29T08:00:00Z");
  EXPECT_EQ(told({about("5.2.4-3")}).size(), 1U) << "the last cycle was on 2026-10-01";
}

TEST_F(ChangesCheck, RefusesASignedRecordOfAnotherAssetAndOneByItsAuthor) {
  change_prompt("be brief");
  record("be kind", "be brief", "2026-11-01T08:00:00Z", "other prompt");
  EXPECT_EQ(told({about("5.2.4-3")}).size(), 1U);
  record("be kind", "be brief", "2026-11-01T08:00:00Z", "prompt", "Ana Duarte");
  EXPECT_EQ(codes({about("5.2.4-3")}), (Told{"CHG001", "REC001"}));
}

TEST_F(ChangesCheck, AcceptsSignedRecordsOfWhatWasAddedAndRemoved) {
  change_prompt("be kind");
  desk.baseline.inventory.assets.clear();
  record("be kind", "");
  EXPECT_EQ(codes({about("5.2.4-3")}), Told{"CHG001"}) << "it was added, not removed";
  record("", "be kind");
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
  desk.baseline.inventory = desk.inventory;
  desk.inventory = {};
  desk.system.assets.clear();
  EXPECT_EQ(codes({about("5.2.4-3")}), Told{"CHG001"}) << "its records went with it";
  record("be kind", "");
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
}

TEST_F(ChangesCheck, AcceptsADigestThatWasDeclared) {
  change_prompt("be brief");
  desk.inventory.assets[0].declared.sha256 = sha256_hex("be brief");
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
}

TEST_F(ChangesCheck, TellsNewWeightsWithoutARecord) {
  desk.file("m.onnx", "weights", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.sha256 = sha256_hex("weights"); });
  EXPECT_EQ(about("5.2.4-3").measured,
            "1 model, prompt or configuration recorded for the first time");
  desk.baseline.cycle = "c1";
  desk.baseline.inventory = desk.inventory;
  desk.inventory.files.clear();
  desk.file("m.onnx", "other weights", AssetKind::model);
  EXPECT_EQ(told({about("5.2.4-3")}),
            Told{"CHG001: the model `m` was changed since the last cycle without a change record"});
  EXPECT_FALSE(about("5.1.3-1.1").condition.value().triggered) << "a model is no setting";
  desk.inventory.assets[0].declared.sha256 = sha256_hex("other weights");
  EXPECT_EQ(told({about("5.2.4-3")}), Told{});
}

TEST_F(ChangesCheck, SeesWhatIsNewAndWhatIsGone) {
  change_prompt("be kind");
  desk.inventory.files.clear();
  desk.file("q.txt", "another", AssetKind::prompt);
  desk.find("q.txt", AssetKind::prompt);
  EXPECT_EQ(told({about("5.2.4-3")}),
            (Told{"CHG001: the prompt `prompt` was removed since the last cycle without a change "
                  "record",
                  "CHG001: the prompt `q.txt` was added since the last cycle without a change "
                  "record"}));
}

TEST_F(ChangesCheck, WantsAThreatModelThatWasReviewedSince) {
  change_prompt("be brief");
  desk.file("t.md", "---\nkind: threat-model\nreviewed: 2026-09-30\n---\n", AssetKind::document);
  desk.claim("5.1.3-1", {"t.md"});
  EXPECT_EQ(told({about("5.1.3-1.1")}),
            Told{"CHG002: the prompt `prompt` was changed and the threat model was not reviewed "
                 "since the last cycle"});
}

TEST_F(ChangesCheck, AcceptsAReviewOnTheDayOfTheLastCycle) {
  change_prompt("be brief");
  desk.file("t.md", "---\nkind: threat-model\nreviewed: 2026-10-01\n---\n", AssetKind::document);
  desk.claim("5.1.3-1", {"t.md"});
  EXPECT_EQ(told({about("5.1.3-1.1")}), Told{});
}

TEST_F(ChangesCheck, CannotJudgeWithoutAThreatModel) {
  change_prompt("be brief");
  const auto seen = about("5.1.3-1.1");
  EXPECT_EQ(told({seen}), Told{});
  EXPECT_LT(seen.coverage.examined, seen.coverage.population);
}

TEST_F(ChangesCheck, DoesNotCallWhatItCouldNotReadUnchanged) {
  change_prompt("be kind");
  desk.inventory.files.clear();
  desk.unreadable("p.txt", AssetKind::prompt, "permission denied");
  desk.inventory.assets[0].digest.clear();
  const auto log = about("5.2.4-3");
  EXPECT_EQ(log.coverage.population, 1U);
  EXPECT_EQ(log.coverage.examined, 0U);
  EXPECT_FALSE(about("5.1.3-1.1").condition.has_value());
}

}  // namespace
}  // namespace cupel
