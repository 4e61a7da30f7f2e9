// SPDX-License-Identifier: Apache-2.0
// What was acknowledged is there, whatever happens to the writer or the disk.
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/merkle.h"
#include "ledger/ledger.h"
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
void expect_sound(const std::filesystem::path& state, const Acknowledged& acknowledged,
                  const std::string& when) {
  const SystemClock clock;
  auto ledger = Ledger::open(state, Ledger::Mode::write, clock, 1000);
  ASSERT_TRUE(ledger.ok()) << when << ": " << ledger.error().what;
  Task task;
  const auto found = ledger.value().verify({}, {}, task);
  ASSERT_TRUE(found.ok()) << when << ": " << found.error().what;
  for (const auto& problem : found.value().problems) {
    ADD_FAILURE() << when << ": " << problem.where << ": " << problem.what;
  }
  for (const auto& [index, hash] : acknowledged) {
    const auto entry = ledger.value().entry(index);
    ASSERT_TRUE(entry.ok()) << when << ": entry " << index << ": " << entry.error().what;
    EXPECT_EQ(to_hex(merkle::leaf_hash(as_bytes(entry.value().leaf))), hash) << when;
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
