// SPDX-License-Identifier: Apache-2.0
// Ledger::State: what an open ledger holds. Private to this room.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "crypto/merkle.h"
#include "ledger/group_commit.h"
#include "ledger/leaf.h"
#include "ledger/ledger.h"
#include "ledger/tables.h"
#include "store/database.h"
#include "store/file_lock.h"

namespace cupel {

struct LedgerFiles {
  explicit LedgerFiles(const std::filesystem::path& folder)
      : database(folder / "ledger.db"),
        lock(folder / "ledger.lock"),
        key(folder / "ledger-key.pem"),
        vkey(folder / "ledger-key.pub"),
        head(folder / "ledger-checkpoint"),
        tail(folder / "ledger-tail") {}
  std::filesystem::path database;
  std::filesystem::path lock;
  std::filesystem::path key;
  std::filesystem::path vkey;
  // A copy of the newest checkpoint outside the database. It is not evidence: it
  // lets an accident show (a log file left behind when the database was copied, an
  // old backup put back), and is there to be carried elsewhere.
  std::filesystem::path head;
  // The same, written over with every commit to a file and gone when the ledger is closed: what
  // was acknowledged between two replacements of the copy is known after a crash, too. A power
  // failure may tear it; then it is ignored.
  std::filesystem::path tail;
};

// The end of the log at one moment.
struct StoredHead {
  std::optional<tables::Newest> newest;  // nothing while the ledger is empty
  merkle::Frontier frontier;
};

// What one caller wants written; filled in by whoever writes it.
struct LedgerWish {
  std::span<const Draft> drafts;
  std::vector<LeafForm> forms;  // of the drafts, or of the entry about an erasure
  // An erasure instead of drafts:
  std::string vault;
  std::string reason;
  std::uint64_t erased = 0;
  std::vector<std::string> remains;

  std::vector<Receipt> receipts;
  std::optional<Error> error;
};

struct Ledger::State {
  LedgerFiles files;
  Mode mode;
  const Clock* clock;
  std::optional<FileLock> lock;  // held by the writer of a file
  Database database;             // the writer's, during its turn; else the readers'
  std::int64_t layout;
  tables::Identity identity;
  note::Verifier verifier;
  std::optional<PrivateKey> key;  // of the writer

  GroupCommit<LedgerWish> turns;
  std::optional<tables::Writer> writer;  // belongs to whose turn it is
  mutable std::mutex reading;            // one reader at a time
  std::optional<Database> reader;        // beside the writer's
  mutable std::mutex head_mutex;
  std::shared_ptr<const StoredHead> head_now;

  // Reads and checks the newest checkpoint and the right edge of the tree.
  Result<void> load();
  [[nodiscard]] std::shared_ptr<const StoredHead> head() const;
  void set_head(StoredHead next);
  // Asks `question` of the connection for reading.
  template <class F>
  auto read(F&& question) const {
    const std::scoped_lock one(reading);
    return std::forward<F>(question)(reader ? *reader : database);
  }

  // A turn: one transaction, one checkpoint.
  void write(std::span<LedgerWish* const> wishes);
  Result<void> try_write(std::span<LedgerWish* const> wishes);
  Result<void> catch_up();
  Result<void> write_wish(LedgerWish& wish, merkle::Frontier& frontier,
                          std::vector<merkle::Frontier::Completed>& completed,
                          const std::string& at);
  Result<void> write_erasure(LedgerWish& wish, merkle::Frontier& frontier,
                             std::vector<merkle::Frontier::Completed>& completed,
                             const std::string& at);
  void forget(std::span<LedgerWish* const> wishes);

  // The published checkpoint follows the commits within kPublishEvery while they come, and on
  // settle() and at the end: replacing a file costs the disk as much as a commit does. The tail
  // is written with each.
  void commit_published();
  void write_tail();
  void settle();
  void publish() const;
  std::mutex publishing;
  File tail = {};
  std::chrono::steady_clock::time_point published_at = {};
  bool behind = false;

  ~State();
};

// Fault::usage when it cannot name a vault.
[[nodiscard]] Result<void> check_vault_name(const std::string& name);
// The private key of the ledger, which must be the one that `verifier` knows.
[[nodiscard]] Result<PrivateKey> load_key(const LedgerFiles& files, const note::Verifier& verifier);
// The published checkpoint, or nothing when there is none that can be read.
[[nodiscard]] std::optional<note::Checkpoint> published(const LedgerFiles& files,
                                                        const note::Verifier& verifier);

}  // namespace cupel
