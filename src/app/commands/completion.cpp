// SPDX-License-Identifier: Apache-2.0
// cupel completion: print the completion of a shell, from the commands' own facts.

#include "app/command.h"
#include "base/text.h"

namespace cupel {
namespace {

Result<Exit> run(const Context& context) {
  const auto& words = context.options.words();
  const std::string shell = words.empty() ? "bash" : words.front();
  if (words.size() <= 1 && shell == "bash") {
    context.terminal.out(bash_completion());
  } else if (words.size() == 1 && shell == "zsh") {
    context.terminal.out(zsh_completion());
  } else if (words.size() == 1 && shell == "fish") {
    context.terminal.out(fish_completion());
  } else {
    const auto near = nearest(shell, {"bash", "zsh", "fish"});
    return fail(Fault::usage, "completion takes one of: bash, zsh, fish",
                near && *near != shell ? cat("did you mean `cupel completion ", *near, "`?")
                                       : "cupel completion bash");
  }
  return Exit::ok;
}

}  // namespace

extern const Command kCompletionCommand;
constinit const Command kCompletionCommand = {
    .name = "completion",
    .arguments = "[bash|zsh|fish]",
    .summary = "print the completion of a shell",
    .details =
        "For packagers: print the completion of a shell (bash when none is named) on "
        "standard output.",
    .options = {},
    .run = run,
};

}  // namespace cupel
