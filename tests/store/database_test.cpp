// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <chrono>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/file_lock.h"
#include "store/places.h"
#include "support/support.h"

namespace cupel {
namespace {

using Mode = Database::Mode;

Database make(const std::filesystem::path& file) {
  auto database = Database::open(file, Mode::write, 1000);
  EXPECT_TRUE(database.ok());
  EXPECT_TRUE(database.value().run("CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB) STRICT").ok());
  return std::move(database).value();
}

TEST(Database, GivesBackWhatWasBound) {
  const test::TemporaryFolder folder;
  const auto database = make(folder / "a b?c#d%.db");  // not parameters of a URI
  auto insert = database.prepare("INSERT INTO t VALUES(?1, ?2)").value();
  const std::string bytes("a\0b\xff", 4);
  ASSERT_OK(insert.bind(1, 7).bind(2, as_bytes(bytes)).run());
  ASSERT_OK(insert.bind(1, 8).bind(2, Bytes{}).run());
  ASSERT_OK(insert.bind(1, 9).bind_null(2).run());
  auto rows = database.prepare("SELECT id, b FROM t ORDER BY id").value();
  EXPECT_EQ(rows.columns(), 2);
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.integer(0), 7);
  EXPECT_EQ(rows.text(1), bytes);
  ASSERT_TRUE(rows.step().value());
  EXPECT_FALSE(rows.is_null(1));
  EXPECT_EQ(rows.bytes(1).size(), 0U);
  ASSERT_TRUE(rows.step().value());
  EXPECT_TRUE(rows.is_null(1));
  EXPECT_FALSE(rows.step().value());
  EXPECT_TRUE(std::filesystem::exists(folder / "a b?c#d%.db"));
}

TEST(Database, WhatIsNoDatabaseOrNotThereIsTold) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("t.db", std::string(4096, 'x'));
  const auto damaged = Database::open(file, Mode::write, 50);
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().fault, Fault::integrity);
  const auto missing = Database::open(folder / "none.db", Mode::read, 50);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().fault, Fault::missing);
  EXPECT_FALSE(std::filesystem::exists(folder / "none.db"));
  const auto nowhere = Database::open(folder / "no/such/folder.db", Mode::write, 50);
  EXPECT_FALSE(nowhere.ok());
}

TEST(Database, NamesTheDamageOfItsPages) {
  const test::TemporaryFolder folder;
  {
    const auto database = make(folder / "t.db");
    ASSERT_OK(
        database.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 999)"
                     " INSERT INTO t SELECT i, zeroblob(20) FROM n"));
    EXPECT_TRUE(database.damage().value().empty());
  }
  auto bytes = test::slurp(folder / "t.db");
  std::fill_n(bytes.begin() + 8192, 200, '\x55');
  folder.write("t.db", bytes);
  const auto database = Database::open(folder / "t.db", Mode::read, 50);
  ASSERT_OK(database);
  EXPECT_FALSE(database.value().damage().value().empty());
}

// What the schema of a file from somewhere else would make us run.
TEST(Database, RunsNoTriggersOrViewsOfTheFile) {
  const test::TemporaryFolder folder;
  {
    const auto database = make(folder / "t.db");
    // The switches forbid running them, not making them.
    ASSERT_OK(database.run("CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END"));
    ASSERT_OK(database.run("CREATE VIEW v AS SELECT 1"));
    ASSERT_OK(database.run("INSERT INTO t(id) VALUES(1)"));
    EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 1);
    EXPECT_FALSE(database.prepare("SELECT * FROM v").ok());
  }
}

TEST(FileLock, IsHeldByOneAndLetGo) {
  const test::TemporaryFolder folder;
  {
    const auto first = FileLock::take(folder / "lock", 0);
    ASSERT_OK(first);
    const auto second = FileLock::take(folder / "lock", 30);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, Fault::limit);
  }
  EXPECT_TRUE(FileLock::take(folder / "lock", 0).ok());
}

}  // namespace
}  // namespace cupel
