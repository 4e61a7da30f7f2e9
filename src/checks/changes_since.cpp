// SPDX-License-Identifier: Apache-2.0
#include "checks/changes_since.h"

#include <algorithm>

#include "base/text.h"

namespace cupel {
namespace {

bool is_asked(const Asset& asset, std::span<const AssetKind> kinds) {
  return std::ranges::find(kinds, asset.declared.kind) != kinds.end();
}

// The same asset in the other inventory: an undeclared one may have been declared since,
// and a declared one renamed.
const Asset* same_in(const Inventory& other, const Asset& asset) {
  if (const Asset* found = other.find(asset.declared.name)) return found;
  if (asset.declared.path.empty()) return nullptr;
  const auto found = std::ranges::find_if(
      other.assets, [&](const Asset& each) { return each.declared.path == asset.declared.path; });
  return found == other.assets.end() ? nullptr : &*found;
}

Change change_of(ChangeKind kind, const Asset& asset, const Asset* now, const Asset* then) {
  return {.kind = kind,
          .name = asset.declared.name,
          .asset = asset.declared.kind,
          .path = asset.declared.path,
          .digest = asset.digest,
          .now = now,
          .then = then};
}

// An asset that is here now, and what it was then.
void compare(const Asset& asset, const Asset* then, Changes& changes) {
  // What has no bytes here (a URL, a missing file) has no digest to compare.
  const bool expected = !asset.declared.path.empty() && asset.is_present;
  if (asset.digest.empty()) {
    if (expected) changes.unknown.push_back(asset.declared.name);
  } else if (changes.first_cycle) {
    return;
  } else if (then == nullptr || !then->is_present) {
    changes.found.push_back(change_of(ChangeKind::added, asset, &asset, nullptr));
  } else if (then->digest.empty()) {
    changes.unknown.push_back(asset.declared.name);
  } else if (then->digest != asset.digest) {
    changes.found.push_back(change_of(ChangeKind::changed, asset, &asset, then));
  }
}

}  // namespace

Changes changes_since(const Baseline& baseline, const Inventory& now,
                      std::span<const AssetKind> kinds) {
  Changes changes;
  changes.first_cycle = baseline.cycle.empty();
  for (const auto& asset : now.assets) {
    if (!is_asked(asset, kinds)) continue;
    ++changes.compared;
    compare(asset, changes.first_cycle ? nullptr : same_in(baseline.inventory, asset), changes);
  }
  if (changes.first_cycle) return changes;
  for (const auto& asset : baseline.inventory.assets) {
    if (!is_asked(asset, kinds) || !asset.is_present) continue;
    const Asset* still = same_in(now, asset);
    if (still != nullptr && still->is_present) continue;
    // A file that is merely seen as another kind now is still there.
    if (still == nullptr && now.file(asset.declared.path) != nullptr) continue;
    ++changes.compared;
    changes.found.push_back(change_of(ChangeKind::removed, asset, nullptr, &asset));
  }
  return changes;
}

std::string describe(const Change& change) {
  const std::string_view verb = change.kind == ChangeKind::added     ? " was added"
                                : change.kind == ChangeKind::changed ? " was changed"
                                                                     : " was removed";
  return cat("the ", to_text(change.asset), " `", printable(change.name, 200), "`", verb);
}

}  // namespace cupel
