// SPDX-License-Identifier: Apache-2.0
// model reports: which files of an inventory load as models, and what the scan room finds in
// them. Bytes that this build has examined before are not examined again.
#pragma once

#include <set>
#include <string>

#include "checks/check.h"
#include "scan/scan.h"

namespace cupel {

// Indices into Inventory::files.
[[nodiscard]] std::set<std::size_t> model_files(const Inventory& inventory);

struct ExaminedModel {
  scan::Report report;
  std::string problem;  // why there is no report
};
[[nodiscard]] Result<ExaminedModel> examine_model(const CheckInput& input, const FileEntry& file);

}  // namespace cupel
