// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "base/text.h"

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

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, sqlite3_stmt* statement, const std::string* name)
    : statement_(statement), database_(database), name_(name) {}

Statement& Statement::bind(int at, std::int64_t number) {
  require(sqlite3_bind_int64(statement_.get(), at, number) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int at, std::string_view text) {
  require(text.size() <= kLargestValue);
  require(sqlite3_bind_text(statement_.get(), at, text.data(), static_cast<int>(text.size()),
                            SQLITE_STATIC) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int at, Bytes bytes) {
  require(bytes.size() <= kLargestValue);
  // A null pointer would bind NULL, not the empty blob.
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  require(sqlite3_bind_blob(statement_.get(), at, data, static_cast<int>(bytes.size()),
                            SQLITE_STATIC) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind_null(int at) {
  require(sqlite3_bind_null(statement_.get(), at) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  auto error = error_from(database_, *name_);
  reset();
  return error;
}

Result<void> Statement::run() {
  require(!TRY(step()));
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

int Statement::columns() const {
  return sqlite3_column_count(statement_.get());
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::string Statement::text(int column) const {
  return std::string(as_text(bytes(column)));
}
Bytes Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<Database> Database::connect(const Place& place, const std::string& name, Mode mode,
                                   int wait_ms) {
  Database database;
  database.name_ = std::make_unique<std::string>(name);
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(place.uri.c_str(), &handle, flags, place.vfs);
  database.database_.reset(handle);
  if (code != SQLITE_OK) {
    return error_of(code, cat("cannot open `", name, "`"),
                    handle != nullptr ? sqlite3_system_errno(handle) : 0);
  }
  distrust(handle);
  sqlite3_busy_timeout(handle, wait_ms);
  if (place.exclusive) TRY(database.run("PRAGMA locking_mode = EXCLUSIVE"));
  TRY(database.run("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0"));
  if (mode == Mode::write) {
    auto journal = TRY(database.prepare("PRAGMA journal_mode = WAL"));
    if (!TRY(journal.step()) || journal.text(0) != "wal") {
      return fail(Fault::unsupported, cat("`", name, "` is on a file system without shared memory"),
                  "keep the state on a local disk with --state DIR");
    }
    // FULL: in WAL mode every commit waits for its fsync.
    TRY(database.run("PRAGMA synchronous = FULL"));
  }
  // The first real read.
  static_cast<void>(TRY(database.number("SELECT count(*) FROM sqlite_schema")));
  return database;
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode, int wait_ms) {
  const std::string name = printable(file.string());
  std::error_code missing;
  if (mode == Mode::read && !std::filesystem::exists(file, missing)) {
    return fail(Fault::missing, cat("`", name, "` does not exist"));
  }
  auto opened = connect({.uri = uri_of(file, "")}, name, mode, wait_ms);
  if (opened.ok() || mode == Mode::write) return opened;
  const Fault fault = opened.error().fault;
  if (fault != Fault::denied && fault != Fault::io) return opened;
  // Read-only media: SQLite wants to make its shared-memory file and cannot. Nobody
  // can write there, so without a log the file is immutable, and with one it is read
  // without locks.
  const auto log = std::filesystem::path(file.string() + "-wal");
  const auto size = std::filesystem::file_size(log, missing);
  if (missing || size == 0) {
    return connect({.uri = uri_of(file, "?immutable=1")}, name, mode, wait_ms);
  }
  return connect({.uri = uri_of(file, ""), .vfs = "unix-none", .exclusive = true}, name, mode,
                 wait_ms);
}

Result<void> Database::run(const std::string& sql) const {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return error_from(database_.get(), *name_);
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    return error_from(database_.get(), *name_);
  }
  return Statement(database_.get(), statement, name_.get());
}

Result<std::int64_t> Database::number(std::string_view sql) const {
  auto question = TRY(prepare(sql));
  require(TRY(question.step()));
  return question.integer(0);
}

Result<std::vector<std::string>> Database::damage() const {
  std::vector<std::string> found;
  auto check = TRY(prepare("PRAGMA integrity_check(1000)"));
  while (true) {
    const auto row = check.step();
    if (!row.ok()) {
      found.push_back(row.error().what);
      return found;
    }
    if (!row.value()) return found;
    const auto text = check.text(0);
    for (const auto line : split(text, '\n')) {
      if (line != "ok" && !line.empty() && !line.starts_with("***")) found.emplace_back(line);
    }
  }
}

Result<Transaction> Transaction::begin(const Database& database, Database::Mode mode) {
  TRY(database.run(mode == Database::Mode::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  roll_back();
}

void Transaction::roll_back() {
  // Fails only when SQLite has rolled back already.
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK"));
  database_ = nullptr;
}

Result<void> Transaction::commit() {
  TRY(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace cupel
