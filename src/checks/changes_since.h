// SPDX-License-Identifier: Apache-2.0
// changes_since: what of the system is not what the earlier cycle saw.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/check.h"

namespace cupel {

enum class ChangeKind { added, changed, removed };

struct Change {
  ChangeKind kind = ChangeKind::changed;
  std::string name;  // of the asset
  AssetKind asset = AssetKind::other;
  std::string path;
  std::string digest;           // what stands here now; of a removed asset, what stood there
  const Asset* now = nullptr;   // null when it was removed
  const Asset* then = nullptr;  // in the earlier inventory; null when it was added
};

struct Changes {
  bool first_cycle = false;  // there is nothing to compare with
  std::size_t compared = 0;  // assets of the asked kinds, now or then
  std::vector<Change> found;
  std::vector<std::string> unknown;  // names of assets whose bytes are not known, now or then
};

// Compares assets of the given kinds by name, then by path, and their digests.
[[nodiscard]] Changes changes_since(const Baseline& baseline, const Inventory& now,
                                    std::span<const AssetKind> kinds);

// "the prompt `x` was changed".
[[nodiscard]] std::string describe(const Change& change);

}  // namespace cupel
