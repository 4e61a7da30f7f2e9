// SPDX-License-Identifier: Apache-2.0
#include "ledger/ledger.h"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ledger/leaf.h"
#include "ledger/state.h"

namespace cupel {
namespace {

constexpr std::size_t kBodyLimit = 256U << 20U;

// A state folder may be handed to others, so its name tells nothing but the key.
std::string origin_of(const PublicKey& key) {
  return cat("cupel.dev/ledger/", key.fingerprint());
}

Error shrunk(std::uint64_t now, std::uint64_t before) {
  return fail(Fault::integrity,
              cat("the ledger has shrunk: it holds ", count_of(now, "entry", "entries"),
                  " and `ledger-checkpoint` says ", before),
              "restore `ledger.db` together with `ledger.db-wal` from a backup, or start a new "
              "ledger with --state DIR");
}

// The key of a new ledger. A key that is there already is from a start that was
// interrupted before the ledger existed, and has signed nothing yet.
Result<PrivateKey> make_key(const LedgerFiles& files) {
  if (std::filesystem::exists(files.key)) {
    return PrivateKey::from_pem(TRY(read_text(files.key)));
  }
  auto key = TRY(PrivateKey::generate());
  TRY(replace_file(files.key, TRY(key.pem()), 0600));
  return key;
}

Result<tables::Identity> make_ledger(const LedgerFiles& files, const Database& database) {
  // The database is new, but a checkpoint of it was published: it has been lost.
  if (const auto text = read_text(files.head); text.ok()) {
    const auto checkpoint = note::read_unverified(text.value());
    if (checkpoint.ok() && checkpoint.value().size > 0) return shrunk(0, checkpoint.value().size);
  }
  const PrivateKey key = TRY(make_key(files));
  const std::string origin = origin_of(key.public_key());
  tables::Identity identity{.origin = origin,
                            .vkey = note::vkey({.name = origin, .key = key.public_key()})};
  TRY(replace_file(files.vkey, identity.vkey + "\n"));
  TRY(tables::create(database, identity));
  return identity;
}

Error does_not_fit(std::string_view why) {
  return fail(Fault::integrity, cat("the ledger is damaged: ", why),
              "`cupel ledger verify` names everything that is wrong; restore the ledger from a "
              "backup");
}

// The right edge of the tree, which must give the root that was signed, and the last
// entry's place in it. Takes a few dozen reads however large the ledger is.
Result<merkle::Frontier> check_edge(const Database& database, const note::Checkpoint& newest) {
  const std::uint64_t end = TRY(tables::entry_end(database));
  if (end != newest.size) {
    return does_not_fit(cat("it holds ", count_of(end, "entry", "entries"),
                            " and its newest checkpoint says ", newest.size));
  }
  merkle::Frontier frontier(newest.size,
                            TRY(tables::nodes(database, merkle::cover({0, newest.size}))));
  if (frontier.root() != newest.root) return does_not_fit("its tree does not give the signed root");
  if (newest.size == 0) return frontier;
  const std::uint64_t last = newest.size - 1;
  const Digest leaf = merkle::leaf_hash(as_bytes(TRY(tables::entry_row(database, last)).leaf));
  const auto proof = TRY(tables::hashes(database, merkle::inclusion_path(last, newest.size)));
  if (!merkle::verify_inclusion(leaf, last, newest.size, proof, newest.root)) {
    return does_not_fit(cat("entry ", last, " is not the one that was signed"));
  }
  return frontier;
}

// What was published earlier must be a beginning of what is there now.
Result<void> check_published(const Database& database, const merkle::Frontier& now,
                             const note::Checkpoint& before) {
  if (before.size > now.size()) return shrunk(now.size(), before.size);
  const auto nodes = TRY(tables::nodes(database, merkle::cover({0, before.size})));
  if (merkle::fold(nodes) != before.root) {
    return does_not_fit(cat("its first ", count_of(before.size, "entry is", "entries are"),
                            " not those of `ledger-checkpoint`"));
  }
  return {};
}

}  // namespace

Result<PrivateKey> load_key(const LedgerFiles& files, const note::Verifier& verifier) {
  auto text = read_text(files.key);
  if (!text.ok()) {
    auto error = std::move(text).error();
    error.hint = "without its key nothing can be added to the ledger: restore `ledger-key.pem`";
    return error;
  }
  auto key = PrivateKey::from_pem(text.value());
  if (!key.ok()) return std::move(key).error().during("reading `ledger-key.pem`");
  if (key.value().public_key() != verifier.key) {
    return fail(Fault::integrity, "`ledger-key.pem` is not the key of this ledger",
                "restore the key that the ledger was made with");
  }
  return key;
}

std::optional<note::Checkpoint> published(const LedgerFiles& files,
                                          const note::Verifier& verifier) {
  const auto text = read_text(files.head);
  if (!text.ok()) return {};
  auto checkpoint = note::open(text.value(), verifier);
  if (!checkpoint.ok()) return {};  // a power failure can leave it empty
  return std::move(checkpoint).value();
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<void> Ledger::State::load() {
  // Before the view is taken: a writer may publish a newer one at any moment.
  const auto before = published(files, verifier);
  auto view = TRY(Transaction::begin(database, Database::Mode::read));
  newest = TRY(tables::newest_checkpoint(database));
  note::Checkpoint head{.origin = identity.origin, .size = 0, .root = merkle::empty_root()};
  if (newest) {
    auto opened = note::open(newest->note, verifier);
    if (!opened.ok()) return does_not_fit(cat("its newest checkpoint: ", opened.error().what));
    head = std::move(opened).value();
  }
  if (head.origin != identity.origin) return does_not_fit("its checkpoint has another origin");
  frontier = TRY(check_edge(database, head));
  if (before) TRY(check_published(database, frontier, *before));
  return {};
}

Result<Ledger> Ledger::open(const std::filesystem::path& state, Mode mode, const Clock& clock,
                            int wait_ms) {
  const LedgerFiles files(state);
  const bool writes = mode == Mode::write;
  std::optional<FileLock> lock;
  if (writes) {
    TRY(make_folders(state, 0700));
    lock = TRY(FileLock::take(files.lock, wait_ms));
  }
  auto database = TRY(Database::open(
      files.database, writes ? Database::Mode::write : Database::Mode::read, wait_ms));
  tables::Identity identity;
  if (TRY(tables::is_empty(database))) {
    if (!writes) {
      return fail(Fault::missing,
                  cat("there is no ledger in `", printable(state.string()), "` yet"),
                  "`cupel assess` makes one");
    }
    identity = TRY(make_ledger(files, database));
  } else {
    TRY(tables::check_layout(database));
    identity = TRY(tables::identity(database));
  }
  auto verifier = note::parse_vkey(identity.vkey);
  if (!verifier.ok() || verifier.value().name != identity.origin) {
    return does_not_fit("it does not say whose key signs it");
  }
  std::optional<PrivateKey> key;
  if (writes) key = TRY(load_key(files, verifier.value()));
  Ledger ledger(std::make_unique<State>(State{.files = files,
                                              .mode = mode,
                                              .clock = &clock,
                                              .lock = std::move(lock),
                                              .database = std::move(database),
                                              .identity = std::move(identity),
                                              .verifier = std::move(verifier).value(),
                                              .key = std::move(key),
                                              .newest = {},
                                              .frontier = {}}));
  auto loaded = ledger.state_->load();
  if (!loaded.ok() && mode != Mode::examine) return std::move(loaded).error();
  return ledger;
}

Result<std::vector<Receipt>> Ledger::append(std::span<const Draft> drafts) {
  State& state = *state_;
  require(state.mode == Mode::write && state.key.has_value());
  const PrivateKey& key = *state.key;
  std::vector<Receipt> receipts;
  if (drafts.empty()) return receipts;
  auto transaction = TRY(Transaction::begin(state.database, Database::Mode::write));
  const auto newest = TRY(tables::newest_checkpoint(state.database));
  if (newest != state.newest) {
    return fail(Fault::integrity, "something else has written to the ledger while it was open");
  }
  auto writer = TRY(tables::Writer::make(state.database));
  merkle::Frontier frontier = state.frontier;  // replaces the old one once it is durable
  std::vector<merkle::Frontier::Completed> completed;
  for (const auto& draft : drafts) {
    if (draft.body.size() > kBodyLimit) {
      return fail(Fault::limit, cat("an entry holds at most ", human_bytes(kBodyLimit)));
    }
    const Salt salt = random_bytes_32();
    const std::uint64_t seq = frontier.size();
    const std::string leaf =
        TRY(leaf_text(draft, seq, state.clock->now(), commitment(salt, draft.body)));
    const Digest hash = merkle::leaf_hash(as_bytes(leaf));
    TRY(writer.entry(seq, leaf, salt, draft.body));
    frontier.append(hash, completed);
    receipts.push_back({.index = seq, .leaf_hash = to_hex(hash)});
  }
  for (const auto& node : completed) TRY(writer.node(node));
  tables::Newest next{
      .nr = newest ? newest->nr + 1 : 0,
      .note = note::sign(
          {.origin = state.identity.origin, .size = frontier.size(), .root = frontier.root()},
          state.verifier.name, key)};
  TRY(writer.checkpoint(next.nr, next.note));
  TRY(state.commit(transaction));
  state.frontier = std::move(frontier);
  state.newest = std::move(next);
  state.publish();
  return receipts;
}

Result<void> Ledger::State::commit(Transaction& transaction) {
  auto committed = transaction.commit();
  if (committed.ok()) return {};
  // The log may hold the whole commit although its fsync failed, and the next start
  // would find it there. Emptying the log makes "it failed" true.
  auto error = std::move(committed).error();
  transaction.roll_back();
  auto emptied = database.number("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!emptied.ok() || emptied.value() != 0) {
    error.hint += error.hint.empty() ? "" : "; ";
    error.hint += "the entries may or may not be there when the ledger is opened again";
  }
  return error;
}

// Best effort: the commit is durable, so nothing that happens here may call it failed.
void Ledger::State::publish() const {
  if (!newest) return;
  std::error_code ignored;
  const std::filesystem::path next = files.head.string() + ".new";
  const File file(
      ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.fd() < 0) return;
  const std::string& text = newest->note;
  if (::write(file.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return;
  std::filesystem::rename(next, files.head, ignored);
}

Result<Receipt> Ledger::append(const Draft& draft) {
  return TRY(append(std::span(&draft, 1))).front();
}

std::uint64_t Ledger::size() const {
  return state_->frontier.size();
}
std::string Ledger::origin() const {
  return state_->identity.origin;
}
std::string Ledger::vkey() const {
  return state_->identity.vkey;
}

Result<std::string> Ledger::checkpoint() const {
  const auto& newest = state_->newest;
  if (!newest) return fail(Fault::missing, "the ledger is empty: it has no checkpoint yet");
  return newest->note;
}

Result<std::string> Ledger::root_hex() const {
  return to_hex(state_->frontier.root());
}

Result<Entry> Ledger::entry(std::uint64_t index) const {
  if (index >= size()) {
    return fail(Fault::missing, cat("there is no entry ", index, ": the ledger holds ", size()));
  }
  return TRY(entries(index, index + 1)).front();
}

Result<std::vector<Entry>> Ledger::entries(std::uint64_t from, std::uint64_t to,
                                           bool bodies) const {
  to = std::min(to, size());
  std::vector<Entry> entries;
  auto rows = TRY(state_->database.prepare(
      bodies ? "SELECT e.seq, e.leaf, e.salt, t.hash, b.bytes FROM entry e "
               "LEFT JOIN tree t ON t.node = e.seq * 2 LEFT JOIN body b ON b.id = e.body "
               "WHERE e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq"
             : "SELECT e.seq, e.leaf, e.salt, t.hash, nullif(b.id IS NULL, 1) FROM entry e "
               "LEFT JOIN tree t ON t.node = e.seq * 2 LEFT JOIN body b ON b.id = e.body "
               "WHERE e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq"));
  rows.bind(1, static_cast<std::int64_t>(from)).bind(2, static_cast<std::int64_t>(to));
  for (std::uint64_t index = from; index < to; ++index) {
    const auto damaged = [&](std::string_view why) {
      rows.reset();
      return does_not_fit(cat("entry ", index, " ", why));
    };
    if (!TRY(rows.step()) || rows.integer(0) != static_cast<std::int64_t>(index)) {
      return damaged("is missing");
    }
    const std::string text = rows.text(1);
    auto leaf = read_leaf(text).leaf;
    if (!leaf || leaf->seq != index ||
        !std::ranges::equal(merkle::leaf_hash(as_bytes(text)), rows.bytes(3))) {
      return damaged("is not the one that was written");
    }
    Entry entry{.index = index,
                .leaf = text,
                .salt = to_hex(rows.bytes(2)),
                .body = bodies ? rows.text(4) : "",
                .erased = rows.is_null(4),
                .type = std::move(leaf->type),
                .actor = std::move(leaf->actor),
                .at = leaf->at,
                .media_type = std::move(leaf->media_type)};
    if (bodies && !entry.erased &&
        to_hex(commitment(rows.bytes(2), entry.body)) != leaf->body_sha256) {
      return damaged("has a body that does not match the commitment in its leaf");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::string> Ledger::prove(std::uint64_t index) const {
  if (index >= size()) {
    return fail(Fault::missing, cat("there is no entry ", index, ": the ledger holds ", size()));
  }
  const auto proof = TRY(tables::hashes(state_->database, merkle::inclusion_path(index, size())));
  const Digest leaf =
      merkle::leaf_hash(as_bytes(TRY(tables::entry_row(state_->database, index)).leaf));
  if (!merkle::verify_inclusion(leaf, index, size(), proof, state_->frontier.root())) {
    return does_not_fit(cat("entry ", index, " is not in its tree"));
  }
  std::string text = cat("c2sp.org/tlog-proof@v1\nindex ", index, "\n");
  for (const auto& hash : proof) text += to_base64(hash) + "\n";
  return text + "\n" + TRY(checkpoint());
}

}  // namespace cupel
