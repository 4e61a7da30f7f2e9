// SPDX-License-Identifier: Apache-2.0
// tables: the SQL of the ledger, in one place. docs/design/ledger.md draws the tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/merkle.h"
#include "ledger/leaf.h"
#include "store/database.h"

namespace cupel::tables {

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

struct Row {
  std::string leaf;
  std::string salt;
  std::optional<std::int64_t> body;  // nothing: erased
};

// Where a complete subtree stands in the table `tree`: numbered in order, leaves even.
[[nodiscard]] constexpr std::int64_t node_number(merkle::Node node) {
  return static_cast<std::int64_t>((2 * node.at + 1) << node.level) - 1;
}

// True when the file holds nothing yet: it is new, or making it was interrupted.
[[nodiscard]] Result<bool> is_empty(const Database& database);
// One transaction; afterwards the ledger exists and has no entries.
[[nodiscard]] Result<void> create(const Database& database, const Identity& identity);
// Fault::integrity when the tables are not exactly those of create().
[[nodiscard]] Result<void> check_layout(const Database& database);

[[nodiscard]] Result<Identity> identity(const Database& database);
[[nodiscard]] Result<std::optional<Newest>> newest_checkpoint(const Database& database);
// One more than the highest number of an entry.
[[nodiscard]] Result<std::uint64_t> entry_end(const Database& database);
[[nodiscard]] Result<Row> entry_row(const Database& database, std::uint64_t seq);
[[nodiscard]] Result<std::vector<Digest>> nodes(const Database& database,
                                                const std::vector<merkle::Node>& wanted);
[[nodiscard]] Result<std::vector<Digest>> hashes(const Database& database,
                                                 const std::vector<merkle::Range>& path);

// Adds entries within the caller's transaction.
class Writer {
 public:
  static Result<Writer> make(const Database& database);
  [[nodiscard]] Result<void> entry(std::uint64_t seq, const std::string& leaf, const Salt& salt,
                                   const std::string& body);
  [[nodiscard]] Result<void> node(const merkle::Frontier::Completed& completed);
  [[nodiscard]] Result<void> checkpoint(std::int64_t nr, const std::string& note);

 private:
  Writer(Statement find, Statement body, Statement entry, Statement node, Statement checkpoint,
         std::int64_t next_body);
  // The number of the body, which is stored once however often it is written.
  [[nodiscard]] Result<std::int64_t> keep(const std::string& body);
  Statement find_body_;
  Statement add_body_;
  Statement add_entry_;
  Statement add_node_;
  Statement add_checkpoint_;
  std::int64_t next_body_;
};

}  // namespace cupel::tables
