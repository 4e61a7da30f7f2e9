// SPDX-License-Identifier: Apache-2.0
// Vaults of a ledger: what is in one, and destroying its key.

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "ledger/erasure.h"
#include "ledger/state.h"

namespace cupel {
namespace {

std::string cannot_find(std::string_view name) {
  return cat("there is no vault `", printable(name, 200), "`");
}

Result<std::optional<tables::VaultRow>> row_of(const Database& database, const std::string& name) {
  auto find = TRY(database.prepare("SELECT id FROM vault WHERE name = ?1"));
  find.bind(1, name);
  if (!TRY(find.step())) return std::optional<tables::VaultRow>{};
  return tables::vault(database, find.integer(0));
}

// Whether a file holds the bytes; false for a file that is not there.
Result<bool> holds(const std::filesystem::path& path, Bytes wanted) {
  auto opened = File::open(path);
  if (!opened.ok()) {
    if (opened.error().fault == Fault::missing) return false;
    return std::move(opened).error();
  }
  std::vector<std::byte> window(1U << 20U);
  std::size_t kept = 0;  // of the bytes before, which the wanted ones may have begun in
  for (std::uint64_t at = 0;;) {
    const std::size_t got =
        TRY(opened.value().read_at(at, window.data() + kept, window.size() - kept));
    if (got == 0) return false;
    const auto seen = std::span(window).first(kept + got);
    if (!std::ranges::search(seen, wanted).empty()) return true;
    at += got;
    kept = std::min(seen.size(), wanted.size() - 1);
    std::ranges::copy(seen.last(kept), window.begin());
  }
}

Result<bool> key_stands_in_files(const LedgerFiles& files, const SecretKey& secret) {
  for (const char* ending : {"", "-wal", "-journal"}) {
    if (TRY(holds(files.database.string() + ending, Bytes(secret)))) return true;
  }
  return false;
}

}  // namespace

std::uint64_t VaultContents::count() const {
  std::uint64_t all = 0;
  for (const auto& range : entries) all += range.end - range.begin;
  return all;
}

Result<VaultContents> Ledger::vault(const std::string& name) const {
  TRY(check_vault_name(name));
  if (state_->layout == tables::kClearLayout) return fail(Fault::missing, cannot_find(name));
  return state_->read([&](const Database& database) -> Result<VaultContents> {
    const auto row = TRY(row_of(database, name));
    if (!row) return fail(Fault::missing, cannot_find(name));
    ErasureRecord sealed;
    auto rows = TRY(database.prepare("SELECT seq FROM entry WHERE vault = ?1 ORDER BY seq"));
    rows.bind(1, row->id);
    while (TRY(rows.step())) add_entry(sealed, static_cast<std::uint64_t>(rows.integer(0)));
    return VaultContents{.name = name, .entries = std::move(sealed.entries)};
  });
}

Result<std::string> Ledger::vault_of(std::uint64_t index) const {
  const auto nothing = [&](std::string_view why) {
    return fail(Fault::missing, cat("the body of entry ", index, " ", why));
  };
  if (state_->layout == tables::kClearLayout) return nothing("stands in clear");
  return state_->read([&](const Database& database) -> Result<std::string> {
    auto find = TRY(database.prepare("SELECT coalesce(vault, -1) FROM entry WHERE seq = ?1"));
    find.bind(1, static_cast<std::int64_t>(index));
    if (!TRY(find.step())) return fail(Fault::missing, cat("there is no entry ", index));
    const auto id = find.integer(0);
    if (id < 0) return nothing("stands in clear");
    const auto row = TRY(tables::vault(database, id));
    if (!row || !row->name) return nothing("was erased before");
    return *row->name;
  });
}

Result<Erasure> Ledger::erase(const std::string& vault, const std::string& actor,
                              const std::string& reason) {
  State& state = *state_;
  require(state.mode == Mode::write && state.key.has_value());
  TRY(check_vault_name(vault));
  if (!is_utf8(reason)) return fail(Fault::usage, "the reason of an erasure is text in UTF-8");
  LedgerWish wish;
  wish.vault = vault;
  wish.reason = reason;
  wish.forms.push_back(TRY(
      LeafForm::make({.type = entry_type::kErasure, .actor = actor, .subjects = {}, .body = {}})));
  auto row = TRY(state.read([&](const Database& database) { return row_of(database, vault); }));
  state.turns.join(wish, [&state](auto wishes) { state.write(wishes); });
  if (wish.error) return *std::move(wish.error);
  Erasure erasure{.receipt = wish.receipts.front(),
                  .entries = wish.erased,
                  .remains = std::move(wish.remains),
                  .gone = {}};
  if (!row || !row->secret || state.database.kind() != Database::Kind::sqlite) return erasure;
  const auto stands = key_stands_in_files(state.files, *row->secret);
  if (stands.ok()) erasure.gone = !stands.value();
  wipe(*row->secret);
  return erasure;
}

}  // namespace cupel
