// SPDX-License-Identifier: Apache-2.0
// Ledger::verify: everything in the file is recomputed and every difference is named.
#include <algorithm>
#include <charconv>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "ledger/leaf.h"
#include "ledger/ledger.h"
#include "ledger/state.h"

namespace cupel {

class LedgerVerifier {
 public:
  LedgerVerifier(const Ledger::State& state, Task& task) : state_(state), task_(task) {}

  Result<Verification> run(const std::optional<std::string>& trust,
                           const std::optional<std::string>& earlier) {
    const auto before = published(state_.files, state_.verifier);
    auto view = TRY(Transaction::begin(state_.database, Database::Mode::read));
    check_pages();
    TRY(check_entries());
    choose_tree();
    TRY(check_tree());
    TRY(check_bodies());
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

  // The rows of a question, one by one; a row that cannot be read ends them and is named.
  template <class F>
  Result<void> each(std::string_view where, std::string_view sql, F&& row) {
    auto rows = state_.database.prepare(sql);
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
      TRY(task_.step(1));
      row(rows.value());
    }
  }

  // "Tree 5 page 7 cell 3: …" and "Page 7: …" stand on a page; the rest speaks of a table.
  void check_pages() {
    const auto damage = state_.database.damage();
    if (!damage.ok()) {
      problem("database", damage.error().what);
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
      problem(page != 0 ? cat("database page ", page) : "database", printable(line, 300));
    }
  }

  Result<void> check_entries() {
    const auto end = tables::entry_end(state_.database);
    if (!end.ok()) problem("entries", end.error().what);
    std::uint64_t size = end.ok() ? end.value() : 0;
    // A row number that was damaged must not make this loop endless.
    const auto rows = state_.database.number("SELECT count(*) FROM entry");
    const auto count =
        rows.ok() ? static_cast<std::uint64_t>(rows.value()) : state_.frontier.size();
    size = std::min(size, 2 * std::max(count, state_.frontier.size()) + 16);
    if (end.ok() && end.value() > size) {
      problem("entries", cat("an entry is numbered ", end.value() - 1, " and there are ", count));
    }
    task_.expect(size);
    auto entry = TRY(state_.database.prepare("SELECT leaf, salt, body FROM entry WHERE seq = ?1"));
    auto body = TRY(state_.database.prepare("SELECT bytes FROM body WHERE id = ?1"));
    auto hash = TRY(state_.database.prepare("SELECT hash FROM tree WHERE node = ?1"));
    for (std::uint64_t seq = 0; seq < size; ++seq) {
      TRY(task_.step(1));
      const std::string where = cat("entry ", seq);
      const auto stored = stored_hash(hash, seq);
      const auto computed = check_entry(entry, body, seq, where);
      stored_.push_back(stored);
      computed_.push_back(computed);
      if (computed && stored && *computed != *stored) {
        problem(where, "it does not match its hash in the tree");
      }
    }
    return {};
  }

  static std::optional<Digest> stored_hash(Statement& find, std::uint64_t seq) {
    find.bind(1, static_cast<std::int64_t>(2 * seq));
    const auto row = find.step();
    std::optional<Digest> hash;
    if (row.ok() && row.value()) {
      Digest digest{};
      if (find.bytes(0).size() == digest.size()) {
        std::ranges::copy(find.bytes(0), digest.begin());
        hash = digest;
      }
      find.reset();
    }
    return hash;  // check_tree names what is missing
  }

  // The hash of the leaf as it stands there, or nothing when it cannot be read.
  std::optional<Digest> check_entry(Statement& entry, Statement& body, std::uint64_t seq,
                                    const std::string& where) {
    entry.bind(1, static_cast<std::int64_t>(seq));
    const auto row = entry.step();
    if (!row.ok() || !row.value()) {
      problem(where, row.ok() ? "it is missing" : row.error().what);
      return {};
    }
    const std::string text = entry.text(0);
    const auto reading = read_leaf(text);
    if (!reading.leaf) {
      problem(where, reading.problem);
    } else if (reading.leaf->seq != seq) {
      problem(where, cat("its leaf says that it is entry ", reading.leaf->seq));
    }
    if (entry.bytes(1).size() != std::tuple_size_v<Salt>) problem(where, "its salt is damaged");
    if (entry.is_null(2)) {
      problem(where, "its body is gone, and nothing in the log says that it was erased");
    } else if (reading.leaf) {
      ++used_[entry.integer(2)];
      check_body(body, entry.integer(2), entry.bytes(1), *reading.leaf, where);
    }
    entry.reset();
    return merkle::leaf_hash(as_bytes(text));
  }

  void check_body(Statement& body, std::int64_t id, Bytes salt, const Leaf& leaf,
                  const std::string& where) {
    body.bind(1, id);
    const auto row = body.step();
    if (!row.ok() || !row.value()) {
      problem(where, row.ok() ? "its body is missing" : cat("its body: ", row.error().what));
      return;
    }
    if (to_hex(commitment(salt, as_text(body.bytes(0)))) != leaf.body_sha256) {
      problem(where, "the body does not match the commitment in its leaf");
    }
    body.reset();
  }

  // Leaves are hashed into the tree and the hashes are kept beside them. Where the two
  // differ, whichever gives the signed root is the truth, and the other is what changed.
  void choose_tree() {
    tree_ = tree_of(stored_, computed_);
    const auto newest = tables::newest_checkpoint(state_.database);
    if (!newest.ok()) return;
    const auto& row = newest.value();
    if (!row) return;
    const auto checkpoint = note::open(row->note, state_.verifier);
    if (!checkpoint.ok() || checkpoint.value().size > tree_.size()) return;
    const auto& [origin, size, root] = checkpoint.value();
    if (tree_.root_at(size) == root) return;
    auto other = tree_of(computed_, stored_);
    if (other.size() >= size && other.root_at(size) == root) tree_ = std::move(other);
  }

  // Up to the first entry that neither of them can tell.
  merkle::Tree tree_of(const std::vector<std::optional<Digest>>& first,
                       const std::vector<std::optional<Digest>>& second) const {
    merkle::Tree tree;
    for (std::size_t i = 0; i < first.size(); ++i) {
      const auto& hash = first[i] ? first[i] : second[i];
      if (!hash) break;
      tree.append(*hash);
    }
    return tree;
  }

  Result<void> check_tree() {
    auto find = TRY(state_.database.prepare("SELECT hash FROM tree WHERE node = ?1"));
    std::int64_t expected = 0;
    for (std::uint64_t seq = 0; seq < tree_.size(); ++seq) {
      TRY(task_.step(0));
      for (const auto node : merkle::completed_by(seq)) {
        ++expected;
        const auto number = tables::node_number(node);
        find.bind(1, number);
        const auto row = find.step();
        const std::string where =
            node.level == 0 ? cat("tree node of entry ", node.at) : cat("tree node ", number);
        if (!row.ok() || !row.value()) {
          problem(where, row.ok() ? "it is missing" : row.error().what);
        } else if (!std::ranges::equal(find.bytes(0), tree_.node(node))) {
          problem(where, "it is not the hash of what stands below it");
        }
        find.reset();
      }
    }
    const auto count = state_.database.number("SELECT count(*) FROM tree");
    if (!count.ok()) {
      problem("tree", count.error().what);
    } else if (count.value() != expected) {
      problem("tree", cat("it has ", count.value(), " nodes where ", expected, " belong"));
    }
    return {};
  }

  Result<void> check_bodies() {
    return each("bodies", "SELECT id, sha256, bytes FROM body", [&](const Statement& row) {
      const auto id = row.integer(0);
      if (!std::ranges::equal(sha256(row.bytes(2)), row.bytes(1))) {
        problem(cat("body ", id), "it does not match its digest");
      }
      if (!used_.contains(id)) problem(cat("body ", id), "it belongs to no entry");
    });
  }

  Result<void> check_checkpoints() {
    std::int64_t nr = 0;
    std::uint64_t newest = 0;
    TRY(each("checkpoints", "SELECT nr, note FROM checkpoint ORDER BY nr",
             [&](const Statement& row) {
               if (row.integer(0) != nr) {
                 problem(cat("checkpoint number ", nr), "it is missing");
                 nr = row.integer(0);
               }
               newest = check_checkpoint(cat("checkpoint number ", nr), row.text(1), newest);
               ++nr;
             }));
    if (newest != tree_.size()) {
      problem("newest checkpoint", cat("it covers ", count_of(newest, "entry", "entries"),
                                       " and there are ", tree_.size()));
    }
    return {};
  }

  // Gives the size that the checkpoint covers.
  std::uint64_t check_checkpoint(std::string where, const std::string& text, std::uint64_t before) {
    const auto checkpoint = note::open(text, state_.verifier);
    if (!checkpoint.ok()) {
      const auto claimed = note::read_unverified(text);
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
  Task& task_;
  Verification found_;
  std::vector<std::optional<Digest>> stored_;
  std::vector<std::optional<Digest>> computed_;
  std::map<std::int64_t, std::uint64_t> used_;
  merkle::Tree tree_;
};

Result<Verification> Ledger::verify(const std::optional<std::string>& trust,
                                    const std::optional<std::string>& earlier, Task& task) const {
  return LedgerVerifier(*state_, task).run(trust, earlier);
}

}  // namespace cupel
