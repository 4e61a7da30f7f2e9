// SPDX-License-Identifier: Apache-2.0
// ledger_erase: `cupel ledger erase`: destroys the key of a vault, and shows that it is gone.
#pragma once

#include <string>

#include "app/command.h"

namespace cupel {

// `word` is the name of a vault (a data subject, a retention class) or the index of an entry,
// which stands for the vault that its body lies in.
[[nodiscard]] Result<Exit> erase_from_ledger(const Context& context, const std::string& word);

}  // namespace cupel
