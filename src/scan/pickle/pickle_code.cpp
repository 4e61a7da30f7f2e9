// SPDX-License-Identifier: Apache-2.0
#include "scan/pickle/pickle_code.h"

#include <algorithm>
#include <array>

#include "scan/keras/python_modules.h"
#include "scan/pickle/pickle_names.h"

namespace cupel::pickle_code {
namespace {

using pickle_names::table;
using pickle_policy::Judgement;
using pickle_policy::Standing;

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

// Special names that classes define and functions read, and that lead nowhere else.
bool is_plain_special(std::string_view name) {
  constexpr std::array<std::string_view, 28> kPlain = {
      "__init__",    "__name__",     "__class__", "__doc__",     "__module__",  "__qualname__",
      "__version__", "__len__",      "__call__",  "__getitem__", "__setitem__", "__iter__",
      "__next__",    "__enter__",    "__exit__",  "__repr__",    "__str__",     "__eq__",
      "__hash__",    "__contains__", "__file__",  "__add__",     "__mul__",     "__neg__",
      "__bool__",    "__float__",    "__int__",   "__array__"};
  return is_one_of(name, kPlain);
}

// Modules of danger.txt whose names are also ordinary words of attributes: `response.code`.
bool is_ordinary_word(std::string_view name) {
  constexpr std::array<std::string_view, 21> kWords = {
      "code", "commands", "concurrent", "git",       "http",    "inspect", "invoke",
      "io",   "new",      "operator",   "platform",  "profile", "sh",      "site",
      "sys",  "test",     "thread",     "threading", "trace",   "types",   "yaml"};
  return is_one_of(name, kWords);
}

bool is_dangerous(std::string_view name) {
  if (name.starts_with("__")) return !is_plain_special(name);
  if (scan::is_dangerous_name(name)) return true;
  return !is_ordinary_word(name) && table().danger_of(name) != nullptr;
}

// Code that takes attributes by a text may take any that its constants spell.
bool looks_up_by_text(std::string_view name) {
  constexpr std::array<std::string_view, 6> kLookups = {"getattr",      "setattr", "attrgetter",
                                                        "methodcaller", "vars",    "import_module"};
  return is_one_of(name, kLookups);
}

}  // namespace

std::vector<std::string> reaches(const pickle::Code& code) {
  std::vector<std::string> out;
  std::ranges::copy_if(code.names, std::back_inserter(out), is_dangerous);
  if (std::ranges::any_of(code.names, looks_up_by_text)) {
    std::ranges::copy_if(code.constants, std::back_inserter(out), is_dangerous);
  }
  return out;
}

bool imports_module(std::string_view callee) {
  constexpr std::array<std::string_view, 4> kImporters = {
      "cloudpickle.cloudpickle.subimport", "cloudpickle.cloudpickle_fast.subimport",
      "dill._dill._import_module", "dill.dill._import_module"};
  return is_one_of(callee, kImporters);
}

Judgement judge_module(std::string_view dotted) {
  if (dotted.empty()) return {Standing::computed, "is computed while loading"};
  if (const auto* const danger = table().danger_of(dotted)) {
    return {Standing::dangerous, danger->why};
  }
  // dill takes attributes of modules, too: `random._os.system`.
  const auto dot = dotted.find('.');
  if (dot == std::string_view::npos) return {Standing::unknown, {}};
  const auto judgement = pickle_policy::judge_name(dotted.substr(0, dot), dotted.substr(dot + 1));
  return judgement.standing == Standing::dangerous ? judgement : Judgement{Standing::unknown, {}};
}

}  // namespace cupel::pickle_code
