// SPDX-License-Identifier: Apache-2.0
// Completion for bash, zsh and fish, printed from the commands' own facts. What is no option is
// completed as a file.

#include "app/command.h"
#include "base/text.h"

namespace cupel {
namespace {

// The text with a backslash before each of these.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string words_of(std::span<const std::string_view> choices) {
  return join({choices.begin(), choices.end()}, " ");
}

// Calls `line` with each option that the command takes.
template <class F>
std::string each_option(const Command& command, F&& line) {
  std::string out;
  for (const auto& option : command.options) out += line(option);
  for (const auto& option : common_options()) out += line(option);
  return out;
}

// 'text' for zsh, in which a quotation mark ends the quotation.
std::string zsh_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += R"('\'')";
    } else {
      out += c;
    }
  }
  return out + "'";
}

// One specification of _arguments: "*--report=[help]:NAME:_files".
std::string zsh_option(const Option& option) {
  std::string spec = cat(option.repeats ? "*" : "", option.name);
  if (!option.argument.empty()) spec += "=";
  spec += cat("[", escaped(option.help, "\\[]:"), "]");
  if (!option.argument.empty()) {
    spec += cat(":", option.argument, ":",
                option.choices.empty() ? "_files" : cat("(", words_of(option.choices), ")"));
  }
  return cat(" \\\n        ", zsh_quoted(spec));
}

std::string fish_quoted(std::string_view text) {
  return cat("'", escaped(text, "\\'"), "'");
}

std::string fish_option(const Command& command, const Option& option) {
  std::string line = cat("complete -c cupel -n '__fish_seen_subcommand_from ", command.name,
                         "' -l ", option.name.substr(2));
  if (!option.choices.empty()) {
    line += cat(" -x -a ", fish_quoted(words_of(option.choices)));
  } else if (!option.argument.empty()) {
    line += " -r -F";
  }
  return cat(line, " -d ", fish_quoted(option.help), "\n");
}

}  // namespace

std::string bash_completion() {
  std::string names;
  std::string cases;
  for (const auto* command : all_commands()) {
    names += cat(names.empty() ? "" : " ", command->name);
    std::string words;
    for (const auto& option : command->options) words += cat(option.name, " ");
    for (const auto& option : common_options()) words += cat(option.name, " ");
    cases += cat("    ", command->name, ") words=\"", trim(words), "\" ;;\n");
  }
  return cat(
      "# bash completion for cupel\n_cupel() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} words=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words=\"",
      names, " --help --version\"\n  else\n    case ${COMP_WORDS[1]} in\n", cases,
      "    esac\n  fi\n"
      "  case $current in\n"
      "    -*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
      "    *) if [ \"$COMP_CWORD\" -eq 1 ]; then mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
      "\"$current\"); else mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); fi ;;\n"
      "  esac\n}\ncomplete -o filenames -F _cupel cupel\n");
}

std::string zsh_completion() {
  std::string names;
  std::string cases;
  for (const auto* command : all_commands()) {
    names += cat("    ", zsh_quoted(cat(command->name, ":", command->summary)), "\n");
    cases += cat("    ", command->name, ")\n      _arguments", each_option(*command, zsh_option),
                 " \\\n        '*:file:_files' ;;\n");
  }
  return cat(
      "#compdef cupel\n# zsh completion for cupel\n_cupel() {\n  local -a commands\n  commands=(\n",
      names,
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    if [[ $PREFIX == -* ]]; then compadd -- --help --version\n"
      "    else _describe command commands\n    fi\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n",
      cases, "  esac\n}\n_cupel \"$@\"\n");
}

std::string fish_completion() {
  std::string out =
      "# fish completion for cupel\n"
      "complete -c cupel -n __fish_use_subcommand -f\n"
      "complete -c cupel -n __fish_use_subcommand -l help -d 'the commands'\n"
      "complete -c cupel -n __fish_use_subcommand -l version -d 'the version'\n";
  for (const auto* command : all_commands()) {
    out += cat("complete -c cupel -n __fish_use_subcommand -a ", command->name, " -d ",
               fish_quoted(command->summary), "\n");
  }
  for (const auto* command : all_commands()) {
    out +=
        each_option(*command, [&](const Option& option) { return fish_option(*command, option); });
  }
  return out;
}

}  // namespace cupel
