// SPDX-License-Identifier: Apache-2.0
#include "inventory/asset_root.h"

#include <algorithm>

#include "base/text.h"
#include "inventory/model_folder.h"
#include "provenance/manifest.h"

namespace cupel {
namespace {

bool is_ignored(std::string_view name) {
  const auto top = name.substr(0, name.find('/'));
  return std::ranges::find(default_ignored(), top) != default_ignored().end();
}

const FileEntry* single_file(const Inventory& inventory, const Asset& asset) {
  if (asset.files.size() != 1 || asset.files[0] >= inventory.files.size()) return nullptr;
  const FileEntry& file = inventory.files[asset.files[0]];
  return file.path == asset.declared.path ? &file : nullptr;
}

}  // namespace

std::string asset_root(const Inventory& inventory, const Asset& asset) {
  std::vector<Resource> resources;
  const bool single = single_file(inventory, asset) != nullptr;
  std::string folder = asset.declared.path;  // with the slash at its end
  while (folder.ends_with('/')) folder.pop_back();
  folder = folder == "." ? "" : folder + "/";
  for (const auto index : asset.files) {
    if (index >= inventory.files.size()) return {};
    const FileEntry& file = inventory.files[index];
    if (file.path == asset.declared.signature) continue;
    std::string_view name = file.path;
    if (single) {
      name = file_name(name);
    } else {
      if (!name.starts_with(folder)) return {};
      name.remove_prefix(folder.size());
      if (is_ignored(name)) continue;
    }
    if (!file.problem.empty() || file.sha256.empty()) return {};
    resources.push_back({.name = std::string(name), .digest = file.sha256});
  }
  if (resources.empty()) return {};
  sort_resources(resources);
  return root_of(resources);
}

std::string asset_file_digest(const Inventory& inventory, const Asset& asset) {
  const FileEntry* file = single_file(inventory, asset);
  return file == nullptr ? std::string() : file->sha256;
}

}  // namespace cupel
