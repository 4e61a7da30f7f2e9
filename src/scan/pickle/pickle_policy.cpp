// SPDX-License-Identifier: Apache-2.0
#include "scan/pickle/pickle_policy.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/pickle/pickle_names.h"

namespace cupel::pickle_policy {
namespace {

using pickle_names::Role;
using pickle_names::table;

constexpr std::string_view kReach = "reaches anything that Python holds";
constexpr std::string_view kUse = "is used as no honest pickle uses it";

// `getattr(C, "name")`: vetted as a value, never called.
bool is_attribute_of_vetted(std::string_view module, std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  const auto attribute = name.substr(dot + 1);
  if (attribute.empty() || attribute.front() == '_') return false;
  if (attribute.find_first_of(". ") != std::string_view::npos) return false;
  const auto* const owner = table().find(module, name.substr(0, dot));
  return owner != nullptr && (owner->role == Role::klass || owner->role == Role::object);
}

// What a dotted name passes on its way: `torch` `serialization.os.system`.
const pickle_names::Danger* dangerous_step(std::string_view name) {
  auto steps = split(name, '.');
  steps.pop_back();
  for (auto step : steps) {
    step.remove_prefix(std::min(step.find_first_not_of('_'), step.size()));  // `random._os`
    if (const auto* const danger = table().danger_of(step)) return danger;
  }
  return nullptr;
}

bool passes_underscores(std::string_view name) {
  const auto steps = split(name, '.');
  return std::ranges::any_of(
      steps, [](std::string_view step) { return step.starts_with("__") && step.ends_with("__"); });
}

bool may(Role role, const pickle::Call& call) {
  const std::string_view opcode = call.opcode;
  if (opcode == "partial") return true;
  if (opcode == "REDUCE" || opcode == "INST" || opcode == "OBJ") {
    return role == Role::klass || role == Role::make || role == Role::call;
  }
  if (opcode == "BUILD" && role == Role::make) return true;
  return role == Role::klass || role == Role::object;
}

}  // namespace

std::string_view to_text(Standing standing) {
  constexpr std::array<std::string_view, 6> kWords = {"vetted",    "unknown",   "carries",
                                                      "forbidden", "dangerous", "computed"};
  return kWords.at(static_cast<std::size_t>(standing));
}

namespace {

// TorchScript's own classes, whose code stands in the archive and is examined there: no module
// of that name can be imported.
bool is_of_torchscript(std::string_view module) {
  return module == "__torch__" || module.starts_with("__torch__.");
}

}  // namespace

Judgement judge_name(std::string_view module, std::string_view name, bool is_attribute) {
  if (const auto* const known = table().find(module, name)) {
    if (known->role != Role::carry) return {};
    // cloudpickle reaches these through a name of its own, and nobody else needs them.
    if (module != "types" || is_attribute) {
      return {Standing::carries, "makes functions of code that stands in the file"};
    }
  }
  if (is_attribute && is_attribute_of_vetted(module, name)) return {};
  if (const auto* const danger = table().danger_of(module)) {
    return {Standing::dangerous, danger->why};
  }
  if (passes_underscores(name)) return {Standing::dangerous, kReach};
  if (const auto* const danger = dangerous_step(name)) return {Standing::dangerous, danger->why};
  const auto root = module.substr(0, module.find('.'));
  if (is_of_torchscript(module)) return {};
  if (table().is_standard(root)) {
    return {Standing::forbidden, "is part of Python, and no model needs it"};
  }
  if (table().is_framework(root)) {
    return {Standing::forbidden, "is none of its package's names that models need"};
  }
  return {Standing::unknown, "is of a package that nobody has vetted"};
}

Judgement judge(const pickle::Import& import) {
  constexpr unsigned kFirstWithoutRenaming = 3;
  // To pickle.load an honest array is noise: only what is surely meant counts.
  if (!import.known && import.behind_array) return {};
  if (!import.known) return {Standing::computed, "is computed while loading"};
  auto judgement = judge_name(import.module, import.name, import.is_attribute);
  if (import.protocol < kFirstWithoutRenaming) {
    const auto [module, name] = table().renaming(import.module, import.name);
    const auto other = judge_name(module, name, import.is_attribute);
    if (other.standing > judgement.standing) judgement = other;
  }
  if (import.behind_array && judgement.standing == Standing::carries) {
    return {Standing::dangerous, "loads code"};  // which nobody has read there
  }
  if (import.behind_array && judgement.standing != Standing::dangerous) return {};
  return judgement;
}

Judgement judge(const pickle::Call& call, const pickle::Reading& reading) {
  if (call.behind_array) return {};  // its import is judged
  if (call.callee == "?") {
    // An instance of a class that the file holds; what else is called of the kind is called now.
    const bool carried = call.opcode.starts_with("NEWOBJ") &&
                         call.import < reading.imports.size() &&
                         judge(reading.imports[call.import]).standing == Standing::carries;
    if (carried) return {};
    return {Standing::computed, "is computed while loading"};
  }
  if (call.on_name) return {Standing::forbidden, "is changed for the whole process"};
  if (call.import >= reading.imports.size()) return {};
  const auto& import = reading.imports[call.import];
  if (judge(import).standing != Standing::vetted) return {};  // that is told of the import
  if (is_of_torchscript(import.module)) return {};
  const auto* const name = table().find(import.module, import.name);
  if (name != nullptr && may(name->role, call)) return {};
  return {Standing::forbidden, kUse};
}

}  // namespace cupel::pickle_policy
