// SPDX-License-Identifier: Apache-2.0
// What SQLite and PostgreSQL must do alike: every case runs against both.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "store/places.h"

namespace cupel {
namespace {

using Mode = Database::Mode;

class EveryStore : public testing::TestWithParam<Database::Kind> {
 protected:
  void SetUp() override {
    NEED_STORE(GetParam());
    place_.emplace(GetParam());
  }
  [[nodiscard]] Result<Database> open(Mode mode, int wait_ms = 1000) const {
    return place_->open(mode, wait_ms);
  }
  [[nodiscard]] Database make() const {
    auto database = open(Mode::write);
    EXPECT_TRUE(database.ok()) << (database.ok() ? "" : database.error().what);
    EXPECT_TRUE(
        database.value().run("CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB, x TEXT) STRICT").ok());
    return std::move(database).value();
  }

 private:
  std::optional<test::DatabasePlace> place_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, EveryStore, testing::Values(Database::Kind::sqlite));
INSTANTIATE_TEST_SUITE_P(Postgres, EveryStore, testing::Values(Database::Kind::postgres));

// Every kind of value, through a statement and through rows that are written together.
TEST_P(EveryStore, GivesBackWhatWasBound) {
  const auto database = make();
  const std::string bytes("a\0b\xff", 4);
  const std::int64_t large = std::int64_t{1} << 62U;
  auto insert = database.prepare("INSERT INTO t VALUES(?1, ?2, ?3)").value();
  ASSERT_OK(insert.bind(1, 7).bind(2, as_bytes(bytes)).bind(3, "\xC3\xA9").run());
  ASSERT_OK(insert.bind(1, -1).bind(2, Bytes{}).bind(3, "").run());
  ASSERT_OK(insert.bind(1, large).bind_null(2).bind_null(3).run());
  auto rows = database.insert_into("t", {"id", "b", "x"}).value();
  ASSERT_OK(rows.add(8).add(as_bytes(bytes)).add("it's ?1 BLOB").end_row());
  ASSERT_OK(rows.add(-9).add_null().add_null().end_row());
  ASSERT_OK(rows.write());
  ASSERT_OK(rows.add(10).add(Bytes{}).add("").end_row());
  ASSERT_OK(rows.write());
  ASSERT_OK(rows.write());  // nothing more

  auto find = database.prepare("SELECT id, b, x FROM t WHERE id >= ?1 ORDER BY id").value();
  const auto text_of = [&](std::int64_t from) {
    std::string all;
    find.bind(1, from);
    while (find.step().value()) {
      all += cat(find.integer(0), "=", find.is_null(1) ? "null" : to_hex(find.bytes(1)), ",",
                 find.is_null(2) ? "null" : find.text(2), " ");
    }
    return all;
  };
  EXPECT_EQ(text_of(-10), cat("-9=null,null -1=, 7=610062ff,\xC3\xA9 8=610062ff,it's ?1 BLOB 10=, ",
                              large, "=null,null "));
  EXPECT_EQ(text_of(9), cat("10=, ", large, "=null,null "));  // bound and stepped again
  find.bind(1, -10);
  ASSERT_TRUE(find.step().value());
  EXPECT_EQ(find.columns(), 3);
  find.reset();
  EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 6);
}

TEST_P(EveryStore, AStatementThatFailsIsToldAndTheNextOneWorks) {
  const auto database = make();
  auto insert = database.prepare("INSERT INTO t(id) VALUES(?1)").value();
  ASSERT_OK(insert.bind(1, 1).run());
  EXPECT_FALSE(insert.bind(1, 1).step().ok());
  ASSERT_OK(insert.bind(1, 2).run());
  auto rows = database.insert_into("t", {"id"}).value();
  const auto ended = rows.add(2).end_row();
  EXPECT_FALSE(ended.ok() && rows.write().ok());
  EXPECT_FALSE(database.run("INSERT INTO nothing VALUES(1)").ok());
  EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 2);
}

TEST_P(EveryStore, ATransactionInWhichSomethingFailedCommitsNothing) {
  const auto database = make();
  {
    auto transaction = Transaction::begin(database, Mode::write);
    ASSERT_OK(transaction);
    ASSERT_OK(database.run("INSERT INTO t(id) VALUES(1)"));
    EXPECT_FALSE(database.run("INSERT INTO t(id) VALUES(1)").ok());
    transaction.value().roll_back();
  }
  EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 0);
}

TEST_P(EveryStore, KnowsItsMarkAndItsTables) {
  {
    const auto empty = open(Mode::write);
    ASSERT_OK(empty);
    EXPECT_TRUE(empty.value().is_empty().value());
    EXPECT_EQ(empty.value().mark().value().version, 0);
    EXPECT_TRUE(empty.value().layout().value().empty());
  }
  const auto database = make();
  EXPECT_FALSE(database.is_empty().value());
  ASSERT_OK(database.set_mark({.application = 4711, .version = 3}));
  const auto reader = open(Mode::read);
  ASSERT_OK(reader);
  EXPECT_EQ(reader.value().mark().value().application, 4711);
  EXPECT_EQ(reader.value().mark().value().version, 3);
  EXPECT_FALSE(reader.value().is_empty().value());
  EXPECT_FALSE(reader.value().layout().value().empty());
  EXPECT_TRUE(reader.value().damage().value().empty());
  EXPECT_TRUE(database.forget().ok());
}

// Many threads, each with a connection of its own, add one to a number.
TEST_P(EveryStore, WritersTakeTurns) {
  const auto database = make();
  ASSERT_OK(database.run("INSERT INTO t(id, x) VALUES(0, '')"));
  constexpr int kWriters = 4;
  constexpr int kTimes = 20;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      const auto own = open(Mode::write, 20'000);
      ASSERT_OK(own);
      for (int k = 0; k < kTimes; ++k) {
        auto turn = Transaction::begin(own.value(), Mode::write);
        ASSERT_OK(turn);
        const auto now = own.value().number("SELECT max(id) FROM t").value();
        auto insert = own.value().prepare("INSERT INTO t(id) VALUES(?1)").value();
        ASSERT_OK(insert.bind(1, now + 1).run());
        ASSERT_OK(turn.value().commit());
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(database.number("SELECT max(id) FROM t").value(), kWriters * kTimes);
}

TEST_P(EveryStore, AnotherConnectionReadsTheSame) {
  const auto database = make();
  ASSERT_OK(database.run("INSERT INTO t(id) VALUES(5)"));
  const auto another = database.another();
  ASSERT_OK(another);
  EXPECT_EQ(another.value().number("SELECT max(id) FROM t").value(), 5);
  EXPECT_FALSE(another.value().run("INSERT INTO t(id) VALUES(6)").ok());
}

TEST_P(EveryStore, TransactionRollsBackUnlessCommitted) {
  const auto database = make();
  {
    auto transaction = Transaction::begin(database, Mode::write);
    ASSERT_OK(transaction);
    ASSERT_OK(database.run("INSERT INTO t(id) VALUES(1)"));
  }
  EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 0);
  {
    auto transaction = Transaction::begin(database, Mode::write);
    ASSERT_OK(database.run("INSERT INTO t(id) VALUES(1)"));
    ASSERT_OK(transaction.value().commit());
  }
  EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 1);
}

TEST_P(EveryStore, ALockIsWaitedForAndThenToldAsALimit) {
  const auto first = make();
  const auto second = open(Mode::write, 50);
  ASSERT_OK(second);
  auto held = Transaction::begin(first, Mode::write);
  ASSERT_OK(held);
  const auto start = std::chrono::steady_clock::now();
  const auto refused = Transaction::begin(second.value(), Mode::write);
  ASSERT_FALSE(refused.ok());
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(40));
  EXPECT_EQ(refused.error().fault, Fault::limit);
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST_P(EveryStore, ReadersSeeOneMomentWhileAWriterGoesOn) {
  const auto writer = make();
  const auto reader = open(Mode::read, 50);
  ASSERT_OK(reader);
  const auto view = Transaction::begin(reader.value(), Mode::read);
  ASSERT_OK(view);
  EXPECT_EQ(reader.value().number("SELECT count(*) FROM t").value(), 0);
  ASSERT_OK(writer.run("INSERT INTO t(id) VALUES(1)"));
  EXPECT_EQ(reader.value().number("SELECT count(*) FROM t").value(), 0);
}

TEST_P(EveryStore, AReaderMayNotWrite) {
  const auto database = make();
  const auto reader = open(Mode::read, 50);
  ASSERT_OK(reader);
  const auto wrote = reader.value().run("INSERT INTO t(id) VALUES(1)");
  ASSERT_FALSE(wrote.ok());
  EXPECT_EQ(wrote.error().fault, Fault::denied);
}

TEST(Postgres, AServerThatIsNotThereIsToldWithoutThePassword) {
  const auto refused =
      Database::connect("postgresql://ana:s3cret@localhost:1/db?password=other", Mode::write, 100);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().what.find("s3cret"), std::string::npos) << refused.error().what;
  EXPECT_EQ(refused.error().what.find("other"), std::string::npos) << refused.error().what;
  EXPECT_NE(refused.error().what.find("postgresql://localhost:1/db"), std::string::npos)
      << refused.error().what;
  const auto wrong = Database::connect("postgresql://ana:s3cret@[x/db", Mode::write, 100);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().what.find("s3cret"), std::string::npos) << wrong.error().what;
}

TEST(Postgres, AServerThatAcknowledgesWhatIsNotOnItsDiskIsRefused) {
  NEED_POSTGRES();
  const std::string url = test::new_postgres_database();
  const auto admin = Database::connect(url, Mode::write, 1000);
  ASSERT_OK(admin);
  ASSERT_OK(admin.value().run("ALTER SYSTEM SET fsync = off"));
  ASSERT_OK(admin.value().run("SELECT pg_reload_conf()"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto refused = Database::connect(url, Mode::write, 1000);
  ASSERT_OK(admin.value().run("ALTER SYSTEM RESET fsync"));
  ASSERT_OK(admin.value().run("SELECT pg_reload_conf()"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::unsupported);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

TEST(Postgres, AServerThatCameBackIsWrittenToAgain) {
  NEED_POSTGRES();
  const std::string url = test::new_postgres_database();
  const auto database = Database::connect(url, Mode::write, 1000);
  ASSERT_OK(database);
  ASSERT_OK(database.value().run("CREATE TABLE t(id INTEGER PRIMARY KEY)"));
  auto insert = database.value().prepare("INSERT INTO t VALUES(?1)").value();
  ASSERT_OK(insert.bind(1, 1).run());
  auto& server = test::PostgresServer::shared();
  server.stop(SIGKILL);
  const auto lost = Transaction::begin(database.value(), Mode::write);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().fault, Fault::io) << lost.error().what;
  EXPECT_FALSE(Transaction::begin(database.value(), Mode::write).ok());
  server.start();
  ASSERT_TRUE(server.runs()) << server.log();
  auto again = Transaction::begin(database.value(), Mode::write);
  ASSERT_OK(again);
  ASSERT_OK(insert.bind(1, 2).run());
  ASSERT_OK(again.value().commit());
  EXPECT_EQ(database.value().number("SELECT count(*) FROM t").value(), 2);
}

}  // namespace
}  // namespace cupel
