// SPDX-License-Identifier: Apache-2.0
// Ledger::State: what an open ledger holds. Private to this room.
#pragma once

#include "crypto/merkle.h"
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
        head(folder / "ledger-checkpoint") {}
  std::filesystem::path database;
  std::filesystem::path lock;
  std::filesystem::path key;
  std::filesystem::path vkey;
  // A copy of the newest checkpoint outside the database. It is not evidence: it
  // lets an accident show (a log file left behind when the database was copied, an
  // old backup put back), and is there to be carried elsewhere.
  std::filesystem::path head;
};

struct Ledger::State {
  LedgerFiles files;
  Mode mode;
  const Clock* clock;
  std::optional<FileLock> lock;  // held by the writer
  Database database;
  tables::Identity identity;
  note::Verifier verifier;
  std::optional<PrivateKey> key;         // of the writer
  std::optional<tables::Newest> newest;  // nothing while the ledger is empty
  merkle::Frontier frontier;

  // Reads and checks the newest checkpoint and the right edge of the tree.
  Result<void> load();
  Result<void> commit(Transaction& transaction);
  void publish() const;
};

// The private key of the ledger, which must be the one that `verifier` knows.
[[nodiscard]] Result<PrivateKey> load_key(const LedgerFiles& files, const note::Verifier& verifier);
// The published checkpoint, or nothing when there is none that can be read.
[[nodiscard]] std::optional<note::Checkpoint> published(const LedgerFiles& files,
                                                        const note::Verifier& verifier);

}  // namespace cupel
