// SPDX-License-Identifier: Apache-2.0
#include "app/confirm.h"

#include <iostream>
#include <string>

#include "base/text.h"

namespace cupel {

Result<void> confirm(const Context& context, std::string_view word, std::string_view what) {
  if (context.options.has("--yes")) return {};
  const std::string shown = printable(word, 200);
  if (!context.terminal.interactive()) {
    return fail(Fault::usage, cat("nothing was done: to ", what, " needs --yes"),
                "it cannot be undone");
  }
  context.terminal.problem(cat("to ", what, ", which cannot be undone, type ", shown, ": "));
  std::string typed;
  std::getline(std::cin, typed);
  if (typed == word) return {};
  return fail(Fault::usage, cat("nothing was done: that was not `", shown, "`"));
}

}  // namespace cupel
