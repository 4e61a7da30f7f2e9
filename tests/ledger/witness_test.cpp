// SPDX-License-Identifier: Apache-2.0
#include "ledger/witness.h"

#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/merkle.h"
#include "support/support.h"

namespace cupel {
namespace {

const FixedClock kClock(Timestamp{1'790'000'000'000});

// A log as its owner has it, who can also have two of them.
class Log {
 public:
  Log() : key_(PrivateKey::generate().value()) {}
  void grow(std::uint64_t to, std::string_view kind = "entry") {
    while (tree_.size() < to) {
      tree_.append(merkle::leaf_hash(as_bytes(cat(kind, tree_.size()))));
    }
  }
  [[nodiscard]] note::Verifier verifier() const {
    return {.name = "log.example", .key = key_.public_key()};
  }
  [[nodiscard]] std::string checkpoint(std::uint64_t at) const {
    return note::sign({.origin = "log.example", .size = at, .root = tree_.root_at(at)},
                      "log.example", key_);
  }
  [[nodiscard]] std::string request(std::uint64_t old, std::uint64_t to) const {
    AddCheckpoint request{.old = old, .proof = {}, .checkpoint = checkpoint(to)};
    if (old > 0 && old <= to) request.proof = tree_.consistency_proof(old, to);
    return to_text(request);
  }
  void forget() { tree_ = {}; }

 private:
  PrivateKey key_;
  merkle::Tree tree_;
};

class WitnessTest : public testing::Test {
 protected:
  [[nodiscard]] Witness open() const {
    auto witness = Witness::open(folder_ / "w", {log_.verifier()}, kClock);
    EXPECT_TRUE(witness.ok()) << (witness.ok() ? "" : witness.error().what);
    return std::move(witness).value();
  }
  test::TemporaryFolder folder_;
  Log log_;
};

TEST_F(WitnessTest, CosignsWhatContinuesAndRemembersItAcrossStarts) {
  log_.grow(20);
  std::string vkey;
  {
    auto witness = open();
    vkey = witness.vkey();
    const auto answer = witness.add_checkpoint(log_.request(0, 5));
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const auto cosigned = note::with_signatures(log_.checkpoint(5), answer.body);
    ASSERT_OK(cosigned);
    const auto cosigner = note::parse_cosigner_vkey(vkey);
    ASSERT_OK(cosigner);
    EXPECT_EQ(note::cosigned_at(cosigned.value(), cosigner.value()).value(), 1'790'000'000U);
    EXPECT_TRUE(note::open(cosigned.value(), log_.verifier()).ok());
  }
  auto witness = open();
  EXPECT_EQ(witness.vkey(), vkey);
  const auto conflict = witness.add_checkpoint(log_.request(0, 20));
  EXPECT_EQ(conflict.status, 409U);
  EXPECT_EQ(conflict.body, "5\n");
  EXPECT_EQ(conflict.type, "text/x.tlog.size");
  EXPECT_EQ(witness.add_checkpoint(log_.request(5, 20)).status, 200U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(20, 20)).status, 200U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(5, 20)).body, "20\n");
}

TEST_F(WitnessTest, AnswersAsTheSpecificationNumbersIt) {
  log_.grow(20);
  auto witness = open();
  EXPECT_EQ(witness.add_checkpoint("").status, 400U);
  EXPECT_EQ(witness.add_checkpoint("old 0\n\nno checkpoint").status, 400U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(21, 20)).status, 400U);
  Log other;  // another key under the same name
  other.grow(3);
  EXPECT_EQ(witness.add_checkpoint(other.request(0, 3)).status, 403U);
  const auto key = PrivateKey::generate().value();
  EXPECT_EQ(witness
                .add_checkpoint(to_text(
                    {.old = 0,
                     .proof = {},
                     .checkpoint = note::sign({.origin = "unknown", .size = 1}, "unknown", key)}))
                .status,
            404U);
  // The first needs no proof, and may have none.
  EXPECT_EQ(witness
                .add_checkpoint(
                    to_text({.old = 0, .proof = {Digest{}}, .checkpoint = log_.checkpoint(5)}))
                .status,
            422U);
  ASSERT_EQ(witness.add_checkpoint(log_.request(0, 5)).status, 200U);
  EXPECT_EQ(
      witness.add_checkpoint(to_text({.old = 5, .proof = {}, .checkpoint = log_.checkpoint(20)}))
          .status,
      422U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(4, 20)).status, 409U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(4, 4)).status, 409U);
}

TEST_F(WitnessTest, DoesNotCosignAHistoryThatTheOwnerOfTheKeyRebuilt) {
  log_.grow(20);
  auto witness = open();
  ASSERT_EQ(witness.add_checkpoint(log_.request(0, 10)).status, 200U);
  log_.forget();
  log_.grow(20, "other");
  EXPECT_EQ(witness.add_checkpoint(log_.request(10, 20)).status, 422U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(10, 10)).status, 422U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(0, 20)).status, 409U);
}

TEST_F(WitnessTest, CosignsNothingWhenItCannotKeepItOrReadWhatItKept) {
  log_.grow(20);
  auto witness = open();
  ASSERT_EQ(witness.add_checkpoint(log_.request(0, 10)).status, 200U);
  const auto kept = *std::filesystem::directory_iterator(folder_ / "w/witness");
  {
    std::ofstream(kept.path(), std::ios::trunc) << "damaged";
  }
  EXPECT_EQ(witness.add_checkpoint(log_.request(10, 20)).status, 500U);
  EXPECT_EQ(witness.add_checkpoint(log_.request(0, 20)).status, 500U);
  std::filesystem::remove_all(folder_ / "w/witness");
  EXPECT_EQ(witness.add_checkpoint(log_.request(0, 20)).status, 500U);
}

TEST_F(WitnessTest, IsOneProcess) {
  const auto witness = open();
  EXPECT_EQ(Witness::open(folder_ / "w", {log_.verifier()}, kClock).error().fault, Fault::limit);
}

// Of many at once that each follow the same checkpoint, one is cosigned.
TEST_F(WitnessTest, TakesOneOfManyThatComeAtOnce) {
  log_.grow(40);
  auto witness = open();
  ASSERT_EQ(witness.add_checkpoint(log_.request(0, 5)).status, 200U);
  std::atomic<int> cosigned = 0;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t to = 6; to < 30; ++to) {
      threads.emplace_back([&, to] {
        if (witness.add_checkpoint(log_.request(5, to)).status == 200) ++cosigned;
      });
    }
  }
  EXPECT_EQ(cosigned, 1);
}

TEST(AddCheckpoint, IsReadStrictly) {
  const std::string hash = to_base64(Digest{});
  const auto problem = [](std::string_view text) { return read_add_checkpoint(text).problem; };
  EXPECT_EQ(problem(cat("old 1\n", hash, "\n\nrest")), "");
  std::string many = "old 1\n";
  for (int i = 0; i < 63; ++i) many += hash + "\n";
  EXPECT_EQ(problem(many + "\n"), "");
  EXPECT_NE(problem(many + hash + "\n\n"), "");
  for (const auto* text : {"", "old", "old \n\n", "old 01\n\n", "old -1\n\n", "old 1", "old 1\n",
                           "Old 1\n\n", "old  1\n\n", "old 1 \n\n", "old 1\nAAAA\n\n",
                           "old 1\nx\n\n", "old 18446744073709551616\n\n", "old 1\r\n\r\n"}) {
    EXPECT_NE(problem(text), "") << text;
  }
}

}  // namespace
}  // namespace cupel
