// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <utility>

#include "base/text.h"
#include "store/engine.h"

namespace cupel {

Statement::Statement(std::unique_ptr<StatementEngine> engine) : engine_(std::move(engine)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::bind(int at, std::int64_t number) {
  engine_->bind(at, number);
  return *this;
}
Statement& Statement::bind(int at, std::string_view text) {
  engine_->bind(at, text);
  return *this;
}
Statement& Statement::bind(int at, Bytes bytes) {
  engine_->bind(at, bytes);
  return *this;
}
Statement& Statement::bind_null(int at) {
  engine_->bind_null(at);
  return *this;
}

Result<bool> Statement::step() {
  return engine_->step();
}
Result<void> Statement::run() {
  require(!TRY(step()));
  return {};
}
void Statement::reset() {
  engine_->reset();
}

int Statement::columns() const {
  return engine_->columns();
}
bool Statement::is_null(int column) const {
  return engine_->is_null(column);
}
std::int64_t Statement::integer(int column) const {
  return engine_->integer(column);
}
std::string Statement::text(int column) const {
  return std::string(as_text(bytes(column)));
}
Bytes Statement::bytes(int column) const {
  return engine_->bytes(column);
}

Rows::Rows(std::unique_ptr<RowsEngine> engine) : engine_(std::move(engine)) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

Rows& Rows::add(std::int64_t number) {
  engine_->add(number);
  return *this;
}
Rows& Rows::add(std::string_view text) {
  engine_->add(text);
  return *this;
}
Rows& Rows::add(Bytes bytes) {
  engine_->add(bytes);
  return *this;
}
Rows& Rows::add_null() {
  engine_->add_null();
  return *this;
}
Result<void> Rows::end_row() {
  return engine_->end_row();
}
Result<void> Rows::write() {
  return engine_->write();
}

Database::Database(std::unique_ptr<DatabaseEngine> engine) : engine_(std::move(engine)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::filesystem::path& file, Mode mode, int wait_ms) {
  return Database(TRY(open_sqlite(file, mode, wait_ms)));
}

Result<Database> Database::connect(const std::string& url, Mode mode, int wait_ms) {
  return Database(TRY(connect_postgres(url, mode, wait_ms)));
}

bool Database::is_url(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

// Whatever stands between "//" and the last "@" before the host's end may be a secret, and so
// may what follows "?".
std::string Database::shown(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return "the database";
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find('?'));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return printable(cat("postgresql://", rest), 200);
}

Result<Database> Database::another() const {
  return Database(TRY(engine_->another()));
}
Database::Kind Database::kind() const {
  return engine_->kind();
}

Result<void> Database::run(const std::string& sql) const {
  return engine_->run(sql);
}
Result<Statement> Database::prepare(std::string_view sql) const {
  return Statement(TRY(engine_->prepare(sql)));
}
Result<Rows> Database::insert_into(std::string_view table,
                                   const std::vector<std::string>& columns) const {
  return Rows(TRY(engine_->insert_into(table, columns)));
}

Result<std::int64_t> Database::number(std::string_view sql) const {
  auto question = TRY(prepare(sql));
  require(TRY(question.step()));
  return question.integer(0);
}

Result<bool> Database::is_empty() const {
  return engine_->is_empty();
}
Result<Database::Mark> Database::mark() const {
  return engine_->mark();
}
Result<void> Database::set_mark(Mark mark) const {
  return engine_->set_mark(mark);
}
Result<std::vector<std::string>> Database::layout() const {
  return engine_->layout();
}
Result<std::vector<std::string>> Database::damage() const {
  return engine_->damage();
}
Result<void> Database::forget() const {
  return engine_->forget();
}

Result<Transaction> Transaction::begin(const Database& database, Database::Mode mode) {
  TRY(database.engine_->begin(mode));
  return Transaction(database.engine_.get());
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  roll_back();
}

void Transaction::roll_back() {
  if (database_ != nullptr) database_->roll_back();
  database_ = nullptr;
}

Result<void> Transaction::commit() {
  return std::exchange(database_, nullptr)->commit();
}

}  // namespace cupel
