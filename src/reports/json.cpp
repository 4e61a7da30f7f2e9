// SPDX-License-Identifier: Apache-2.0
#include "reports/report.h"

namespace cupel {
namespace {

std::string render(const Assessment& assessment, const Catalogue& /*catalogue*/) {
  return to_json(assessment).pretty();
}

}  // namespace

extern constinit const Report kJsonReport = {
    .id = "json",
    .file = "assessment.json",
    .title = "everything, as JSON (cupel/assessment/1): what every other report is made from",
    .render = render};

}  // namespace cupel
