// SPDX-License-Identifier: Apache-2.0
#include "scan/pickle/pickle_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "base/text.h"
#include "embedded/pickle_names.h"

namespace cupel::pickle_names {
namespace {

constexpr char kFileMark = '\x1f';  // cmake/join_pages.cmake

constexpr auto kRoles = std::to_array<std::pair<std::string_view, Role>>({{"class", Role::klass},
                                                                          {"object", Role::object},
                                                                          {"make", Role::make},
                                                                          {"call", Role::call},
                                                                          {"carry", Role::carry},
                                                                          {"value", Role::value}});
constexpr auto kDangers = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"commands", "runs commands"},
     {"code", "runs code"},
     {"loader", "loads code or another pickle"},
     {"files", "reads, writes or deletes files"},
     {"network", "reaches the network"},
     {"reach", "reaches anything that Python holds"}});

template <class Rows>
auto meaning_of(const Rows& rows, std::string_view word)
    -> std::optional<decltype(rows.front().second)> {
  const auto found = std::ranges::find(rows, word, &Rows::value_type::first);
  if (found == rows.end()) return {};
  return found->second;
}

auto key_of(const Name& name) {
  return std::pair(name.module, name.name);
}

// False when the line is none.
bool take_line(Table& table, const std::vector<std::string_view>& words) {
  const auto keyword = words.front();
  if (std::ranges::find(words, "") != words.end()) return false;
  if (const auto role = meaning_of(kRoles, keyword)) {
    constexpr std::size_t kFirstName = 3;
    for (std::size_t i = kFirstName; i < words.size(); ++i) {
      table.names.push_back({words[1], words[i], *role});
    }
    return words.size() > kFirstName;
  }
  if (keyword == "standard" || keyword == "framework") {
    if (words.size() != 2) return false;
    (keyword == "standard" ? table.standard : table.frameworks).push_back(words[1]);
    return true;
  }
  if (words.size() != 3) return false;
  if (keyword == "renamed") {
    table.renamed.emplace_back(words[1], words[2]);
    return (words[1].find(':') == std::string_view::npos) ==
           (words[2].find(':') == std::string_view::npos);
  }
  const auto why = meaning_of(kDangers, words[2]);
  if (keyword != "danger" || !why) return false;
  table.dangers.push_back({words[1], *why});
  return true;
}

}  // namespace

Result<Table> parse(std::string_view text) {
  Table table;
  std::string_view file = "?";
  std::size_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (line.starts_with(kFileMark)) {
      file = line.substr(1);
      number = 0;
    } else if (!line.empty() && line.front() != '#' && !take_line(table, split(line, ' '))) {
      return fail(Fault::integrity, cat("catalogue/pickle/", file, ".txt:", number,
                                        ": none of the lines that its README describes"));
    }
  }
  std::ranges::sort(table.names, {}, key_of);
  std::ranges::sort(table.standard);
  std::ranges::sort(table.frameworks);
  std::ranges::sort(table.dangers, {}, &Danger::module);
  std::ranges::sort(table.renamed);
  const auto twice = std::ranges::adjacent_find(table.names, {}, key_of);
  if (twice != table.names.end()) {
    return fail(Fault::integrity,
                cat("catalogue/pickle: ", twice->module, " ", twice->name, " stands there twice"));
  }
  return table;
}

const Table& table() {
  static const Table names = [] {
    auto read = parse(embedded::pickle_names());
    require(read.ok());
    return std::move(read).value();
  }();
  return names;
}

const Name* Table::find(std::string_view module, std::string_view name) const {
  const std::pair wanted(module, name);
  const auto found = std::ranges::lower_bound(names, wanted, {}, key_of);
  return found != names.end() && key_of(*found) == wanted ? &*found : nullptr;
}

const Danger* Table::danger_of(std::string_view module) const {
  for (auto family = module;;) {
    const auto found = std::ranges::lower_bound(dangers, family, {}, &Danger::module);
    if (found != dangers.end() && found->module == family) return &*found;
    const auto dot = family.rfind('.');
    if (dot == std::string_view::npos) return nullptr;
    family = family.substr(0, dot);
  }
}

bool Table::is_standard(std::string_view package) const {
  return std::ranges::binary_search(standard, package);
}

bool Table::is_framework(std::string_view package) const {
  return std::ranges::binary_search(frameworks, package);
}

std::pair<std::string_view, std::string_view> Table::renaming(std::string_view module,
                                                              std::string_view name) const {
  const auto of = [&](std::string_view old) -> std::string_view {
    const auto found =
        std::ranges::lower_bound(renamed, old, {}, [](const auto& row) { return row.first; });
    return found != renamed.end() && found->first == old ? found->second : std::string_view();
  };
  if (const auto whole = of(cat(module, ':', name)); !whole.empty()) {
    const auto colon = whole.find(':');
    return {whole.substr(0, colon), whole.substr(colon + 1)};
  }
  const auto other = of(module);
  return {other.empty() ? module : other, name};
}

}  // namespace cupel::pickle_names
