// SPDX-License-Identifier: Apache-2.0
// engine: what SQLite and PostgreSQL each do behind Database, Statement and Rows. Private to
// this room; database.h says what the functions mean.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace cupel {

class StatementEngine {
 public:
  StatementEngine() = default;
  StatementEngine(const StatementEngine&) = delete;
  StatementEngine& operator=(const StatementEngine&) = delete;
  StatementEngine(StatementEngine&&) = delete;
  StatementEngine& operator=(StatementEngine&&) = delete;
  virtual ~StatementEngine() = default;

  virtual void bind(int at, std::int64_t number) = 0;
  virtual void bind(int at, std::string_view text) = 0;
  virtual void bind(int at, Bytes bytes) = 0;
  virtual void bind_null(int at) = 0;
  virtual Result<bool> step() = 0;
  virtual void reset() = 0;
  [[nodiscard]] virtual int columns() const = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual Bytes bytes(int column) const = 0;
};

class RowsEngine {
 public:
  RowsEngine() = default;
  RowsEngine(const RowsEngine&) = delete;
  RowsEngine& operator=(const RowsEngine&) = delete;
  RowsEngine(RowsEngine&&) = delete;
  RowsEngine& operator=(RowsEngine&&) = delete;
  virtual ~RowsEngine() = default;

  virtual void add(std::int64_t number) = 0;
  virtual void add(std::string_view text) = 0;
  virtual void add(Bytes bytes) = 0;
  virtual void add_null() = 0;
  virtual Result<void> end_row() = 0;
  virtual Result<void> write() = 0;
};

class DatabaseEngine {
 public:
  DatabaseEngine() = default;
  DatabaseEngine(const DatabaseEngine&) = delete;
  DatabaseEngine& operator=(const DatabaseEngine&) = delete;
  DatabaseEngine(DatabaseEngine&&) = delete;
  DatabaseEngine& operator=(DatabaseEngine&&) = delete;
  virtual ~DatabaseEngine() = default;

  virtual Result<void> run(const std::string& sql) = 0;
  virtual Result<std::unique_ptr<StatementEngine>> prepare(std::string_view sql) = 0;
  virtual Result<std::unique_ptr<RowsEngine>> insert_into(
      std::string_view table, const std::vector<std::string>& columns) = 0;
  virtual Result<void> begin(Database::Mode mode) = 0;
  virtual Result<void> commit() = 0;
  virtual void roll_back() = 0;
  virtual Result<std::unique_ptr<DatabaseEngine>> another() = 0;
  virtual Result<bool> is_empty() = 0;
  virtual Result<Database::Mark> mark() = 0;
  virtual Result<void> set_mark(Database::Mark mark) = 0;
  virtual Result<std::vector<std::string>> layout() = 0;
  virtual Result<std::vector<std::string>> damage() = 0;
  virtual Result<void> forget() = 0;
  [[nodiscard]] virtual Database::Kind kind() const = 0;
};

[[nodiscard]] Result<std::unique_ptr<DatabaseEngine>> open_sqlite(const std::filesystem::path& file,
                                                                  Database::Mode mode, int wait_ms);
[[nodiscard]] Result<std::unique_ptr<DatabaseEngine>> connect_postgres(const std::string& url,
                                                                       Database::Mode mode,
                                                                       int wait_ms);

}  // namespace cupel
