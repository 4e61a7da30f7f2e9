// SPDX-License-Identifier: Apache-2.0
// erase: overwrites a file in place, reads it back, gives its blocks back and removes its names.
//
// Nothing is opened through a symbolic link or outside of the root. A file is touched only while it
// is what the plan says: its digest, the number of its names. Each step that destroys is in the
// journal before it is taken.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "retire/journal.h"
#include "retire/medium.h"
#include "retire/plan.h"

namespace cupel::retire {

struct ErasedItem {
  std::string problem = {};             // why it is not gone; empty: it is
  std::uint64_t overwritten_bytes = 0;  // holes are not written
  std::uint64_t verified_bytes = 0;     // read back, and found to be what was written
  bool discarded = false;  // its blocks were given back before its name went (a hole was punched)
  bool resumed = false;    // an earlier run had begun it
  Medium medium = {};
  Timestamp started = {};
  Timestamp finished = {};

  [[nodiscard]] bool gone() const { return problem.empty(); }
};
[[nodiscard]] Json to_json(const ErasedItem& item);
[[nodiscard]] ErasedItem erased_from(const Json& json);

// Does what the plan says of one item, or goes on with it; `root` is the open folder of the system.
// What the disk refuses is the item's problem. Fails when the journal cannot be written, or the
// task is stopped. Progress counts bytes. REQUIRES: the item's action is not by_hand.
[[nodiscard]] Result<ErasedItem> erase_item(int root, const PlanItem& item, std::size_t number,
                                            Journal& journal, const Clock& clock, Task& task);

// Removes the folders that stood above these names, at or below `folder`, and are empty now.
void remove_empty_folders(int root, std::string_view folder, const std::vector<std::string>& names);

// What the plan asks of the disk for one file below the open root: Fault::denied for anything but a
// regular file. `names` is left to the caller, who has the walk.
struct OpenedFacts {
  FileFacts facts = {};
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
};
[[nodiscard]] Result<OpenedFacts> facts_of(int root, const std::string& path, Task& task);

}  // namespace cupel::retire
