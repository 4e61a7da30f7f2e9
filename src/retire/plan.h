// SPDX-License-Identifier: Apache-2.0
// plan: what retiring assets would do, before anything is done: every file with its digest and
// why it goes or stays, what only people can confirm, which endpoints must be dead and which keys
// revoked. The custodian consents to its text, so the text is the same as long as the facts are:
// it holds no time and no number of an inode.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "retire/likeness.h"
#include "vocab/asset.h"
#include "vocab/system.h"

namespace cupel::retire {

enum class Action {
  erase,    // overwritten, discarded, unlinked
  unlink,   // a symbolic link to what is erased
  by_hand,  // somebody must decide or act; until then the disposal is partial
};
[[nodiscard]] std::string_view to_text(Action action);

struct PlanItem {
  Action action = Action::erase;
  std::vector<std::string> names = {};  // of one file: hard links are several; relative, sorted
  std::string sha256 = {};              // hex; empty for links and what could not be read
  std::uint64_t size_bytes = 0;
  std::string why = {};
};

struct RetiredAsset {
  std::string name = {};
  std::string kind = {};
  std::string digest = {};  // of its file or folder; empty when it lies elsewhere
  std::string custodian = {};
  std::string sensitivity = {};
};

// What nobody here can see, and a person has to vouch for by its id.
struct ByHand {
  std::string id = {};  // "backups", "supplier:assistant-api"
  std::string what = {};
};

struct NamedUrl {
  std::string name = {};
  std::string url = {};
};

struct RetirementPlan {
  std::string system = {};
  std::string system_version = {};
  std::string recipient = {};  // of a transfer; empty: the assets end here
  std::vector<RetiredAsset> assets = {};
  std::vector<PlanItem> items = {};
  std::vector<std::string> derivatives = {};  // "the model `x` was made from it and stays"
  std::vector<NamedUrl> endpoints = {};       // that must be dead
  std::vector<std::string> keys = {};         // that must be revoked
  std::vector<std::string> vaults = {};       // of the ledger, that are erased
  std::vector<ByHand> by_hand = {};
  std::vector<std::string> unseen = {};  // what could not be looked into

  [[nodiscard]] std::size_t count(Action action) const;
};

// The text that is signed: JSON for people, one spelling for one plan.
[[nodiscard]] std::string text_of(const RetirementPlan& plan);
// Reads only what text_of would have written.
[[nodiscard]] std::optional<RetirementPlan> read_plan(std::string_view text);

// A file as the disk has it.
struct FileFacts {
  std::uint64_t size_bytes = 0;
  std::string sha256 = {};
  std::vector<std::string> names = {};  // that were found below the root; sorted
  std::uint64_t links = 1;              // that there are
  bool shares_blocks = false;           // with another file, on a file system that copies on write
};

struct PlanInput {
  const System& system;
  const Inventory& inventory;
  std::vector<std::string> assets = {};  // names
  std::string recipient = {};
  std::vector<Likeness> copies = {};              // below the system's folder
  std::vector<Likeness> copies_outside = {};      // elsewhere; their paths are absolute
  std::map<std::string, FileFacts> facts = {};    // by every name
  std::map<std::string, std::string> links = {};  // symbolic link → what it leads to
  std::vector<std::string> include = {};          // files that go though they are no certain copy
  std::vector<std::string> still_serving = {};  // names of endpoints that serve something else now
  std::vector<std::string> keys = {};
  std::vector<std::string> vaults = {};
  std::vector<std::string> unseen = {};
};
// REQUIRES: the assets are declared in the system. Fault::usage for names that do not exist.
[[nodiscard]] Result<RetirementPlan> make_plan(const PlanInput& input);

// What belongs to the record and is never erased: the description, what people signed, the ledger.
[[nodiscard]] bool is_protected(std::string_view path);

}  // namespace cupel::retire
