// SPDX-License-Identifier: Apache-2.0
#include "inventory/links.h"

#include <ranges>
#include <vector>

#include "base/text.h"

namespace cupel {
namespace {

constexpr int kMostHops = 40;  // the kernel's own limit

// The parts of a path in the order in which they are walked: the next one last.
void push_parts(std::vector<std::string>& pending, std::string_view path) {
  const auto parts = split(path, '/');
  for (const auto part : std::views::reverse(parts)) {
    if (!part.empty() && part != ".") pending.emplace_back(part);
  }
}

// Whether an absolute path is the root or stands below it.
bool is_below(std::string_view path, std::string_view root) {
  return !root.empty() && path.starts_with(root) &&
         (path.size() == root.size() || path[root.size()] == '/');
}

std::string_view parent(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

}  // namespace

LinkMap::LinkMap(const Walk& walk, std::string_view root) : root_(root) {
  by_path_.reserve(walk.found.size());
  for (const auto& found : walk.found) by_path_.emplace(found.path, &found);
}

LinkMap::Answer LinkMap::resolve(std::string_view path) const {
  const auto problem = [](std::string what) { return Answer{.problem = std::move(what)}; };
  std::vector<std::string> pending;
  push_parts(pending, path);
  std::string at;
  const Found* found = nullptr;
  int hops = 0;
  while (!pending.empty()) {
    const std::string part = std::move(pending.back());
    pending.pop_back();
    if (found != nullptr && found->kind != FoundKind::folder) {
      return problem("it leads through a file as if it were a folder");
    }
    if (part == "..") {
      if (at.empty()) return problem("it leads out of the system's folder");
      at = parent(at);
      found = at.empty() ? nullptr : by_path_.at(at);
      continue;
    }
    const std::string next = at.empty() ? part : cat(at, "/", part);
    const auto here = by_path_.find(next);
    if (here == by_path_.end()) return problem("it leads to nothing that was found");
    if (here->second->kind != FoundKind::link) {
      at = next;
      found = here->second;
      continue;
    }
    if (++hops > kMostHops) return problem("it leads in a circle");
    std::string_view target = here->second->target;
    if (target.starts_with('/')) {
      if (!is_below(target, root_)) return problem("it leads out of the system's folder");
      target.remove_prefix(root_.size());
      at.clear();
      found = nullptr;
    }
    push_parts(pending, target);
  }
  return {.found = found, .is_root = found == nullptr};
}

}  // namespace cupel
