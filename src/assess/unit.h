// SPDX-License-Identifier: Apache-2.0
// unit: how the observations of one test unit become its verdict.
#pragma once

#include "vocab/assessment.h"

namespace cupel {

// Judges `unit` of `provision` by the evidence, with freshness as of the given moment.
[[nodiscard]] UnitResult judge_unit(const TestUnit& unit, const Provision& provision,
                                    const Evidence& evidence, Timestamp as_of);

}  // namespace cupel
