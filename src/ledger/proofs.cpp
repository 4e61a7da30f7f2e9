// SPDX-License-Identifier: Apache-2.0
// What a ledger proves to others: that an entry is in a checkpoint, and that a checkpoint
// continues an earlier one.
#include "base/text.h"
#include "ledger/state.h"

namespace cupel {
namespace {

Error not_ours(std::string_view why) {
  return fail(Fault::integrity, cat("the checkpoint ", why));
}

}  // namespace

Result<std::vector<Digest>> Ledger::nodes(const std::vector<merkle::Node>& wanted) const {
  return state_->read([&](const Database& database) { return tables::nodes(database, wanted); });
}

Result<std::vector<Digest>> Ledger::consistency(std::uint64_t from, std::uint64_t to) const {
  require(0 < from && from <= to && to <= size());
  return state_->read([&](const Database& database) {
    return tables::hashes(database, merkle::consistency_path(from, to));
  });
}

Result<std::vector<std::string>> Ledger::inclusion(std::uint64_t index, std::uint64_t at) const {
  require(index < at && at <= size());
  const auto proof = TRY(state_->read([&](const Database& database) {
    return tables::hashes(database, merkle::inclusion_path(index, at));
  }));
  std::vector<std::string> path;
  for (const auto& hash : proof) path.push_back(to_base64(hash));
  return path;
}

Result<std::string> Ledger::prove(std::uint64_t index) const {
  const auto head = state_->head();
  if (index >= head->frontier.size()) {
    return fail(Fault::missing,
                cat("there is no entry ", index, ": the ledger holds ", head->frontier.size()));
  }
  return prove(index, head->newest->note);
}

Result<std::string> Ledger::prove(std::uint64_t index, const std::string& checkpoint) const {
  const auto signed_one = note::open(checkpoint, state_->verifier);
  if (!signed_one.ok()) return not_ours(cat("is not by this ledger: ", signed_one.error().what));
  const auto& [origin, at, root] = signed_one.value();
  if (origin != state_->identity.origin || at > size()) return not_ours("is not of this ledger");
  if (index >= at) {
    return fail(Fault::missing, cat("entry ", index, " is not in a checkpoint of size ", at));
  }
  struct Found {
    std::vector<Digest> proof;
    Digest leaf;
  };
  const auto found = TRY(state_->read([&](const Database& database) -> Result<Found> {
    return Found{.proof = TRY(tables::hashes(database, merkle::inclusion_path(index, at))),
                 .leaf = merkle::leaf_hash(as_bytes(TRY(tables::leaf_of(database, index))))};
  }));
  if (!merkle::verify_inclusion(found.leaf, index, at, found.proof, root)) {
    return fail(Fault::integrity,
                cat("the ledger is damaged: entry ", index, " is not in the tree that was signed"),
                "`cupel ledger verify` names everything that is wrong; restore the ledger from a "
                "backup");
  }
  std::string text = cat("c2sp.org/tlog-proof@v1\nindex ", index, "\n");
  for (const auto& hash : found.proof) text += to_base64(hash) + "\n";
  return text + "\n" + checkpoint;
}

}  // namespace cupel
