// SPDX-License-Identifier: Apache-2.0
// pickle_names: the table that pickle_policy judges by, read from catalogue/pickle/.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cupel::pickle_names {

// What may be done with a name besides mentioning it.
enum class Role {
  klass,   // called, made, its instances given a state and items
  object,  // as klass, but never by a call of its __init__
  make,    // a function: called, and what it returns given a state and items
  call,    // a function: called, and what it returns left as it is
  carry,   // makes functions, classes or modules of what the file holds
  value,   // nothing
};

struct Name {
  std::string_view module;
  std::string_view name;
  Role role = Role::value;
};

struct Danger {
  std::string_view module;  // itself and all below it
  std::string_view why;     // "runs commands"
};

// All lists are sorted.
struct Table {
  std::vector<Name> names;
  std::vector<std::string_view> standard;    // packages of Python itself
  std::vector<std::string_view> frameworks;  // packages whose names are known well
  std::vector<Danger> dangers;
  std::vector<std::pair<std::string_view, std::string_view>> renamed;  // "thread", "a:b" of old

  // Null when there is none.
  [[nodiscard]] const Name* find(std::string_view module, std::string_view name) const;
  [[nodiscard]] const Danger* danger_of(std::string_view module) const;
  [[nodiscard]] bool is_standard(std::string_view package) const;
  [[nodiscard]] bool is_framework(std::string_view package) const;
  // What an unpickler of Python 3 takes a name for when the protocol is below 3.
  [[nodiscard]] std::pair<std::string_view, std::string_view> renaming(std::string_view module,
                                                                       std::string_view name) const;
};

// Keeps views into the text. Fails on the first line that is none of README.md's.
[[nodiscard]] Result<Table> parse(std::string_view text);

// The one that is embedded.
[[nodiscard]] const Table& table();

}  // namespace cupel::pickle_names
