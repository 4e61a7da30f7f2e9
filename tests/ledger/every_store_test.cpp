// SPDX-License-Identifier: Apache-2.0
// What a ledger must do alike in a file and on a server, with many threads and with keys that
// are destroyed: every case runs against both.
#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/merkle.h"
#include "ledger/erasure.h"
#include "ledger/export.h"
#include "ledger/leaf.h"
#include "ledger/places.h"

namespace cupel {
namespace {

const FixedClock kClock(Timestamp{1'790'000'000'000});

Draft draft(std::string body, std::string vault = "general") {
  return {.type = entry_type::kObservation,
          .actor = "cupel 0.0.3",
          .subjects = {},
          .body = std::move(body),
          .vault = std::move(vault)};
}

std::string told(const Verification& found) {
  std::string all;
  for (const auto& [where, what] : found.problems) all += cat(where, ": ", what, "\n");
  return all;
}

class EveryLedger : public testing::TestWithParam<Database::Kind> {
 protected:
  void SetUp() override {
    NEED_STORE(GetParam());
    at_.emplace(GetParam());
  }
  [[nodiscard]] Ledger open(Ledger::Mode mode = Ledger::Mode::write,
                            const Clock& clock = kClock) const {
    auto ledger = Ledger::open(at_->place(), mode, clock, 2000);
    EXPECT_TRUE(ledger.ok()) << (ledger.ok() ? "" : ledger.error().what);
    return std::move(ledger).value();
  }
  [[nodiscard]] std::string problems(const std::optional<std::string>& earlier = {}) const {
    Task task;
    const auto found = open(Ledger::Mode::examine).verify({}, earlier, task);
    return found.ok() ? told(found.value()) : found.error().what;
  }
  [[nodiscard]] const test::LedgerAt& at() const { return *at_; }

 private:
  std::optional<test::LedgerAt> at_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, EveryLedger, testing::Values(Database::Kind::sqlite));
INSTANTIATE_TEST_SUITE_P(Postgres, EveryLedger, testing::Values(Database::Kind::postgres));

TEST_P(EveryLedger, GivesBackWhatWasAppended) {
  const std::string large(10'000, 'x');
  std::string early;
  {
    auto ledger = open();
    const Draft drafts[] = {draft("{}"), draft(std::string("\0\xff", 2)), draft(large),
                            draft(large), draft("", "subject 7")};
    ASSERT_OK(ledger.append(drafts));
    early = ledger.checkpoint().value();
    ASSERT_OK(ledger.append(draft(large, "subject 7")));
    ASSERT_OK(ledger.append(draft(large)));
  }
  EXPECT_EQ(problems(early), "");
  for (const auto mode : {Ledger::Mode::read, Ledger::Mode::write}) {
    const auto ledger = open(mode);
    const auto entries = ledger.entries(0, 100).value();
    ASSERT_EQ(entries.size(), 7U);
    EXPECT_EQ(entries[1].body, std::string("\0\xff", 2));
    EXPECT_EQ(entries[4].body, "");
    EXPECT_FALSE(entries[4].erased);
    for (const std::size_t i : {2U, 3U, 5U, 6U}) EXPECT_EQ(entries[i].body, large);
    EXPECT_NE(entries[2].salt, entries[3].salt);
    for (std::uint64_t i = 0; i < 7; ++i) EXPECT_TRUE(ledger.prove(i).ok());
  }
  // Equal large bodies of one vault are stored once; no body stands there in clear.
  const auto database = at().database(Database::Mode::read);
  ASSERT_OK(database);
  EXPECT_EQ(database.value().number("SELECT count(*) FROM sealed").value(), 5);
  EXPECT_EQ(database.value().number("SELECT count(*) FROM body").value(), 0);
}

// Every caller gets the receipts of its own entries, in its own order, and all of them are there.
TEST_P(EveryLedger, ManyThreadsAppendAtOnce) {
  constexpr int kThreads = 16;
  constexpr int kTimes = 12;
  auto ledger = open();
  std::vector<std::thread> threads;
  std::vector<std::vector<std::pair<std::uint64_t, std::string>>> mine(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTimes; ++i) {
        const Draft drafts[] = {draft(cat(t, " ", i, " a"), cat("vault ", t % 3)),
                                draft(cat(t, " ", i, " b"))};
        const auto receipts = ledger.append(drafts);
        ASSERT_OK(receipts);
        ASSERT_EQ(receipts.value().size(), 2U);
        EXPECT_EQ(receipts.value()[1].index, receipts.value()[0].index + 1);
        mine[static_cast<std::size_t>(t)].emplace_back(receipts.value()[0].index, drafts[0].body);
        mine[static_cast<std::size_t>(t)].emplace_back(receipts.value()[1].index, drafts[1].body);
        // Reading goes on beside it.
        EXPECT_EQ(ledger.entry(receipts.value()[1].index).value().body, drafts[1].body);
        EXPECT_TRUE(ledger.prove(receipts.value()[0].index).ok());
        EXPECT_GT(ledger.size(), receipts.value()[1].index);
      }
    });
  }
  Task task;
  const auto meanwhile = ledger.verify({}, {}, task);
  ASSERT_OK(meanwhile);
  EXPECT_EQ(told(meanwhile.value()), "");
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ledger.size(), 2U * kThreads * kTimes);
  for (const auto& [index, body] : [&] {
         std::vector<std::pair<std::uint64_t, std::string>> all;
         for (const auto& one : mine) all.insert(all.end(), one.begin(), one.end());
         return all;
       }()) {
    EXPECT_EQ(ledger.entry(index).value().body, body);
  }
  EXPECT_EQ(problems(), "");
}

// One caller's mistake is told to that caller alone.
TEST_P(EveryLedger, ARefusedDraftDoesNotHurtItsNeighbours) {
  auto ledger = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        auto one = draft("{}", t % 2 == 0 ? "good" : std::string("bad\n"));
        EXPECT_EQ(ledger.append(one).ok(), t % 2 == 0);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ledger.size(), 40U);
  EXPECT_EQ(problems(), "");
}

TEST_P(EveryLedger, AnErasedVaultIsGoneAndEverythingStillVerifies) {
  std::string early;
  std::string before_export;
  std::string proof;
  {
    auto ledger = open();
    for (int i = 0; i < 5; ++i) {
      ASSERT_OK(ledger.append(draft(cat("prompt of Ana ", i), "Ana")));
      ASSERT_OK(ledger.append(draft(cat("prompt of Bea ", i), "Bea")));
    }
    early = ledger.checkpoint().value();
    Task task;
    ASSERT_OK(ledger.export_to(at().folder() / "before.jsonl", task));
    before_export = test::slurp(at().folder() / "before.jsonl");
    proof = ledger.prove(4).value();
    EXPECT_EQ(ledger.erase("Carl", "dpo", "never there").error().fault, Fault::missing);
    EXPECT_EQ(ledger.vault("Carl").error().fault, Fault::missing);
    EXPECT_EQ(ledger.vault("Ana").value().count(), 5U);
    EXPECT_EQ(ledger.vault("Ana").value().entries[1].begin, 2U);
    EXPECT_EQ(ledger.vault_of(3).value(), "Bea");
    EXPECT_EQ(ledger.vault_of(11).error().fault, Fault::missing);
    const auto erased = ledger.erase("Ana", "dpo", "request 4711");
    ASSERT_OK(erased);
    EXPECT_EQ(erased.value().entries, 5U);
    EXPECT_EQ(erased.value().receipt.index, 10U);
    EXPECT_FALSE(erased.value().remains.empty());
    if (GetParam() == Database::Kind::sqlite) {
      EXPECT_EQ(erased.value().gone, true);
    } else {
      EXPECT_FALSE(erased.value().gone.has_value());
    }
    EXPECT_EQ(ledger.vault("Ana").error().fault, Fault::missing);
    EXPECT_EQ(ledger.vault_of(0).error().fault, Fault::missing);   // erased
    EXPECT_EQ(ledger.vault_of(10).error().fault, Fault::missing);  // in clear
    EXPECT_EQ(ledger.erase("Ana", "dpo", "again").error().fault, Fault::missing);
    EXPECT_TRUE(ledger.entry(0).value().erased);
    // A new vault of that name, with a new key.
    ASSERT_OK(ledger.append(draft("Ana came back", "Ana")));
    EXPECT_EQ(ledger.entry(11).value().body, "Ana came back");
  }
  EXPECT_EQ(problems(early), "");
  const auto ledger = open(Ledger::Mode::read);
  for (const bool bodies : {true, false}) {
    const auto entries = ledger.entries(0, 100, bodies).value();
    ASSERT_EQ(entries.size(), 12U);
    for (std::uint64_t i = 0; i < 10; ++i) {
      EXPECT_EQ(entries[i].erased, i % 2 == 0) << i;
      EXPECT_EQ(entries[i].salt.empty(), !bodies || i % 2 == 0) << i;
    }
    EXPECT_EQ(entries[10].type, entry_type::kErasure);
    EXPECT_FALSE(entries[10].erased);
  }
  const auto record = read_erasure(ledger.entry(10).value().body);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->reason, "request 4711");
  EXPECT_EQ(record->count(), 5U);
  EXPECT_TRUE(record->names(4));
  EXPECT_FALSE(record->names(5));
  // Old proofs and exports hold; a new export says what was erased, and is read.
  EXPECT_TRUE(ledger.prove(4).ok());
  EXPECT_TRUE(read_export(before_export, ledger.vkey(), early).problems.empty());
  Task task;
  ASSERT_OK(ledger.export_to(at().folder() / "after.jsonl", task));
  const auto text = test::slurp(at().folder() / "after.jsonl");
  EXPECT_EQ(text.find("prompt of Ana"), std::string::npos);
  const auto reading = read_export(text, ledger.vkey(), early);
  for (const auto& problem : reading.problems) ADD_FAILURE() << problem.where << problem.what;
  ASSERT_EQ(reading.entries.size(), 12U);
  EXPECT_TRUE(reading.entries[0].erased);
  EXPECT_EQ(reading.entries[1].body, "prompt of Bea 0");
}

TEST_P(EveryLedger, AnErasureAmongAppendsTakesWhatStandsBeforeIt) {
  auto ledger = open();
  ASSERT_OK(ledger.append(draft("first", "v")));
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) ASSERT_OK(ledger.append(draft("x", "v")));
    });
  }
  int erased = 0;
  for (int i = 0; i < 5; ++i) erased += ledger.erase("v", "dpo", "drill").ok() ? 1 : 0;
  for (auto& thread : threads) thread.join();
  EXPECT_GE(erased, 1);
  const auto entries = ledger.entries(0, ledger.size()).value();
  std::uint64_t last = 0;
  for (const auto& entry : entries) {
    if (entry.type == entry_type::kErasure) last = entry.index;
  }
  for (const auto& entry : entries) {
    EXPECT_EQ(entry.erased, entry.type != entry_type::kErasure && entry.index < last);
  }
  EXPECT_EQ(problems(), "");
}

TEST_P(EveryLedger, ABodyWhoseKeyIsGoneWithoutAWordIsAProblem) {
  {
    auto ledger = open();
    ASSERT_OK(ledger.append(draft("a", "v")));
    ASSERT_OK(ledger.append(draft("b", "w")));
    ASSERT_OK(ledger.erase("w", "dpo", "drill"));
    ASSERT_OK(ledger.append(draft("c", "u")));
  }
  EXPECT_EQ(problems(), "");
  const auto names = [&](std::string_view where) {
    const auto all = problems();
    return all.starts_with(cat(where, ": ")) ||
           all.find(cat("\n", where, ": ")) != std::string::npos;
  };
  const auto change = [&](const char* sql) {
    const auto database = at().database(Database::Mode::write);
    ASSERT_OK(database);
    ASSERT_OK(database.value().run(sql));
  };
  change("UPDATE vault SET erased = 1 WHERE id = 2");
  EXPECT_TRUE(names("vault 2"));
  EXPECT_TRUE(names("entry 1"));
  change("UPDATE vault SET erased = 2 WHERE id = 2");
  EXPECT_EQ(problems(), "");
  change("UPDATE vault SET name = 'x' WHERE id = 1");
  EXPECT_TRUE(names("vault 1"));
  change("UPDATE vault SET secret = NULL, name = NULL, tag = NULL, erased = 2 WHERE id = 1");
  EXPECT_TRUE(names("vault 1"));
  EXPECT_TRUE(names("entry 0"));
  change("DELETE FROM vault WHERE id = 3");
  EXPECT_TRUE(names("entry 3"));
}

TEST_P(EveryLedger, AClockThatGoesBackwardsChangesNothing) {
  std::string early;
  for (int i = 0; i < 5; ++i) {
    const FixedClock clock(Timestamp{1'790'000'000'000 - i * 86'400'000LL});
    auto ledger = open(Ledger::Mode::write, clock);
    ASSERT_OK(ledger.append(draft("{}")));
    if (i == 2) early = ledger.checkpoint().value();
  }
  EXPECT_EQ(problems(early), "");
  const auto ledger = open(Ledger::Mode::read);
  EXPECT_GT(ledger.entry(0).value().at, ledger.entry(4).value().at);
}

// Old checkpoints are thinned out, and the newest is always there.
TEST_P(EveryLedger, KeepsOneCheckpointForAThousandEntriesOfALongLog) {
  std::string early;
  {
    auto ledger = open();
    const std::vector<Draft> many(300, draft("{}"));
    for (int i = 0; i < 20; ++i) {
      ASSERT_OK(ledger.append(many));
      if (i == 12) early = ledger.checkpoint().value();
    }
    ASSERT_OK(ledger.append(draft("{}")));
  }
  EXPECT_EQ(problems(early), "");
  const auto database = at().database(Database::Mode::read);
  ASSERT_OK(database);
  EXPECT_LT(database.value().number("SELECT count(*) FROM checkpoint").value(), 13);
  EXPECT_EQ(open(Ledger::Mode::read).size(), 6001U);
}

// Two programs that share a server and a key.
TEST(PostgresLedger, WritersOfOneServerTakeTurns) {
  NEED_POSTGRES();
  const test::LedgerAt at(Database::Kind::postgres);
  auto first = Ledger::open(at.place(), Ledger::Mode::write, kClock, 5000);
  ASSERT_OK(first);
  // The other one has a folder of its own, with a copy of the key.
  const test::TemporaryFolder elsewhere;
  const LedgerPlace other(elsewhere / "state", at.url());
  const auto keyless = Ledger::open(other, Ledger::Mode::write, kClock, 5000);
  ASSERT_FALSE(keyless.ok());
  EXPECT_EQ(keyless.error().fault, Fault::missing) << keyless.error().what;
  std::filesystem::copy(at.state() / "ledger-key.pem", elsewhere / "state/ledger-key.pem");
  auto second = Ledger::open(other, Ledger::Mode::write, kClock, 5000);
  ASSERT_OK(second);
  std::vector<std::thread> threads;
  for (auto* ledger : {&first.value(), &second.value()}) {
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([ledger, t] {
        for (int i = 0; i < 15; ++i) {
          ASSERT_OK(ledger->append(draft(cat(t, " ", i), cat("v", i % 4))));
          if (t == 0 && i % 5 == 4) static_cast<void>(ledger->erase("v1", "dpo", "drill"));
        }
      });
    }
  }
  for (auto& thread : threads) thread.join();
  Task task;
  const auto found = second.value().verify({}, {}, task);
  ASSERT_OK(found);
  EXPECT_EQ(told(found.value()), "");
  EXPECT_GE(found.value().size, 120U);
}

// What was there before keys: layout 1 is read, continued and verified; its bodies stay readable.
TEST(OldLedger, IsReadAndContinued) {
  const test::TemporaryFolder folder;
  const auto state = folder / "state";
  {
    auto ledger = Ledger::open(state, Ledger::Mode::write, kClock, 200);
    ASSERT_OK(ledger);
  }
  {
    // The same tables as 0.0.2 made, and an entry as it wrote it.
    const auto database = Database::open(state / "ledger.db", Database::Mode::write, 200).value();
    for (const char* sql :
         {"DROP TABLE sealed", "DROP TABLE vault", "DROP TABLE entry",
          "CREATE TABLE entry(seq INTEGER PRIMARY KEY, leaf TEXT NOT NULL, salt BLOB NOT NULL, "
          "body INTEGER) STRICT",
          "PRAGMA user_version = 1"}) {
      ASSERT_OK(database.run(sql));
    }
    const auto key = PrivateKey::from_pem(test::slurp(state / "ledger-key.pem")).value();
    const Salt salt = random_bytes_32();
    const std::string body = "in clear";
    const auto form = LeafForm::make(draft(body)).value();
    const auto leaf = form.text(0, to_rfc3339(kClock.now()), commitment(salt, body));
    const Digest hash = merkle::leaf_hash(as_bytes(leaf));
    const Digest digest = sha256(body);
    auto add = database.prepare("INSERT INTO body VALUES(1, ?1, ?2)").value();
    ASSERT_OK(add.bind(1, Bytes(digest)).bind(2, as_bytes(body)).run());
    auto entry = database.prepare("INSERT INTO entry VALUES(0, ?1, ?2, 1)").value();
    ASSERT_OK(entry.bind(1, leaf).bind(2, Bytes(salt)).run());
    auto node = database.prepare("INSERT INTO tree VALUES(0, ?1)").value();
    ASSERT_OK(node.bind(1, Bytes(hash)).run());
    const std::string name = cat("cupel.dev/ledger/", key.public_key().fingerprint());
    const auto good = note::sign({.origin = name, .size = 1, .root = hash}, name, key);
    auto note_row = database.prepare("INSERT INTO checkpoint VALUES(0, ?1)").value();
    ASSERT_OK(note_row.bind(1, good).run());
  }
  {
    const auto reader = Ledger::open(state, Ledger::Mode::read, kClock, 200);
    ASSERT_OK(reader);
    EXPECT_EQ(reader.value().entry(0).value().body, "in clear");
    Task task;
    EXPECT_EQ(told(reader.value().verify({}, {}, task).value()), "");
  }
  auto writer = Ledger::open(state, Ledger::Mode::write, kClock, 200);
  ASSERT_OK(writer);
  ASSERT_OK(writer.value().append(draft("sealed", "v")));
  EXPECT_EQ(writer.value().entry(0).value().body, "in clear");
  EXPECT_EQ(writer.value().entry(1).value().body, "sealed");
  ASSERT_OK(writer.value().erase("v", "dpo", "drill"));
  Task task;
  EXPECT_EQ(told(writer.value().verify({}, {}, task).value()), "");
  EXPECT_TRUE(writer.value().entry(1).value().erased);
}

// The bytes of the key are in no file of the state any more.
TEST(Erasure, LeavesNothingOfTheKeyInTheFiles) {
  const test::TemporaryFolder folder;
  const auto state = folder / "state";
  auto ledger = Ledger::open(state, Ledger::Mode::write, kClock, 200);
  ASSERT_OK(ledger);
  for (int i = 0; i < 200; ++i) {
    ASSERT_OK(ledger.value().append(draft(cat("prompt ", i), cat("subject ", i))));
  }
  std::vector<std::string> secrets;
  {
    const auto database = Database::open(state / "ledger.db", Database::Mode::read, 200).value();
    auto rows = database.prepare("SELECT secret FROM vault WHERE id % 7 = 0").value();
    while (rows.step().value()) secrets.push_back(rows.text(0));
  }
  ASSERT_GT(secrets.size(), 20U);
  const auto found = [&] {
    std::size_t there = 0;
    for (const char* name : {"ledger.db", "ledger.db-wal"}) {
      const auto bytes = test::slurp(state / name);
      for (const auto& secret : secrets) there += bytes.find(secret) != std::string::npos ? 1U : 0U;
    }
    return there;
  };
  EXPECT_GE(found(), secrets.size());
  for (int i = 6; i < 200; i += 7) {
    const auto erased = ledger.value().erase(cat("subject ", i), "dpo", "drill");
    ASSERT_OK(erased);
    EXPECT_EQ(erased.value().entries, 1U);
  }
  EXPECT_EQ(found(), 0U);
}

}  // namespace
}  // namespace cupel
