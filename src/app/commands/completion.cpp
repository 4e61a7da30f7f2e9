// SPDX-License-Identifier: Apache-2.0
// cupel completion: print the shell completion (bash), from the commands' own facts.

#include "app/command.h"

namespace cupel {
namespace {

Result<Exit> run(const Context& context) {
  context.terminal.out(bash_completion());
  return Exit::ok;
}

}  // namespace

extern const Command kCompletionCommand;
constinit const Command kCompletionCommand = {
    .name = "completion",
    .arguments = "",
    .summary = "print the shell completion (bash)",
    .details = "For packagers: print the shell completion (bash) on standard output.",
    .options = {},
    .run = run,
};

}  // namespace cupel
