// SPDX-License-Identifier: Apache-2.0
// record: what was done, seen and confirmed → the predicate of the signed certificate, and what is
// still open. Pure; the envelope is provenance/disposal.h.
#pragma once

#include <string>
#include <vector>

#include "retire/erase.h"
#include "retire/likeness.h"
#include "retire/liveness.h"
#include "retire/plan.h"
#include "vocab/observation.h"

namespace cupel::retire {

// The search for copies after everything was erased.
struct Residue {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<Likeness> copies = {};
  std::vector<std::string> unseen = {};
};

struct ErasedVault {
  std::string name;
  std::string problem = {};  // empty: its key is destroyed
  std::uint64_t entries = 0;
  std::vector<std::string> remains = {};  // what may still hold the key
};

struct DisposalWork {
  RetirementPlan plan;
  std::string plan_text;              // what the custodians signed
  std::vector<std::string> consents;  // envelopes
  std::vector<ErasedItem> items;      // as many as the plan has, in its order; of what is left to
                                      // people only whether it is gone
  std::vector<ErasedVault> vaults;
  std::vector<Liveness> endpoints;
  std::vector<Liveness> keys;
  std::vector<std::string> confirmed;  // ids and names that the performer vouches for
  Residue residue;
  std::string reason;
  Person performer;
  std::string host;  // the machine, as it calls itself
  std::string tool;
  Timestamp started;
  Timestamp finished;
};

enum class Weight {
  failed,   // something is there that must not be
  unknown,  // something could not be done, seen or confirmed
};
struct OpenPoint {
  Weight weight = Weight::unknown;
  std::string what;
};
// Empty: the disposal is complete.
[[nodiscard]] std::vector<OpenPoint> open_points(const DisposalWork& work);

[[nodiscard]] Json predicate_of(const DisposalWork& work);
// The assets that have a digest, and the plan.
[[nodiscard]] std::vector<SubjectRef> subjects_of(const DisposalWork& work);

}  // namespace cupel::retire
