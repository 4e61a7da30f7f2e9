// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"

#include <algorithm>
#include <vector>

#include "app/command.h"
#include "app/interrupt.h"
#include "base/text.h"

namespace cupel {

#define COMMAND(name) extern const Command k##name##Command;
#include "app/commands.def"
#undef COMMAND

std::span<const Command* const> all_commands() {
  static constexpr const Command* kCommands[] = {
#define COMMAND(name) &k##name##Command,
#include "app/commands.def"
#undef COMMAND
  };
  return kCommands;
}

std::span<const Option> common_options() {
  static constexpr Option kCommon[] = {
      {.name = "--state",
       .argument = "DIR|URL",
       .help = "where ledger, cache and keys live (default: .cupel in the system's folder); with "
               "postgresql://USER@HOST/DATABASE the ledger is there and the rest in .cupel"},
      {.name = "--quiet", .argument = "", .help = "say nothing but results and errors"},
      {.name = "--no-color", .argument = "", .help = "no colours"},
      {.name = "--help", .argument = "", .help = "this help"},
  };
  return kCommon;
}

std::string_view version() {
  return CUPEL_VERSION;
}
std::string tool_name() {
  return cat("cupel ", version());
}

namespace {

Exit exit_for(const Error& error) {
  switch (error.fault) {
    case Fault::usage:
      return Exit::usage;
    case Fault::cancelled:
      return Exit::cancelled;
    case Fault::integrity:
      return Exit::failed;
    case Fault::io:
    case Fault::missing:
    case Fault::denied:
    case Fault::limit:
    case Fault::unsupported:
      return Exit::incomplete;
  }
  return Exit::incomplete;
}

Result<const Command*> find_command(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto* command : all_commands()) {
    if (command->name == name) return command;
    names.push_back(command->name);
  }
  const auto near = nearest(name, names);
  return fail(Fault::usage, cat("unknown command `", printable(name, 80), "`"),
              near ? cat("did you mean `cupel ", *near, "`?") : "cupel --help lists the commands");
}

Result<Exit> run_command(std::span<const std::string_view> arguments, const Clock& clock,
                         Terminal& terminal) {
  const Command* command = TRY(find_command(arguments.front()));
  std::vector<Option> table(command->options.begin(), command->options.end());
  table.insert(table.end(), common_options().begin(), common_options().end());
  const Options options = TRY(parse_options(arguments.subspan(1), table));
  if (options.has("--quiet")) terminal.quiet();
  if (options.has("--no-color")) terminal.no_colour();
  if (options.has("--help")) {
    terminal.out(help_text(*command));
    return Exit::ok;
  }
  const Interrupt interrupt;
  return command->run(
      {.clock = clock, .terminal = terminal, .stop = interrupt.stop(), .options = options});
}

}  // namespace

int run_program(const std::vector<std::string_view>& arguments, const Clock& clock) {
  Terminal terminal;
  Exit code = Exit::ok;
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help") {
    terminal.out(overview_text());
    code = arguments.empty() ? Exit::usage : Exit::ok;
  } else if (arguments[0] == "--version") {
    terminal.out(tool_name() + "\n");
  } else {
    auto done = run_command(arguments, clock, terminal);
    if (done.ok()) {
      code = done.value();
    } else {
      terminal.error(done.error());
      code = exit_for(done.error());
    }
  }
  if (!terminal.flush()) {
    terminal.error(fail(Fault::io, "not everything could be written to standard output"));
    if (code == Exit::ok) code = Exit::incomplete;
  }
  return static_cast<int>(code);
}

}  // namespace cupel
