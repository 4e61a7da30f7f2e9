// SPDX-License-Identifier: Apache-2.0
// told: what an examination says, short enough to stand in a test.
#pragma once

#include <string>
#include <string_view>

#include "base/text.h"
#include "scan/scan.h"

namespace cupel::scan {

// "KRS001 critical a.keras!config.json@12; …": code, severity, place; then what was missed.
inline std::string told_of(const Report& report) {
  std::string out;
  for (const auto& finding : report.findings) {
    out += cat(out.empty() ? "" : "; ", finding.code, " ", to_text(finding.severity), " ",
               finding.place.path.back(), "@",
               finding.place.line != 0 ? finding.place.line
               : finding.place.span    ? finding.place.span->begin
                                       : 0);
  }
  for (const auto& shortfall : report.shortfalls) out += cat(out.empty() ? "" : "; ", shortfall);
  return out;
}

inline std::string told(std::string_view name, std::string_view text) {
  return told_of(examine(name, as_bytes(text)));
}

}  // namespace cupel::scan
