// SPDX-License-Identifier: Apache-2.0
// scan run: paths on disk → a ScanResult, on every core.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/scan_policy.h"
#include "reports/scan_report.h"

namespace cupel {

struct ScanOptions {
  bool hash = true;
  Severity fail_at = Severity::high;
  ScanPolicy policy;
  std::filesystem::path cache;  // file to remember results in; empty: none
  unsigned threads = 0;         // 0: one per core
};

// Looks at files, at folders and all below them, and at "-", the standard input. Symbolic links
// inside of folders are followed only to files of the same folder, or of the same model of a
// Hugging Face cache. Fault::usage for what is not there; files that cannot be read become
// subjects that were not examined.
[[nodiscard]] Result<ScanResult> run_scan(const Context& context,
                                          const std::vector<std::string>& words,
                                          const ScanOptions& options);

}  // namespace cupel
