// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <algorithm>

#include "base/text.h"

namespace cupel {
namespace {

Error unknown_option(std::string_view name, std::span<const Option> table) {
  std::vector<std::string_view> names;
  names.reserve(table.size());
  for (const auto& option : table) names.push_back(option.name);
  const auto near = nearest(name, names);
  return fail(Fault::usage, cat("unknown option `", printable(name, 80), "`"),
              near ? cat("did you mean `", *near, "`?") : "--help lists the options");
}

Result<void> check_choice(const Option& option, std::string_view value) {
  if (option.choices.empty() || std::ranges::find(option.choices, value) != option.choices.end()) {
    return {};
  }
  const std::vector<std::string> names(option.choices.begin(), option.choices.end());
  const auto near = nearest(value, {option.choices.begin(), option.choices.end()});
  return fail(
      Fault::usage,
      cat("`", printable(value, 80), "` is not a value of ", option.name, ": ", join(names, ", ")),
      near ? cat("did you mean `", *near, "`?") : "");
}

// The value that stands behind `=`, or else in the next word: then `at` moves onto it.
Result<std::string> value_of(const Option& option, std::span<const std::string_view> arguments,
                             std::size_t& at) {
  const std::string_view word = arguments[at];
  const auto equals = word.find('=');
  const bool joined = equals != std::string_view::npos;
  if (option.argument.empty()) {
    if (joined) return fail(Fault::usage, cat(option.name, " takes no value"));
    return std::string();
  }
  const bool lacks = !joined && (at + 1 >= arguments.size() ||
                                 (option.may_lack_argument && arguments[at + 1].starts_with('-')));
  if (lacks && option.may_lack_argument) return std::string();
  if (lacks) {
    return fail(Fault::usage,
                cat(option.name, " needs a value: ", option.name, " ", option.argument));
  }
  std::string value(joined ? word.substr(equals + 1) : arguments[++at]);
  TRY(check_choice(option, value));
  return value;
}

}  // namespace

bool Options::has(std::string_view name) const {
  return values_.contains(name);
}

std::string Options::value(std::string_view name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Options::values(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Result<Options> parse_options(std::span<const std::string_view> arguments,
                              std::span<const Option> table) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--") {
      for (const auto rest : arguments.subspan(i + 1)) options.words_.emplace_back(rest);
      break;
    }
    if (word.size() < 2 || word.front() != '-') {
      options.words_.emplace_back(word);
      continue;
    }
    const std::string_view name = word == "-h" ? "--help" : word.substr(0, word.find('='));
    const auto option = std::ranges::find(table, name, &Option::name);
    if (option == table.end()) return unknown_option(name, table);
    std::string value = TRY(value_of(*option, arguments, i));
    auto& values = options.values_[std::string(name)];
    if (!values.empty() && !option->repeats && !option->argument.empty()) {
      return fail(Fault::usage, cat(name, " is given twice"));
    }
    values.push_back(std::move(value));
  }
  return options;
}

}  // namespace cupel
