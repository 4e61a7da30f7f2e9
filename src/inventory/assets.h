// SPDX-License-Identifier: Apache-2.0
// assets: files joined with what is declared, and what nobody declared put together into
// the things that a person would declare.
#pragma once

#include "inventory/links.h"
#include "inventory/walk.h"
#include "vocab/asset.h"
#include "vocab/system.h"

namespace cupel {

// Fills `inventory.assets` from `inventory.files`: the declared first, in their order, then
// what was found undeclared. Files take the kind that is declared for them.
void join_assets(const System& system, const Walk& walk, const LinkMap& links,
                 Inventory& inventory);

}  // namespace cupel
