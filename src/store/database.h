// SPDX-License-Identifier: Apache-2.0
// Database: tables in a SQLite file or on a PostgreSQL server; Statement: a prepared question
// to it; Rows: many rows at once; Transaction: all or nothing.
//
// Whoever asks need not know which of the two answers. SQL is written as SQLite has it: ?1 for
// what is bound, INTEGER (64 bits), TEXT and BLOB for columns; for PostgreSQL these words are
// replaced by its own. What a database refuses becomes an Error that says what a person can do:
// a full disk, a lock, a read-only medium, damage, a server that is gone. A SQLite file is taken
// for hostile: no triggers, views or functions of its schema run.
//
// A Database, and what was made of it, belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel {

class DatabaseEngine;
class RowsEngine;
class StatementEngine;

// Bound values are numbered from 1, columns from 0, as in SQLite.
//
//   auto find = TRY(database.prepare("SELECT name FROM person WHERE id = ?1"));
//   find.bind(1, 42);
//   while (TRY(find.step())) use(find.text(0));
//
// PostgreSQL holds all rows of an answer in memory: ask for a bounded number of them.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

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
  explicit Statement(std::unique_ptr<StatementEngine> engine);
  std::unique_ptr<StatementEngine> engine_;
};

// Rows for one table: the values of a row in the order of the columns, then end_row(). They are
// in the table once write() has answered, and Rows is ready for more; before, they may or may not
// be.
class Rows {
 public:
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  // Text and bytes must live until end_row().
  Rows& add(std::int64_t number);
  Rows& add(std::string_view text);
  Rows& add(Bytes bytes);
  Rows& add_null();
  [[nodiscard]] Result<void> end_row();
  [[nodiscard]] Result<void> write();

 private:
  friend class Database;
  explicit Rows(std::unique_ptr<RowsEngine> engine);
  std::unique_ptr<RowsEngine> engine_;
};

class Database {
 public:
  // `read` works on read-only media too, also when a crashed writer left its
  // write-ahead log there.
  enum class Mode { read, write };
  enum class Kind { sqlite, postgres };
  // What a program leaves on its database so that it knows it again.
  struct Mark {
    std::int64_t application = 0;
    std::int64_t version = 0;
  };

  // Opens the file, in write mode making it when it is missing, with a write-ahead log
  // and an fsync at every commit. Whoever meets a lock waits up to `wait_ms`.
  static Result<Database> open(const std::filesystem::path& file, Mode mode, int wait_ms);
  // Connects to a server: postgresql://user@host/database, or whatever libpq takes. The tables
  // stand in the schema `cupel`, which write mode makes. A server that acknowledges what is not
  // on its disk (fsync = off) is refused for writing.
  static Result<Database> connect(const std::string& url, Mode mode, int wait_ms);
  // Whether the text names a server rather than a folder.
  [[nodiscard]] static bool is_url(std::string_view text);
  // The place of a URL without the password in it, for people.
  [[nodiscard]] static std::string shown(std::string_view url);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // A connection of its own to the same place, for reading.
  [[nodiscard]] Result<Database> another() const;
  [[nodiscard]] Kind kind() const;

  // Runs statements that give no rows.
  [[nodiscard]] Result<void> run(const std::string& sql) const;
  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  [[nodiscard]] Result<Rows> insert_into(std::string_view table,
                                         const std::vector<std::string>& columns) const;
  // The single number that a question answers with.
  [[nodiscard]] Result<std::int64_t> number(std::string_view sql) const;

  // Whether there is nothing in it: no table and no mark.
  [[nodiscard]] Result<bool> is_empty() const;
  [[nodiscard]] Result<Mark> mark() const;
  [[nodiscard]] Result<void> set_mark(Mark mark) const;
  // A line for every table, index and column, sorted: what two databases of one layout share.
  [[nodiscard]] Result<std::vector<std::string>> layout() const;
  // What the database itself finds wrong with its file; empty when that is sound, or when the
  // server has no such question.
  [[nodiscard]] Result<std::vector<std::string>> damage() const;
  // After values were overwritten: makes the database let go of copies of them that it keeps
  // for itself (log, dead rows), as far as it can. Not within a transaction.
  [[nodiscard]] Result<void> forget() const;

 private:
  friend class Transaction;
  explicit Database(std::unique_ptr<DatabaseEngine> engine);
  std::unique_ptr<DatabaseEngine> engine_;
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
  // On error everything is as it was before the transaction; when that cannot be known, the
  // hint of the error says so.
  [[nodiscard]] Result<void> commit();
  void roll_back();

 private:
  explicit Transaction(DatabaseEngine* database) : database_(database) {}
  DatabaseEngine* database_;
};

}  // namespace cupel
