// SPDX-License-Identifier: Apache-2.0
#include "retire/record.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"

namespace cupel::retire {
namespace {

// Everything done, nothing open.
DisposalWork complete_work() {
  DisposalWork work;
  work.plan.system = "cards";
  work.plan.assets = {{.name = "fraud",
                       .kind = "model",
                       .digest = sha256_hex("model"),
                       .custodian = "Bea",
                       .sensitivity = "secret"}};
  work.plan.items = {
      {.names = {"m.bin"}, .sha256 = sha256_hex("model"), .size_bytes = 5},
      {.action = Action::unlink, .names = {"latest"}},
      {.action = Action::by_hand, .names = {"old.zip"}, .why = "among other things"}};
  work.plan.by_hand = {{.id = "backups", .what = "that backups hold no copy"}};
  work.plan_text = text_of(work.plan);
  ErasedItem erased{.overwritten_bytes = 5, .verified_bytes = 5, .discarded = true};
  erased.medium = {.file_system = "ext4", .type = "flash", .rotational = false};
  work.items = {erased, {}, {.problem = "by hand"}};
  work.confirmed = {"backups", "old.zip"};
  work.endpoints = {{.name = "scoring", .life = Life::dead, .why = "404"}};
  work.performer = {.name = "Oskar", .roles = {}, .public_key = {}, .declared_at = {}};
  work.tool = "cupel test";
  return work;
}

std::string open_of(const DisposalWork& work) {
  std::string all;
  for (const auto& point : open_points(work)) {
    all += cat(point.weight == Weight::failed ? "failed " : "unknown ", point.what, "\n");
  }
  return all;
}

TEST(DisposalWorkTest, IsCompleteWhenNothingIsOpen) {
  const auto work = complete_work();
  EXPECT_EQ(open_of(work), "");
  const Json predicate = predicate_of(work);
  EXPECT_EQ(predicate["outcome"].text(), "complete");
  const Json& first = predicate["locations"].items()[0];
  EXPECT_EQ(first["method"].text(), "Clear");
  EXPECT_EQ(first["verification"]["coverage_bytes"].integer(), 5);
  EXPECT_EQ(first["cannot_assure"].items().size(), 1U);  // flash
  EXPECT_EQ(predicate["locations"].items()[2]["outcome"].text(), "confirmed");
  EXPECT_EQ(predicate["by_hand"].items()[0]["confirmed_by"].text(), "Oskar");
  EXPECT_EQ(predicate["assets"].items()[0]["destination"].text(), "destroyed");
  EXPECT_EQ(subjects_of(work).back().digest, sha256_hex(work.plan_text));
  EXPECT_EQ(subjects_of(work).size(), 2U);
}

TEST(DisposalWorkTest, EachLooseEndKeepsItOpen) {
  const auto with = [](auto change) {
    auto work = complete_work();
    change(work);
    EXPECT_EQ(predicate_of(work)["outcome"].text(), "partial");
    EXPECT_EQ(predicate_of(work)["open"].items().size(), 1U);
    return open_of(work);
  };
  EXPECT_EQ(with([](auto& w) { w.items[0].problem = "read-only"; }), "unknown m.bin: read-only\n");
  EXPECT_EQ(with([](auto& w) { w.confirmed = {"backups"}; }),
            "unknown old.zip: among other things\n");
  EXPECT_EQ(with([](auto& w) { w.confirmed = {"old.zip"}; }),
            "unknown not confirmed: backups: that backups hold no copy\n");
  EXPECT_EQ(with([](auto& w) { w.residue.unseen = {"x.zip: damaged"}; }),
            "unknown not looked into: x.zip: damaged\n");
  auto vouched = complete_work();
  vouched.residue.unseen = {"x.zip: damaged"};
  vouched.confirmed.emplace_back("x.zip");
  EXPECT_EQ(open_of(vouched), "");
  EXPECT_EQ(with([](auto& w) { w.vaults = {{.name = "v", .problem = "locked"}}; }),
            "unknown vault v: locked\n");
  EXPECT_EQ(with([](auto& w) { w.endpoints[0].life = Life::unknown; }),
            "unknown scoring is unknown: 404\n");
  EXPECT_EQ(with([](auto& w) { w.endpoints[0].life = Life::alive; }),
            "failed scoring is alive: 404\n");
  EXPECT_EQ(with([](auto& w) { w.residue.copies = {{.path = "again.bin", .of = "m.bin"}}; }),
            "failed again.bin is still there: the same bytes as `m.bin`\n");
}

TEST(DisposalWorkTest, WhatWasLeftToPeopleAndIsGoneIsSettled) {
  auto work = complete_work();
  work.confirmed = {"backups"};
  work.items[2].problem.clear();
  EXPECT_EQ(open_of(work), "");
  EXPECT_EQ(predicate_of(work)["locations"].items()[2]["outcome"].text(), "gone");
}

}  // namespace
}  // namespace cupel::retire
