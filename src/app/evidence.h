// SPDX-License-Identifier: Apache-2.0
// evidence: entries of a ledger, or of an export of one, back to what verdicts are computed from.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "vocab/assessment.h"

namespace cupel {

// The entries [begin, end) of one cycle in a ledger.
struct CycleSpan {
  std::string id;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // behind the last entry that belongs to it
  std::string outcome;    // "completed", "cancelled"; empty when it was interrupted
  Timestamp started;
};

// The cycles among entries (bodies of cycle-start and cycle-end are needed), oldest first.
[[nodiscard]] std::vector<CycleSpan> cycles_in(std::span<const Entry> entries);

// Evidence of one cycle, from its entries and nothing else. Fault::integrity, with
// the entry, when a body is missing or is not what its type says.
[[nodiscard]] Result<Evidence> evidence_from(std::span<const Entry> entries);

// The body of the only entry of a type among entries, as JSON.
[[nodiscard]] Result<Json> body_of(std::span<const Entry> entries, std::string_view type);

}  // namespace cupel
