// SPDX-License-Identifier: Apache-2.0
// inventory: the system's folder on disk → every file with its digest, joined with what is
// declared.
//
// The walk never follows a symbolic link and never leaves the root: links, FIFOs,
// devices and sockets are told as files with a problem. Only a link to something that
// the inventory holds anyway is no file: it is told as a diagnostic. A file that changes
// while it is hashed is read again, then told. Hashing uses all cores; the cache spares
// files whose device, inode, size, mtime and ctime are what they were.
//
// Installed packages (node_modules, .venv …) are walked and hashed like the rest and
// count as code; folders that are left out, and those, are told as diagnostics.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "vocab/asset.h"
#include "vocab/system.h"

namespace cupel {

struct InventoryOptions {
  std::filesystem::path cache = {};  // file to remember digests in; empty: none
  bool rehash = false;               // ignore what the cache says (and renew it)
  unsigned threads = 0;              // 0: one per core
  std::vector<std::string> exclude = {".git",
                                      ".cupel"};  // names of folders that are not the system's
};

// Progress counts bytes. Fails when the root cannot be read or the task is cancelled;
// everything else becomes part of the inventory.
[[nodiscard]] Result<Inventory> take_inventory(const System& system,
                                               const std::filesystem::path& root,
                                               const InventoryOptions& options, Task& task);

// What `cupel init` writes: a commented cupel.yaml for the files found.
struct InitOptions {
  std::string name;
  std::string scenario;            // empty: guessed, and said to be a guess
  std::vector<std::string> roles;  // empty: guessed too
  // The text of a file of the inventory, "" when it cannot be had: where licences, prompts in
  // programs, configuration of language models and use of other people's services are looked
  // for. Without it they are left open.
  std::function<std::string(std::string_view path)> read = {};
};
// Pure, and read again by read_system without a diagnostic.
[[nodiscard]] std::string draft_system_file(const Inventory& inventory, const InitOptions& options);

}  // namespace cupel
