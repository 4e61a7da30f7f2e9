// SPDX-License-Identifier: Apache-2.0
// The only place that sees <libpq-fe.h>. Everything crosses the wire in binary.
#include "base/text.h"
#include "store/engine.h"

#ifndef CUPEL_POSTGRESQL

namespace cupel {

Result<std::unique_ptr<DatabaseEngine>> connect_postgres(const std::string& url,
                                                         Database::Mode /*mode*/, int /*wait_ms*/) {
  return fail(Fault::unsupported,
              cat("cannot use `", Database::shown(url), "`: this build has no PostgreSQL in it"),
              "build with libpq-dev and -DCUPEL_POSTGRESQL=ON, or keep the state in a folder");
}

}  // namespace cupel

#else

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include <libpq-fe.h>

namespace cupel {
namespace {

constexpr std::string_view kSchema = "cupel";
// Two programs that share a database must not take each other's lock: "Cupe" and 1.
constexpr std::int64_t kWriteLock = (std::int64_t{0x43757065} << 32U) | 1;
// Of PostgreSQL's catalogue (pg_type.dat); libpq has no header for them.
constexpr Oid kBytes = 17;
constexpr Oid kInteger = 20;
constexpr Oid kText = 25;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

std::string big_endian(std::uint64_t number, std::size_t width) {
  std::string bytes(width, '\0');
  for (std::size_t i = width; i > 0; --i, number >>= 8U) {
    bytes[i - 1] = static_cast<char>(number & 0xffU);
  }
  return bytes;
}

// The words of SQLite that PostgreSQL has others for. Only SQL of ours comes here.
std::string translated(std::string_view sql) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kWords = {
      {{"INTEGER", "BIGINT"}, {"BLOB", "BYTEA"}, {"STRICT, WITHOUT ROWID", ""}, {"STRICT", ""}}};
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < sql.size();) {
    if (sql[i] == '\'') quoted = !quoted;
    const bool number =
        !quoted && sql[i] == '?' && i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9';
    const auto* word = quoted ? kWords.end() : std::ranges::find_if(kWords, [&](const auto& pair) {
      return sql.substr(i).starts_with(pair.first);
    });
    if (number) {
      out += '$';
      ++i;
    } else if (word != kWords.end()) {
      out += word->second;
      i += word->first.size();
    } else {
      out += sql[i++];
    }
  }
  return out;
}

// What the server said, as one line.
std::string said(const char* message) {
  std::string text(trim(message != nullptr ? message : ""));
  std::ranges::replace(text, '\n', ' ');
  return printable(text, 300);
}

Error error_of(std::string_view state, const std::string& what, const std::string& why) {
  const auto is = [&](std::initializer_list<std::string_view> states) {
    return std::ranges::any_of(states, [&](auto one) { return state.starts_with(one); });
  };
  if (is({"53100"})) {
    return fail(Fault::limit, cat(what, ": the server's disk is full"), "free some space there");
  }
  if (is({"55P03", "40P01", "40001", "57014"})) {
    return fail(Fault::limit, cat(what, ": another process is using it"),
                "wait until it has finished, then try again");
  }
  if (is({"53", "54"})) return fail(Fault::limit, cat(what, ": ", why));
  if (is({"42501", "28", "25006"})) {
    return fail(Fault::denied, cat(what, ": ", why),
                "connect as a user that may read and write there");
  }
  if (is({"XX001", "XX002", "58P01"})) {
    return fail(Fault::integrity, cat(what, ": ", why),
                "the server's files are damaged; restore the database from a backup");
  }
  if (is({"3D000", "3F000", "42P01"})) return fail(Fault::missing, cat(what, ": ", why));
  return fail(Fault::io, cat(what, ": ", why),
              "check that the server runs and can be reached, then try again");
}

// A connection, and what it is called in messages. Statements share it.
class Handle {
 public:
  Handle(std::string url, int wait_ms)
      : url_(std::move(url)), name_(Database::shown(url_)), wait_ms_(wait_ms) {}

  Result<void> connect() {
    // What stands before `dbname` the URL may say otherwise.
    const std::array<const char*, 6> keys = {
        "connect_timeout", "application_name",          "dbname",
        "client_encoding", "fallback_application_name", nullptr};
    const std::array<const char*, 6> values = {"10",   "cupel", url_.c_str(),
                                               "UTF8", "cupel", nullptr};
    connection_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
    ++generation_;
    require(connection_ != nullptr);
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      return fail(Fault::io, cat("cannot connect to `", name_, "`: ", failure()),
                  "check that the server runs, and what stands behind --state");
    }
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    TRY(run(cat("SET lock_timeout = ", std::max(wait_ms_, 1))));
    return run(cat("SET search_path = ", kSchema));
  }

  [[nodiscard]] bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
  [[nodiscard]] PGconn* get() const { return connection_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int wait_ms() const { return wait_ms_; }
  // Prepared statements are gone when it grows.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] std::string next_name() { return cat("s", ++names_); }

  [[nodiscard]] Error error(const PGresult* result) const {
    const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const char* why =
        result != nullptr ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    return error_of(state != nullptr ? state : "", cat("cannot use `", name_, "`"),
                    why != nullptr ? said(why) : failure());
  }

  // Of SQL that gives no rows, or one text.
  Result<std::string> ask(const std::string& sql) const {
    const Answer answer(PQexec(connection_.get(), sql.c_str()));
    const auto status = PQresultStatus(answer.get());
    if (status == PGRES_COMMAND_OK) return std::string();
    if (status != PGRES_TUPLES_OK) return error(answer.get());
    if (PQntuples(answer.get()) == 0 || PQnfields(answer.get()) == 0) return std::string();
    return std::string(PQgetvalue(answer.get(), 0, 0));
  }
  Result<void> run(const std::string& sql) const {
    TRY(ask(sql));
    return {};
  }

 private:
  // libpq's own words may hold the URL that it could not read, and in it the password.
  [[nodiscard]] std::string failure() const {
    std::string text = said(PQerrorMessage(connection_.get()));
    for (std::size_t at = text.find("://"); at != std::string::npos;
         at = text.find("://", at + 1)) {
      const auto end = std::min(text.find_first_of(" \"", at), text.size());
      const auto host = text.rfind('@', end);
      if (host != std::string::npos && host > at) text.erase(at + 3, host - at - 2);
    }
    return text;
  }

  std::string url_;
  std::string name_;
  int wait_ms_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::uint64_t generation_ = 0;
  std::uint64_t names_ = 0;
};

class PostgresStatement final : public StatementEngine {
 public:
  PostgresStatement(std::shared_ptr<Handle> handle, std::string sql)
      : handle_(std::move(handle)), sql_(std::move(sql)) {}
  PostgresStatement(const PostgresStatement&) = delete;
  PostgresStatement& operator=(const PostgresStatement&) = delete;
  PostgresStatement(PostgresStatement&&) = delete;
  PostgresStatement& operator=(PostgresStatement&&) = delete;
  ~PostgresStatement() override {
    if (name_.empty() || generation_ != handle_->generation() || !handle_->alive()) return;
    static_cast<void>(handle_->run(cat("DEALLOCATE ", name_)));
  }

  void bind(int at, std::int64_t number) override {
    slot(at, kInteger).number = big_endian(static_cast<std::uint64_t>(number), 8);
  }
  void bind(int at, std::string_view text) override { slot(at, kText).bytes = text; }
  void bind(int at, Bytes bytes) override { slot(at, kBytes).bytes = as_text(bytes); }
  void bind_null(int at) override { slot(at, 0).null = true; }

  Result<bool> step() override {
    if (!answer_) {
      TRY(prepare());
      TRY(execute());
      row_ = -1;
    }
    if (++row_ < PQntuples(answer_.get())) return true;
    reset();
    return false;
  }
  void reset() override { answer_.reset(); }

  [[nodiscard]] int columns() const override { return answer_ ? PQnfields(answer_.get()) : 0; }
  [[nodiscard]] bool is_null(int column) const override {
    return PQgetisnull(answer_.get(), row_, column) != 0;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    std::uint64_t number = 0;
    const Bytes value = bytes(column);
    for (const auto byte : value) number = (number << 8U) | std::to_integer<std::uint64_t>(byte);
    if (value.size() == 4) return static_cast<std::int32_t>(number);
    if (value.size() == 2) return static_cast<std::int16_t>(number);
    return static_cast<std::int64_t>(number);
  }
  [[nodiscard]] Bytes bytes(int column) const override {
    return {reinterpret_cast<const std::byte*>(PQgetvalue(answer_.get(), row_, column)),
            static_cast<std::size_t>(PQgetlength(answer_.get(), row_, column))};
  }

 private:
  struct Value {
    Oid type = 0;
    bool null = false;
    std::string number;      // of an integer
    std::string_view bytes;  // of anything else

    [[nodiscard]] std::string_view sent() const { return type == kInteger ? number : bytes; }
  };

  Value& slot(int at, Oid type) {
    const auto index = static_cast<std::size_t>(at - 1);
    if (values_.size() <= index) values_.resize(index + 1);
    auto& value = values_[index];
    value.null = false;
    if (type != 0 && value.type != type) {
      value.type = type;
      generation_ = 0;  // it was prepared for another type
    }
    return value;
  }

  // When first stepped: what was bound says the types.
  Result<void> prepare() {
    if (generation_ == handle_->generation()) return {};
    name_ = handle_->next_name();
    std::vector<Oid> types;
    types.reserve(values_.size());
    for (const auto& value : values_) types.push_back(value.type);
    const Answer answer(PQprepare(handle_->get(), name_.c_str(), sql_.c_str(),
                                  static_cast<int>(types.size()), types.data()));
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return handle_->error(answer.get());
    generation_ = handle_->generation();
    return {};
  }

  Result<void> execute() {
    std::vector<const char*> texts;
    std::vector<int> sizes;
    for (const auto& value : values_) {
      const auto sent = value.sent();
      const char* data = sent.data() != nullptr ? sent.data() : "";
      texts.push_back(value.null ? nullptr : data);
      sizes.push_back(static_cast<int>(sent.size()));
    }
    const std::vector<int> formats(values_.size(), 1);
    answer_.reset(PQexecPrepared(handle_->get(), name_.c_str(), static_cast<int>(values_.size()),
                                 texts.data(), sizes.data(), formats.data(), 1));
    const auto status = PQresultStatus(answer_.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return {};
    auto error = handle_->error(answer_.get());
    reset();
    return error;
  }

  std::shared_ptr<Handle> handle_;
  std::string sql_;
  std::string name_;
  std::uint64_t generation_ = 0;
  std::vector<Value> values_;
  Answer answer_;
  int row_ = 0;
};

// COPY in its binary form: one trip for all rows.
class PostgresRows final : public RowsEngine {
 public:
  PostgresRows(std::shared_ptr<Handle> handle, std::string copy, std::size_t columns)
      : handle_(std::move(handle)), copy_(std::move(copy)), columns_(columns) {
    clear();
  }
  void add(std::int64_t number) override {
    field(big_endian(static_cast<std::uint64_t>(number), 8));
  }
  void add(std::string_view text) override { field(text); }
  void add(Bytes bytes) override { field(as_text(bytes)); }
  void add_null() override {
    begin_row();
    buffer_ += big_endian(0xffffffffU, 4);
  }
  Result<void> end_row() override {
    require(at_ == columns_);
    at_ = 0;
    ++rows_;
    return {};
  }

  Result<void> write() override {
    if (rows_ == 0) return {};
    auto written = send();
    clear();
    return written;
  }

 private:
  void begin_row() {
    if (at_++ == 0) buffer_ += big_endian(columns_, 2);
  }
  void field(std::string_view bytes) {
    begin_row();
    buffer_ += big_endian(bytes.size(), 4);
    buffer_ += bytes;
  }
  // Signature, flags, and the size of a header extension there is not.
  void clear() {
    buffer_.assign("PGCOPY\n\xff\r\n\0", 11);
    buffer_ += std::string(8, '\0');
    rows_ = 0;
  }

  Result<void> send() {
    constexpr std::size_t kPiece = 1U << 20U;
    buffer_ += big_endian(0xffffU, 2);
    const Answer begun(PQexec(handle_->get(), copy_.c_str()));
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return handle_->error(begun.get());
    bool sent = true;
    for (std::size_t at = 0; sent && at < buffer_.size(); at += kPiece) {
      const std::size_t size = std::min(kPiece, buffer_.size() - at);
      sent = PQputCopyData(handle_->get(), buffer_.data() + at, static_cast<int>(size)) == 1;
    }
    sent = PQputCopyEnd(handle_->get(), sent ? nullptr : "cannot send") == 1 && sent;
    std::optional<Error> error;
    while (const Answer answer{PQgetResult(handle_->get())}) {
      if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) error = handle_->error(answer.get());
    }
    if (error) return *std::move(error);
    if (!sent) return handle_->error(nullptr);
    return {};
  }

  std::shared_ptr<Handle> handle_;
  std::string copy_;
  std::size_t columns_;
  std::size_t at_ = 0;
  std::size_t rows_ = 0;
  std::string buffer_;
};

class PostgresDatabase final : public DatabaseEngine {
 public:
  explicit PostgresDatabase(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

  Result<void> run(const std::string& sql) override { return handle_->run(translated(sql)); }

  Result<std::unique_ptr<StatementEngine>> prepare(std::string_view sql) override {
    return std::unique_ptr<StatementEngine>(
        std::make_unique<PostgresStatement>(handle_, translated(sql)));
  }

  Result<std::unique_ptr<RowsEngine>> insert_into(
      std::string_view table, const std::vector<std::string>& columns) override {
    return std::unique_ptr<RowsEngine>(std::make_unique<PostgresRows>(
        handle_, cat("COPY ", table, "(", join(columns, ", "), ") FROM STDIN (FORMAT binary)"),
        columns.size()));
  }

  // Writers of any process take turns at one lock, as they do at a file of SQLite. Nothing is
  // read before it is held, so that the first question sees what the last writer committed. A
  // connection that was lost since the last turn is made anew.
  Result<void> begin(Database::Mode mode) override {
    if (!handle_->alive()) TRY(reconnect());
    if (mode == Database::Mode::read) {
      return handle_->run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    TRY(handle_->run("BEGIN ISOLATION LEVEL READ COMMITTED"));
    auto locked = handle_->run(cat("SELECT pg_advisory_xact_lock(", kWriteLock, ")"));
    if (!locked.ok()) roll_back();
    return locked;
  }

  Result<void> commit() override {
    const Answer answer(PQexec(handle_->get(), "COMMIT"));
    const bool done = PQresultStatus(answer.get()) == PGRES_COMMAND_OK;
    // COMMIT of a transaction that had failed answers ROLLBACK, and is no error to libpq.
    if (done && std::strcmp(PQcmdStatus(answer.get()), "COMMIT") == 0) return {};
    auto error = handle_->error(done ? nullptr : answer.get());
    if (done) error.what = cat("cannot use `", handle_->name(), "`: the transaction had failed");
    if (!handle_->alive()) {
      error.hint +=
          "; the connection was lost while it was committing: what was written may or "
          "may not be there";
    }
    roll_back();
    return error;
  }

  void roll_back() override {
    if (handle_->alive()) static_cast<void>(handle_->run("ROLLBACK"));
  }

  Result<std::unique_ptr<DatabaseEngine>> another() override {
    return connect_postgres(handle_->url(), Database::Mode::read, handle_->wait_ms());
  }

  Result<bool> is_empty() override {
    const auto tables = TRY(handle_->ask(
        cat("SELECT count(*) FROM pg_catalog.pg_class WHERE relkind IN ('r', 'v', 'm', 'p') AND "
            "relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = '",
            kSchema, "')")));
    return tables == "0";
  }

  // The comment of the schema: "1131769957 2".
  Result<Database::Mark> mark() override {
    const auto text = TRY(handle_->ask(
        cat("SELECT coalesce(pg_catalog.obj_description(oid, 'pg_namespace'), '') FROM "
            "pg_catalog.pg_namespace WHERE nspname = '",
            kSchema, "'")));
    const auto space = text.find(' ');
    Database::Mark mark;
    if (space == std::string::npos) return mark;
    mark.application = std::strtoll(text.c_str(), nullptr, 10);
    mark.version = std::strtoll(text.c_str() + space, nullptr, 10);
    return mark;
  }
  Result<void> set_mark(Database::Mark mark) override {
    return handle_->run(
        cat("COMMENT ON SCHEMA ", kSchema, " IS '", mark.application, " ", mark.version, "'"));
  }

  Result<std::vector<std::string>> layout() override {
    auto rows = TRY(prepare(
        cat("SELECT c.relname || '.' || a.attname || ' ' || "
            "pg_catalog.format_type(a.atttypid, a.atttypmod) || "
            "CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END "
            "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = '",
            kSchema, "') AND c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 ",
            "AND NOT a.attisdropped ORDER BY c.relname, a.attname")));
    std::vector<std::string> lines;
    while (TRY(rows->step())) lines.emplace_back(as_text(rows->bytes(0)));
    return lines;
  }

  // Its data checksums, when the administrator switched them on, are checked as pages are read.
  Result<std::vector<std::string>> damage() override { return std::vector<std::string>(); }

  // Dead rows go when the tables are written anew; the log keeps them until it is recycled.
  Result<void> forget() override {
    auto tables = TRY(prepare(
        cat("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = '", kSchema, "'")));
    std::vector<std::string> names;
    while (TRY(tables->step())) names.emplace_back(as_text(tables->bytes(0)));
    // `vault` is small; the others never hold what is to be forgotten.
    for (const auto& name : names) {
      if (name == "vault") TRY(handle_->run("VACUUM (FULL) vault"));
    }
    return {};
  }

  [[nodiscard]] Database::Kind kind() const override { return Database::Kind::postgres; }

  Result<void> set_up(Database::Mode mode) {
    mode_ = mode;
    if (mode == Database::Mode::read) {
      TRY(handle_->run("SET default_transaction_read_only = on"));
      const auto there = TRY(handle_->ask(
          cat("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = '", kSchema, "'")));
      if (there == "0") {
        return fail(Fault::missing, cat("there is no schema `cupel` in `", handle_->name(), "`"));
      }
      return {};
    }
    if (TRY(handle_->ask("SHOW fsync")) == "off") {
      return fail(Fault::unsupported,
                  cat("`", handle_->name(),
                      "` runs with fsync = off: what it acknowledges may be "
                      "lost"),
                  "let its administrator set fsync = on");
    }
    if (TRY(handle_->ask("SHOW synchronous_commit")) == "off") {
      TRY(handle_->run("SET synchronous_commit = on"));
    }
    // Asked first: who may use the schema need not be allowed to make one.
    if (TRY(handle_->ask(cat("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = '",
                             kSchema, "'"))) == "0") {
      TRY(handle_->run(cat("CREATE SCHEMA IF NOT EXISTS ", kSchema)));
    }
    return {};
  }

 private:
  Result<void> reconnect() {
    TRY(handle_->connect());
    return set_up(mode_);
  }

  std::shared_ptr<Handle> handle_;
  Database::Mode mode_ = Database::Mode::read;
};

}  // namespace

Result<std::unique_ptr<DatabaseEngine>> connect_postgres(const std::string& url,
                                                         Database::Mode mode, int wait_ms) {
  auto handle = std::make_shared<Handle>(url, wait_ms);
  TRY(handle->connect());
  auto database = std::make_unique<PostgresDatabase>(std::move(handle));
  TRY(database->set_up(mode));
  return std::unique_ptr<DatabaseEngine>(std::move(database));
}

}  // namespace cupel

#endif
