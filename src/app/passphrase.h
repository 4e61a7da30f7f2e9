// SPDX-License-Identifier: Apache-2.0
// passphrase: what opens an encrypted key: from CUPEL_PASSPHRASE, else asked of the person at the
// terminal, else nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/terminal.h"

namespace cupel {

// Asks only when the PEM says that it is encrypted.
[[nodiscard]] std::optional<std::string> passphrase_for(std::string_view pem,
                                                        const Terminal& terminal);

}  // namespace cupel
