// SPDX-License-Identifier: Apache-2.0
#include "ledger/export.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/merkle.h"
#include "support/process.h"
#include "support/support.h"

namespace cupel {
namespace {

const FixedClock kClock(Timestamp{1'790'000'000'000});

Ledger make_ledger(const std::filesystem::path& state) {
  auto ledger = Ledger::open(state, Ledger::Mode::write, kClock);
  EXPECT_TRUE(ledger.ok());
  const Draft drafts[] = {{.type = entry_type::kCycleStart,
                           .actor = "cupel 0.0.2",
                           .subjects = {},
                           .body = "{\"a\":1}"},
                          {.type = entry_type::kObservation,
                           .actor = "Ana \"D\" \xC3\xA9",
                           .subjects = {sha256_hex("x")},
                           .body = "{\"text\":\"line\\nbreak \\u0007 \xE2\x80\x94\"}"},
                          {.type = entry_type::kAttestation,
                           .actor = "cupel 0.0.2",
                           .subjects = {},
                           .media_type = "application/octet-stream",
                           .body = std::string("\xff\x00raw", 5)}};
  EXPECT_TRUE(ledger.value().append(drafts).ok());
  return std::move(ledger).value();
}

struct Made {
  std::string text;
  std::string vkey;
};

Made make_export() {
  const test::TemporaryFolder folder;
  const auto ledger = make_ledger(folder / "state");
  Task task;
  EXPECT_TRUE(ledger.export_to(folder / "export.jsonl", task).ok());
  return {.text = test::slurp(folder / "export.jsonl"), .vkey = ledger.vkey()};
}

TEST(Export, IsReadBackEntryByEntry) {
  const test::TemporaryFolder folder;
  const auto ledger = make_ledger(folder / "state");
  Task task;
  ASSERT_OK(ledger.export_to(folder / "export.jsonl", task));
  const auto text = test::slurp(folder / "export.jsonl");
  const auto reading = read_export(text, ledger.vkey(), ledger.checkpoint().value());
  for (const auto& problem : reading.problems) ADD_FAILURE() << problem.where << problem.what;
  EXPECT_TRUE(reading.trusted);
  EXPECT_TRUE(reading.extends_checkpoint);
  EXPECT_EQ(reading.origin, ledger.origin());
  EXPECT_EQ(reading.root, ledger.root_hex().value());
  const auto entries = ledger.entries(0, ledger.size()).value();
  ASSERT_EQ(reading.entries.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(reading.entries[i].leaf, entries[i].leaf);
    EXPECT_EQ(reading.entries[i].salt, entries[i].salt);
    EXPECT_EQ(reading.entries[i].body, entries[i].body);
    EXPECT_EQ(reading.entries[i].type, entries[i].type);
    EXPECT_EQ(reading.entries[i].actor, entries[i].actor);
    EXPECT_EQ(reading.entries[i].at, entries[i].at);
  }
}

// An export of this version must be readable for years: the bytes are committed.
TEST(Export, OfTheFirstVersionIsStillRead) {
  const auto file = test::test_data("ledger/export/corpus/three-entries.jsonl");
  if (test::variable("UPDATE_GOLDEN") != nullptr) test::expect_golden(make_export().text, file);
  const auto reading = read_export(test::slurp(file));
  EXPECT_TRUE(reading.problems.empty());
  ASSERT_EQ(reading.entries.size(), 3U);
  EXPECT_EQ(reading.entries[1].actor, "Ana \"D\" \xC3\xA9");
  EXPECT_EQ(reading.entries[2].body, std::string("\xff\x00raw", 5));
}

// Every text that differs is refused, and the first thing said is the place.
void expect_refused(const std::string& text, std::size_t line, const std::string& how) {
  const auto reading = read_export(text);
  ASSERT_FALSE(reading.problems.empty()) << how;
  const auto& where = reading.problems.front().where;
  ASSERT_TRUE(where.starts_with("line ")) << how << ": " << where;
  ASSERT_NE(where.find(", column "), std::string::npos) << how << ": " << where;
  if (line != 0) {
    ASSERT_TRUE(where.starts_with(cat("line ", line, ",")))
        << how << ": " << where << ": " << reading.problems.front().what;
  }
}

TEST(Export, EveryChangedByteIsRefusedAndItsLineNamed) {
  const auto [text, vkey] = make_export();
  std::size_t line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // All 255 other bytes are tried at places spread over the text, four everywhere.
    for (int change = 1; change < 256; change = i % 499 == 0 ? change + 1 : change * 4) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ change);
      // A line end that goes, or comes, makes other lines of two.
      const bool lines_change = text[i] == '\n' || other[i] == '\n';
      expect_refused(other, lines_change ? 0 : line, cat("byte ", i, " xor ", change));
      if (HasFatalFailure()) return;
    }
    if (text[i] == '\n') ++line;
  }
}

TEST(Export, EveryInsertionDeletionAndCutIsRefused) {
  const auto [text, vkey] = make_export();
  for (std::size_t i = 0; i <= text.size(); ++i) {
    std::string longer = text;
    longer.insert(i, 1, " \n\r0\",a\0"[i % 8]);
    expect_refused(longer, 0, cat("insert at ", i));
    if (i == text.size()) break;
    std::string other = text;
    other.erase(i, 1);
    expect_refused(other, 0, cat("delete at ", i));
    expect_refused(text.substr(0, i), 0, cat("cut at ", i));
    if (i % 7 == 1) expect_refused(text.substr(i), 0, cat("head cut at ", i));
    if (HasFatalFailure()) return;
  }
}

TEST(Export, SwappedRepeatedOrMissingLinesAreRefused) {
  const auto [text, vkey] = make_export();
  auto lines = split(text, '\n');
  lines.pop_back();
  const auto joined = [](const std::vector<std::string_view>& parts) {
    std::string all;
    for (const auto part : parts) all += cat(part, "\n");
    return all;
  };
  ASSERT_EQ(joined(lines), text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto other = lines;
    other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
    expect_refused(joined(other), 0, cat("without line ", i));
    other = lines;
    other.insert(other.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    expect_refused(joined(other), 0, cat("line twice ", i));
    for (std::size_t k = i + 1; k < lines.size(); ++k) {
      other = lines;
      std::swap(other[i], other[k]);
      expect_refused(joined(other), 0, cat("swapped ", i, " and ", k));
    }
  }
}

TEST(Export, IsNotTrustedUnderAnotherKeyOrAgainstAnotherHistory) {
  const auto [text, vkey] = make_export();
  const auto [other_text, other_vkey] = make_export();
  EXPECT_FALSE(read_export(text).trusted);
  const auto wrong_key = read_export(text, other_vkey);
  EXPECT_FALSE(wrong_key.trusted);
  EXPECT_FALSE(wrong_key.problems.empty());
  const auto other_history = read_export(text, vkey, read_export(other_text).checkpoint);
  EXPECT_FALSE(other_history.extends_checkpoint);
  EXPECT_FALSE(other_history.problems.empty());
}

// The owner of the key can sign anything; a stranger who kept a checkpoint still sees
// that the history is another one.
TEST(Export, ARebuiltHistoryUnderTheSameKeyDoesNotExtendTheEarlierCheckpoint) {
  const test::TemporaryFolder folder;
  std::string before;
  {
    const auto ledger = make_ledger(folder / "state");
    before = ledger.checkpoint().value();
  }
  for (const char* name : {"ledger.db", "ledger-checkpoint"}) {
    std::filesystem::remove(folder / "state" / name);
  }
  auto rebuilt = make_ledger(folder / "state");  // the key is still there
  ASSERT_OK(
      rebuilt.append({.type = entry_type::kObservation, .actor = "a", .subjects = {}, .body = ""}));
  Task task;
  ASSERT_OK(rebuilt.export_to(folder / "export.jsonl", task));
  const auto reading = read_export(test::slurp(folder / "export.jsonl"), rebuilt.vkey(), before);
  ASSERT_EQ(reading.problems.size(), 1U);
  EXPECT_EQ(reading.problems[0].where, "earlier checkpoint");
  EXPECT_FALSE(reading.extends_checkpoint);
  EXPECT_FALSE(reading.trusted);
}

TEST(Export, AnIndependentProgramVerifiesIt) {
  if (test::Process({"python3", "-c", "import cryptography"}, {}).wait() != 0) {
    GTEST_SKIP() << "python3 with `cryptography` is not installed";
  }
  const test::TemporaryFolder folder;
  const auto [text, vkey] = make_export();
  const auto file = folder.write("export.jsonl", text);
  test::Process good(
      {"python3", test::test_data("ledger/verify_export.py").string(), file.string(), vkey}, {});
  EXPECT_EQ(good.wait(), 0) << good.said() << good.complained();
  std::string other = text;
  other[text.find("cycle-start")] = 'C';
  const auto changed = folder.write("changed.jsonl", other);
  test::Process bad(
      {"python3", test::test_data("ledger/verify_export.py").string(), changed.string(), vkey}, {});
  EXPECT_NE(bad.wait(), 0);
}

}  // namespace
}  // namespace cupel
