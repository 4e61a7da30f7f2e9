// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "checks/workbench.h"
#include "provenance/disposing.h"

namespace cupel {

extern const Check kDisposal;

namespace {

class DisposalCheck : public testing::Test {
 protected:
  void SetUp() override { made_.join(bench_.system); }

  // At the end of its life; gone from the disk.
  void declare_retired() {
    bench_.declare("fraud", AssetKind::model, "models/fraud.bin", [](DeclaredAsset& asset) {
      asset.lifecycle = "end-of-life";
      asset.custodian = "Bea";
    });
  }
  void file_record() { bench_.file("disposals/fraud.json", made_.record(bench_.system)); }

  [[nodiscard]] const Observation& seen(std::string_view provision) {
    observations_ = bench_.run(kDisposal);
    const auto found = std::ranges::find(observations_, provision, &Observation::provision);
    EXPECT_NE(found, observations_.end());
    return *found;
  }
  [[nodiscard]] std::string codes(std::string_view provision = "5.5.1-2") {
    std::vector<std::string> all;
    for (const auto& diagnostic : seen(provision).diagnostics) all.push_back(diagnostic.code);
    return join(all, " ");
  }

  test::Workbench bench_;
  test::Disposing made_;
  std::vector<Observation> observations_;
};

TEST_F(DisposalCheck, HasNothingToSayWhileNothingEnds) {
  bench_.declare("fraud", AssetKind::model, "models/fraud.bin");
  for (const auto* provision : {"5.5.1-1", "5.5.1-2"}) {
    const auto& one = seen(provision);
    EXPECT_EQ(one.coverage.population, 0U);
    ASSERT_TRUE(one.condition.has_value());
    EXPECT_FALSE(one.condition->met);
  }
}

TEST_F(DisposalCheck, AnEndWithoutARecordIsAFinding) {
  declare_retired();
  EXPECT_EQ(codes(), "DSP001");
}

TEST_F(DisposalCheck, ARecordThatCountsIsWhatPeopleValidate) {
  declare_retired();
  file_record();
  EXPECT_EQ(codes(), "");
  const auto& one = seen("5.5.1-2");
  ASSERT_EQ(one.subjects.size(), 1U);
  EXPECT_EQ(one.subjects[0].name, "disposals/fraud.json");
  EXPECT_EQ(one.facts["author"].text(), "Oskar");
  EXPECT_EQ(seen("5.5.1-1").coverage.population, 0U);
}

TEST_F(DisposalCheck, ATransferSpeaksForItsOwnProvision) {
  declare_retired();
  made_.recipient = "Bank of B";
  file_record();
  EXPECT_EQ(codes("5.5.1-1"), "");
  EXPECT_EQ(seen("5.5.1-1").coverage.population, 1U);
  EXPECT_EQ(seen("5.5.1-2").coverage.population, 0U);
}

TEST_F(DisposalCheck, ARecordThatDoesNotCountIsAFinding) {
  declare_retired();
  made_.consent_to = sha256_hex("another plan");
  file_record();
  EXPECT_EQ(codes(), "DSP002");
}

TEST_F(DisposalCheck, WhatIsStillThereWasNotDisposedOf) {
  declare_retired();
  made_.digest = sha256_hex(std::string(64, 'm'));
  file_record();
  bench_.file("old/copy.bin", std::string(64, 'm'));
  EXPECT_EQ(codes(), "DSP003");
  bench_.file("models/fraud.bin", "restored from a backup");
  EXPECT_EQ(codes(), "DSP003 DSP003");
}

TEST_F(DisposalCheck, LooseEndsKeepItOpen) {
  declare_retired();
  made_.open = {"not confirmed: backups"};
  made_.performer = "Bea";
  file_record();
  EXPECT_EQ(codes(), "DSP004 DSP006");
}

TEST_F(DisposalCheck, WhatIsGoneSinceTheLastCycleNeedsARecord) {
  bench_.declare("fraud", AssetKind::model, "models/fraud.bin");
  bench_.inventory.assets.back().is_present = true;
  bench_.inventory.assets.back().digest = made_.digest;
  bench_.baseline.cycle = "c1";
  bench_.baseline.inventory = bench_.inventory;
  bench_.inventory.assets.clear();
  EXPECT_EQ(codes(), "DSP005");
  file_record();
  EXPECT_EQ(codes(), "");
}

TEST_F(DisposalCheck, ARecordNobodyCanReadIsNotSilence) {
  declare_retired();
  file_record();
  bench_.unreadable("disposals/more.json", AssetKind::other, "no permission");
  const auto all = bench_.run(kDisposal);
  EXPECT_TRUE(std::ranges::any_of(all, [](const Observation& one) {
    return one.coverage.population == 1 && one.coverage.examined == 0;
  }));
}

TEST_F(DisposalCheck, APlanIsNoRecord) {
  bench_.file("disposals/fraud.plan.json", "{}");
  EXPECT_EQ(seen("5.5.1-2").coverage.population, 0U);
}

}  // namespace
}  // namespace cupel
