// SPDX-License-Identifier: Apache-2.0
// A flipped bit anywhere is found and named.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/merkle.h"
#include "ledger/ledger.h"
#include "store/database.h"
#include "support/support.h"

namespace cupel {
namespace {

const FixedClock kClock(Timestamp{1'790'000'000'000});

Ledger make(const std::filesystem::path& state, int entries) {
  auto ledger = Ledger::open(state, Ledger::Mode::write, kClock, 200);
  EXPECT_TRUE(ledger.ok());
  for (int i = 0; i < entries; ++i) {
    EXPECT_TRUE(ledger.value()
                    .append({.type = entry_type::kObservation,
                             .actor = "cupel 0.0.2",
                             .subjects = {sha256_hex("x")},
                             .body = cat("{\"n\":", i / 2, "}")})
                    .ok());
  }
  return std::move(ledger).value();
}

Verification verify(const std::filesystem::path& state,
                    const std::optional<std::string>& trust = {},
                    const std::optional<std::string>& earlier = {}) {
  const auto ledger = Ledger::open(state, Ledger::Mode::examine, kClock, 200);
  EXPECT_TRUE(ledger.ok()) << (ledger.ok() ? "" : ledger.error().what);
  Task task;
  auto found = ledger.value().verify(trust, earlier, task);
  EXPECT_TRUE(found.ok());
  return std::move(found).value();
}

bool names(const Verification& found, std::string_view where, std::string_view what) {
  for (const auto& problem : found.problems) {
    if (problem.where == where && problem.what.find(what) != std::string::npos) return true;
  }
  return false;
}

std::string told(const Verification& found) {
  std::string all;
  for (const auto& [where, what] : found.problems) all += cat(where, ": ", what, "\n");
  return all;
}

TEST(Verify, FindsNothingWrongWithASoundLedger) {
  const test::TemporaryFolder folder;
  std::string vkey;
  std::string early;
  {
    auto ledger = make(folder / "state", 3);
    early = ledger.checkpoint().value();
    vkey = ledger.vkey();
    ASSERT_OK(
        ledger.append({.type = entry_type::kCycleEnd, .actor = "a", .subjects = {}, .body = ""}));
  }
  const auto found = verify(folder / "state", vkey, early);
  EXPECT_EQ(told(found), "");
  EXPECT_TRUE(found.self_consistent);
  EXPECT_TRUE(found.trusted);
  EXPECT_TRUE(found.extends_checkpoint);
  EXPECT_EQ(found.size, 4U);
  EXPECT_FALSE(verify(folder / "state").trusted);
  EXPECT_FALSE(verify(folder / "state").extends_checkpoint);
}

// What somebody with write access to the database changes, and what verify calls it.
struct Tampering {
  const char* sql;
  const char* where;
  const char* what;
};
constexpr Tampering kTamperings[] = {
    {"UPDATE entry SET leaf = replace(leaf, 'cupel 0.0.2', 'cupel 0.0.3') WHERE seq = 2", "entry 2",
     "does not match its hash in the tree"},
    {"UPDATE entry SET leaf = leaf || ' ' WHERE seq = 2", "entry 2", "not what an entry's leaf"},
    {"UPDATE entry SET salt = zeroblob(16) WHERE seq = 1", "entry 1", "does not match the commit"},
    {"UPDATE entry SET salt = zeroblob(31) WHERE seq = 1", "entry 1", "its salt is damaged"},
    {"UPDATE entry SET body = NULL WHERE seq = 0", "entry 0", "its body is missing"},
    {"UPDATE entry SET body = 2 WHERE seq = 0", "entry 0", "does not match the commitment"},
    {"DELETE FROM sealed WHERE id = 1", "entry 1", "its body is missing"},
    {"UPDATE sealed SET bytes = x'00' WHERE id = 3", "entry 3", "not what was sealed"},
    {"UPDATE sealed SET bytes = (SELECT bytes FROM sealed WHERE id = 1) WHERE id = 3", "entry 3",
     "the body does not match the commitment"},
    {"UPDATE sealed SET tag = zeroblob(32) WHERE id = 3", "sealed body of entry 3",
     "listed as another one"},
    {"INSERT INTO sealed VALUES(9, NULL, x'00')", "sealed bodies", "there are 6 where 5 belong"},
    {"UPDATE entry SET vault = 2 WHERE seq = 1", "entry 1", "its body is gone"},
    {"UPDATE entry SET vault = NULL WHERE seq = 1", "entry 1", "its salt is damaged"},
    {"UPDATE vault SET secret = zeroblob(32) WHERE id = 1", "vault 1", "do not belong together"},
    {"UPDATE vault SET name = 'other' WHERE id = 1", "vault 1", "do not belong together"},
    {"UPDATE vault SET name = NULL, secret = NULL, tag = NULL, erased = 3 WHERE id = 1", "vault 1",
     "nothing in the log says"},
    {"INSERT INTO body VALUES(9, x'00', x'00')", "body 9", "belongs to no entry"},
    {"DELETE FROM entry WHERE seq = 2", "entry 2", "it is missing"},
    {"DELETE FROM entry WHERE seq = 4", "newest checkpoint", "it covers 5 entries and there are 4"},
    {"UPDATE entry SET seq = 9 WHERE seq = 4", "entry 4", "it is missing"},
    {"UPDATE entry SET seq = 9223372036854775806 WHERE seq = 4", "entries", "is numbered"},
    {"UPDATE tree SET hash = zeroblob(32) WHERE node = 3", "tree node 3", "not the hash"},
    {"UPDATE tree SET hash = zeroblob(32) WHERE node = 4", "tree node of entry 2", "not the hash"},
    {"DELETE FROM tree WHERE node = 1", "tree node 1", "it is missing"},
    {"INSERT INTO tree VALUES(99, zeroblob(32))", "tree", "9 nodes where 8 belong"},
    {"UPDATE checkpoint SET note = replace(note, char(10) || '2' || char(10), char(10) || '3' || "
     "char(10)) WHERE nr = 1",
     "checkpoint of size 3", "the signature does not verify"},
    {"DELETE FROM checkpoint WHERE nr = 1", "checkpoint number 1", "it is missing"},
    {"DELETE FROM checkpoint WHERE nr = 4", "newest checkpoint",
     "covers 4 entries and there are 5"},
    {"UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE nr = 0) WHERE nr = 3",
     "checkpoint of size 1", "does not cover more"},
};

TEST(Verify, NamesWhatWasTamperedWith) {
  for (const auto& [sql, where, what] : kTamperings) {
    const test::TemporaryFolder folder;
    make(folder / "state", 5);
    {
      const auto database =
          Database::open(folder / "state/ledger.db", Database::Mode::write, 100).value();
      ASSERT_OK(database.run(sql));
    }
    const auto found = verify(folder / "state");
    EXPECT_TRUE(names(found, where, what)) << sql << "\n" << told(found);
    EXPECT_FALSE(found.self_consistent);
    const auto reader = Ledger::open(folder / "state", Ledger::Mode::read, kClock, 50);
    if (reader.ok() && std::string_view(where).starts_with("entry ")) {
      const auto entries = reader.value().entries(0, 5);
      EXPECT_TRUE(!entries.ok() || std::ranges::any_of(entries.value(), &Entry::erased))
          << sql << ": a reader was given what was tampered with";
    }
  }
}

TEST(Verify, NamesEveryProblemAndNotOnlyTheFirst) {
  const test::TemporaryFolder folder;
  make(folder / "state", 8);
  {
    const auto database =
        Database::open(folder / "state/ledger.db", Database::Mode::write, 100).value();
    ASSERT_OK(
        database.run("UPDATE entry SET leaf = replace(leaf, '0.0.2', '0.0.3') WHERE seq = 1"));
    ASSERT_OK(database.run("UPDATE entry SET salt = zeroblob(16) WHERE seq = 3"));
    ASSERT_OK(database.run("UPDATE tree SET hash = zeroblob(32) WHERE node = 7"));
    ASSERT_OK(database.run("UPDATE checkpoint SET note = note || 'x' WHERE nr = 5"));
  }
  folder.write("state/ledger-key.pub", "another\n");
  const auto found = verify(folder / "state");
  EXPECT_TRUE(names(found, "entry 1", "does not match its hash"));
  EXPECT_TRUE(names(found, "entry 3", "does not match the commitment"));
  EXPECT_TRUE(names(found, "tree node 7", "not the hash"));
  EXPECT_TRUE(names(found, "checkpoint number 5", "does not end"));
  EXPECT_TRUE(names(found, "ledger-key.pub", "not the key"));
  EXPECT_EQ(found.problems.size(), 5U) << told(found);
}

TEST(Verify, ARebuiltHistoryIsSeenAgainstAnEarlierCheckpointOnly) {
  const test::TemporaryFolder folder;
  std::string early;
  {
    const auto ledger = make(folder / "state", 3);
    early = ledger.checkpoint().value();
  }
  for (const char* name : {"ledger.db", "ledger-checkpoint"}) {
    std::filesystem::remove(folder / "state" / name);
  }
  const auto vkey = make(folder / "state", 5).vkey();  // by whoever holds the key
  EXPECT_TRUE(verify(folder / "state", vkey).trusted);
  const auto found = verify(folder / "state", vkey, early);
  EXPECT_FALSE(found.trusted);
  EXPECT_FALSE(found.extends_checkpoint);
  EXPECT_TRUE(names(found, "earlier checkpoint", "rewritten")) << told(found);
}

TEST(Verify, AnotherKeyIsNotTrusted) {
  const test::TemporaryFolder folder;
  make(folder / "state", 1);
  const auto other = make(folder / "other", 1).vkey();
  const auto found = verify(folder / "state", other);
  EXPECT_FALSE(found.trusted);
  EXPECT_TRUE(names(found, "key", "another key")) << told(found);
}

TEST(Verify, StopsOnRequest) {
  const test::TemporaryFolder folder;
  const auto ledger = make(folder / "state", 3);
  const std::stop_source stop;
  stop.request_stop();
  Task task(stop.get_token(), Task::Clock::time_point::max());
  const auto found = ledger.verify({}, {}, task);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().fault, Fault::cancelled);
}

// Every row of every table, with types, and what stands in the file's header for us.
std::string dump(const std::filesystem::path& state) {
  const auto database = Database::open(state / "ledger.db", Database::Mode::read, 100);
  if (!database.ok()) return database.error().what;
  std::string all;
  for (const char* sql :
       {"SELECT quote(type), quote(name), quote(tbl_name), quote(sql) FROM sqlite_schema",
        "SELECT quote(key), quote(value), 0, 0 FROM meta ORDER BY key",
        "SELECT quote(id), quote(sha256), quote(bytes), 0 FROM body ORDER BY id",
        "SELECT quote(seq), quote(leaf), quote(salt), quote(body) || quote(vault) FROM entry "
        "ORDER BY seq",
        "SELECT quote(id), quote(tag), quote(bytes), 0 FROM sealed ORDER BY id",
        "SELECT quote(id), quote(name), quote(secret), quote(tag) || quote(erased) FROM vault",
        "SELECT quote(node), quote(hash), 0, 0 FROM tree ORDER BY node",
        "SELECT quote(nr), quote(note), 0, 0 FROM checkpoint ORDER BY nr"}) {
    auto rows = database.value().prepare(sql);
    if (!rows.ok()) return rows.error().what;
    while (true) {
      const auto more = rows.value().step();
      if (!more.ok()) return more.error().what;
      if (!more.value()) break;
      for (int i = 0; i < 4; ++i) all += rows.value().text(i) + "|";
      all += "\n";
    }
  }
  return cat(all, database.value().number("PRAGMA user_version").value(), " ",
             database.value().number("PRAGMA application_id").value());
}

// Flips one bit of a file in place; flips it back at the end of the scope.
class Flip {
 public:
  Flip(std::filesystem::path file, std::size_t at, std::size_t bit)
      : file_(std::move(file)), at_(at), bit_(bit) {
    turn();
  }
  Flip(const Flip&) = delete;
  Flip& operator=(const Flip&) = delete;
  Flip(Flip&&) = delete;
  Flip& operator=(Flip&&) = delete;
  ~Flip() { turn(); }

 private:
  void turn() const {
    std::fstream stream(file_, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at_));
    const char c = static_cast<char>(static_cast<unsigned>(stream.get()) ^ (1U << bit_));
    stream.seekp(static_cast<std::streamoff>(at_));
    stream.put(c);
  }
  std::filesystem::path file_;
  std::size_t at_;
  std::size_t bit_;
};

// Whether somebody who verifies the ledger hears of the flip, or nothing of it changed.
void expect_noticed(const std::filesystem::path& state, const std::string& before,
                    const std::string& flip) {
  const auto ledger = Ledger::open(state, Ledger::Mode::examine, kClock, 50);
  if (!ledger.ok()) return;
  Task task;
  const auto found = ledger.value().verify({}, {}, task);
  if (!found.ok() || !found.value().problems.empty()) return;
  ASSERT_TRUE(dump(state) == before) << flip << " changed the ledger and verify found nothing";
}

bool exhaustive() {
  return test::variable("CUPEL_EXHAUSTIVE") != nullptr;
}

// In four parts, so that they run beside each other.
class EveryByte : public testing::TestWithParam<std::size_t> {};

TEST_P(EveryByte, FlippedInTheDatabaseIsNoticedOrChangesNothing) {
  const test::TemporaryFolder folder;
  const auto state = folder / "state";
  make(state, 4);
  {
    // Small pages leave little slack, so that nearly every bit means something.
    const auto database = Database::open(state / "ledger.db", Database::Mode::write, 100).value();
    ASSERT_OK(
        database.run("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; "
                     "PRAGMA journal_mode = WAL"));
  }
  const auto before = dump(state);
  ASSERT_TRUE(verify(state).self_consistent) << told(verify(state));
  const auto size = std::filesystem::file_size(state / "ledger.db");
  ASSERT_LT(size, 30'000U);
  for (std::size_t at = GetParam(); at < size; at += 4) {
    for (std::size_t bit = exhaustive() ? 0 : at / 4 % 8; bit < 8; bit += exhaustive() ? 1U : 8U) {
      const Flip flip(state / "ledger.db", at, bit);
      expect_noticed(state, before, cat("byte ", at, " bit ", bit));
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_EQ(dump(state), before);
}

INSTANTIATE_TEST_SUITE_P(Verify, EveryByte, testing::Range<std::size_t>(0, 4));

TEST(Verify, AFlippedBitInTheLogThatACrashLeftIsNoticedOrChangesNothing) {
  const test::TemporaryFolder folder;
  const auto state = folder / "copy";
  std::filesystem::create_directories(state);
  {
    const auto writer = make(folder / "state", 4);
    for (const char* name :
         {"ledger.db", "ledger.db-wal", "ledger-key.pub", "ledger-checkpoint", "ledger-tail"}) {
      std::filesystem::copy(folder / "state" / name, state / name);
    }
  }
  const auto before = dump(state);
  ASSERT_TRUE(verify(state).self_consistent) << told(verify(state));
  const auto size = std::filesystem::file_size(state / "ledger.db-wal");
  for (std::size_t at = 0; at < size; at += exhaustive() ? 1U : 37U) {
    const Flip flip(state / "ledger.db-wal", at, at % 8);
    std::filesystem::remove(state / "ledger.db-shm");
    expect_noticed(state, before, cat("byte ", at));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace cupel
