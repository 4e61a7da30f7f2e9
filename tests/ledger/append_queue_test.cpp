// SPDX-License-Identifier: Apache-2.0
#include "ledger/append_queue.h"

#include <algorithm>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/guarded.h"
#include "base/text.h"
#include "ledger/drafts.h"
#include "support/support.h"

namespace cupel {
namespace {

const FixedClock kClock(Timestamp{1'790'000'000'000});

TEST(AppendQueue, TellsEachCallerWhereItsEntriesAre) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  const test::TemporaryFolder folder;
  auto ledger = Ledger::open(folder / "state", Ledger::Mode::write, kClock, 200);
  ASSERT_OK(ledger);
  Guarded<std::map<std::uint64_t, std::string>> written;
  {
    AppendQueue queue(ledger.value());
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          auto reading =
              read_drafts(cat(R"({"entries":[{"type":"observation","actor":"a","body":")", t, ":",
                              i, R"("},{"type":"note","actor":"a","body":")", t, ":", i, "+\"}]}"));
          EXPECT_EQ(reading.problem, "");
          EXPECT_TRUE(queue.add(std::move(reading.drafts), std::move(reading.types),
                                [&, t, i](const Result<std::vector<Receipt>>& receipts) {
                                  ASSERT_TRUE(receipts.ok());
                                  ASSERT_EQ(receipts.value().size(), 2U);
                                  EXPECT_EQ(receipts.value()[0].index + 1,
                                            receipts.value()[1].index);
                                  written.with([&](auto& all) {
                                    all[receipts.value()[0].index] = cat(t, ":", i);
                                    all[receipts.value()[1].index] = cat(t, ":", i, "+");
                                  });
                                }));
        }
      });
    }
  }
  written.with([&](const auto& all) {
    ASSERT_EQ(all.size(), std::size_t{kThreads} * kEach * 2);
    for (const auto& [index, body] : all) {
      const auto entry = ledger.value().entry(index);
      ASSERT_OK(entry);
      EXPECT_EQ(entry.value().body, body);
      EXPECT_EQ(entry.value().type, body.ends_with('+') ? "note" : "observation");
    }
  });
}

TEST(Drafts, AreTakenAsADescriptionSaysAndNotOtherwise) {
  const auto one = read_drafts(
      R"({"type":"observation","actor":"Ana","body":{"b":1,"a":"x"},"vault":"ana","media_type":"text/x"})");
  ASSERT_EQ(one.problem, "");
  EXPECT_EQ(one.drafts.at(0).body, R"({"a":"x","b":1})");
  EXPECT_EQ(one.drafts.at(0).vault, "ana");
  EXPECT_EQ(one.drafts.at(0).media_type, "text/x");
  EXPECT_EQ(one.types.at(0), "observation");
  EXPECT_EQ(read_drafts(R"({"type":"t","actor":"a","body_base64":"AAE="})").drafts.at(0).body,
            std::string("\0\1", 2));
  for (const auto* text :
       {"", "[]", "{}", R"({"entries":[]})", R"({"entries":{},"x":1})",
        R"({"type":"t","actor":"a"})", R"({"type":"t","actor":"a","body":"","body_base64":""})",
        R"({"type":"t","actor":"a","body_base64":"A"})", R"({"type":1,"actor":"a","body":""})",
        R"({"type":"t","body":""})", R"({"type":"t","actor":"","body":""})",
        R"({"type":"t","actor":"a","body":"","more":1})",
        R"({"type":"erasure","actor":"a","body":""})", R"({"type":"T T","actor":"a","body":""})",
        R"({"type":"t","actor":"a","body":"","subjects":["x"]})",
        R"({"type":"t","actor":"a","body":"","subjects":[1]})",
        R"({"type":"t","actor":"a","body":"","vault":""})",
        R"({"entries":[{"type":"t","actor":"a","body":""},{}]})"}) {
    EXPECT_NE(read_drafts(text).problem, "") << text;
  }
}

}  // namespace
}  // namespace cupel
