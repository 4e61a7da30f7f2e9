// SPDX-License-Identifier: Apache-2.0
// The runner: asks every selected check, several at a time, and hands on what they saw.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/check.h"

namespace cupel {

struct RunReport {
  std::vector<std::string> completed;  // ids of checks that ran to their end
  // Checks that the world refused, with the reason: they too become observations
  // ("not examined"), so that their units are inconclusive and never forgotten.
  std::vector<std::pair<std::string, Error>> refused;
};

// Runs `checks` on up to `threads` threads. Each check's observations are emitted
// in their order, from one thread at a time. Fails only when `emit` fails or the
// task is cancelled; then the report is lost but what was emitted stands.
[[nodiscard]] Result<RunReport> run_checks(std::span<const Check* const> checks,
                                           const CheckInput& input, const Emit& emit, Task& task,
                                           unsigned threads);

// The check's id or one of its provisions is among `only`, or `only` is empty.
[[nodiscard]] bool selected(const Check& check, std::span<const std::string> only);

}  // namespace cupel
