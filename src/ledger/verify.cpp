// SPDX-License-Identifier: Apache-2.0
// Ledger::verify: everything in the database is recomputed, on all cores, and every difference
// is named. The log is cut into chunks; a chunk is checked over a connection of its worker's own.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/guarded.h"
#include "base/text.h"
#include "ledger/erasure.h"
#include "ledger/leaf.h"
#include "ledger/ledger.h"
#include "ledger/state.h"

namespace cupel {
namespace {

constexpr std::uint64_t kChunk = 4096;  // entries
constexpr std::size_t kNotes = 64;

// What was seen of the entries of a chunk.
struct ChunkFound {
  std::vector<LedgerProblem> problems;
  // Leaves whose hash is not the one that is stored beside them.
  std::vector<std::pair<std::uint64_t, Digest>> other_hashes;
  std::set<std::int64_t> clear_bodies;                            // rows of `body` in use
  std::uint64_t sealed_here = 0;                                  // rows of `sealed` in use
  std::vector<std::pair<std::uint64_t, std::int64_t>> no_key;     // entry, vault
  std::vector<std::pair<std::uint64_t, ErasureRecord>> erasures;  // by entry

  void problem(std::string where, std::string what) {
    problems.push_back({.where = std::move(where), .what = std::move(what)});
  }
};

// Checks the entries of one chunk after the other, over one connection.
class EntryChecker {
 public:
  EntryChecker(const Database& database, std::int64_t layout, std::vector<Digest>& hashes,
               std::vector<std::uint8_t>& known, Task& task)
      : database_(database),
        layout_(layout),
        vaults_(database),
        hashes_(hashes),
        known_(known),
        task_(task) {}

  Result<void> check(merkle::Range range, ChunkFound& found) {
    found_ = &found;
    std::uint64_t next = range.begin;
    while (next < range.end) {
      // A row that cannot be read ends an answer; the entries behind it are asked for anew.
      const auto error = TRY(scan(next, range.end));
      if (!error) return {};
      found_->problem(cat("entry ", next), error->what);
      salvage(next++);
    }
    return {};
  }

 private:
  // Moves `next` on; gives what the database said of the entry at which it stopped.
  Result<std::optional<Error>> scan(std::uint64_t& next, std::uint64_t end) {
    if (!rows_) {
      auto rows = tables::entries(database_, layout_, true);
      if (!rows.ok()) return std::optional(std::move(rows).error());
      rows_ = std::move(rows).value();
    }
    rows_->bind(1, static_cast<std::int64_t>(next)).bind(2, static_cast<std::int64_t>(end));
    while (true) {
      const auto more = rows_->step();
      if (!more.ok()) return std::optional(more.error());
      const std::uint64_t at = more.value() ? static_cast<std::uint64_t>(rows_->integer(0)) : end;
      for (; next < std::min(at, end); ++next) missing(next);
      if (!more.value()) return std::optional<Error>();
      TRY(task_.step(1));
      check_entry(tables::stored(*rows_));
      next = at + 1;
    }
  }

  void missing(std::uint64_t seq) {
    found_->problem(cat("entry ", seq), "it is missing");
    salvage(seq);
  }

  // What the tables still tell of the hash of an entry that cannot be read.
  void salvage(std::uint64_t seq) {
    const auto hash = tables::nodes(database_, {{.level = 0, .at = seq}});
    const auto leaf = tables::leaf_of(database_, seq);
    if (hash.ok()) {
      know(seq, hash.value().front());
    } else if (leaf.ok()) {
      know(seq, merkle::leaf_hash(as_bytes(leaf.value())));
    }
  }

  void know(std::uint64_t seq, const Digest& hash) {
    hashes_[seq] = hash;
    known_[seq] = 1;
  }

  void check_entry(tables::Stored entry) {
    const std::uint64_t seq = entry.seq;
    const auto wrong = [&](std::string what) {
      found_->problem(cat("entry ", seq), std::move(what));
    };
    const Digest computed = merkle::leaf_hash(as_bytes(entry.leaf));
    know(seq, entry.hash.value_or(computed));
    if (entry.hash && *entry.hash != computed) {
      wrong("it does not match its hash in the tree");
      found_->other_hashes.emplace_back(seq, computed);
    }
    const auto reading = read_leaf(entry.leaf);
    if (!reading.leaf) {
      wrong(reading.problem);
    } else if (reading.leaf->seq != seq) {
      wrong(cat("its leaf says that it is entry ", reading.leaf->seq));
    }
    check_body(std::move(entry), reading.leaf, wrong);
  }

  template <class F>
  void check_body(tables::Stored entry, const std::optional<Leaf>& leaf, const F& wrong) {
    const std::uint64_t seq = entry.seq;
    const auto vault = entry.vault;
    const auto tag = entry.tag;
    const std::size_t salt_size = entry.salt.size();
    if (salt_size != (vault ? Expander::kSeed : std::tuple_size_v<Salt>)) {
      wrong("its salt is damaged");
    }
    if (!vault && entry.body) found_->clear_bodies.insert(*entry.body);
    if (vault && entry.body == static_cast<std::int64_t>(seq)) ++found_->sealed_here;
    auto opened = tables::open_body(std::move(entry), vaults_);
    if (!opened.ok()) return wrong(cat("its body: ", opened.error().what));
    auto& [body, salt, problem] = opened.value();
    if (!problem.empty() && problem != "its salt is damaged") wrong(problem);
    if (!problem.empty()) return;
    if (!body && vault) {
      found_->no_key.emplace_back(seq, *vault);
    } else if (!body) {
      wrong("its body is gone, and nothing in the log says that it was erased");
    } else if (leaf && to_hex(commitment(as_bytes(salt), *body)) != leaf->body_sha256) {
      wrong("the body does not match the commitment in its leaf");
    } else if (leaf && leaf->type == entry_type::kErasure) {
      take_erasure(seq, *body, wrong);
    }
    if (tag && body && vault) {
      const auto known = vaults_.find(*vault);
      if (!known.ok() || as_text(known.value()->tag_of(*body)) != *tag) {
        found_->problem(cat("sealed body of entry ", seq), "it is listed as another one");
      }
    }
  }

  template <class F>
  void take_erasure(std::uint64_t seq, std::string_view body, const F& wrong) {
    auto record = read_erasure(body);
    if (!record || (!record->entries.empty() && record->entries.back().end > seq)) {
      return wrong("it does not say what was erased");
    }
    found_->erasures.emplace_back(seq, *std::move(record));
  }

  const Database& database_;
  std::int64_t layout_;
  tables::Vaults vaults_;
  std::vector<Digest>& hashes_;
  std::vector<std::uint8_t>& known_;
  Task& task_;
  std::optional<Statement> rows_;
  ChunkFound* found_ = nullptr;
};

}  // namespace

class LedgerVerifier {
 public:
  LedgerVerifier(const Ledger::State& state, const Database& database, Task& task)
      : state_(state),
        database_(database),
        task_(task),
        threads_(std::max(1U, std::thread::hardware_concurrency())) {}

  Result<Verification> run(const std::optional<std::string>& trust,
                           const std::optional<std::string>& earlier) {
    const auto before = published(state_.files, state_.verifier);
    // One moment of the log, whatever is appended meanwhile. The other connections see later ones,
    // in which the same entries are the same.
    const auto view = TRY(Transaction::begin(database_, Database::Mode::read));
    TRY(check_entries());
    choose_tree();
    TRY(check_tree());
    TRY(check_bodies());
    check_vaults();
    TRY(check_checkpoints());
    check_files(before);
    check_earlier(earlier);
    check_trust(trust);
    found_.size = tree_.size();
    found_.root = to_hex(tree_.root());
    found_.self_consistent = found_.problems.empty();
    return std::move(found_);
  }

 private:
  void problem(std::string where, std::string what) {
    found_.problems.push_back({.where = std::move(where), .what = std::move(what)});
  }

  // Calls work(connection, i) for every i below `count`, on as many threads as there are cores.
  // The first error ends it. A thread that gets no connection leaves its share to the others.
  template <class F>
  Result<void> share(std::uint64_t count, const F& work) {
    std::atomic<std::uint64_t> next = 0;
    Guarded<std::optional<Error>> failed;
    const auto take = [&](const Database& connection) {
      for (std::uint64_t i = next++; i < count; i = next++) {
        auto done = work(connection, i);
        if (done.ok()) continue;
        failed.with([&](auto& error) { error = std::move(done).error(); });
        next = count;
      }
    };
    {
      std::vector<std::jthread> others;
      for (std::uint64_t i = 1; i < std::min<std::uint64_t>(threads_, count); ++i) {
        others.emplace_back([&] {
          const auto connection = database_.another();
          if (connection.ok()) take(connection.value());
        });
      }
      take(database_);
    }
    return failed.with([](auto& error) -> Result<void> {
      if (error) return *std::move(error);
      return {};
    });
  }

  // The rows of a question, one by one; a row that cannot be read ends them and is named.
  template <class F>
  Result<void> each(std::string_view where, std::string_view sql, F&& row) {
    auto rows = database_.prepare(sql);
    if (!rows.ok()) {
      problem(std::string(where), rows.error().what);
      return {};
    }
    while (true) {
      const auto more = rows.value().step();
      if (!more.ok()) {
        problem(std::string(where), more.error().what);
        return {};
      }
      if (!more.value()) return {};
      TRY(task_.step(0));
      row(rows.value());
    }
  }

  // "Tree 5 page 7 cell 3: …" and "Page 7: …" stand on a page; the rest speaks of a table.
  static void check_pages(const Database& database, ChunkFound& found) {
    const auto damage = database.damage();
    if (!damage.ok()) {
      found.problem("database", damage.error().what);
      return;
    }
    for (const auto& line : damage.value()) {
      const std::string small = lower(line);
      const auto at = small.find("page ");
      std::uint64_t page = 0;
      if (at != std::string::npos) {
        const char* digits = small.data() + at + 5;
        std::from_chars(digits, small.data() + small.size(), page);
      }
      found.problem(page != 0 ? cat("database page ", page) : "database", printable(line, 300));
    }
  }

  // How many entries are to be looked for.
  std::uint64_t count_entries() {
    const auto end = tables::entry_end(database_);
    if (!end.ok()) problem("entries", end.error().what);
    const std::uint64_t size = end.ok() ? end.value() : 0;
    // A row number that was damaged must not make this endless.
    const auto rows = database_.number("SELECT count(*) FROM entry");
    const std::uint64_t signed_size = state_.head()->frontier.size();
    const auto count = rows.ok() ? static_cast<std::uint64_t>(rows.value()) : signed_size;
    const std::uint64_t most = 2 * std::max(count, signed_size) + 16;
    if (size > most) {
      problem("entries", cat("an entry is numbered ", size - 1, " and there are ", count));
    }
    return std::min(size, most);
  }

  // The database's own structure is the first share, as it takes as long as many chunks.
  Result<void> check_entries() {
    const std::uint64_t size = count_entries();
    task_.expect(size);
    hashes_.resize(size);
    known_.resize(size);
    std::vector<ChunkFound> chunks(1 + (size + kChunk - 1) / kChunk);
    TRY(share(chunks.size(), [&](const Database& database, std::uint64_t i) -> Result<void> {
      if (i == 0) {
        check_pages(database, chunks[0]);
        return {};
      }
      EntryChecker checker(database, state_.layout, hashes_, known_, task_);
      return checker.check({.begin = (i - 1) * kChunk, .end = std::min(i * kChunk, size)},
                           chunks[i]);
    }));
    for (auto& chunk : chunks) {
      std::ranges::move(chunk.problems, std::back_inserter(found_.problems));
      other_hashes_.insert(other_hashes_.end(), chunk.other_hashes.begin(),
                           chunk.other_hashes.end());
      clear_bodies_.merge(chunk.clear_bodies);
      sealed_ += chunk.sealed_here;
      no_key_.insert(no_key_.end(), chunk.no_key.begin(), chunk.no_key.end());
      for (auto& [seq, record] : chunk.erasures) erasures_.emplace(seq, std::move(record));
    }
    return {};
  }

  // Leaves are hashed into the tree and the hashes are kept beside them. Where the two
  // differ, whichever gives the signed root is the truth, and the other is what changed.
  void choose_tree() {
    // Up to the first entry that neither of them can tell.
    hashes_.resize(static_cast<std::size_t>(std::ranges::find(known_, 0) - known_.begin()));
    std::vector<Digest> others;
    if (!other_hashes_.empty()) {
      others = hashes_;
      for (const auto& [seq, hash] : other_hashes_) {
        if (seq < others.size()) others[seq] = hash;
      }
    }
    tree_ = merkle::Tree(std::move(hashes_), threads_);
    const auto newest = tables::newest_checkpoint(database_);
    if (others.empty() || !newest.ok() || !newest.value()) return;
    const auto checkpoint = note::open(newest.value()->note, state_.verifier);
    if (!checkpoint.ok() || checkpoint.value().size > tree_.size()) return;
    const auto& [origin, size, root] = checkpoint.value();
    if (tree_.root_at(size) == root) return;
    merkle::Tree other(std::move(others), threads_);
    if (other.root_at(size) == root) tree_ = std::move(other);
  }

  // The nodes of the complete subtrees below `size` leaves.
  static bool belongs(merkle::Node node, std::uint64_t size) {
    return node.level < 64 && (node.at + 1) << node.level <= size;
  }

  Result<void> check_tree() {
    const std::uint64_t size = tree_.size();
    const std::uint64_t numbers = size == 0 ? 0 : 2 * size - 1;
    std::vector<ChunkFound> chunks((numbers + 2 * kChunk - 1) / (2 * kChunk));
    TRY(share(chunks.size(), [&](const Database& database, std::uint64_t i) -> Result<void> {
      return check_nodes(database,
                         {.begin = 2 * kChunk * i, .end = std::min(2 * kChunk * (i + 1), numbers)},
                         chunks[i]);
    }));
    for (auto& chunk : chunks) {
      std::ranges::move(chunk.problems, std::back_inserter(found_.problems));
    }
    std::uint64_t expected = 0;
    for (std::uint64_t width = size; width > 0; width /= 2) expected += width;
    const auto count = database_.number("SELECT count(*) FROM tree");
    if (!count.ok()) {
      problem("tree", count.error().what);
    } else if (count.value() != static_cast<std::int64_t>(expected)) {
      problem("tree", cat("it has ", count.value(), " nodes where ", expected, " belong"));
    }
    return {};
  }

  Result<void> check_nodes(const Database& database, merkle::Range numbers, ChunkFound& found) {
    auto rows = database.prepare(
        "SELECT node, hash FROM tree WHERE node >= ?1 AND node < ?2 ORDER BY node");
    if (!rows.ok()) {
      found.problem("tree", rows.error().what);
      return {};
    }
    std::uint64_t next = numbers.begin;
    const auto name = [&](std::string what) {
      const auto node = tables::node_of(static_cast<std::int64_t>(next));
      found.problem(node.level == 0 ? cat("tree node of entry ", node.at) : cat("tree node ", next),
                    std::move(what));
    };
    const auto expected = [&] {
      return belongs(tables::node_of(static_cast<std::int64_t>(next)), tree_.size());
    };
    while (next < numbers.end) {
      rows.value().bind(1, static_cast<std::int64_t>(next));
      rows.value().bind(2, static_cast<std::int64_t>(numbers.end));
      while (next < numbers.end) {
        TRY(task_.step(0));
        const auto more = rows.value().step();
        if (!more.ok()) {
          // Passes over one node and asks for those behind it anew.
          if (expected()) name(more.error().what);
          ++next;
          break;
        }
        const auto at =
            more.value() ? static_cast<std::uint64_t>(rows.value().integer(0)) : numbers.end;
        for (; next < std::min(at, numbers.end); ++next) {
          if (expected()) name("it is missing");
        }
        if (!more.value()) break;
        if (expected() &&
            !std::ranges::equal(rows.value().bytes(1),
                                tree_.node(tables::node_of(static_cast<std::int64_t>(next))))) {
          name("it is not the hash of what stands below it");
        }
        ++next;
      }
      rows.value().reset();
    }
    return {};
  }

  Result<void> check_bodies() {
    TRY(each("bodies", "SELECT id, sha256, bytes FROM body", [&](const Statement& row) {
      const auto id = row.integer(0);
      if (!std::ranges::equal(sha256(row.bytes(2)), row.bytes(1))) {
        problem(cat("body ", id), "it does not match its digest");
      }
      if (!clear_bodies_.contains(id)) problem(cat("body ", id), "it belongs to no entry");
    }));
    if (state_.layout == tables::kClearLayout) return {};
    const auto count = database_.number("SELECT count(*) FROM sealed");
    if (!count.ok()) {
      problem("sealed bodies", count.error().what);
    } else if (count.value() != static_cast<std::int64_t>(sealed_)) {
      problem("sealed bodies", cat("there are ", count.value(), " where ", sealed_, " belong"));
    }
    return {};
  }

  // Every vault has its key, or the log says that it was destroyed, and whose bodies went with it.
  void check_vaults() {
    if (state_.layout == tables::kClearLayout) return;
    const auto rows = tables::vaults(database_);
    if (!rows.ok()) {
      problem("vaults", rows.error().what);
      return;
    }
    std::map<std::int64_t, const ErasureRecord*> erased;
    for (const auto& row : rows.value()) {
      const std::string where = cat("vault ", row.id);
      if (row.secret) {
        const bool named = row.name && row.tag && !row.erased &&
                           as_text(Vault(row.id, *row.secret).tag_of_name(*row.name)) == *row.tag;
        if (!named) problem(where, "its key and its name do not belong together");
        continue;
      }
      const auto record =
          row.erased ? erasures_.find(static_cast<std::uint64_t>(*row.erased)) : erasures_.end();
      if (record == erasures_.end() || record->second.vault != row.id || row.name || row.tag) {
        problem(where, "its key is gone, and nothing in the log says that it was destroyed");
      } else {
        erased.emplace(row.id, &record->second);
      }
    }
    std::map<std::int64_t, std::uint64_t> gone;
    for (const auto& [seq, vault] : no_key_) {
      const auto record = erased.find(vault);
      if (record != erased.end() && record->second->names(seq)) {
        ++gone[vault];
      } else {
        problem(cat("entry ", seq),
                "its body is gone, and nothing in the log says that it was "
                "erased");
      }
    }
    for (const auto& [seq, record] : erasures_) {
      if (gone[record.vault] != record.count()) {
        problem(cat("entry ", seq),
                cat("it says that ", record.count(), " bodies were erased, and ",
                    gone[record.vault], " are gone"));
      }
    }
  }

  struct Note {
    std::int64_t nr = 0;
    std::string text;
    std::optional<Result<note::Checkpoint>> opened;
  };

  Result<void> check_checkpoints() {
    std::vector<Note> notes;
    TRY(each("checkpoints", "SELECT nr, note FROM checkpoint ORDER BY nr",
             [&](const Statement& row) {
               notes.push_back({.nr = row.integer(0), .text = row.text(1), .opened = {}});
             }));
    TRY(share((notes.size() + kNotes - 1) / kNotes,
              [&](const Database&, std::uint64_t i) -> Result<void> {
                const std::size_t end = std::min(notes.size(), (i + 1) * kNotes);
                for (std::size_t k = i * kNotes; k < end; ++k) {
                  TRY(task_.step(0));
                  notes[k].opened = note::open(notes[k].text, state_.verifier);
                }
                return {};
              }));
    std::int64_t nr = 0;
    std::uint64_t newest = 0;
    for (const auto& one : notes) {
      if (one.nr != nr) problem(cat("checkpoint number ", nr), "it is missing");
      newest = check_checkpoint(cat("checkpoint number ", one.nr), one, newest);
      nr = one.nr + 1;
    }
    if (newest != tree_.size()) {
      problem("newest checkpoint", cat("it covers ", count_of(newest, "entry", "entries"),
                                       " and there are ", tree_.size()));
    }
    return {};
  }

  // Gives the size that the checkpoint covers.
  std::uint64_t check_checkpoint(std::string where, const Note& one, std::uint64_t before) {
    const auto& checkpoint = *one.opened;
    if (!checkpoint.ok()) {
      const auto claimed = note::read_unverified(one.text);
      if (claimed.ok()) where = cat("checkpoint of size ", claimed.value().size);
      problem(where, checkpoint.error().what);
      return claimed.ok() ? claimed.value().size : before;
    }
    const auto& [origin, size, root] = checkpoint.value();
    where = cat("checkpoint of size ", size);
    if (origin != state_.identity.origin) problem(where, "it is of another ledger");
    if (size <= before) problem(where, "it does not cover more than the one before it");
    if (size > tree_.size()) {
      problem(where, cat("only ", tree_.size(), " of its entries are there"));
    } else if (tree_.root_at(size) != root) {
      problem(where, "its root is not that of the entries");
    }
    return size;
  }

  void check_files(const std::optional<note::Checkpoint>& before) {
    if (before && (before->size > tree_.size() || tree_.root_at(before->size) != before->root)) {
      problem("ledger-checkpoint",
              before->size > tree_.size()
                  ? cat("the ledger has shrunk: it held ", before->size, " entries")
                  : "the ledger is not the one that it was made of");
    }
    const auto vkey = read_text(state_.files.vkey);
    if (vkey.ok() && trim(vkey.value()) != state_.identity.vkey) {
      problem("ledger-key.pub", "it is not the key of this ledger");
    }
  }

  void check_trust(const std::optional<std::string>& trust) {
    if (!trust) return;
    if (trim(*trust) != state_.identity.vkey) {
      problem("key", "the ledger is signed by another key than the trusted one");
      return;
    }
    found_.trusted = found_.problems.empty();
  }

  void check_earlier(const std::optional<std::string>& earlier) {
    if (!earlier) return;
    const std::string where = "earlier checkpoint";
    const auto checkpoint = note::open(*earlier, state_.verifier);
    if (!checkpoint.ok()) {
      problem(where, checkpoint.error().what);
    } else if (checkpoint.value().size > tree_.size()) {
      problem(where, cat("the ledger has shrunk: it held ", checkpoint.value().size,
                         " entries and now holds ", tree_.size()));
    } else if (tree_.root_at(checkpoint.value().size) != checkpoint.value().root) {
      problem(where, "the history has been rewritten: its entries are not those of this ledger");
    } else {
      found_.extends_checkpoint = true;
    }
  }

  const Ledger::State& state_;
  const Database& database_;
  Task& task_;
  unsigned threads_;
  Verification found_;
  std::vector<Digest> hashes_;
  std::vector<std::uint8_t> known_;  // whether hashes_ is
  std::vector<std::pair<std::uint64_t, Digest>> other_hashes_;
  std::set<std::int64_t> clear_bodies_;
  std::uint64_t sealed_ = 0;
  std::vector<std::pair<std::uint64_t, std::int64_t>> no_key_;
  std::map<std::uint64_t, ErasureRecord> erasures_;
  merkle::Tree tree_;
};

Result<Verification> Ledger::verify(const std::optional<std::string>& trust,
                                    const std::optional<std::string>& earlier, Task& task) const {
  TRY(task.step(0));
  // A connection of its own, so that appending and reading go on.
  const auto own = TRY(state_->read([](const Database& database) { return database.another(); }));
  return LedgerVerifier(*state_, own, task).run(trust, earlier);
}

}  // namespace cupel
