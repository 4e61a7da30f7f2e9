// SPDX-License-Identifier: Apache-2.0
// gate: from an assessment to an exit code, as the contract says.
#pragma once

#include <string_view>

#include "app/command.h"
#include "vocab/assessment.h"

namespace cupel {

// 1 when a provision that counts failed, else 3 when one is inconclusive, else 0; when
// both happened the terminal is told. `phase` is a gate (design, release, deploy,
// operate, retire) or empty; `level` is shall, should (both count) or never.
[[nodiscard]] Exit gate(const Assessment& assessment, const Catalogue& catalogue,
                        std::string_view phase, std::string_view level, Terminal& terminal);

// 0 when no provision is worse than before; 1 otherwise, naming each.
[[nodiscard]] Exit compare_gate(const Assessment& before, const Assessment& now,
                                Terminal& terminal);

}  // namespace cupel
