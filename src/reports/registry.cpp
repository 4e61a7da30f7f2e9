// SPDX-License-Identifier: Apache-2.0
#include "reports/report.h"

namespace cupel {

#define REPORT(name) extern const Report k##name##Report;
#include "reports/reports.def"
#undef REPORT

std::span<const Report* const> all_reports() {
#define REPORT(name) &k##name##Report,
  static constexpr const Report* kReports[] = {
#include "reports/reports.def"
  };
#undef REPORT
  return kReports;
}

}  // namespace cupel
