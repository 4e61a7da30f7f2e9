// SPDX-License-Identifier: Apache-2.0
// places: where a test that must hold for SQLite and PostgreSQL alike keeps its database.
#pragma once

#include <atomic>
#include <string>

#include "base/text.h"
#include "store/database.h"
#include "support/postgres.h"
#include "support/support.h"

namespace cupel::test {

// An empty database of the test's own on the shared server; its URL.
inline std::string new_postgres_database() {
  static std::atomic<int> count = 0;
  const std::string name = cat("t", ::getpid(), "_", ++count);
  auto& server = PostgresServer::shared();
  const auto all = Database::connect(server.url("postgres"), Database::Mode::write, 1000);
  EXPECT_TRUE(all.ok()) << (all.ok() ? "" : all.error().what);
  const auto made = all.value().run(cat("CREATE DATABASE ", name));
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().what);
  return server.url(name);
}

// A database that is there for one test.
class DatabasePlace {
 public:
  explicit DatabasePlace(Database::Kind kind) {
    if (kind == Database::Kind::postgres) url_ = new_postgres_database();
  }
  [[nodiscard]] Result<Database> open(Database::Mode mode, int wait_ms) const {
    return url_.empty() ? Database::open(folder_ / "t.db", mode, wait_ms)
                        : Database::connect(url_, mode, wait_ms);
  }

 private:
  TemporaryFolder folder_;
  std::string url_;
};

}  // namespace cupel::test

// For TEST_P over Database::Kind.
#define NEED_STORE(kind)                             \
  if ((kind) == ::cupel::Database::Kind::postgres) { \
    NEED_POSTGRES();                                 \
  }
