// SPDX-License-Identifier: Apache-2.0
// Help and manual page, printed from the commands' own facts.

#include <algorithm>

#include "app/command.h"
#include "base/text.h"

namespace cupel {
namespace {

constexpr std::size_t kWidth = 80;

std::string option_words(const Option& option) {
  std::string words(option.name);
  if (option.may_lack_argument) {
    words += cat(" [", option.argument, "]");
  } else if (!option.argument.empty()) {
    words += cat(" ", option.argument);
  }
  return words;
}

std::string option_help(const Option& option) {
  std::string help(option.help);
  if (!option.choices.empty()) {
    help += cat(" (", join({option.choices.begin(), option.choices.end()}, ", "), ")");
  }
  if (option.repeats) help += "; may be repeated";
  return help;
}

std::string option_table(std::span<const Option> options) {
  std::string out;
  for (const auto& option : options) {
    std::string left = cat("  ", option_words(option));
    const auto lines = wrap(option_help(option), kWidth - 28);
    if (left.size() > 26) {
      out += left + "\n";
      left.clear();
    }
    for (const auto& line : lines) {
      left.resize(28, ' ');
      out += left + line + "\n";
      left.clear();
    }
  }
  return out;
}

// A leading '.' or a quotation mark, '-' and a backslash would be roff's own; the ellipsis of
// usage lines is no character of every terminal.
std::string roff(std::string_view text) {
  constexpr std::string_view kEllipsis = "…";
  std::string out;
  while (!text.empty()) {
    const bool ellipsis = text.starts_with(kEllipsis);
    if (ellipsis) {
      out += "...";
    } else if (text.front() == '\\') {
      out += "\\e";
    } else if (text.front() == '-') {
      out += "\\-";
    } else {
      out += text.front();
    }
    text.remove_prefix(ellipsis ? kEllipsis.size() : 1);
  }
  if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out.insert(0, "\\&");
  return out;
}

}  // namespace

std::string help_text(const Command& command) {
  std::string out = cat("cupel ", command.name, " ", command.arguments, "\n\n");
  for (const auto& line : wrap(command.details, kWidth)) out += line + "\n";
  if (!command.options.empty()) out += cat("\nOptions:\n", option_table(command.options));
  out += cat("\nOptions of every command:\n", option_table(common_options()));
  return out;
}

std::string overview_text() {
  std::string out = cat("cupel ", version(),
                        " - examines AI systems against ETSI EN 304 223 and keeps the evidence\n\n"
                        "usage: cupel COMMAND [OPTION]… [ARGUMENT]…\n\nCommands:\n");
  for (const auto* command : all_commands()) {
    std::string left = cat("  ", command->name);
    left.resize(14, ' ');
    out += cat(left, command->summary, "\n");
  }
  out += cat("\nOptions of every command:\n", option_table(common_options()));
  out +=
      "\nExit codes: 0 looked at everything, nothing reached the threshold; 1 something\n"
      "failed; 2 wrong command line or configuration; 3 not everything could be looked\n"
      "at or judged; 130 cancelled.\n\n"
      "Start with:  cupel init && cupel assess\n";
  return out;
}

std::string manual_page() {
  std::string out = cat(R"(.TH CUPEL 1 "" "cupel )", version(), "\" \"User Commands\"\n");
  out += ".SH NAME\ncupel \\- examine AI systems against ETSI EN 304 223, with evidence\n";
  out += ".SH SYNOPSIS\n.B cupel\n.I COMMAND\n[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n";
  out +=
      ".SH DESCRIPTION\nCupel examines an AI system that a file cupel.yaml describes, writes what "
      "it "
      "saw into a tamper\\-evident ledger, and computes from that ledger a verdict for each of the "
      "72 provisions of the standard. The result is a self\\-assessment.\n.SH COMMANDS\n";
  for (const auto* command : all_commands()) {
    out += cat(".SS cupel ", command->name, " ", roff(command->arguments), "\n");
    for (const auto paragraph : split(command->details, '\n')) {
      out += paragraph.empty() ? ".PP\n" : roff(paragraph) + "\n";
    }
    for (const auto& option : command->options) {
      out += cat(".TP\n.B ", roff(option_words(option)), "\n", roff(option_help(option)), "\n");
    }
  }
  out += ".SH OPTIONS\n";
  for (const auto& option : common_options()) {
    out += cat(".TP\n.B ", roff(option_words(option)), "\n", roff(option_help(option)), "\n");
  }
  out +=
      ".SH EXIT STATUS\n.TP\n.B 0\nlooked at everything asked for and nothing reached the "
      "threshold\n.TP\n.B 1\nsomething failed\n.TP\n.B 2\nthe command line or a configuration file "
      "is wrong\n.TP\n.B 3\nnot everything could be looked at or judged\n.TP\n.B 130\ncancelled\n"
      ".SH FILES\n.TP\n.I cupel.yaml\nthe system's description\n.TP\n.I .cupel/\nledger, cache, "
      "keys and reports of the system\n.TP\n.I attestations/\nwhat people have signed\n"
      ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nno colours, whatever the terminal can do\n";
  return out;
}

}  // namespace cupel
