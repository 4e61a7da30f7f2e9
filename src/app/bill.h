// SPDX-License-Identifier: Apache-2.0
// bill: a system's folder on disk → its bill of materials.
#pragma once

#include "app/command.h"
#include "app/state.h"
#include "bom/bom.h"

namespace cupel {

// Takes the inventory (with the state folder's cache of digests), asks the scan room about model
// files that no assessment has asked about before, reads the texts that stand with them. Nothing
// is written but those caches, and only where there is a state folder already.
[[nodiscard]] Result<bom::Document> take_bill(const Context& context, const SystemPaths& paths,
                                              const System& system, Timestamp created);

}  // namespace cupel
