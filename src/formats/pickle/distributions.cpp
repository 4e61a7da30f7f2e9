// SPDX-License-Identifier: Apache-2.0
// Distributions of scipy.stats: rv_generic.__setstate__ takes over every attribute of the state,
// and then runs the text `_parse_arg_template`, which the library itself wrote from a template and
// the names of the shape parameters. Any other text, and any other attribute, is the file's own
// program. Source: scipy/stats/_distn_infrastructure.py, 1.6 to 1.18.
#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "formats/pickle/literal.h"
#include "formats/pickle/machine.h"

namespace cupel::pickle {
namespace {

constexpr std::size_t kTextBytes = 4096;

constexpr std::array<std::string_view, 23> kAttributes = {"_stats_has_moments",
                                                          "_random_state",
                                                          "_ctor_param",
                                                          "badvalue",
                                                          "name",
                                                          "a",
                                                          "b",
                                                          "xtol",
                                                          "moment_type",
                                                          "shapes",
                                                          "_parse_arg_template",
                                                          "numargs",
                                                          "__doc__",
                                                          "extradoc",
                                                          "moment_tol",
                                                          "inc",
                                                          "vecentropy",
                                                          "_support",
                                                          "pk",
                                                          "xk",
                                                          "qvals",
                                                          "_rvs_uses_size_attribute",
                                                          "_rvs_size_warned"};

// What the older __getstate__ gave: arguments of __init__, which checks them itself.
constexpr std::array<std::string_view, 13> kParameters = {
    "momtype", "a",        "b",    "xtol",       "badvalue", "name", "longname",
    "shapes",  "extradoc", "seed", "moment_tol", "values",   "inc"};

bool is_identifier(std::string_view word) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !word.empty() && !(word[0] >= '0' && word[0] <= '9') &&
         word.find_first_not_of(kLetters) == std::string_view::npos;
}

// "a, b, ": each with a comma and a space.
bool is_list_of_names(std::string_view names) {
  while (!names.empty()) {
    const auto comma = names.find(", ");
    if (comma == std::string_view::npos || !is_identifier(names.substr(0, comma))) return false;
    names.remove_prefix(comma + 2);
  }
  return true;
}

std::string filled_in(std::string_view names, std::string_view in, std::string_view out) {
  return cat("\ndef _parse_args(self, ", names, " ", in, "):\n    return (", names, "), ", out,
             "\n\ndef _parse_args_rvs(self, ", names, " ", in,
             ", size=None):\n    return self._argcheck_rvs(", names, " ", out,
             ", size=size)\n\ndef _parse_args_stats(self, ", names, " ", in,
             ", moments='mv'):\n    return (", names, "), ", out, ", moments\n");
}

bool is_template(std::string_view text) {
  constexpr std::string_view kHead = "\ndef _parse_args(self, ";
  const auto end = text.find(" loc=0");
  if (!text.starts_with(kHead) || end == std::string_view::npos || end < kHead.size()) return false;
  const auto names = text.substr(kHead.size(), end - kHead.size());
  return is_list_of_names(names) && (text == filled_in(names, "loc=0, scale=1", "loc, scale") ||
                                     text == filled_in(names, "loc=0", "loc, 1"));
}

bool is_one_of(std::string_view name, auto& names) {
  return std::ranges::find(names, name) != std::ranges::end(names);
}

}  // namespace

bool Machine::is_state_of_distribution(Value state) const {
  const bool old = state.is(Kind::tuple) && count_of_items(state) == 2;
  const Value held = old ? item(state, 0) : state;
  if (!held.is(Kind::dict) || held.payload() == 0) return false;
  const auto& dict = dicts_[static_cast<std::size_t>(held.payload())];
  if (!dict.known) return false;
  return std::ranges::all_of(dict.items, [&](const auto& pair) {
    const auto name = constant(pair.first);
    if (!name) return false;
    if (old) return is_one_of(*name, kParameters);
    if (*name != "_parse_arg_template") return is_one_of(*name, kAttributes);
    const auto text = pair.second.is(Kind::text)
                          ? text_at(stream_, pair.second.payload(), kTextBytes)
                          : std::nullopt;
    return text && is_template(*text);
  });
}

void Machine::build_distribution(std::uint32_t name, Value state) {
  if (is_state_of_distribution(state)) return;
  const auto run = session_.import("builtins", "exec", span());
  session_.call({.name = run}, "BUILD",
                cat("a text of the state of ", printable(session_.dotted(name), 80)), span());
}

}  // namespace cupel::pickle
