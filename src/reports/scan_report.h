// SPDX-License-Identifier: Apache-2.0
// scan report: what `cupel scan` saw, as text for people, as JSON and as SARIF. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "reports/report.h"
#include "reports/sarif/log.h"
#include "scan/scan.h"
#include "vocab/assessment.h"

namespace cupel {

// A finding that a policy outside of the artefact takes back.
struct Suppressed {
  std::string code;
  std::string title;
  std::string reason;
  std::string expires;  // a date
};

struct ScanSubject {
  std::string path;         // as named or found; of a folder with a '/' at the end
  std::string sha256 = {};  // hex; empty when not asked for, not to be had, or a folder's
  scan::Report report = {};
  std::vector<Suppressed> suppressed = {};
  Verdict verdict = Verdict::inconclusive;
};

struct ScanResult {
  std::string tool;  // "cupel 0.0.3"
  Timestamp started;
  Timestamp finished = {};
  std::vector<ScanSubject> subjects = {};  // sorted by path
  std::uint64_t files = 0;                 // looked at, subjects or not
  std::uint64_t bytes = 0;
  std::vector<std::string> notes = {};  // what a person should know of the run: links, policies
};

[[nodiscard]] std::string render_scan_text(const ScanResult& result, const Screen& screen);
// "cupel/scan/1" of the contract.
[[nodiscard]] std::string render_scan_json(const ScanResult& result);
// SARIF 2.1.0, one result per finding and one "open" result per subject that was not examined
// to its end. GitHub knows neither bytes nor kinds: for it each has a line, and says the bytes.
[[nodiscard]] std::string render_scan_sarif(const ScanResult& result, SarifReader reader);

}  // namespace cupel
