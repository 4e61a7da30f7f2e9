// SPDX-License-Identifier: Apache-2.0
// cupel man: print the manual page (roff), from the commands' own facts.

#include "app/command.h"

namespace cupel {
namespace {

Result<Exit> run(const Context& context) {
  context.terminal.out(manual_page());
  return Exit::ok;
}

}  // namespace

extern const Command kManCommand;
constinit const Command kManCommand = {
    .name = "man",
    .arguments = "",
    .summary = "print the manual page (roff)",
    .details = "For packagers: print the manual page (roff) on standard output.",
    .options = {},
    .run = run,
};

}  // namespace cupel
