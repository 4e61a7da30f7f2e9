// SPDX-License-Identifier: Apache-2.0
// The meaning of pass, fail, inconclusive and not applicable, on a catalogue of a few provisions.
#include "assess/assess.h"

#include <gtest/gtest.h>

namespace cupel {
namespace {

constexpr std::string_view kCodes[] = {"TST001"};
constexpr TestUnit kUnits[] = {
    {.id = "5.2.1-1/seen",
     .provision = "5.2.1-1",
     .kind = UnitKind::functional,
     .check = "test.seen",
     .criterion = "all is seen",
     .codes = kCodes},
    {.id = "5.1.1-1/document",
     .provision = "5.1.1-1",
     .kind = UnitKind::conceptual,
     .rule = Rule::attested,
     .check = "test.document",
     .criterion = "a signed document"},
    {.id = "5.5.1-1/transfer",
     .provision = "5.5.1-1",
     .kind = UnitKind::functional,
     .check = "test.transfer",
     .criterion = "transferred with consent"},
};
constexpr Timestamp kNow{1'790'000'000'000};

Provision provision(std::string id, ProvisionKind kind, bool conditional = false) {
  Provision made;
  made.principle = id.substr(0, 5);
  made.digest = "digest of " + id;
  made.id = std::move(id);
  made.kind = kind;
  made.conditional = conditional;
  made.roles = {"developer"};
  return made;
}

Catalogue catalogue() {
  Catalogue made;
  made.provisions = {provision("5.1.1-1", ProvisionKind::organisational),
                     provision("5.2.1-1", ProvisionKind::technical),
                     provision("5.5.1-1", ProvisionKind::hybrid, true)};
  made.units.assign(std::begin(kUnits), std::end(kUnits));
  return made;
}

Evidence evidence() {
  Evidence made;
  made.cycle.id = "cycle";
  made.cycle.started = kNow;
  made.cycle.finished = kNow;
  made.system.name = "system";
  made.system.roles = {"developer"};
  made.system.people = {
      {.name = "Ana", .roles = {"owner"}, .public_key = "k1", .declared_at = {}},
      {.name = "Carl", .roles = {"developer"}, .public_key = "k2", .declared_at = {}},
      {.name = "Eve", .roles = {"tester"}, .public_key = "k3", .declared_at = {}}};
  made.roster_digest = "roster";
  for (const auto& entry : catalogue().provisions)
    made.criteria.emplace_back(entry.id, entry.digest);
  return made;
}

Observation observation(std::string check) {
  Observation made;
  made.id = "o-" + check;
  made.check = std::move(check);
  made.observed_at = kNow;
  made.coverage = {.population = 3, .examined = 3};
  made.measured = "3 of 3";
  return made;
}

Diagnostic told(Severity severity, std::string code = "TST001") {
  return {.code = std::move(code), .severity = severity, .title = "something is wrong"};
}

ProvisionResult result_of(const Evidence& given, std::string_view id,
                          const Catalogue& by = catalogue()) {
  for (const auto& result : assess(given, by, kNow).provisions) {
    if (result.id == id) return result;
  }
  return {};
}

Attestation signature(std::string provision, std::string by, std::string digest) {
  Attestation made;
  made.provisions = {std::move(provision)};
  made.by = std::move(by);
  made.subjects = {{.kind = "document", .name = "doc.md", .digest = std::move(digest)}};
  made.issued_at = kNow;
  made.verified = true;
  return made;
}

Claim excluded(std::string provision, std::string reason) {
  Claim claim;
  claim.provision = std::move(provision);
  claim.excluded = std::move(reason);
  return claim;
}

// A document observation and the two signatures that let it pass.
Evidence signed_document() {
  Evidence given = evidence();
  Observation document = observation("test.document");
  document.subjects = {{.kind = "document", .name = "doc.md", .digest = "d0c"}};
  document.facts = Json::object({{"author", "Carl"}});
  given.observations = {document};
  given.attestations = {signature("roster", "Ana", "roster"), signature("5.1.1-1", "Ana", "d0c")};
  return given;
}

TEST(Assess, WithoutEvidenceNothingPasses) {
  const auto assessment = assess(evidence(), catalogue(), kNow);
  ASSERT_EQ(assessment.provisions.size(), 3U);
  for (const auto& result : assessment.provisions) {
    EXPECT_EQ(result.verdict, Verdict::inconclusive) << result.id;
    EXPECT_FALSE(result.reason.empty());
    EXPECT_FALSE(result.next.empty());
  }
  EXPECT_EQ(assessment.decided_by_machine + assessment.decided_by_people, 0);
}

TEST(Assess, WhatWasWhollySeenWithoutFindingPasses) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  const auto result = result_of(given, "5.2.1-1");
  EXPECT_EQ(result.verdict, Verdict::pass);
  EXPECT_EQ(result.decided_by, DecidedBy::machine);
  EXPECT_EQ(result.reason, "3 of 3");
}

TEST(Assess, SeverityDecidesBetweenFailOpenAndNothing) {
  const std::pair<Severity, Verdict> cases[] = {{Severity::critical, Verdict::fail},
                                                {Severity::high, Verdict::fail},
                                                {Severity::medium, Verdict::inconclusive},
                                                {Severity::low, Verdict::pass},
                                                {Severity::info, Verdict::pass}};
  for (const auto& [severity, verdict] : cases) {
    Evidence given = evidence();
    given.observations = {observation("test.seen")};
    given.observations[0].diagnostics = {told(severity)};
    EXPECT_EQ(result_of(given, "5.2.1-1").verdict, verdict) << to_text(severity);
  }
}

TEST(Assess, ACodeThatIsNotTheUnitsDoesNotCount) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  given.observations[0].diagnostics = {told(Severity::critical, "OTH001")};
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::pass);
}

TEST(Assess, WhatWasNotExaminedIsInconclusive) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  given.observations[0].coverage = {
      .population = 3, .examined = 2, .shortfall = "x.bin: unreadable"};
  const auto result = result_of(given, "5.2.1-1");
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_NE(result.reason.find("x.bin: unreadable"), std::string::npos);
}

TEST(Assess, AFindingOutranksWhatWasNotExamined) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  given.observations[0].coverage.examined = 1;
  given.observations[0].diagnostics = {told(Severity::high)};
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::fail);
}

TEST(Assess, NothingToLookAtIsNoPass) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  given.observations[0].coverage = {};
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::inconclusive);
  // Even when the unit itself may be said not to apply: a provision needs something that was seen.
  given.observations[0].condition = Condition{.provision = "", .met = false, .why = "no such file"};
  const auto result = result_of(given, "5.2.1-1");
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_EQ(result.units[0].verdict, Verdict::not_applicable);
}

TEST(Assess, EvidenceGoesOutOfDateByItself) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  given.observations[0].valid_until = Timestamp{kNow.ms + 1};
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::pass);
  const auto later = assess(given, catalogue(), Timestamp{kNow.ms + 1});
  EXPECT_EQ(later.provisions[1].verdict, Verdict::inconclusive);
}

TEST(Assess, EvidenceFromTheFutureDoesNotCount) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  given.observations[0].observed_at = Timestamp{kNow.ms + 1};
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::inconclusive);
}

TEST(Assess, ASignedDocumentPassesAndPeopleDecided) {
  const auto result = result_of(signed_document(), "5.1.1-1");
  EXPECT_EQ(result.verdict, Verdict::pass) << result.reason;
  EXPECT_EQ(result.decided_by, DecidedBy::people);
  EXPECT_EQ(result.units[0].attested_by, std::vector<std::string>{"Ana"});
}

TEST(Assess, ASignatureCountsOnlyWhenEverythingAboutItDoes) {
  const auto verdict_after = [](auto&& change) {
    Evidence given = signed_document();
    change(given);
    return result_of(given, "5.1.1-1").verdict;
  };
  const auto open = Verdict::inconclusive;
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations.pop_back(); }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].verified = false; }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].subjects[0].digest = "other"; }),
            open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].expires_at = kNow; }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].issued_at = {kNow.ms + 1}; }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].provisions = {"5.2.1-1"}; }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].by = "Nobody"; }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].by = "Eve"; }),
            open);  // no fitting role
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[1].by = "Carl"; }), open);  // its author
  // The roster behind it.
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations.erase(e.attestations.begin()); }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.roster_digest = "changed since"; }), open);
  EXPECT_EQ(verdict_after([](Evidence& e) { e.attestations[0].by = "Carl"; }),
            open);  // not the owner
  EXPECT_EQ(verdict_after([](Evidence& e) {
              e.roster_digest = "";
              e.attestations[0].subjects[0].digest = "";
            }),
            open);
}

TEST(Assess, ATechnicalProvisionIsNotPassedByADocument) {
  auto by = catalogue();
  by.provisions[0].kind = ProvisionKind::technical;
  const auto result = result_of(signed_document(), "5.1.1-1", by);
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
}

TEST(Assess, AHybridProvisionPassesByDocumentOnlyWhenSoftwareCannotSeeIt) {
  auto by = catalogue();
  by.provisions[0].kind = ProvisionKind::hybrid;
  EXPECT_EQ(result_of(signed_document(), "5.1.1-1", by).verdict, Verdict::inconclusive);
  by.provisions[0].beyond_software = "it happens between people";
  EXPECT_EQ(result_of(signed_document(), "5.1.1-1", by).verdict, Verdict::pass);
}

TEST(Assess, WhatNoUnitLooksAtHoldsAPassBack) {
  auto by = catalogue();
  by.provisions[1].not_looked_at = {"encryption at rest"};
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  const auto result = result_of(given, "5.2.1-1", by);
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_NE(result.reason.find("encryption at rest"), std::string::npos);
}

TEST(Assess, ADutyOfARoleThatIsNotHeldDoesNotApply) {
  Evidence given = evidence();
  given.system.roles = {"system-operator"};
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::not_applicable);
}

TEST(Assess, AnUnmetConditionDoesNotApplyUnlessEvidenceSaysOtherwise) {
  Evidence given = evidence();
  Observation word = observation("test.applicability");
  word.condition = Condition{
      .provision = "5.5.1-1", .met = false, .triggered = false, .why = "nothing was transferred"};
  given.observations = {word};
  auto result = result_of(given, "5.5.1-1");
  EXPECT_EQ(result.verdict, Verdict::not_applicable);
  EXPECT_EQ(result.reason, "not triggered yet: nothing was transferred");
  // A unit that fails shows that the occasion was there.
  given.observations.push_back(observation("test.transfer"));
  given.observations[1].diagnostics = {told(Severity::high)};
  EXPECT_EQ(result_of(given, "5.5.1-1").verdict, Verdict::fail);
  // A second witness that the condition holds wins.
  given.observations[1] = word;
  given.observations[1].condition->met = true;
  EXPECT_EQ(result_of(given, "5.5.1-1").verdict, Verdict::inconclusive);
}

TEST(Assess, AConditionCannotExcuseAnUnconditionalProvision) {
  Evidence given = evidence();
  Observation word = observation("test.applicability");
  word.condition = Condition{.provision = "5.2.1-1", .met = false, .why = "we would rather not"};
  given.observations = {word};
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::inconclusive);
}

TEST(Assess, AnExclusionNeedsASignatureAndACondition) {
  Evidence given = evidence();
  given.system.declares = {excluded("5.5.1-1", "we never transfer models")};
  EXPECT_EQ(result_of(given, "5.5.1-1").verdict, Verdict::inconclusive);
  auto exclusion = signature("5.5.1-1", "Ana", "x");
  exclusion.statement = "excluded: we never transfer models";
  given.attestations = {signature("roster", "Ana", "roster"), exclusion};
  EXPECT_EQ(result_of(given, "5.5.1-1").verdict, Verdict::not_applicable);
  given.attestations[1].statement = "excluded: another reason";
  EXPECT_EQ(result_of(given, "5.5.1-1").verdict, Verdict::inconclusive);
  // Evidence against it makes it a failure.
  given.attestations[1] = exclusion;
  given.observations = {observation("test.transfer")};
  given.observations[0].condition =
      Condition{.provision = "5.5.1-1", .met = true, .why = "a model left"};
  EXPECT_EQ(result_of(given, "5.5.1-1").verdict, Verdict::fail);
  // An unconditional shall cannot be excluded at all.
  given.system.declares = {excluded("5.2.1-1", "too much work")};
  auto bold = signature("5.2.1-1", "Ana", "x");
  bold.statement = "excluded: too much work";
  given.attestations.push_back(bold);
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::inconclusive);
}

TEST(Assess, CriteriaThatWereNotLockedBeforeTheCycleJudgeNothing) {
  Evidence given = evidence();
  given.observations = {observation("test.seen")};
  given.criteria[1].second = "another digest";
  EXPECT_EQ(result_of(given, "5.2.1-1").verdict, Verdict::inconclusive);
}

TEST(Assess, TheSameEvidenceGivesTheSameBytes) {
  const auto first = to_json(assess(signed_document(), catalogue(), kNow)).canonical();
  const auto second = to_json(assess(signed_document(), catalogue(), kNow)).canonical();
  EXPECT_EQ(first, second);
  const auto back = assessment_from(*read_json(first).value);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back).canonical(), first);
}

}  // namespace
}  // namespace cupel
