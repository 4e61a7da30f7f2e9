// SPDX-License-Identifier: Apache-2.0
#include "reports/report.h"
#include "reports/sarif/log.h"

namespace cupel {
namespace {

std::string render(const Assessment& assessment, const Catalogue& catalogue) {
  return sarif_log(assessment, catalogue, SarifReader::github);
}

}  // namespace

extern constinit const Report kSarifGithubReport = {
    .id = "sarif-github",
    .file = "results.github.sarif",
    .title = "SARIF for GitHub code scanning: only what fails, each with a place",
    .render = render};

}  // namespace cupel
