// SPDX-License-Identifier: Apache-2.0
// assess: evidence and catalogue in, a verdict for each of the 72 provisions out.
//
// A pure function without I/O: the same evidence and the same catalogue give the
// same assessment, today and years later from an export. docs/verdicts.md says
// the rules in prose; roll_up.cpp has them in code.
#pragma once

#include "base/time.h"
#include "vocab/assessment.h"

namespace cupel {

// `as_of` is the moment at which freshness is judged: the end of the cycle, or a
// later one when asking what has expired since.
[[nodiscard]] Assessment assess(const Evidence& evidence, const Catalogue& catalogue,
                                Timestamp as_of);

}  // namespace cupel
