// SPDX-License-Identifier: Apache-2.0
#include "ledger/tables.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::tables {
namespace {

constexpr std::int64_t kApplication = 0x43757065;  // "Cupe", shown by file(1)
constexpr std::int64_t kVersion = 1;

// A row of the schema: a table, or the index that SQLite makes for a UNIQUE column.
struct Part {
  std::string_view name;
  std::string_view sql;
  std::string_view table = name;
};
// Sorted by name. STRICT, so that integrity_check sees a value that changed its type.
constexpr std::array<Part, 6> kParts = {{
    {"body",
     "CREATE TABLE body(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, "
     "bytes BLOB NOT NULL) STRICT"},
    {"checkpoint", "CREATE TABLE checkpoint(nr INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT"},
    {"entry",
     "CREATE TABLE entry(seq INTEGER PRIMARY KEY, leaf TEXT NOT NULL, salt BLOB NOT NULL, "
     "body INTEGER) STRICT"},
    {"meta", "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"},
    {"sqlite_autoindex_body_1", "", "body"},
    {"tree", "CREATE TABLE tree(node INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT"},
}};

Error not_a_ledger(std::string_view why) {
  return fail(Fault::integrity, cat("`ledger.db` is not a ledger of this program: ", why),
              "restore it from a backup, or name another folder with --state DIR");
}

}  // namespace

Result<bool> is_empty(const Database& database) {
  return TRY(database.number("SELECT count(*) FROM sqlite_schema")) == 0 &&
         TRY(database.number("PRAGMA user_version")) == 0;
}

Result<void> create(const Database& database, const Identity& identity) {
  auto transaction = TRY(Transaction::begin(database, Database::Mode::write));
  for (const auto& part : kParts) TRY(database.run(std::string(part.sql)));
  auto insert = TRY(database.prepare("INSERT INTO meta(key, value) VALUES(?1, ?2)"));
  TRY(insert.bind(1, "origin").bind(2, identity.origin).run());
  TRY(insert.bind(1, "vkey").bind(2, identity.vkey).run());
  TRY(database.run(cat("PRAGMA application_id = ", kApplication)));
  TRY(database.run(cat("PRAGMA user_version = ", kVersion)));
  return transaction.commit();
}

Result<void> check_layout(const Database& database) {
  const auto version = TRY(database.number("PRAGMA user_version"));
  if (TRY(database.number("PRAGMA application_id")) != kApplication) {
    return not_a_ledger("its application id is another");
  }
  if (version > kVersion) {
    return fail(Fault::unsupported, "`ledger.db` was written by a newer version of this program",
                "use that version");
  }
  if (version != kVersion) return not_a_ledger("its version is unknown");
  // quote() tells NULL from an empty text and a text from a blob with the same bytes.
  auto schema =
      TRY(database.prepare("SELECT quote(type), quote(name), quote(tbl_name), quote(sql) "
                           "FROM sqlite_schema ORDER BY name"));
  const auto quoted = [](std::string_view text) { return cat("'", text, "'"); };
  std::size_t known = 0;
  while (TRY(schema.step())) {
    const Part part = known < kParts.size() ? kParts[known] : Part{};
    const bool index = part.sql.empty();
    const bool expected = schema.text(0) == quoted(index ? "index" : "table") &&
                          schema.text(1) == quoted(part.name) &&
                          schema.text(2) == quoted(part.table) &&
                          schema.text(3) == (index ? "NULL" : quoted(part.sql));
    if (!expected) {
      schema.reset();
      return not_a_ledger("its tables are others");
    }
    ++known;
  }
  if (known != kParts.size()) return not_a_ledger("a table is missing");
  return {};
}

Result<Identity> identity(const Database& database) {
  Identity identity;
  auto meta = TRY(database.prepare("SELECT key, value FROM meta ORDER BY key"));
  std::size_t rows = 0;
  while (TRY(meta.step())) {
    ++rows;
    if (meta.text(0) == "origin") identity.origin = meta.text(1);
    if (meta.text(0) == "vkey") identity.vkey = meta.text(1);
  }
  if (rows != 2 || identity.origin.empty() || identity.vkey.empty()) {
    return not_a_ledger("it does not say whose it is");
  }
  return identity;
}

Result<std::optional<Newest>> newest_checkpoint(const Database& database) {
  auto find = TRY(database.prepare("SELECT nr, note FROM checkpoint ORDER BY nr DESC LIMIT 1"));
  if (!TRY(find.step())) return std::optional<Newest>();
  return std::optional(Newest{.nr = find.integer(0), .note = find.text(1)});
}

Result<std::uint64_t> entry_end(const Database& database) {
  const auto end = TRY(database.number("SELECT coalesce(max(seq), -1) + 1 FROM entry"));
  return static_cast<std::uint64_t>(std::max<std::int64_t>(end, 0));
}

Result<Row> entry_row(const Database& database, std::uint64_t seq) {
  auto find = TRY(database.prepare("SELECT leaf, salt, body FROM entry WHERE seq = ?1"));
  find.bind(1, static_cast<std::int64_t>(seq));
  if (!TRY(find.step())) return fail(Fault::integrity, cat("entry ", seq, " is not there"));
  Row row{.leaf = find.text(0), .salt = find.text(1), .body = {}};
  if (!find.is_null(2)) row.body = find.integer(2);
  return row;
}

Result<std::vector<Digest>> nodes(const Database& database,
                                  const std::vector<merkle::Node>& wanted) {
  auto find = TRY(database.prepare("SELECT hash FROM tree WHERE node = ?1"));
  std::vector<Digest> found;
  for (const auto node : wanted) {
    find.bind(1, node_number(node));
    Digest hash{};
    if (!TRY(find.step()) || find.bytes(0).size() != hash.size()) {
      return fail(Fault::integrity, cat("tree node ", node_number(node), " is not there"));
    }
    std::ranges::copy(find.bytes(0), hash.begin());
    find.reset();
    found.push_back(hash);
  }
  return found;
}

Result<std::vector<Digest>> hashes(const Database& database,
                                   const std::vector<merkle::Range>& path) {
  std::vector<Digest> proof;
  proof.reserve(path.size());
  for (const auto range : path) {
    proof.push_back(merkle::fold(TRY(nodes(database, merkle::cover(range)))));
  }
  return proof;
}

Writer::Writer(Statement find, Statement body, Statement entry, Statement node,
               Statement checkpoint, std::int64_t next_body)
    : find_body_(std::move(find)),
      add_body_(std::move(body)),
      add_entry_(std::move(entry)),
      add_node_(std::move(node)),
      add_checkpoint_(std::move(checkpoint)),
      next_body_(next_body) {}

Result<Writer> Writer::make(const Database& database) {
  return Writer(
      TRY(database.prepare("SELECT id FROM body WHERE sha256 = ?1")),
      TRY(database.prepare("INSERT INTO body(id, sha256, bytes) VALUES(?1, ?2, ?3)")),
      TRY(database.prepare("INSERT INTO entry(seq, leaf, salt, body) VALUES(?1, ?2, ?3, ?4)")),
      TRY(database.prepare("INSERT INTO tree(node, hash) VALUES(?1, ?2)")),
      TRY(database.prepare("INSERT INTO checkpoint(nr, note) VALUES(?1, ?2)")),
      TRY(database.number("SELECT coalesce(max(id), 0) + 1 FROM body")));
}

Result<std::int64_t> Writer::keep(const std::string& body) {
  const Digest digest = sha256(body);
  find_body_.bind(1, Bytes(digest));
  if (TRY(find_body_.step())) {
    const auto id = find_body_.integer(0);
    find_body_.reset();
    return id;
  }
  TRY(add_body_.bind(1, next_body_).bind(2, Bytes(digest)).bind(3, as_bytes(body)).run());
  return next_body_++;
}

Result<void> Writer::entry(std::uint64_t seq, const std::string& leaf, const Salt& salt,
                           const std::string& body) {
  const auto id = TRY(keep(body));
  return add_entry_.bind(1, static_cast<std::int64_t>(seq))
      .bind(2, leaf)
      .bind(3, Bytes(salt))
      .bind(4, id)
      .run();
}

Result<void> Writer::node(const merkle::Frontier::Completed& completed) {
  return add_node_.bind(1, node_number(completed.node)).bind(2, Bytes(completed.hash)).run();
}

Result<void> Writer::checkpoint(std::int64_t nr, const std::string& note) {
  return add_checkpoint_.bind(1, nr).bind(2, note).run();
}

}  // namespace cupel::tables
