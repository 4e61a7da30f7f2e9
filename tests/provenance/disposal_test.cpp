// SPDX-License-Identifier: Apache-2.0
#include "provenance/disposal.h"

#include <gtest/gtest.h>

#include "provenance/disposing.h"

namespace cupel {
namespace {

class DisposalRecordTest : public testing::Test {
 protected:
  void SetUp() override {
    system_.name = "cards";
    made_.join(system_);
    DeclaredAsset asset;
    asset.name = "fraud";
    asset.custodian = "Bea";
    system_.assets.push_back(asset);
  }
  [[nodiscard]] std::string problem() const {
    return read_disposal(made_.record(system_), system_).problem;
  }

  System system_;
  test::Disposing made_;
};

TEST_F(DisposalRecordTest, SaysAfterReadingWhatWasDisposedOf) {
  made_.recipient = "Bank of B";
  made_.open = {"backups"};
  const auto record = read_disposal(made_.record(system_), system_);
  EXPECT_EQ(record.problem, "");
  EXPECT_TRUE(record.verified);
  ASSERT_NE(record.find("fraud"), nullptr);
  EXPECT_EQ(record.find("fraud")->digest, made_.digest);
  EXPECT_EQ(record.find("other"), nullptr);
  EXPECT_EQ(record.file_digests, std::vector<std::string>{made_.digest});
  EXPECT_EQ(record.recipient, "Bank of B");
  EXPECT_EQ(record.performed_by, "Oskar");
  EXPECT_EQ(record.open, std::vector<std::string>{"backups"});
}

TEST_F(DisposalRecordTest, NeedsTheCustodiansConsentToThisPlan) {
  made_.consent_to = sha256_hex("another plan");
  EXPECT_NE(problem().find("the consent is to another plan"), std::string::npos) << problem();
  made_.consent_to.clear();
  made_.provision = "5.2.1-3";
  EXPECT_NE(problem().find("neither 5.5.1-1 nor 5.5.1-2"), std::string::npos) << problem();
  made_.provision = "5.5.1-1";
  EXPECT_EQ(problem(), "");
  made_.consented = made_.finished.plus_days(1);
  EXPECT_NE(problem().find("given afterwards"), std::string::npos) << problem();
}

TEST_F(DisposalRecordTest, TheDescriptionSaysWhoTheCustodianIsNotTheRecord) {
  system_.assets[0].custodian = "Ana";
  EXPECT_NE(problem().find("by `Bea`, not by `Ana`"), std::string::npos) << problem();
  system_.assets.clear();  // declared no more: then the record's word is all there is
  EXPECT_EQ(problem(), "");
}

TEST_F(DisposalRecordTest, IsSignedByWhoeverDidIt) {
  made_.performer = "Bea";
  EXPECT_EQ(problem(), "");
  const auto record = made_.record(system_);
  system_.people[1].public_key = made_.oskar.public_key().base64();
  EXPECT_NE(read_disposal(record, system_).problem, "");
  system_.people.clear();
  EXPECT_FALSE(read_disposal(record, system_).verified);
  made_.performer = "Carl";
  EXPECT_FALSE(problem().empty());
}

TEST_F(DisposalRecordTest, IsOfThisSystemAndSpeaksOfItsSubjects) {
  const auto record = made_.record(system_);
  System other = system_;
  other.name = "loans";
  EXPECT_EQ(read_disposal(record, other).problem, "it is of another system");
  const auto subject = [&](std::vector<SubjectRef> subjects) {
    return read_disposal(make_disposal(subjects, made_.predicate(system_), made_.oskar), system_)
        .problem;
  };
  EXPECT_EQ(subject({{.kind = "model", .name = "fraud", .digest = made_.digest}}),
            "its plan is not among its subjects");
  EXPECT_EQ(subject({{.kind = "plan", .name = "plan", .digest = sha256_hex(made_.plan)}}),
            "`fraud` is not among its subjects");
}

TEST_F(DisposalRecordTest, AChangedRecordDoesNotCount) {
  auto record = made_.record(system_);
  EXPECT_FALSE(read_disposal(record.substr(1), system_).verified);
  EXPECT_FALSE(read_disposal("{}", system_).verified);
  // The signature is over every byte: a record of the same shape by another key.
  test::Disposing forger;
  EXPECT_EQ(read_disposal(forger.record(system_), system_).problem.find("the custodian of `fraud`"),
            0U);
}

}  // namespace
}  // namespace cupel
