// SPDX-License-Identifier: Apache-2.0
#include "reports/report.h"
#include "reports/sarif/log.h"

namespace cupel {
namespace {

std::string render(const Assessment& assessment, const Catalogue& catalogue) {
  return sarif_log(assessment, catalogue, SarifReader::specification);
}

}  // namespace

extern constinit const Report kSarifReport = {
    .id = "sarif",
    .file = "results.sarif",
    .title = "SARIF 2.1.0: every finding and every provision",
    .render = render};

}  // namespace cupel
