// SPDX-License-Identifier: Apache-2.0
// retirement: from names of assets and the disk to the plan of their end: the inventory, what the
// files are known again by, and the search for their copies. Nothing is changed here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/state.h"
#include "retire/plan.h"
#include "retire/record.h"

namespace cupel {

struct RetirementWish {
  std::vector<std::string> assets;
  std::string recipient = {};
  std::vector<std::string> include = {};
  std::vector<std::string> still_serving = {};
  std::vector<std::string> keys = {};
  std::vector<std::string> vaults = {};
  std::vector<std::filesystem::path> search = {};  // folders beside the system's, to be looked at
};

struct Retirement {
  retire::RetirementPlan plan;
  retire::Wanted wanted;
  retire::Residue searched;  // how much was looked at, here and elsewhere
  std::vector<std::string> cannot_assure;
};

// Fault::usage for names that do not exist.
[[nodiscard]] Result<Retirement> prepare_retirement(const Context& context,
                                                    const SystemPaths& paths, const System& system,
                                                    const RetirementWish& wish);

// Everything below the system's folder, and in `search`, that resembles what is wanted. `skip` are
// files of the system's folder that need no look.
[[nodiscard]] Result<retire::Residue> search_copies(
    const Context& context, const SystemPaths& paths,
    const std::vector<std::filesystem::path>& search, const retire::Wanted& wanted,
    const std::vector<std::string>& skip);

// Where the libraries of Hugging Face keep models on this machine, when there is such a folder.
[[nodiscard]] std::vector<std::filesystem::path> model_caches();

}  // namespace cupel
