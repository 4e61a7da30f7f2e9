// SPDX-License-Identifier: Apache-2.0
// settings: a configuration file as a flat list of keys and values.
//
// YAML and JSON are read as trees; INI, TOML, .env, nginx- and logrotate-like files line by
// line. Keys are joined by dots, lower case, '-' as '_'. Pure; every input has a reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::settings {

struct Setting {
  std::string key;    // "logging.retention_days"
  std::string value;  // as written, without quotes; a word alone ("daily") has no value
  std::uint32_t line = 0;
};

struct Reading {
  std::vector<Setting> settings;
  std::string problem;  // why the file, or its end, was not understood
};

enum class Syntax { yaml, lines };
// By the name of the file: .yaml, .yml and .json are trees.
[[nodiscard]] Syntax syntax_of(std::string_view path);

[[nodiscard]] Reading read(std::string_view text, Syntax syntax);

}  // namespace cupel::settings
