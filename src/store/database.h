// SPDX-License-Identifier: Apache-2.0
// Database: one SQLite file; Statement: a prepared question to it; Transaction: all or nothing.
//
// The only place that sees <sqlite3.h>. What SQLite refuses becomes an Error that
// says what a person can do: a full disk, a lock, a read-only medium, damage. The
// file is taken for hostile: no triggers, views or functions of its schema run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cupel {

// Bound values are numbered from 1, columns from 0, as in SQLite.
//
//   auto find = TRY(database.prepare("SELECT name FROM person WHERE id = ?1"));
//   find.bind(1, 42);
//   while (TRY(find.step())) use(find.text(0));
class Statement {
 public:
  // Bound text and bytes must live until the statement has been stepped.
  Statement& bind(int at, std::int64_t number);
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, Bytes bytes);
  Statement& bind_null(int at);

  // True while there is a row. After the last row, or an error, the statement is
  // ready to be bound and stepped again.
  [[nodiscard]] Result<bool> step();
  // One step of a statement that gives no rows.
  [[nodiscard]] Result<void> run();
  // Abandons the remaining rows.
  void reset();

  // Of the current row.
  [[nodiscard]] int columns() const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;  // of text and of blobs: the bytes as they are
  [[nodiscard]] Bytes bytes(int column) const;       // until the next step

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3* database, sqlite3_stmt* statement, const std::string* name);
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  sqlite3* database_ = nullptr;
  const std::string* name_ = nullptr;
};

class Database {
 public:
  // `read` works on read-only media too, also when a crashed writer left its
  // write-ahead log there.
  enum class Mode { read, write };

  // Opens the file, in write mode making it when it is missing, with a write-ahead log
  // and an fsync at every commit. Whoever meets a lock waits up to `wait_ms`.
  static Result<Database> open(const std::filesystem::path& file, Mode mode, int wait_ms);

  // Runs statements that give no rows.
  [[nodiscard]] Result<void> run(const std::string& sql) const;
  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  // The single number that a question answers with.
  [[nodiscard]] Result<std::int64_t> number(std::string_view sql) const;
  // What PRAGMA integrity_check finds; empty when the file is sound.
  [[nodiscard]] Result<std::vector<std::string>> damage() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Place {
    std::string uri;
    const char* vfs = nullptr;
    bool exclusive = false;
  };
  static Result<Database> connect(const Place& place, const std::string& name, Mode mode,
                                  int wait_ms);
  std::unique_ptr<sqlite3, Close> database_;
  std::unique_ptr<std::string> name_;  // for messages; statements look at it
};

// Rolls back at the end of its scope unless commit() succeeded.
class Transaction {
 public:
  // A writing transaction takes the write lock at once; a reading one gives one
  // consistent view until it ends.
  static Result<Transaction> begin(const Database& database, Database::Mode mode);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  [[nodiscard]] Result<void> commit();
  void roll_back();

 private:
  explicit Transaction(const Database* database) : database_(database) {}
  const Database* database_;
};

}  // namespace cupel
