// SPDX-License-Identifier: Apache-2.0
// What was acknowledged is there, whatever happens to the writer or the disk.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/merkle.h"
#include "ledger/ledger.h"
#include "ledger/places.h"
#include "support/process.h"
#include "support/support.h"

namespace cupel {
namespace {

using test::Environment;
using test::Process;
using test::TemporaryFolder;

using Acknowledged = std::map<std::uint64_t, std::string>;  // index, leaf hash

void take_acknowledged(const std::string& said, Acknowledged& into) {
  std::istringstream lines(said);
  std::uint64_t index = 0;
  std::string hash;
  while (lines >> index >> hash) into[index] = hash;
}

// Opens as a writer, which recovers, and demands that everything is sound and there.
void expect_sound(const LedgerPlace& state, const Acknowledged& acknowledged,
                  const std::string& when, const std::optional<std::string>& earlier = {}) {
  const SystemClock clock;
  auto ledger = Ledger::open(state, Ledger::Mode::write, clock, 5000);
  ASSERT_TRUE(ledger.ok()) << when << ": " << ledger.error().what;
  Task task;
  const auto found = ledger.value().verify({}, earlier, task);
  ASSERT_TRUE(found.ok()) << when << ": " << found.error().what;
  for (const auto& problem : found.value().problems) {
    ADD_FAILURE() << when << ": " << problem.where << ": " << problem.what;
  }
  if (acknowledged.empty()) return;
  const auto entries = ledger.value().entries(0, ledger.value().size(), false);
  ASSERT_TRUE(entries.ok()) << when << ": " << entries.error().what;
  ASSERT_GT(entries.value().size(), acknowledged.rbegin()->first) << when << ": entries are lost";
  for (const auto& [index, hash] : acknowledged) {
    EXPECT_EQ(to_hex(merkle::leaf_hash(as_bytes(entries.value()[index].leaf))), hash) << when;
  }
}

Environment faults(const TemporaryFolder& folder, std::uint64_t at, const std::string& number,
                   bool sticky) {
  Environment environment = {{"LD_PRELOAD", CUPEL_FAULTY_IO},
                             {"ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0"},
                             {"FAULTY_IO_COUNT", (folder / "count").string()},
                             {"FAULTY_IO_AT", std::to_string(at)},
                             {"FAULTY_IO_ERRNO", number},
                             {"FAULTY_IO_SHORT", "1"}};
  if (sticky) environment.emplace_back("FAULTY_IO_STICKY", "1");
  return environment;
}

TEST(Durability, WhatWasAcknowledgedSurvivesKillsAtRandomMoments) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(cat("seed ", seed));
  std::mt19937 random(seed);
  const TemporaryFolder folder;
  Acknowledged acknowledged;
  // A busy machine, or a sanitizer, may keep the writer from doing anything in so short a life:
  // the lives become longer until enough was written.
  constexpr std::size_t kEnough = 40;
  for (unsigned round = 0; round < 40 || (acknowledged.size() <= kEnough && round < 400); ++round) {
    Process writer({CUPEL_LEDGER_APPENDER, (folder / "state").string(), "0"}, {});
    const auto longest = 60'000U * (1 + round / 20);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % longest));
    writer.kill();
    EXPECT_EQ(writer.wait(), 128 + SIGKILL) << writer.complained();
    take_acknowledged(writer.said(), acknowledged);
    expect_sound(folder / "state", acknowledged, cat("round ", round));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(acknowledged.size(), kEnough) << "the writer was killed before it did anything";
}

// Sixty-four threads write, and everything is killed at a random moment; on a server, in every
// third round, the server is what is killed. CUPEL_ROUNDS says how often.
class EveryCrash : public testing::TestWithParam<Database::Kind> {
 protected:
  void SetUp() override { NEED_STORE(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, EveryCrash, testing::Values(Database::Kind::sqlite));
INSTANTIATE_TEST_SUITE_P(Postgres, EveryCrash, testing::Values(Database::Kind::postgres));

void crash_rounds(Database::Kind kind, int rounds, std::mt19937& random, std::size_t& written) {
  const test::LedgerAt at(kind);
  const bool server = kind == Database::Kind::postgres;
  const std::string place = server ? cat(at.state().string(), " ", at.url()) : at.state().string();
  const SystemClock clock;
  Acknowledged acknowledged;
  std::optional<std::string> earlier;
  // Where a busy machine let nobody write anything, lives become longer.
  unsigned longest_us = 400'000;
  for (int round = 0; round < rounds || (acknowledged.size() <= 64 && round < 8 * rounds);
       ++round) {
    const std::size_t before = acknowledged.size();
    Process writers({CUPEL_LEDGER_APPENDER, place, "0", "64"}, {});
    std::this_thread::sleep_for(std::chrono::microseconds(random() % longest_us));
    if (server && round % 3 == 2) {
      test::PostgresServer::shared().stop(SIGKILL);
      writers.kill();
      test::PostgresServer::shared().start();
      ASSERT_TRUE(test::PostgresServer::shared().runs()) << test::PostgresServer::shared().log();
    } else {
      writers.kill();
    }
    writers.wait();
    take_acknowledged(writers.said(), acknowledged);
    if (acknowledged.size() == before) longest_us = std::min(longest_us * 3 / 2, 8'000'000U);
    expect_sound(at.place(), acknowledged, cat("round ", round), earlier);
    if (testing::Test::HasFailure()) return;
    const auto ledger = Ledger::open(at.place(), Ledger::Mode::read, clock, 5000);
    ASSERT_OK(ledger);
    if (ledger.value().size() > 0) earlier = ledger.value().checkpoint().value();
  }
  written += acknowledged.size();
}

TEST_P(EveryCrash, LosesNothingThatWasAcknowledgedTo64Writers) {
  const char* wanted = test::variable("CUPEL_ROUNDS");
  const int rounds = wanted != nullptr ? std::atoi(wanted) : 8;
  const auto seed = std::random_device{}();
  SCOPED_TRACE(cat("seed ", seed));
  std::mt19937 random(seed);
  std::size_t written = 0;
  // A new ledger now and then, as each round verifies all of it.
  constexpr int kOneLedger = 20;
  for (int done = 0; done < rounds; done += kOneLedger) {
    const std::size_t before = written;
    crash_rounds(GetParam(), std::min(kOneLedger, rounds - done), random, written);
    if (HasFailure()) return;
    EXPECT_GT(written, before + 64) << "the writers were killed before they did anything";
  }
  std::cout << written << " entries acknowledged in " << rounds << " rounds\n";
}

// What a power cut leaves of a write that nobody was told of: part of a page, or another page, at
// the end of the log.
TEST(Durability, ATornLastPageOfTheLogIsIgnored) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(cat("seed ", seed));
  std::mt19937 random(seed);
  const TemporaryFolder folder;
  const SystemClock clock;
  auto writer = Ledger::open(folder / "state", Ledger::Mode::write, clock, 1000);
  ASSERT_OK(writer);
  Acknowledged acknowledged;
  for (int i = 0; i < 20; ++i) {
    const auto receipt = writer.value().append(
        {.type = entry_type::kObservation, .actor = "a", .subjects = {}, .body = cat(i)});
    ASSERT_OK(receipt);
    acknowledged[receipt.value().index] = receipt.value().leaf_hash;
  }
  const std::string log = test::slurp(folder / "state/ledger.db-wal");
  constexpr std::size_t kFrame = 24 + 4096;
  ASSERT_GT(log.size(), 3 * kFrame);
  for (int round = 0; round < 40; ++round) {
    const auto copy = folder / cat("copy", round);
    std::filesystem::create_directories(copy);
    for (const char* name :
         {"ledger.db", "ledger-key.pem", "ledger-key.pub", "ledger-checkpoint", "ledger-tail"}) {
      std::filesystem::copy(folder / "state" / name, copy / name);
    }
    // An old frame, whole or cut, or bytes that were never a frame.
    std::string torn = log.substr(log.size() - (1 + random() % 3) * kFrame, kFrame);
    if (round % 4 == 3) std::ranges::generate(torn, [&] { return static_cast<char>(random()); });
    torn.resize(1 + random() % kFrame);
    folder.write(cat("copy", round, "/ledger.db-wal"), log + torn);
    expect_sound(copy, acknowledged, cat("round ", round));
    if (HasFatalFailure()) return;
  }
}

// The disk fills up under many writers: all are told, and what was acknowledged is there.
TEST(Durability, AFullDiskIsToldToAllOf64Writers) {
  for (const std::uint64_t at : {40U, 90U, 160U}) {
    const TemporaryFolder folder;
    Process writers({CUPEL_LEDGER_APPENDER, (folder / "state").string(), "0", "64"},
                    faults(folder, at, "ENOSPC", true));
    EXPECT_EQ(writers.wait(), 3) << writers.complained();
    EXPECT_NE(writers.complained().find("the disk is full"), std::string::npos);
    Acknowledged acknowledged;
    take_acknowledged(writers.said(), acknowledged);
    expect_sound(folder / "state", acknowledged, cat("full at call ", at));
  }
}

// A crash at any step of an erasure leaves the vault whole or erased, and the log says which.
TEST(Durability, AnErasureIsThereWholeOrNotAtAll) {
  const TemporaryFolder made;
  {
    Process writer({CUPEL_LEDGER_APPENDER, (made / "state").string(), "9"}, {});
    ASSERT_EQ(writer.wait(), 0);
  }
  std::size_t done = 0;
  for (std::uint64_t at = 1; at < 100; ++at) {
    const TemporaryFolder folder;
    std::filesystem::copy(made / "state", folder / "state");
    Process eraser({CUPEL_LEDGER_APPENDER, (folder / "state").string(), "erase", "subject 0"},
                   faults(folder, at, "KILL", false));
    const bool survived = eraser.wait() == 0;
    const SystemClock clock;
    expect_sound(folder / "state", {}, cat("killed at call ", at));
    const auto ledger = Ledger::open(folder / "state", Ledger::Mode::read, clock, 1000);
    ASSERT_OK(ledger);
    const auto entries = ledger.value().entries(0, 1000).value();
    const bool says = entries.back().type == entry_type::kErasure;
    EXPECT_EQ(entries.front().erased, says) << at;
    EXPECT_TRUE(says || eraser.said().empty()) << at;
    done += says ? 1U : 0U;
    if (survived) break;
  }
  EXPECT_GT(done, 1U);
}

// The calls that one run of two commits makes, from making the ledger to closing it.
std::uint64_t count_calls() {
  const TemporaryFolder folder;
  Process writer({CUPEL_LEDGER_APPENDER, (folder / "state").string(), "2"},
                 faults(folder, 0, "EIO", false));
  EXPECT_EQ(writer.wait(), 0) << writer.complained();
  return std::strtoull(test::slurp(folder / "count").c_str(), nullptr, 10);
}

TEST(Durability, ADeathAtAnyCallThatChangesAFileLeavesASoundLedger) {
  const std::uint64_t calls = count_calls();
  ASSERT_GT(calls, 20U);
  for (std::uint64_t at = 1; at <= calls; ++at) {
    const TemporaryFolder folder;
    Acknowledged acknowledged;
    Process writer({CUPEL_LEDGER_APPENDER, (folder / "state").string(), "2"},
                   faults(folder, at, "KILL", false));
    EXPECT_EQ(writer.wait(), 128 + SIGKILL) << "call " << at;
    take_acknowledged(writer.said(), acknowledged);
    expect_sound(folder / "state", acknowledged, cat("killed at call ", at));
    if (HasFatalFailure()) return;
  }
}

class EveryFault : public testing::TestWithParam<std::pair<const char*, bool>> {};

TEST_P(EveryFault, IsToldAndLosesNothing) {
  const auto& [number, sticky] = GetParam();
  const std::uint64_t calls = count_calls();
  std::uint64_t told = 0;
  for (std::uint64_t at = 1; at <= calls; ++at) {
    const TemporaryFolder folder;
    Acknowledged acknowledged;
    Process writer({CUPEL_LEDGER_APPENDER, (folder / "state").string(), "2"},
                   faults(folder, at, number, sticky));
    const int code = writer.wait();
    const std::string when = cat(number, " at call ", at);
    take_acknowledged(writer.said(), acknowledged);
    // A fault in tidying up after a commit (the log emptied, the copy of the
    // checkpoint written) is no failure of the commit.
    EXPECT_TRUE(code == 0 || code == 3) << when << ": exit " << code << writer.complained();
    EXPECT_EQ(code == 3, writer.complained().starts_with("error: ")) << when;
    EXPECT_EQ(code == 0, acknowledged.size() == 3U) << when;
    if (code == 3) ++told;
    expect_sound(folder / "state", acknowledged, when);
    if (HasFatalFailure()) return;
    if (code == 3 && writer.complained().find("may or may not") == std::string::npos) {
      const SystemClock clock;
      const auto ledger = Ledger::open(folder / "state", Ledger::Mode::write, clock, 1000);
      ASSERT_OK(ledger);
      EXPECT_EQ(ledger.value().size(), acknowledged.size())
          << when << ": what was refused is in the ledger; " << writer.complained();
    }
  }
  EXPECT_GT(told, 10U);
}

INSTANTIATE_TEST_SUITE_P(Durability, EveryFault,
                         testing::Values(std::pair("ENOSPC", false), std::pair("EIO", false),
                                         std::pair("ENOSPC", true), std::pair("EIO", true)),
                         [](const auto& fault) {
                           return std::string(fault.param.first) +
                                  (fault.param.second ? "FromThenOn" : "Once");
                         });

}  // namespace
}  // namespace cupel
