// SPDX-License-Identifier: Apache-2.0
// `cupel ledger serve`: until Ctrl-C, the ledger, or a witness, over HTTP.
#pragma once

#include "app/command.h"

namespace cupel {

[[nodiscard]] Result<Exit> serve_ledger(const Context& context);
[[nodiscard]] Result<Exit> serve_witness(const Context& context);

// The text itself, or what stands in the file of that name.
[[nodiscard]] Result<std::string> key_text(const std::string& word);

}  // namespace cupel
