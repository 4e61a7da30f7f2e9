// SPDX-License-Identifier: Apache-2.0
// cycle: one assessment from cupel.yaml to verdicts, every step of it an entry in the ledger.
//
//   cycle-start, criteria, declaration          one commit, before anything is looked at
//   inventory
//   attestation*, record*                       what people signed
//   observation*                                durable within a quarter of a second
//   bill-of-materials                           digest of the bill of what was looked at
//   cycle-end                                   completed or cancelled
//   assessment                                  only when completed
#pragma once

#include <string>
#include <vector>

#include "app/command.h"
#include "app/state.h"
#include "checks/runner.h"
#include "ledger/ledger.h"
#include "vocab/assessment.h"

namespace cupel {

struct CycleOptions {
  std::vector<std::string> only;  // provision and check ids
  std::string trigger = "manual";
  bool rehash = false;
  unsigned threads = 0;                      // 0: one per core
  const OutsideFiles* advisories = nullptr;  // an export of vulnerability data beside the system
};

struct CycleOutcome {
  Assessment assessment;
  std::string bill;  // CycloneDX, whose digest is in the ledger
  std::vector<Diagnostic> inventory_diagnostics;
  std::vector<std::pair<std::string, Error>> refused;  // checks the world refused
};

// Runs one cycle. On Fault::cancelled the ledger holds what was completed and a
// cycle-end entry that says so.
[[nodiscard]] Result<CycleOutcome> run_cycle(const Context& context, const SystemPaths& paths,
                                             const System& system, const Catalogue& catalogue,
                                             Ledger& ledger, const CycleOptions& options);

// The entries of the newest completed cycle of the ledger; none when there is no such cycle.
[[nodiscard]] Result<std::vector<Entry>> last_completed(const Ledger& ledger);

// What the newest completed cycle of the ledger saw; an empty baseline when there is none.
[[nodiscard]] Result<Baseline> read_baseline(const Ledger& ledger);

// The verdicts of a cycle of the ledger. Fault::missing when there is no such cycle.
[[nodiscard]] Result<Assessment> stored_assessment(const Ledger& ledger, const std::string& cycle);

// Names an observation by its content.
void identify(Observation& observation);

}  // namespace cupel
