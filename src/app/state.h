// SPDX-License-Identifier: Apache-2.0
// state: where a system's description and its state stand on disk, and opening them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/command.h"
#include "ledger/ledger.h"
#include "vocab/system.h"

namespace cupel {

struct SystemPaths {
  std::filesystem::path root;   // the system's folder
  std::filesystem::path file;   // root/cupel.yaml
  std::filesystem::path state;  // root/.cupel, or the folder that --state names
  std::string server;           // the URL that --state names instead: the ledger is there

  [[nodiscard]] LedgerPlace ledger() const { return {state, server}; }
};

// From what was named on the command line: a folder or its cupel.yaml. Fault::usage
// when there is no cupel.yaml, with `cupel init` as the hint.
[[nodiscard]] Result<SystemPaths> locate_system(const std::string& word, const Options& options);

// The state folder for commands that need no description of a system.
[[nodiscard]] std::filesystem::path state_folder(const Options& options);
// And where the ledger is: in that folder, or on the server that --state names.
[[nodiscard]] LedgerPlace ledger_place(const Options& options);

// Reads cupel.yaml; prints its diagnostics and fails with Fault::usage when there are any.
[[nodiscard]] Result<System> load_system(const SystemPaths& paths, Terminal& terminal);

// What system_digest and roster_digest are made from.
[[nodiscard]] std::string roster_digest(const System& system);

}  // namespace cupel
