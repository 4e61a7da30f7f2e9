// SPDX-License-Identifier: Apache-2.0
// options: the words behind a command, read by a table.
//
// A command's table is the one source of its parsing, its --help, the manual page
// and the shell completion. "--name VALUE" and "--name=VALUE" are the same; "--"
// ends the options; unknown ones are errors that name the nearest.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cupel {

struct Option {
  std::string_view name;      // "--output"
  std::string_view argument;  // "DIR"; empty for a flag
  std::string_view help;      // one sentence without a full stop
  bool repeats = false;
  std::span<const std::string_view> choices = {};  // allowed values; empty: any
  bool may_lack_argument = false;                  // then its value is empty
};

class Options {
 public:
  [[nodiscard]] bool has(std::string_view name) const;
  // The last value given, or the fallback.
  [[nodiscard]] std::string value(std::string_view name, std::string_view fallback = {}) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

 private:
  friend Result<Options> parse_options(std::span<const std::string_view> arguments,
                                       std::span<const Option> table);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> words_;
};

// Fault::usage, with the nearest valid spelling as the hint, for what the table does not allow.
[[nodiscard]] Result<Options> parse_options(std::span<const std::string_view> arguments,
                                            std::span<const Option> table);

}  // namespace cupel
