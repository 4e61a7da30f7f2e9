// SPDX-License-Identifier: Apache-2.0
// confirm: before something is destroyed, whoever asked for it says so a second time.
#pragma once

#include <string_view>

#include "app/command.h"

namespace cupel {

// Answers when `--yes` was given, or the person at the terminal typed `word`. Fault::usage when
// neither: nothing may be destroyed then. `what` says what will be: "erase 5 bodies".
[[nodiscard]] Result<void> confirm(const Context& context, std::string_view word,
                                   std::string_view what);

}  // namespace cupel
