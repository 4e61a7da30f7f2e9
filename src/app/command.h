// SPDX-License-Identifier: Apache-2.0
// Command: one word of the program and what it does.
//
// To add one: write app/commands/<name>.cpp and add a line to commands.def. Help,
// manual page and shell completion are printed from the facts below.
#pragma once

#include <span>
#include <stop_token>
#include <string_view>

#include "app/options.h"
#include "app/terminal.h"
#include "base/result.h"
#include "base/time.h"

namespace cupel {

// What the contract says of exit codes.
enum class Exit { ok = 0, failed = 1, usage = 2, incomplete = 3, cancelled = 130 };

struct Context {
  const Clock& clock;
  Terminal& terminal;
  std::stop_token stop;  // set by the first Ctrl-C
  const Options& options;
};

struct Command {
  std::string_view name;
  std::string_view arguments;  // "[DIR|cupel.yaml]…", as in the usage line
  std::string_view summary;    // one line, lower case, without a full stop
  std::string_view details;    // paragraphs for --help and the manual
  std::span<const Option> options;
  Result<Exit> (*run)(const Context& context);
};

[[nodiscard]] std::span<const Command* const> all_commands();
// Options that every command takes.
[[nodiscard]] std::span<const Option> common_options();

[[nodiscard]] std::string help_text(const Command& command);
[[nodiscard]] std::string overview_text();
[[nodiscard]] std::string manual_page();  // roff, section 1
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

[[nodiscard]] std::string_view version();  // "0.0.2"
[[nodiscard]] std::string tool_name();     // "cupel 0.0.2"

}  // namespace cupel
