// SPDX-License-Identifier: Apache-2.0
// tables: the SQL of the ledger, in one place. docs/design/ledger.md draws the tables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/merkle.h"
#include "ledger/leaf.h"
#include "ledger/vault.h"
#include "store/database.h"

namespace cupel::tables {

// What 0.0.2 wrote, bodies in clear; and what is written now.
inline constexpr std::int64_t kClearLayout = 1;
inline constexpr std::int64_t kSealedLayout = 2;

struct Identity {
  std::string origin;
  std::string vkey;
};

// The newest checkpoint: its number and the signed note.
struct Newest {
  std::int64_t nr = 0;
  std::string note;
  bool operator==(const Newest&) const = default;
};

// An entry as it stands there.
struct Stored {
  std::uint64_t seq = 0;
  std::string leaf;
  std::string salt;                   // of a sealed body: the seed of the salt
  std::optional<Digest> hash;         // of the leaf, in the table `tree`
  std::optional<std::int64_t> vault;  // nothing: the body stands in clear
  std::optional<std::int64_t> body;   // which row says it
  bool has_body = false;              // that row is there
  std::string bytes;                  // what stands in it
  std::optional<std::string> tag;     // of a large sealed body
};

struct VaultRow {
  std::int64_t id = 0;
  std::optional<std::string> name;
  std::optional<SecretKey> secret;     // nothing: destroyed, or damaged
  std::optional<std::string> tag;      // of the name
  std::optional<std::int64_t> erased;  // the entry that says so
};

// Where a complete subtree stands in the table `tree`: numbered in order, leaves even.
[[nodiscard]] constexpr std::int64_t node_number(merkle::Node node) {
  return static_cast<std::int64_t>((2 * node.at + 1) << node.level) - 1;
}
[[nodiscard]] merkle::Node node_of(std::int64_t number);

// Makes the tables of an empty database, in one transaction; leaves them when another process
// was faster.
[[nodiscard]] Result<void> create(const Database& database, const Identity& identity);
// The layout that it has. Fault::integrity when its tables are not exactly those of it.
[[nodiscard]] Result<std::int64_t> check_layout(const Database& database);
// From kClearLayout to kSealedLayout, in one transaction. What is there stays as it is.
[[nodiscard]] Result<void> upgrade(const Database& database);

[[nodiscard]] Result<Identity> identity(const Database& database);
[[nodiscard]] Result<std::optional<Newest>> newest_checkpoint(const Database& database);
// One more than the highest number of an entry.
[[nodiscard]] Result<std::uint64_t> entry_end(const Database& database);
[[nodiscard]] Result<std::string> leaf_of(const Database& database, std::uint64_t seq);
[[nodiscard]] Result<std::vector<Digest>> nodes(const Database& database,
                                                const std::vector<merkle::Node>& wanted);
[[nodiscard]] Result<std::vector<Digest>> hashes(const Database& database,
                                                 const std::vector<merkle::Range>& path);

// The question for entries [?1, ?2) in order, and its answer's current row.
[[nodiscard]] Result<Statement> entries(const Database& database, std::int64_t layout, bool bodies);
[[nodiscard]] Stored stored(const Statement& row);

[[nodiscard]] Result<std::optional<VaultRow>> vault(const Database& database, std::int64_t id);
[[nodiscard]] Result<std::vector<VaultRow>> vaults(const Database& database);

// The vaults that somebody has read, by number. A vault whose key is gone is there as nullptr.
class Vaults {
 public:
  explicit Vaults(const Database& database) : database_(&database) {}
  [[nodiscard]] Result<Vault*> find(std::int64_t id);

 private:
  const Database* database_;
  std::map<std::int64_t, std::unique_ptr<Vault>> known_;
};

// The body of an entry, and the salt of its commitment. Nothing without a problem: it was erased.
struct Opened {
  std::optional<std::string> body;
  std::string salt;
  std::string problem;
};
[[nodiscard]] Result<Opened> open_body(Stored entry, Vaults& vaults);

// Adds entries within the caller's transaction. What it was given is in the tables once write()
// has answered; after an error of anything it must not be used again.
class Writer {
 public:
  static Result<Writer> make(const Database& database);

  // The vault of that name, made when there is none. Stays valid until forget_vaults().
  [[nodiscard]] Result<Vault*> vault(const std::string& name);
  // The same, without making it.
  [[nodiscard]] Result<Vault*> find_vault(const std::string& name);
  void forget_vaults() { vaults_.clear(); }
  // Overwrites the key and the name.
  [[nodiscard]] Result<void> destroy(const std::string& name, std::int64_t id, std::uint64_t by);

  [[nodiscard]] Result<void> entry(std::uint64_t seq, const std::string& leaf, Bytes seed,
                                   std::int64_t body, Vault& vault);
  // The number of the sealed body. A large one is stored once however often it is written.
  [[nodiscard]] Result<std::int64_t> keep(std::uint64_t seq, std::string_view body, Bytes nonce,
                                          Vault& vault);
  [[nodiscard]] Result<void> clear_entry(std::uint64_t seq, const std::string& leaf,
                                         const Salt& salt, std::string_view body);
  [[nodiscard]] Result<void> node(const merkle::Frontier::Completed& completed);
  // Takes the place of the newest one when `replaces`.
  [[nodiscard]] Result<void> checkpoint(const Newest& next, bool replaces);
  [[nodiscard]] Result<void> write();

 private:
  Writer(const Database& database, Rows entries, Rows sealed, Rows nodes)
      : database_(&database),
        entries_(std::move(entries)),
        sealed_(std::move(sealed)),
        nodes_(std::move(nodes)) {}
  const Database* database_;
  Rows entries_;
  Rows sealed_;
  Rows nodes_;
  std::optional<Statement> find_tag_;
  std::optional<Statement> add_checkpoint_;
  std::optional<Statement> replace_checkpoint_;
  std::map<std::string, std::unique_ptr<Vault>> vaults_;
  std::map<std::string, std::int64_t> unwritten_;  // sealed bodies by tag
};

}  // namespace cupel::tables
