// SPDX-License-Identifier: Apache-2.0
// bill: a system's folder on disk → its bill of materials.
#pragma once

#include <string>
#include <string_view>

#include "app/command.h"
#include "app/state.h"
#include "bom/bom.h"
#include "checks/check.h"

namespace cupel {

// What an assessment said, as far as a bill of materials tells it; empty: there was none.
struct Assessed {
  std::string by;               // standard, cycle, time
  std::string vulnerabilities;  // what its packages were held against
};

// The bill's name beside the reports of an assessment.
inline constexpr std::string_view kBillFile = "bom.cdx.json";

// The bill of what checks were asked about. Reads the texts that stand with models, and asks the
// scan room about those that no check has asked about before.
[[nodiscard]] Result<bom::Document> bill_of(const CheckInput& input, const SystemPaths& paths,
                                            Assessed assessed, Task& task);

// The same without an assessment: takes the inventory itself (with the state folder's cache of
// digests). Nothing is written but the caches, and only where there is a state folder already.
[[nodiscard]] Result<bom::Document> take_bill(const Context& context, const SystemPaths& paths,
                                              const System& system, Timestamp created);

}  // namespace cupel
