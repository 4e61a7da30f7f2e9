// SPDX-License-Identifier: Apache-2.0
#include "ledger/ledger.h"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ledger/erasure.h"
#include "ledger/leaf.h"
#include "ledger/state.h"

namespace cupel {
namespace {

constexpr std::size_t kBodyLimit = 256U << 20U;
constexpr std::size_t kVaultNameLimit = 200;
// Every checkpoint of a young log is kept, and one for so many entries of an older one: the
// newest covers them all, and verifying a signature takes as long as verifying fifty entries.
constexpr std::uint64_t kYoung = 2048;
constexpr std::uint64_t kCheckpointEvery = 1024;
constexpr auto kPublishEvery = std::chrono::milliseconds(100);

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

Result<void> make_ledger(const LedgerFiles& files, const Database& database) {
  // The database is new, but a checkpoint of it was published: it has been lost.
  for (const auto& file : {files.tail, files.head}) {
    const auto text = read_text(file);
    if (!text.ok()) continue;
    const auto checkpoint = note::read_unverified(text.value());
    if (checkpoint.ok() && checkpoint.value().size > 0) return shrunk(0, checkpoint.value().size);
  }
  const PrivateKey key = TRY(make_key(files));
  const std::string origin = origin_of(key.public_key());
  tables::Identity identity{.origin = origin,
                            .vkey = note::vkey({.name = origin, .key = key.public_key()})};
  TRY(replace_file(files.vkey, identity.vkey + "\n"));
  return tables::create(database, identity);
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
  const Digest leaf = merkle::leaf_hash(as_bytes(TRY(tables::leaf_of(database, last))));
  const auto proof = TRY(tables::hashes(database, merkle::inclusion_path(last, newest.size)));
  if (!merkle::verify_inclusion(leaf, last, newest.size, proof, newest.root)) {
    return does_not_fit(cat("entry ", last, " is not the one that was signed"));
  }
  return frontier;
}

}  // namespace

Result<void> check_vault_name(const std::string& name) {
  const bool plain = std::ranges::none_of(
      name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  if (!name.empty() && name.size() <= kVaultNameLimit && plain && is_utf8(name)) return {};
  return fail(Fault::usage, cat("`", printable(name, 80), "` is no name of a vault"),
              "at most 200 bytes of UTF-8 without control characters");
}

namespace {

// One entry, checked against its hash in the tree and its commitment.
Result<Entry> read_entry(tables::Stored stored, tables::Vaults& vaults, bool bodies) {
  const auto damaged = [seq = stored.seq](std::string_view why) {
    return does_not_fit(cat("entry ", seq, " ", why));
  };
  auto leaf = read_leaf(stored.leaf).leaf;
  if (!leaf || leaf->seq != stored.seq || merkle::leaf_hash(as_bytes(stored.leaf)) != stored.hash) {
    return damaged("is not the one that was written");
  }
  Entry entry{.index = stored.seq,
              .leaf = stored.leaf,
              .salt = {},
              .body = {},
              .erased = false,
              .type = std::move(leaf->type),
              .actor = std::move(leaf->actor),
              .at = leaf->at,
              .media_type = std::move(leaf->media_type)};
  if (!bodies) {
    const bool sealed = stored.vault.has_value();
    entry.erased = sealed ? TRY(vaults.find(*stored.vault)) == nullptr : !stored.has_body;
    return entry;
  }
  auto opened = TRY(tables::open_body(std::move(stored), vaults));
  if (!opened.problem.empty()) return damaged(cat("cannot be read: ", opened.problem));
  entry.erased = !opened.body;
  if (entry.erased) return entry;
  entry.salt = to_hex(as_bytes(opened.salt));
  entry.body = *std::move(opened.body);
  if (to_hex(commitment(as_bytes(opened.salt), entry.body)) != leaf->body_sha256) {
    return damaged("has a body that does not match the commitment in its leaf");
  }
  return entry;
}

Result<std::vector<Entry>> read_entries(const Database& database, std::int64_t layout,
                                        merkle::Range range, bool bodies) {
  std::vector<Entry> entries;
  tables::Vaults vaults(database);
  auto rows = TRY(tables::entries(database, layout, bodies));
  rows.bind(1, static_cast<std::int64_t>(range.begin))
      .bind(2, static_cast<std::int64_t>(range.end));
  for (std::uint64_t index = range.begin; index < range.end; ++index) {
    if (!TRY(rows.step()) || rows.integer(0) != static_cast<std::int64_t>(index)) {
      return does_not_fit(cat("entry ", index, " is missing"));
    }
    entries.push_back(TRY(read_entry(tables::stored(rows), vaults, bodies)));
  }
  return entries;
}

std::optional<note::Checkpoint> published_in(const std::filesystem::path& file,
                                             const note::Verifier& verifier) {
  const auto text = read_text(file);
  if (!text.ok()) return {};
  auto checkpoint = note::open(text.value(), verifier);
  if (!checkpoint.ok()) return {};  // a power failure can leave it empty, or torn
  return std::move(checkpoint).value();
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
  auto copy = published_in(files.head, verifier);
  auto tail = published_in(files.tail, verifier);
  return !copy || (tail && tail->size > copy->size) ? tail : copy;
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

std::shared_ptr<const StoredHead> Ledger::State::head() const {
  const std::scoped_lock one(head_mutex);
  return head_now;
}

void Ledger::State::set_head(StoredHead next) {
  auto made = std::make_shared<const StoredHead>(std::move(next));
  const std::scoped_lock one(head_mutex);
  head_now = std::move(made);
}

Result<void> Ledger::State::load() {
  // Before the view is taken: a writer may publish a newer one at any moment.
  const auto before = published(files, verifier);
  auto view = TRY(Transaction::begin(database, Database::Mode::read));
  StoredHead head;
  head.newest = TRY(tables::newest_checkpoint(database));
  note::Checkpoint newest{.origin = identity.origin, .size = 0, .root = merkle::empty_root()};
  if (head.newest) {
    auto opened = note::open(head.newest->note, verifier);
    if (!opened.ok()) return does_not_fit(cat("its newest checkpoint: ", opened.error().what));
    newest = std::move(opened).value();
  }
  if (newest.origin != identity.origin) return does_not_fit("its checkpoint has another origin");
  head.frontier = TRY(check_edge(database, newest));
  if (before) TRY(check_published(database, head.frontier, *before));
  set_head(std::move(head));
  return {};
}

Result<Ledger> Ledger::open(const LedgerPlace& place, Mode mode, const Clock& clock, int wait_ms) {
  const LedgerFiles files(place.folder);
  const bool writes = mode == Mode::write;
  const bool remote = !place.url.empty();
  const auto access = writes ? Database::Mode::write : Database::Mode::read;
  std::optional<FileLock> lock;
  if (writes) {
    TRY(make_folders(place.folder, 0700));
    if (!remote) lock = TRY(FileLock::take(files.lock, wait_ms));
  }
  auto database = TRY(remote ? Database::connect(place.url, access, wait_ms)
                             : Database::open(files.database, access, wait_ms));
  if (TRY(database.is_empty())) {
    if (!writes) {
      const std::string where = remote ? Database::shown(place.url) : place.folder.string();
      return fail(Fault::missing, cat("there is no ledger in `", printable(where), "` yet"),
                  "`cupel assess` makes one");
    }
    TRY(make_ledger(files, database));
  }
  auto layout = TRY(tables::check_layout(database));
  if (writes && layout == tables::kClearLayout) {
    TRY(tables::upgrade(database));
    layout = TRY(tables::check_layout(database));
  }
  auto identity = TRY(tables::identity(database));
  auto verifier = note::parse_vkey(identity.vkey);
  if (!verifier.ok() || verifier.value().name != identity.origin) {
    return does_not_fit("it does not say whose key signs it");
  }
  std::optional<PrivateKey> key;
  std::optional<Database> reader;
  if (writes) {
    key = TRY(load_key(files, verifier.value()));
    // What a crash between an erasure and its tidying up left in the log goes now.
    if (!remote) static_cast<void>(database.forget());
    reader = TRY(database.another());
  }
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): it has mutexes, so it is made where it stays
  Ledger ledger(std::unique_ptr<State>(new State{.files = files,
                                                 .mode = mode,
                                                 .clock = &clock,
                                                 .lock = std::move(lock),
                                                 .database = std::move(database),
                                                 .layout = layout,
                                                 .identity = std::move(identity),
                                                 .verifier = std::move(verifier).value(),
                                                 .key = std::move(key),
                                                 .turns = {},
                                                 .writer = {},
                                                 .reading = {},
                                                 .reader = std::move(reader),
                                                 .head_mutex = {},
                                                 .head_now = {},
                                                 .publishing = {}}));
  ledger.state_->set_head({});
  auto loaded = ledger.state_->load();
  if (!loaded.ok() && mode != Mode::examine) return std::move(loaded).error();
  return ledger;
}

Result<std::vector<Receipt>> Ledger::append(std::span<const Draft> drafts) {
  State& state = *state_;
  require(state.mode == Mode::write && state.key.has_value());
  if (drafts.empty()) return std::vector<Receipt>();
  LedgerWish wish;
  wish.drafts = drafts;
  for (const auto& draft : drafts) {
    if (draft.body.size() > kBodyLimit) {
      return fail(Fault::limit, cat("an entry holds at most ", human_bytes(kBodyLimit)));
    }
    TRY(check_vault_name(draft.vault));
    wish.forms.push_back(TRY(LeafForm::make(draft)));
  }
  state.turns.join(wish, [&state](auto wishes) { state.write(wishes); });
  if (wish.error) return *std::move(wish.error);
  return std::move(wish.receipts);
}

Result<void> Ledger::check(const Draft& draft) {
  if (draft.body.size() > kBodyLimit) {
    return fail(Fault::limit, cat("an entry holds at most ", human_bytes(kBodyLimit)));
  }
  TRY(check_vault_name(draft.vault));
  TRY(LeafForm::make(draft));
  return {};
}

Result<Receipt> Ledger::append(const Draft& draft) {
  return TRY(append(std::span(&draft, 1))).front();
}

void Ledger::State::write(std::span<LedgerWish* const> wishes) {
  auto written = try_write(wishes);
  if (written.ok()) {
    commit_published();
    forget(wishes);
    return;
  }
  writer.reset();  // it may hold rows, and vaults, of what was rolled back
  for (auto* wish : wishes) {
    if (wish->error) continue;  // an erasure that named nothing knows better
    wish->receipts.clear();
    wish->error = written.error();
  }
}

Result<void> Ledger::State::try_write(std::span<LedgerWish* const> wishes) {
  auto transaction = TRY(Transaction::begin(database, Database::Mode::write));
  TRY(catch_up());
  if (!writer) writer = TRY(tables::Writer::make(database));
  const auto before = head();
  StoredHead next{.newest = {}, .frontier = before->frontier};
  std::vector<merkle::Frontier::Completed> completed;
  const std::string at = to_rfc3339(clock->now());
  for (auto* wish : wishes) {
    TRY(wish->vault.empty() ? write_wish(*wish, next.frontier, completed, at)
                            : write_erasure(*wish, next.frontier, completed, at));
  }
  const std::uint64_t old_size = before->frontier.size();
  const std::uint64_t size = next.frontier.size();
  if (size == old_size) return {};  // erasures that named nothing
  std::ranges::sort(completed, {}, [](const auto& one) { return tables::node_number(one.node); });
  for (const auto& node : completed) TRY(writer->node(node));
  const bool replaces = old_size > kYoung && old_size / kCheckpointEvery == size / kCheckpointEvery;
  const std::int64_t nr = before->newest ? before->newest->nr + (replaces ? 0 : 1) : 0;
  next.newest = {
      .nr = nr,
      .note = note::sign({.origin = identity.origin, .size = size, .root = next.frontier.root()},
                         verifier.name, *key)};
  TRY(writer->checkpoint(*next.newest, replaces));
  TRY(writer->write());
  TRY(transaction.commit());
  set_head(std::move(next));
  return {};
}

// Other writers of a server may have been here since our last turn: what they left must be a
// continuation of what we know, signed by our key.
Result<void> Ledger::State::catch_up() {
  const auto before = head();
  auto newest = TRY(tables::newest_checkpoint(database));
  if (newest == before->newest) return {};
  if (!newest) return shrunk(0, before->frontier.size());
  auto opened = note::open(newest->note, verifier);
  if (!opened.ok()) return does_not_fit(cat("its newest checkpoint: ", opened.error().what));
  if (opened.value().origin != identity.origin) {
    return does_not_fit("its checkpoint has another origin");
  }
  StoredHead next{.newest = std::move(newest),
                  .frontier = TRY(check_edge(database, opened.value()))};
  TRY(check_published(database, next.frontier,
                      {.origin = identity.origin,
                       .size = before->frontier.size(),
                       .root = before->frontier.root()}));
  set_head(std::move(next));
  if (writer) writer->forget_vaults();  // one may have been erased meanwhile
  return {};
}

Result<void> Ledger::State::write_wish(LedgerWish& wish, merkle::Frontier& frontier,
                                       std::vector<merkle::Frontier::Completed>& completed,
                                       const std::string& at) {
  for (std::size_t i = 0; i < wish.drafts.size(); ++i) {
    const Draft& draft = wish.drafts[i];
    const std::uint64_t seq = frontier.size();
    const auto random = random_bytes_32();
    const auto seed = Bytes(random).first(Expander::kSeed);
    const auto nonce = Bytes(random).last(Sealer::kNonce);
    Vault& vault = *TRY(writer->vault(draft.vault));
    const std::string leaf = wish.forms[i].text(seq, at, commitment(vault.salt(seed), draft.body));
    const Digest hash = merkle::leaf_hash(as_bytes(leaf));
    const auto body = TRY(writer->keep(seq, draft.body, nonce, vault));
    TRY(writer->entry(seq, leaf, seed, body, vault));
    frontier.append(hash, completed);
    wish.receipts.push_back({.index = seq, .leaf_hash = to_hex(hash)});
  }
  return {};
}

Result<void> Ledger::State::write_erasure(LedgerWish& wish, merkle::Frontier& frontier,
                                          std::vector<merkle::Frontier::Completed>& completed,
                                          const std::string& at) {
  const Vault* vault = TRY(writer->find_vault(wish.vault));
  if (vault == nullptr) {
    wish.error = fail(Fault::missing, cat("there is no vault `", printable(wish.vault), "`"));
    return {};
  }
  TRY(writer->write());  // entries of this very commit may lie in it
  ErasureRecord record{.vault = vault->id(), .entries = {}, .reason = wish.reason};
  auto sealed = TRY(database.prepare("SELECT seq FROM entry WHERE vault = ?1 ORDER BY seq"));
  sealed.bind(1, record.vault);
  while (TRY(sealed.step())) add_entry(record, static_cast<std::uint64_t>(sealed.integer(0)));
  const std::uint64_t seq = frontier.size();
  TRY(writer->destroy(wish.vault, record.vault, seq));
  const std::string body = text_of(record);
  const Salt salt = random_bytes_32();
  const std::string leaf = wish.forms.front().text(seq, at, commitment(salt, body));
  const Digest hash = merkle::leaf_hash(as_bytes(leaf));
  TRY(writer->clear_entry(seq, leaf, salt, body));
  frontier.append(hash, completed);
  wish.erased = record.count();
  wish.receipts.push_back({.index = seq, .leaf_hash = to_hex(hash)});
  return {};
}

// The erasure is durable. What the database keeps of the key beside its row goes now, and the
// caller is told what nobody can promise.
void Ledger::State::forget(std::span<LedgerWish* const> wishes) {
  const bool erased = std::ranges::any_of(
      wishes, [](const auto* wish) { return !wish->vault.empty() && !wish->error; });
  if (!erased) return;
  std::vector<std::string> remains;
  if (const auto done = database.forget(); !done.ok()) remains.push_back(done.error().what);
  if (database.kind() == Database::Kind::postgres) {
    remains.emplace_back(
        "the server's write-ahead log, until it is recycled; its archive, standbys");
  } else {
    remains.emplace_back("free blocks of the file system and spare cells of a flash disk");
  }
  remains.emplace_back("backups and copies of the database that were made before");
  remains.emplace_back("exports that were made before: they hold the bodies in clear");
  for (auto* wish : wishes) {
    if (!wish->vault.empty()) wish->remains = remains;
  }
}

void Ledger::State::commit_published() {
  const std::scoped_lock one(publishing);
  const auto now = std::chrono::steady_clock::now();
  if (lock) write_tail();
  behind = now - published_at < kPublishEvery;
  if (behind) return;
  publish();
  published_at = now;
}

void Ledger::State::settle() {
  const std::scoped_lock one(publishing);
  if (std::exchange(behind, false)) publish();
}

// Best effort, as publish().
void Ledger::State::write_tail() {
  if (tail.fd() < 0) {
    tail = File(::open(files.tail.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  }
  const std::string& text = head()->newest->note;
  if (::pwrite(tail.fd(), text.data(), text.size(), 0) < 0) {
    tail = File();  // opened again next time
  }
}

// The tail goes only when what replaces it is there.
Ledger::State::~State() {
  if (mode != Mode::write) return;
  settle();
  if (!lock || !head()) return;
  const auto is_current = [&] {
    const auto copy = published_in(files.head, verifier);
    return copy && copy->size == head()->frontier.size();
  };
  if (!is_current()) publish();  // after a crash the tail can be ahead of the copy
  std::error_code ignored;
  if (is_current()) std::filesystem::remove(files.tail, ignored);
}

void Ledger::settle() {
  state_->settle();
}

// Best effort: the commit is durable, so nothing that happens here may call it failed.
void Ledger::State::publish() const {
  const auto now = head();
  if (!now->newest) return;
  std::error_code ignored;
  // Writers of a server may share the folder: the copy must not go back.
  std::optional<FileLock> turn;
  if (!lock) {
    auto taken = FileLock::take(files.lock, 1000);
    if (!taken.ok()) return;
    turn = std::move(taken).value();
    const auto there = published(files, verifier);
    if (there && there->size >= now->frontier.size()) return;
  }
  const std::filesystem::path next = files.head.string() + ".new";
  const File file(
      ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.fd() < 0) return;
  const std::string& text = now->newest->note;
  if (::write(file.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return;
  std::filesystem::rename(next, files.head, ignored);
}

std::uint64_t Ledger::size() const {
  return state_->head()->frontier.size();
}
std::string Ledger::origin() const {
  return state_->identity.origin;
}
std::string Ledger::vkey() const {
  return state_->identity.vkey;
}

Result<std::string> Ledger::checkpoint() const {
  const auto newest = state_->head()->newest;
  if (!newest) return fail(Fault::missing, "the ledger is empty: it has no checkpoint yet");
  return newest->note;
}

Result<std::string> Ledger::root_hex() const {
  return to_hex(state_->head()->frontier.root());
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
  return state_->read([&](const Database& database) {
    return read_entries(database, state_->layout, {.begin = from, .end = to}, bodies);
  });
}

}  // namespace cupel
