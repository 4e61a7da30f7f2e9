// SPDX-License-Identifier: Apache-2.0
// Ledger: the append-only log of everything that was seen, and the only writer of evidence.
//
// An entry is a *leaf* (canonical JSON, RFC 8785, at most 4 KiB) that commits to a
// *body* by SHA-256(salt || body); leaves are hashed into an RFC 6962 Merkle tree
// whose root is signed in a checkpoint (C2SP signed note) with every commit. Bodies
// stand beside the leaves, each sealed with the key of a vault, so that those of one
// vault can be erased while every proof stays valid.
//
//   leaf = {"actor":…,"body_sha256":…,"media_type":…,"seq":…,"subjects":[…],"ts":…,"type":…,"v":1}
//
// In a SQLite file (WAL, synchronous=FULL) or on a PostgreSQL server; docs/design/ledger.md
// draws it and says, step by step, what a crash leaves.
//
// Threads may share a Ledger. Appends of many are one commit, one fsync and one checkpoint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "vocab/observation.h"

namespace cupel {

// The types of entries, as they stand in leaves.
namespace entry_type {
inline constexpr std::string_view kCycleStart = "cycle-start";   // body: Cycle
inline constexpr std::string_view kCriteria = "criteria";        // body: catalogue digest and units
inline constexpr std::string_view kDeclaration = "declaration";  // body: System
inline constexpr std::string_view kInventory = "inventory";      // body: Inventory
inline constexpr std::string_view kObservation = "observation";  // body: Observation
inline constexpr std::string_view kAttestation = "attestation";  // body: DSSE envelope
inline constexpr std::string_view kRecord = "record";            // body: the same, of an asset
inline constexpr std::string_view kBill = "bill-of-materials";   // body: {format, sha256, …}
inline constexpr std::string_view kAssessment =
    "assessment";                                           // body: Assessment without ledger head
inline constexpr std::string_view kCycleEnd = "cycle-end";  // body: {cycle, outcome, finished}
inline constexpr std::string_view kDisposal = "disposal";   // body: {file, envelope} of a record
inline constexpr std::string_view kErasure = "erasure";     // body: ErasureRecord, in clear
}  // namespace entry_type

// What is to be written.
struct Draft {
  std::string_view type;
  std::string actor;                  // "cupel 0.0.2", or a person's name
  std::vector<std::string> subjects;  // digests, hex
  std::string media_type = "application/json";
  std::string body;
  // The vault whose key seals the body: a data subject, or a retention class. What is erased
  // together belongs in one. At most 200 bytes of UTF-8.
  std::string vault = "general";
};

// Where it stands once it is durable.
struct Receipt {
  std::uint64_t index = 0;
  std::string leaf_hash;  // hex
};

struct Entry {
  std::uint64_t index = 0;
  std::string leaf;  // canonical JSON
  std::string salt;  // 32 bytes, hex; gone with the body
  std::string body;  // may be gone: then `erased`
  bool erased = false;
  // Of the leaf:
  std::string type;
  std::string actor;
  Timestamp at;
  std::string media_type;
};

// What verification found: every problem with the place it stands.
struct LedgerProblem {
  std::string where;  // "entry 12", "checkpoint of size 40", "database page 7"
  std::string what;   // "the body does not match the commitment in its leaf"
};
struct Verification {
  std::uint64_t size = 0;
  std::string root;                 // hex
  bool self_consistent = false;     // no problem was found
  bool trusted = false;             // and the checkpoints are by the key that the caller trusts
  bool extends_checkpoint = false;  // and an earlier checkpoint kept elsewhere is a prefix
  std::vector<LedgerProblem> problems;
};

// What was erased.
struct Erasure {
  Receipt receipt;                   // of the entry that says so
  std::uint64_t entries = 0;         // whose bodies can be read no more
  std::vector<std::string> remains;  // what may still hold the key, for people
  // Whether the files of the database were read through and the key stands in none of them;
  // nothing when they cannot be read from here (a server).
  std::optional<bool> gone;
};

// A vault whose key is there, and the entries whose bodies it seals.
struct VaultContents {
  std::string name;
  std::vector<merkle::Range> entries;  // in order, none empty

  [[nodiscard]] std::uint64_t count() const;
};

// Where a ledger is. Without a URL all of it is in the folder; with one the tables are on a
// PostgreSQL server, and the folder holds the key, which never leaves it, and the copy of the
// newest checkpoint. Every writer of such a ledger needs the key.
struct LedgerPlace {
  LedgerPlace(std::filesystem::path state) : folder(std::move(state)) {}  // NOLINT(*-explicit-*)
  LedgerPlace(std::filesystem::path state, std::string server)
      : folder(std::move(state)), url(std::move(server)) {}
  std::filesystem::path folder;
  std::string url;
};

class Ledger {
 public:
  // `examine` is for verify() alone: it opens a ledger that `read` refuses, too.
  enum class Mode { read, write, examine };

  // Opens, or in write mode creates, the ledger of a state folder: `ledger.db` and,
  // on creation, the key `ledger-key.pem` (mode 0600) and `ledger-key.pub` (vkey).
  // A second writer waits up to `wait_ms`, then gets Fault::limit; on a server writers
  // take turns with every commit, and see what the others wrote. An interrupted
  // commit is rolled back here; what was acknowledged is there. Fault::integrity when
  // the newest checkpoint does not fit the entries, or the ledger has shrunk since.
  // A reader sees the ledger as it is now. `clock` must outlive the ledger.
  static Result<Ledger> open(const LedgerPlace& place, Mode mode, const Clock& clock,
                             int wait_ms = 10'000);
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  // Writes the drafts, one behind the other, in one commit with a new checkpoint, which other
  // threads may share. When it answers, they are durable: fsync has returned. On error nothing
  // of them is in the log (when the disk refuses to say so, the error's hint does).
  // REQUIRES: write mode.
  Result<std::vector<Receipt>> append(std::span<const Draft> drafts);
  Result<Receipt> append(const Draft& draft);

  // Whether append() would take a draft: Fault::usage or Fault::limit when not.
  [[nodiscard]] static Result<void> check(const Draft& draft);

  // Destroys the key of a vault, and says so in an entry of the type kErasure that names the
  // entries; nobody can read their bodies any more, and everything still verifies. A vault of
  // that name begins anew with the next draft. `reason` stays in clear: it names no person.
  // Fault::missing when there is no such vault. REQUIRES: write mode.
  Result<Erasure> erase(const std::string& vault, const std::string& actor,
                        const std::string& reason);
  // What erase() would take. Fault::missing when there is no such vault.
  [[nodiscard]] Result<VaultContents> vault(const std::string& name) const;
  // The vault that seals the body of an entry. Fault::missing when the body was erased or stands
  // in clear (erasures, and what 0.0.2 wrote), which cannot be erased.
  [[nodiscard]] Result<std::string> vault_of(std::uint64_t index) const;

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string vkey() const;
  // The newest signed checkpoint. Fault::missing for an empty ledger.
  [[nodiscard]] Result<std::string> checkpoint() const;
  [[nodiscard]] Result<std::string> root_hex() const;
  // Reading checks the entry against its commitment and its place in the tree.
  [[nodiscard]] Result<Entry> entry(std::uint64_t index) const;
  // Entries [from, to), as many as there are; without bodies when `bodies` is false.
  [[nodiscard]] Result<std::vector<Entry>> entries(std::uint64_t from, std::uint64_t to,
                                                   bool bodies = true) const;
  // Inclusion proof of an entry in the newest checkpoint, as a C2SP tlog-proof.
  // Fault::missing for an entry that there is not.
  [[nodiscard]] Result<std::string> prove(std::uint64_t index) const;
  // The same in an earlier checkpoint of this ledger, which may carry cosignatures: all its lines
  // go into the proof. Fault::integrity when it is not by this ledger's key, or of another history.
  [[nodiscard]] Result<std::string> prove(std::uint64_t index, const std::string& checkpoint) const;
  // Brings `ledger-checkpoint` up to the newest commit, which it follows within a tenth of a
  // second only while commits come. Closing the ledger does it too.
  void settle();

  // The inclusion path of an entry in the log of size `size`, base64, from the leaf upwards.
  // REQUIRES: index < size <= size().
  [[nodiscard]] Result<std::vector<std::string>> inclusion(std::uint64_t index,
                                                           std::uint64_t size) const;
  // That the log of size `to` begins with that of size `from` (RFC 9162 2.1.4).
  // REQUIRES: 0 < from <= to <= size().
  [[nodiscard]] Result<std::vector<Digest>> consistency(std::uint64_t from, std::uint64_t to) const;
  // Hashes of complete subtrees of the log.
  [[nodiscard]] Result<std::vector<Digest>> nodes(const std::vector<merkle::Node>& wanted) const;

  // Recomputes everything. `trust` is a vkey; `earlier` a checkpoint kept elsewhere.
  // Either is a problem when it is given and does not hold.
  [[nodiscard]] Result<Verification> verify(const std::optional<std::string>& trust,
                                            const std::optional<std::string>& earlier,
                                            Task& task) const;

  // The whole log as text that a stranger can verify: see ledger/export.h. It is signed,
  // so the ledger's key must be there. The text is held in memory.
  [[nodiscard]] Result<void> export_to(const std::filesystem::path& file, Task& task) const;

 private:
  friend class LedgerVerifier;
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cupel
