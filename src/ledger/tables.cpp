// SPDX-License-Identifier: Apache-2.0
#include "ledger/tables.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/text.h"
#include "crypto/key.h"

namespace cupel::tables {
namespace {

constexpr std::int64_t kApplication = 0x43757065;  // "Cupe", shown by file(1)
// Equal bodies from this size on are stored once. Smaller ones cost less than the index would.
constexpr std::size_t kLargeBody = 4096;
// So many vaults stay open; a data subject each may be many more.
constexpr std::size_t kOpenVaults = 1000;

// A row of the schema: a table, or an index.
struct Part {
  std::string_view name;
  std::string_view sql;  // empty: the index that SQLite makes for a UNIQUE column
  std::string_view table = name;
  std::string_view old_sql = sql;  // in kClearLayout; empty: it is not in it
};
constexpr std::string_view kIndexOfBodies = "sqlite_autoindex_body_1";
// Sorted by name. STRICT, so that integrity_check sees a value that changed its type. The text of
// `entry` is what SQLite makes of the old one when a column is added.
constexpr std::array<Part, 10> kParts = {{
    {"body",
     "CREATE TABLE body(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, "
     "bytes BLOB NOT NULL) STRICT"},
    {"checkpoint", "CREATE TABLE checkpoint(nr INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT"},
    {"entry",
     "CREATE TABLE entry(seq INTEGER PRIMARY KEY, leaf TEXT NOT NULL, salt BLOB NOT NULL, "
     "body INTEGER, vault INTEGER) STRICT",
     "entry",
     "CREATE TABLE entry(seq INTEGER PRIMARY KEY, leaf TEXT NOT NULL, salt BLOB NOT NULL, "
     "body INTEGER) STRICT"},
    {"meta", "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"},
    {"sealed", "CREATE TABLE sealed(id INTEGER PRIMARY KEY, tag BLOB, bytes BLOB NOT NULL) STRICT",
     "sealed", ""},
    {"sealed_tag", "CREATE UNIQUE INDEX sealed_tag ON sealed(tag) WHERE tag IS NOT NULL", "sealed",
     ""},
    {kIndexOfBodies, "", "body"},
    {"sqlite_autoindex_vault_1", "", "vault"},
    {"tree", "CREATE TABLE tree(node INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT"},
    {"vault",
     "CREATE TABLE vault(id INTEGER PRIMARY KEY, name TEXT UNIQUE, secret BLOB, tag BLOB, "
     "erased INTEGER) STRICT",
     "vault", ""},
}};
// What PostgreSQL says of the same tables.
constexpr std::array<std::string_view, 20> kColumns = {"body.bytes bytea NOT NULL",
                                                       "body.id bigint NOT NULL",
                                                       "body.sha256 bytea NOT NULL",
                                                       "checkpoint.note text NOT NULL",
                                                       "checkpoint.nr bigint NOT NULL",
                                                       "entry.body bigint",
                                                       "entry.leaf text NOT NULL",
                                                       "entry.salt bytea NOT NULL",
                                                       "entry.seq bigint NOT NULL",
                                                       "entry.vault bigint",
                                                       "meta.key text NOT NULL",
                                                       "meta.value text NOT NULL",
                                                       "sealed.bytes bytea NOT NULL",
                                                       "sealed.id bigint NOT NULL",
                                                       "sealed.tag bytea",
                                                       "tree.hash bytea NOT NULL",
                                                       "tree.node bigint NOT NULL",
                                                       "vault.erased bigint",
                                                       "vault.id bigint NOT NULL",
                                                       "vault.name text"};
constexpr std::array<std::string_view, 2> kLastColumns = {"vault.secret bytea", "vault.tag bytea"};

Error not_a_ledger(std::string_view why) {
  return fail(Fault::integrity, cat("`ledger.db` is not a ledger of this program: ", why),
              "restore it from a backup, or name another folder with --state DIR");
}

bool is_index(const Part& part) {
  return part.sql.empty() || part.sql.starts_with("CREATE UNIQUE INDEX");
}

std::vector<std::string> expected_layout(Database::Kind kind, std::int64_t layout) {
  std::vector<std::string> lines;
  if (kind == Database::Kind::postgres) {
    lines.assign(kColumns.begin(), kColumns.end());
    lines.insert(lines.end(), kLastColumns.begin(), kLastColumns.end());
    return lines;
  }
  for (const auto& part : kParts) {
    const auto sql = layout == kClearLayout ? part.old_sql : part.sql;
    const bool automatic = part.sql.empty();
    const bool there = layout == kSealedLayout || !sql.empty() || part.name == kIndexOfBodies;
    if (!there) continue;
    lines.push_back(cat("'", is_index(part) ? "index" : "table", "' '", part.name, "' '",
                        part.table, "' ", automatic ? "NULL" : cat("'", sql, "'")));
  }
  return lines;
}

std::optional<Digest> digest_of(Bytes bytes) {
  Digest digest{};
  if (bytes.size() != digest.size()) return {};
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

VaultRow vault_row(const Statement& row) {
  VaultRow vault{.id = row.integer(0), .name = {}, .secret = {}, .tag = {}, .erased = {}};
  if (!row.is_null(1)) vault.name = row.text(1);
  if (!row.is_null(2)) vault.secret = digest_of(row.bytes(2));
  if (!row.is_null(3)) vault.tag = row.text(3);
  if (!row.is_null(4)) vault.erased = row.integer(4);
  return vault;
}

}  // namespace

merkle::Node node_of(std::int64_t number) {
  const auto next = static_cast<std::uint64_t>(number) + 1;
  const auto level = static_cast<unsigned>(std::countr_zero(next));
  return {.level = level, .at = next >> level >> 1U};
}

Result<void> create(const Database& database, const Identity& identity) {
  auto transaction = TRY(Transaction::begin(database, Database::Mode::write));
  if (!TRY(database.is_empty())) return {};
  for (const auto& part : kParts) {
    if (!part.sql.empty()) TRY(database.run(std::string(part.sql)));
  }
  auto insert = TRY(database.prepare("INSERT INTO meta(key, value) VALUES(?1, ?2)"));
  TRY(insert.bind(1, "origin").bind(2, identity.origin).run());
  TRY(insert.bind(1, "vkey").bind(2, identity.vkey).run());
  TRY(database.set_mark({.application = kApplication, .version = kSealedLayout}));
  return transaction.commit();
}

Result<std::int64_t> check_layout(const Database& database) {
  const auto mark = TRY(database.mark());
  if (mark.application != kApplication) return not_a_ledger("its application id is another");
  if (mark.version > kSealedLayout) {
    return fail(Fault::unsupported, "`ledger.db` was written by a newer version of this program",
                "use that version");
  }
  if (mark.version < kClearLayout) return not_a_ledger("its version is unknown");
  const auto expected = expected_layout(database.kind(), mark.version);
  const auto found = TRY(database.layout());
  if (found.size() < expected.size()) return not_a_ledger("a table is missing");
  if (found != expected) return not_a_ledger("its tables are others");
  return mark.version;
}

Result<void> upgrade(const Database& database) {
  auto transaction = TRY(Transaction::begin(database, Database::Mode::write));
  TRY(database.run("ALTER TABLE entry ADD COLUMN vault INTEGER"));
  for (const auto& part : kParts) {
    const bool is_new = part.old_sql.empty() && !part.sql.empty();
    if (is_new) TRY(database.run(std::string(part.sql)));
  }
  TRY(database.set_mark({.application = kApplication, .version = kSealedLayout}));
  return transaction.commit();
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
  Newest newest{.nr = find.integer(0), .note = find.text(1)};
  find.reset();
  return std::optional(std::move(newest));
}

Result<std::uint64_t> entry_end(const Database& database) {
  const auto end = TRY(database.number("SELECT coalesce(max(seq), -1) + 1 FROM entry"));
  return static_cast<std::uint64_t>(std::max<std::int64_t>(end, 0));
}

Result<std::string> leaf_of(const Database& database, std::uint64_t seq) {
  auto find = TRY(database.prepare("SELECT leaf FROM entry WHERE seq = ?1"));
  find.bind(1, static_cast<std::int64_t>(seq));
  if (!TRY(find.step())) return fail(Fault::integrity, cat("entry ", seq, " is not there"));
  return find.text(0);
}

Result<std::vector<Digest>> nodes(const Database& database,
                                  const std::vector<merkle::Node>& wanted) {
  std::vector<Digest> found(wanted.size());
  if (wanted.empty()) return found;
  std::vector<std::string> numbers;
  std::map<std::int64_t, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    numbers.push_back(cat(node_number(wanted[i])));
    places[node_number(wanted[i])].push_back(i);
  }
  auto find = TRY(database.prepare(
      cat("SELECT node, hash FROM tree WHERE node IN (", join(numbers, ", "), ")")));
  while (TRY(find.step())) {
    const auto place = places.find(find.integer(0));
    const auto hash = digest_of(find.bytes(1));
    if (place == places.end() || !hash) continue;
    for (const auto i : place->second) found[i] = *hash;
    places.erase(place);
  }
  if (!places.empty()) {
    return fail(Fault::integrity, cat("tree node ", places.begin()->first, " is not there"));
  }
  return found;
}

// One question for the whole path.
Result<std::vector<Digest>> hashes(const Database& database,
                                   const std::vector<merkle::Range>& path) {
  std::vector<merkle::Node> wanted;
  std::vector<std::size_t> sizes;
  for (const auto range : path) {
    const auto cover = merkle::cover(range);
    sizes.push_back(cover.size());
    wanted.insert(wanted.end(), cover.begin(), cover.end());
  }
  const auto found = TRY(nodes(database, wanted));
  std::vector<Digest> proof;
  std::span<const Digest> rest(found);
  for (const auto size : sizes) {
    proof.push_back(merkle::fold(rest.first(size)));
    rest = rest.subspan(size);
  }
  return proof;
}

Result<Statement> entries(const Database& database, std::int64_t layout, bool bodies) {
  if (layout == kClearLayout) {
    return database.prepare(
        cat("SELECT e.seq, e.leaf, e.salt, t.hash, NULL, e.body, b.id, ",
            bodies ? "b.bytes" : "NULL", ", NULL FROM entry e ",
            "LEFT JOIN tree t ON t.node = e.seq * 2 LEFT JOIN body b ON b.id = e.body "
            "WHERE e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq"));
  }
  return database.prepare(
      cat("SELECT e.seq, e.leaf, e.salt, t.hash, e.vault, e.body, coalesce(s.id, b.id), ",
          bodies ? "coalesce(s.bytes, b.bytes), s.tag" : "NULL, NULL", " FROM entry e ",
          "LEFT JOIN tree t ON t.node = e.seq * 2 "
          "LEFT JOIN sealed s ON s.id = e.body AND e.vault IS NOT NULL "
          "LEFT JOIN body b ON b.id = e.body AND e.vault IS NULL "
          "WHERE e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq"));
}

Stored stored(const Statement& row) {
  Stored entry{.seq = static_cast<std::uint64_t>(row.integer(0)),
               .leaf = row.text(1),
               .salt = row.text(2),
               .hash = row.is_null(3) ? std::nullopt : digest_of(row.bytes(3)),
               .vault = {},
               .body = {},
               .has_body = !row.is_null(6),
               .bytes = row.text(7),
               .tag = {}};
  if (!row.is_null(4)) entry.vault = row.integer(4);
  if (!row.is_null(5)) entry.body = row.integer(5);
  if (!row.is_null(8)) entry.tag = row.text(8);
  return entry;
}

Result<std::optional<VaultRow>> vault(const Database& database, std::int64_t id) {
  auto find =
      TRY(database.prepare("SELECT id, name, secret, tag, erased FROM vault WHERE id = ?1"));
  find.bind(1, id);
  if (!TRY(find.step())) return std::optional<VaultRow>();
  auto row = vault_row(find);
  find.reset();
  return std::optional(std::move(row));
}

Result<std::vector<VaultRow>> vaults(const Database& database) {
  auto rows = TRY(database.prepare("SELECT id, name, secret, tag, erased FROM vault ORDER BY id"));
  std::vector<VaultRow> all;
  while (TRY(rows.step())) all.push_back(vault_row(rows));
  return all;
}

Result<Vault*> Vaults::find(std::int64_t id) {
  const auto known = known_.find(id);
  if (known != known_.end()) return known->second.get();
  const auto row = TRY(vault(*database_, id));
  if (known_.size() >= kOpenVaults) known_.clear();
  auto& opened = known_[id];
  if (row && row->secret) opened = std::make_unique<Vault>(id, *row->secret);
  return opened.get();
}

Result<Opened> open_body(Stored entry, Vaults& vaults) {
  Opened opened;
  if (!entry.vault) {
    opened.salt = std::move(entry.salt);
    if (!entry.body) return opened;
    if (entry.has_body) {
      opened.body = std::move(entry.bytes);
    } else {
      opened.problem = "its body is missing";
    }
    return opened;
  }
  Vault* vault = TRY(vaults.find(*entry.vault));
  if (vault == nullptr) return opened;
  if (!entry.has_body) {
    opened.problem = "its body is missing";
  } else if (entry.salt.size() != Expander::kSeed) {
    opened.problem = "its salt is damaged";
  } else {
    opened.salt = as_text(vault->salt(as_bytes(entry.salt)));
    opened.body = vault->open(as_bytes(entry.bytes));
    if (!opened.body) opened.problem = "its body is not what was sealed with its key";
  }
  return opened;
}

Result<Writer> Writer::make(const Database& database) {
  return Writer(database,
                TRY(database.insert_into("entry", {"seq", "leaf", "salt", "body", "vault"})),
                TRY(database.insert_into("sealed", {"id", "tag", "bytes"})),
                TRY(database.insert_into("tree", {"node", "hash"})));
}

Result<Vault*> Writer::find_vault(const std::string& name) {
  const auto known = vaults_.find(name);
  if (known != vaults_.end()) return known->second.get();
  auto find = TRY(database_->prepare("SELECT id, secret FROM vault WHERE name = ?1"));
  find.bind(1, name);
  if (!TRY(find.step())) return nullptr;
  auto secret = digest_of(find.bytes(1));
  if (!secret) {
    return fail(Fault::integrity, cat("the key of vault ", find.integer(0), " is damaged"),
                "`cupel ledger verify` names everything that is wrong");
  }
  if (vaults_.size() >= kOpenVaults) vaults_.clear();
  auto& opened = vaults_[name];
  opened = std::make_unique<Vault>(find.integer(0), *secret);
  wipe(*secret);
  return opened.get();
}

Result<Vault*> Writer::vault(const std::string& name) {
  if (Vault* found = TRY(find_vault(name))) return found;
  const auto id = TRY(database_->number("SELECT coalesce(max(id), 0) + 1 FROM vault"));
  SecretKey secret = random_bytes_32();
  auto made = std::make_unique<Vault>(id, secret);
  const Digest tag = made->tag_of_name(name);
  auto insert =
      TRY(database_->prepare("INSERT INTO vault(id, name, secret, tag) VALUES(?1, ?2, ?3, ?4)"));
  TRY(insert.bind(1, id).bind(2, name).bind(3, Bytes(secret)).bind(4, Bytes(tag)).run());
  wipe(secret);
  auto& kept = vaults_[name];
  kept = std::move(made);
  return kept.get();
}

// In two steps, so that the place where the key stood is written over before it is given back.
Result<void> Writer::destroy(const std::string& name, std::int64_t id, std::uint64_t by) {
  const SecretKey nothing{};
  auto overwrite = TRY(database_->prepare("UPDATE vault SET secret = ?2 WHERE id = ?1"));
  TRY(overwrite.bind(1, id).bind(2, Bytes(nothing)).run());
  auto clear = TRY(database_->prepare(
      "UPDATE vault SET name = NULL, secret = NULL, tag = NULL, erased = ?2 WHERE id = ?1"));
  TRY(clear.bind(1, id).bind(2, static_cast<std::int64_t>(by)).run());
  vaults_.erase(name);
  return {};
}

Result<std::int64_t> Writer::keep(std::uint64_t seq, std::string_view body, Bytes nonce,
                                  Vault& vault) {
  const auto id = static_cast<std::int64_t>(seq);
  const std::string sealed = vault.seal(body, nonce);
  if (body.size() < kLargeBody) {
    TRY(sealed_.add(id).add_null().add(as_bytes(sealed)).end_row());
    return id;
  }
  const Digest tag = vault.tag_of(body);
  const auto [unwritten, is_new] = unwritten_.try_emplace(std::string(as_text(tag)), id);
  if (!is_new) return unwritten->second;
  if (!find_tag_) find_tag_ = TRY(database_->prepare("SELECT id FROM sealed WHERE tag = ?1"));
  find_tag_->bind(1, Bytes(tag));
  if (TRY(find_tag_->step())) {
    unwritten->second = find_tag_->integer(0);
    find_tag_->reset();
    return unwritten->second;
  }
  TRY(sealed_.add(id).add(Bytes(tag)).add(as_bytes(sealed)).end_row());
  return id;
}

Result<void> Writer::entry(std::uint64_t seq, const std::string& leaf, Bytes seed,
                           std::int64_t body, Vault& vault) {
  return entries_.add(static_cast<std::int64_t>(seq))
      .add(leaf)
      .add(seed)
      .add(body)
      .add(vault.id())
      .end_row();
}

Result<void> Writer::clear_entry(std::uint64_t seq, const std::string& leaf, const Salt& salt,
                                 std::string_view body) {
  const auto id = TRY(database_->number("SELECT coalesce(max(id), 0) + 1 FROM body"));
  const Digest digest = sha256(body);
  auto insert = TRY(database_->prepare("INSERT INTO body(id, sha256, bytes) VALUES(?1, ?2, ?3)"));
  TRY(insert.bind(1, id).bind(2, Bytes(digest)).bind(3, as_bytes(body)).run());
  return entries_.add(static_cast<std::int64_t>(seq))
      .add(leaf)
      .add(Bytes(salt))
      .add(id)
      .add_null()
      .end_row();
}

Result<void> Writer::node(const merkle::Frontier::Completed& completed) {
  return nodes_.add(node_number(completed.node)).add(Bytes(completed.hash)).end_row();
}

Result<void> Writer::checkpoint(const Newest& next, bool replaces) {
  auto& statement = replaces ? replace_checkpoint_ : add_checkpoint_;
  if (!statement) {
    statement =
        TRY(database_->prepare(replaces ? "UPDATE checkpoint SET note = ?2 WHERE nr = ?1"
                                        : "INSERT INTO checkpoint(nr, note) VALUES(?1, ?2)"));
  }
  return statement->bind(1, next.nr).bind(2, next.note).run();
}

Result<void> Writer::write() {
  TRY(sealed_.write());
  TRY(entries_.write());
  unwritten_.clear();
  return nodes_.write();
}

}  // namespace cupel::tables
