// SPDX-License-Identifier: Apache-2.0
// scan policy: what an organisation accepts although the scan tells it, as a file of its own.
//
//   cupel-policy: 1
//   suppress:
//     - code: PKL002
//       sha256: 9f86d081884c7d65…      # of the file that was reviewed, and of no other
//       reason: reviewed by Ana, loads our own class only
//       expires: 2027-03-01
//
// Nothing in an artefact can suppress anything, and no entry outlives its date.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "reports/scan_report.h"

namespace cupel {

struct Suppression {
  std::string code;
  std::string sha256;
  std::string reason;
  Timestamp expires;  // the first moment at which it no longer counts
};

struct ScanPolicy {
  std::vector<Suppression> suppressions;
};

// Everything that is wrong with it becomes a diagnostic of `path`; an entry with one is left out.
[[nodiscard]] ScanPolicy read_scan_policy(std::string_view path, std::string_view text,
                                          std::vector<Diagnostic>& diagnostics);

// Takes back what the policy suppresses for a file with this digest.
void apply(const ScanPolicy& policy, Timestamp now, ScanSubject& subject);

}  // namespace cupel
