// SPDX-License-Identifier: Apache-2.0
#include "formats/imports.h"

#include "base/text.h"

namespace cupel::imports {
namespace {

constexpr std::size_t kMost = 10'000;  // modules of one file

std::string_view first_word(std::string_view text) {
  text = trim(text);
  return text.substr(0, text.find_first_of(" \t,;\\\"#()"));
}

void add(std::vector<std::string>& modules, std::string module) {
  if (!module.empty() && module[0] != '.' && modules.size() < kMost) {
    modules.push_back(std::move(module));
  }
}

void take_line(std::vector<std::string>& modules, std::string_view line) {
  line = trim(line);
  if (line.starts_with('"')) line = trim(line.substr(1));  // a line of a notebook
  if (line.starts_with("import ")) {
    for (const auto part : split(line.substr(7), ',')) add(modules, std::string(first_word(part)));
    return;
  }
  if (!line.starts_with("from ")) return;
  const auto module = first_word(line.substr(5));
  if (module.empty() || module[0] == '.') return;
  add(modules, std::string(module));
  const auto names = line.find(" import ");
  if (names == std::string_view::npos) return;
  for (const auto part : split(line.substr(names + 8), ',')) {
    const auto opened = trim(part);
    const auto name = first_word(opened.starts_with('(') ? opened.substr(1) : opened);
    if (!name.empty() && name != "*") add(modules, cat(module, ".", name));
  }
}

}  // namespace

std::vector<std::string> of_python(std::string_view text) {
  std::vector<std::string> modules;
  for (const auto line : split(text, '\n')) take_line(modules, line);
  return modules;
}

std::vector<std::string> of_script(std::string_view text) {
  std::vector<std::string> modules;
  for (const std::string_view start : {"require(", "from ", "import ", "import("}) {
    for (auto at = text.find(start); at != std::string_view::npos;
         at = text.find(start, at + start.size())) {
      const auto rest = text.substr(at + start.size(), 80);
      if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
      const auto end = rest.find(rest[0], 1);
      if (end == std::string_view::npos) continue;
      auto module = rest.substr(1, end - 1);
      if (module.starts_with("node:")) module.remove_prefix(5);
      add(modules, std::string(module));
    }
  }
  return modules;
}

std::string_view package_of(std::string_view module) {
  if (!module.starts_with('@')) return module.substr(0, module.find_first_of("./"));
  const auto scope = module.find('/');
  if (scope == std::string_view::npos) return module;
  return module.substr(0, module.find('/', scope + 1));
}

}  // namespace cupel::imports
