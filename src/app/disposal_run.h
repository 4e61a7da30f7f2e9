// SPDX-License-Identifier: Apache-2.0
// disposal_run: does what the custodian consented to, looks whether it worked, and writes the
// certificate: to disposals/ in the system's folder and to the ledger.
//
// Killed at any moment, it goes on with the same consent where it stood (retire/journal.h).
#pragma once

#include <string>
#include <vector>

#include "app/command.h"
#include "app/retirement.h"
#include "crypto/key.h"

namespace cupel {

struct DisposalOrder {
  std::vector<std::string> consents;   // envelopes
  std::vector<std::string> confirmed;  // ids and names that the performer vouches for
  std::string reason;
  bool offline = false;  // endpoints are not asked: they stay unknown
  Person performer;
  RetirementWish wish;
};

// Prints what was done. Exit::failed when something is there that must not be (a copy, an endpoint
// that answers, a key); Exit::incomplete when something could not be done, seen or confirmed.
// Fault::integrity when the custodians have not consented to exactly this plan.
[[nodiscard]] Result<Exit> run_disposal(const Context& context, const SystemPaths& paths,
                                        const System& system, const DisposalOrder& order,
                                        const PrivateKey& key);

// "disposals/fraud-model-1a2b3c4d": what plan and record of a disposal are called.
[[nodiscard]] std::string disposal_stem(const retire::RetirementPlan& plan);

}  // namespace cupel
