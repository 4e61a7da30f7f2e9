// SPDX-License-Identifier: Apache-2.0
// The only place that sees <sqlite3.h>.
#include <cerrno>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "base/text.h"
#include "store/engine.h"

namespace cupel {
namespace {

constexpr const char* kFull = "free some space, or move the state with --state DIR";
constexpr int kLargestValue = 1 << 29;

std::string reason_of(int number) {
  return lower(std::strerror(number));  // NOLINT(concurrency-mt-unsafe): glibc's is per thread
}

Error error_of(int code, const std::string& what, int number) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return fail(Fault::limit, cat(what, ": the disk is full"), kFull);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Fault::limit, cat(what, ": another process is using it"),
                  "wait until it has finished, then try again");
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return fail(Fault::limit, cat(what, ": too large to hold in memory"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return fail(Fault::denied, cat(what, ": it may not be written to"),
                  "run as a user that may write there, or move the state with --state DIR");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(Fault::integrity, cat(what, ": the file is damaged"),
                  "`cupel ledger verify` names the damage; restore the file from a backup");
    default:
      break;
  }
  if (number == ENOSPC || number == EDQUOT) {
    return fail(Fault::limit, cat(what, ": the disk is full"), kFull);
  }
  if ((code & 0xff) == SQLITE_CANTOPEN && (number == EACCES || number == EROFS)) {
    return fail(Fault::denied, cat(what, ": ", reason_of(number)),
                "run as a user that may read and write there");
  }
  std::string why = sqlite3_errstr(code);
  // Of a file that cannot be opened SQLite remembers the errno of a later attempt.
  if (number != 0 && (code & 0xff) != SQLITE_CANTOPEN) {
    why += cat(" (", reason_of(number), ")");
  }
  return fail(Fault::io, cat(what, ": ", why), "check the disk and its free space, then try again");
}

Error error_from(sqlite3* database, const std::string& name) {
  return error_of(sqlite3_extended_errcode(database), cat("cannot use `", name, "`"),
                  sqlite3_system_errno(database));
}

// Percent-encoded, so that '?' and '#' in a path do not become parameters.
std::string uri_of(const std::filesystem::path& file, std::string_view parameters) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) {
      uri += c;
    } else {
      const std::byte b{u};
      uri += '%';
      uri += to_hex(Bytes(&b, 1));
    }
  }
  return uri.append(parameters);
}

// What the file's schema could make us run is switched off.
void distrust(sqlite3* database) {
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kLargestValue);
}

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// A connection, and what it is called in messages. Statements share it: they may outlive the
// Database they were made from.
struct Handle {
  std::unique_ptr<sqlite3, Close> database;
  std::string name;

  [[nodiscard]] Error error() const { return error_from(database.get(), name); }
};

class SqliteStatement final : public StatementEngine {
 public:
  SqliteStatement(std::shared_ptr<Handle> handle, sqlite3_stmt* statement)
      : handle_(std::move(handle)), statement_(statement) {}

  void bind(int at, std::int64_t number) override {
    require(sqlite3_bind_int64(statement_.get(), at, number) == SQLITE_OK);
  }
  void bind(int at, std::string_view text) override {
    require(text.size() <= kLargestValue);
    require(sqlite3_bind_text(statement_.get(), at, text.data(), static_cast<int>(text.size()),
                              SQLITE_STATIC) == SQLITE_OK);
  }
  void bind(int at, Bytes bytes) override {
    require(bytes.size() <= kLargestValue);
    // A null pointer would bind NULL, not the empty blob.
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    require(sqlite3_bind_blob(statement_.get(), at, data, static_cast<int>(bytes.size()),
                              SQLITE_STATIC) == SQLITE_OK);
  }
  void bind_null(int at) override { require(sqlite3_bind_null(statement_.get(), at) == SQLITE_OK); }

  Result<bool> step() override {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
      reset();
      return false;
    }
    auto error = handle_->error();
    reset();
    return error;
  }
  void reset() override { sqlite3_reset(statement_.get()); }

  [[nodiscard]] int columns() const override { return sqlite3_column_count(statement_.get()); }
  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_.get(), column);
  }
  [[nodiscard]] Bytes bytes(int column) const override {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (data == nullptr || size <= 0) return {};
    return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
  }

 private:
  std::shared_ptr<Handle> handle_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Every row is inserted as it comes: there is no way between us and the file that batching
// would shorten.
class SqliteRows final : public RowsEngine {
 public:
  explicit SqliteRows(std::unique_ptr<StatementEngine> insert) : insert_(std::move(insert)) {}
  void add(std::int64_t number) override { insert_->bind(++at_, number); }
  void add(std::string_view text) override { insert_->bind(++at_, text); }
  void add(Bytes bytes) override { insert_->bind(++at_, bytes); }
  void add_null() override { insert_->bind_null(++at_); }
  Result<void> end_row() override {
    at_ = 0;
    require(!TRY(insert_->step()));
    return {};
  }
  Result<void> write() override { return {}; }

 private:
  std::unique_ptr<StatementEngine> insert_;
  int at_ = 0;
};

struct Place {
  std::string uri;
  const char* vfs = nullptr;
  bool exclusive = false;
};

class SqliteDatabase final : public DatabaseEngine {
 public:
  SqliteDatabase(std::shared_ptr<Handle> handle, std::filesystem::path file, int wait_ms)
      : handle_(std::move(handle)), file_(std::move(file)), wait_ms_(wait_ms) {}

  static Result<std::unique_ptr<SqliteDatabase>> connect(const Place& place,
                                                         const std::filesystem::path& file,
                                                         Database::Mode mode, int wait_ms);

  Result<void> run(const std::string& sql) override {
    if (sqlite3_exec(handle_->database.get(), sql.c_str(), nullptr, nullptr, nullptr) ==
        SQLITE_OK) {
      return {};
    }
    return handle_->error();
  }

  Result<std::unique_ptr<StatementEngine>> prepare(std::string_view sql) override {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_->database.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
      return handle_->error();
    }
    return std::unique_ptr<StatementEngine>(std::make_unique<SqliteStatement>(handle_, statement));
  }

  Result<std::unique_ptr<RowsEngine>> insert_into(
      std::string_view table, const std::vector<std::string>& columns) override {
    std::vector<std::string> places;
    for (std::size_t i = 1; i <= columns.size(); ++i) places.push_back(cat("?", i));
    const std::string sql =
        cat("INSERT INTO ", table, "(", join(columns, ", "), ") VALUES(", join(places, ", "), ")");
    return std::unique_ptr<RowsEngine>(std::make_unique<SqliteRows>(TRY(prepare(sql))));
  }

  Result<void> begin(Database::Mode mode) override {
    return run(mode == Database::Mode::write ? "BEGIN IMMEDIATE" : "BEGIN");
  }

  Result<void> commit() override {
    auto committed = run("COMMIT");
    if (committed.ok()) return {};
    // The log may hold the whole commit although its fsync failed, and the next start
    // would find it there. Emptying the log makes "it failed" true.
    auto error = std::move(committed).error();
    roll_back();
    auto emptied = empty_log();
    if (!emptied.ok() || !emptied.value()) {
      error.hint += error.hint.empty() ? "" : "; ";
      error.hint += "what was written may or may not be there when it is opened again";
    }
    return error;
  }

  // Fails only when SQLite has rolled back already.
  void roll_back() override { static_cast<void>(run("ROLLBACK")); }

  Result<std::unique_ptr<DatabaseEngine>> another() override {
    return open_sqlite(file_, Database::Mode::read, wait_ms_);
  }

  Result<bool> is_empty() override {
    return TRY(number("SELECT count(*) FROM sqlite_schema")) == 0 &&
           TRY(number("PRAGMA user_version")) == 0;
  }

  Result<Database::Mark> mark() override {
    return Database::Mark{.application = TRY(number("PRAGMA application_id")),
                          .version = TRY(number("PRAGMA user_version"))};
  }
  Result<void> set_mark(Database::Mark mark) override {
    TRY(run(cat("PRAGMA application_id = ", mark.application)));
    return run(cat("PRAGMA user_version = ", mark.version));
  }

  // quote() tells NULL from an empty text and a text from a blob with the same bytes.
  Result<std::vector<std::string>> layout() override {
    auto schema =
        TRY(prepare("SELECT quote(type) || ' ' || quote(name) || ' ' || quote(tbl_name) || ' ' || "
                    "quote(sql) FROM sqlite_schema ORDER BY name"));
    std::vector<std::string> lines;
    while (TRY(schema->step())) lines.emplace_back(as_text(schema->bytes(0)));
    return lines;
  }

  Result<std::vector<std::string>> damage() override {
    std::vector<std::string> found;
    auto check = TRY(prepare("PRAGMA integrity_check(1000)"));
    while (true) {
      const auto row = check->step();
      if (!row.ok()) {
        found.push_back(row.error().what);
        return found;
      }
      if (!row.value()) return found;
      const std::string text(as_text(check->bytes(0)));
      for (const auto line : split(text, '\n')) {
        if (line != "ok" && !line.empty() && !line.starts_with("***")) found.emplace_back(line);
      }
    }
  }

  Result<void> forget() override {
    if (TRY(empty_log())) return {};
    return fail(Fault::limit,
                cat("the log of `", handle_->name, "` is being read and could not be emptied"),
                "when nobody reads it any more, it is emptied by the next start of a writer");
  }

  [[nodiscard]] Database::Kind kind() const override { return Database::Kind::sqlite; }

  Result<std::int64_t> number(std::string_view sql) {
    auto question = TRY(prepare(sql));
    require(TRY(question->step()));
    return question->integer(0);
  }

 private:
  // Moves the log into the database and cuts it to nothing; false when readers keep it.
  Result<bool> empty_log() { return TRY(number("PRAGMA wal_checkpoint(TRUNCATE)")) == 0; }

  std::shared_ptr<Handle> handle_;
  std::filesystem::path file_;
  int wait_ms_;
};

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::connect(const Place& place,
                                                                const std::filesystem::path& file,
                                                                Database::Mode mode, int wait_ms) {
  auto handle = std::make_shared<Handle>();
  handle->name = printable(file.string());
  sqlite3* opened = nullptr;
  const bool reads = mode == Database::Mode::read;
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (reads ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(place.uri.c_str(), &opened, flags, place.vfs);
  handle->database.reset(opened);
  if (code != SQLITE_OK) {
    return error_of(code, cat("cannot open `", handle->name, "`"),
                    opened != nullptr ? sqlite3_system_errno(opened) : 0);
  }
  distrust(opened);
  sqlite3_busy_timeout(opened, wait_ms);
  auto database = std::make_unique<SqliteDatabase>(handle, file, wait_ms);
  if (place.exclusive) TRY(database->run("PRAGMA locking_mode = EXCLUSIVE"));
  TRY(database->run("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0"));
  if (!reads) {
    auto journal = TRY(database->prepare("PRAGMA journal_mode = WAL"));
    if (!TRY(journal->step()) || as_text(journal->bytes(0)) != "wal") {
      return fail(Fault::unsupported,
                  cat("`", handle->name, "` is on a file system without shared memory"),
                  "keep the state on a local disk with --state DIR");
    }
    // FULL: in WAL mode every commit waits for its fsync. What is deleted is overwritten.
    // The log moves into the file every 16 MB, not every 4: each time costs two more fsyncs.
    TRY(database->run(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000"));
  }
  // The first real read.
  static_cast<void>(TRY(database->number("SELECT count(*) FROM sqlite_schema")));
  return database;
}

Result<std::unique_ptr<DatabaseEngine>> as_engine(Result<std::unique_ptr<SqliteDatabase>> opened) {
  return std::unique_ptr<DatabaseEngine>(TRY(std::move(opened)));
}

}  // namespace

Result<std::unique_ptr<DatabaseEngine>> open_sqlite(const std::filesystem::path& file,
                                                    Database::Mode mode, int wait_ms) {
  std::error_code missing;
  if (mode == Database::Mode::read && !std::filesystem::exists(file, missing)) {
    return fail(Fault::missing, cat("`", printable(file.string()), "` does not exist"));
  }
  auto opened = SqliteDatabase::connect({.uri = uri_of(file, "")}, file, mode, wait_ms);
  if (opened.ok() || mode == Database::Mode::write) return as_engine(std::move(opened));
  const Fault fault = opened.error().fault;
  if (fault != Fault::denied && fault != Fault::io) return as_engine(std::move(opened));
  // Read-only media: SQLite wants to make its shared-memory file and cannot. Nobody
  // can write there, so without a log the file is immutable, and with one it is read
  // without locks.
  const auto log = std::filesystem::path(file.string() + "-wal");
  const auto size = std::filesystem::file_size(log, missing);
  if (missing || size == 0) {
    return as_engine(
        SqliteDatabase::connect({.uri = uri_of(file, "?immutable=1")}, file, mode, wait_ms));
  }
  return as_engine(SqliteDatabase::connect(
      {.uri = uri_of(file, ""), .vfs = "unix-none", .exclusive = true}, file, mode, wait_ms));
}

}  // namespace cupel
