// SPDX-License-Identifier: Apache-2.0
// links: where the symbolic links of a walk lead, worked out from the walk itself.
//
// Nobody asks the kernel: what a link leads to is looked up among what was found, so
// that a link can name a file of the inventory and never anything else.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "inventory/walk.h"

namespace cupel {

class LinkMap {
 public:
  // REQUIRES: the walk outlives this. `root` is the root's own path without links, for links
  // that are written as absolute paths; it may be empty.
  LinkMap(const Walk& walk, std::string_view root);

  struct Answer {
    const Found* found = nullptr;  // the file or folder that the path leads to
    bool is_root = false;          // it leads to the root itself
    std::string problem = {};      // why it leads to neither
  };
  // `path` is relative to the root; links on the way are followed within the walk.
  [[nodiscard]] Answer resolve(std::string_view path) const;

 private:
  std::string_view root_;
  std::unordered_map<std::string_view, const Found*> by_path_;
};

}  // namespace cupel
