// SPDX-License-Identifier: Apache-2.0
// sarif log: an assessment as SARIF 2.1.0, in one of two readings of it.
//
// As the specification has it, every provision is a result with a kind (pass, fail,
// open, review, notApplicable), and so is every finding. GitHub ignores `kind`, so
// that passes become alerts, and refuses results without a place: it gets only what
// fails, each with one.
#pragma once

#include <string>

#include "vocab/assessment.h"

namespace cupel {

enum class SarifReader { specification, github };

[[nodiscard]] std::string sarif_log(const Assessment& assessment, const Catalogue& catalogue,
                                    SarifReader reader);

}  // namespace cupel
