// SPDX-License-Identifier: Apache-2.0
// artifact.pickle-imports: would loading a model file run code that nobody has vetted?
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "base/text.h"
#include "checks/artifact/pickle_findings.h"
#include "checks/material.h"
#include "formats/format.h"

namespace cupel {

extern const Check kPickleImports;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"PKL001", "PKL002", "PKL003", "PKL004",
                                                    "PKL005"};
constexpr std::string_view kCriterion =
    "loading the model files imports and calls nothing outside the allow-list";
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.3-1/pickle-imports",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.pickle-imports",
     .criterion = kCriterion},
    {.id = "5.1.2-4/pickle-imports",
     .provision = "5.1.2-4",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.pickle-imports",
     .criterion = kCriterion},
}};

constexpr std::size_t kSubjects = 200;
constexpr std::size_t kImportsListed = 200;

const Format* format_of(const FileEntry& file) {
  const auto formats = all_formats();
  const auto found = std::ranges::find(formats, file.format, &Format::id);
  return found == formats.end() ? nullptr : *found;
}

// "model.pkl.gz", "classifier.joblib.z": a model's name around what is packed.
bool is_named_as_model(std::string_view path) {
  const auto name = cat(lower(file_name(path)), ".");
  return std::ranges::any_of(all_formats(), [&](const Format* format) {
    return format->kind == AssetKind::model &&
           std::ranges::any_of(format->extensions, [&](std::string_view extension) {
             return extension.size() > 2 && name.find(cat(extension, ".")) != std::string::npos;
           });
  });
}

// What loads as a model, whatever the inventory takes it for: also arrays that may hold
// pickles, and what is packed under a model's name.
bool is_model_file(const FileEntry& file) {
  if (file.kind == AssetKind::model) return true;
  const auto* const format = format_of(file);
  if (format != nullptr && format->kind == AssetKind::other && is_named_as_model(file.path)) {
    return true;
  }
  return format != nullptr &&
         (format->kind == AssetKind::model || format->id == "npy" || format->id == "npz");
}

// Files that are declared to be a model by themselves count too, whatever they look like.
std::set<std::size_t> model_files(const Inventory& inventory) {
  std::set<std::size_t> chosen;
  for (std::size_t i = 0; i < inventory.files.size(); ++i) {
    if (is_model_file(inventory.files[i]) && !is_vendored(inventory.files[i].path))
      chosen.insert(i);
  }
  for (const auto& asset : inventory.assets) {
    if (!asset.is_declared || asset.declared.kind != AssetKind::model) continue;
    for (const auto index : asset.files) {
      const auto& file = inventory.files[index];
      if (file.path == asset.declared.path || is_model_file(file)) chosen.insert(index);
    }
  }
  return chosen;
}

struct Clean {
  std::uint64_t files = 0;
  std::uint64_t data = 0;  // of formats that hold no code
  std::uint64_t opcodes = 0;
  std::set<std::string> imports;
  std::map<std::string, std::uint64_t> formats;
  std::vector<SubjectRef> subjects;
};

Json facts_of(const FileEntry& file, const PickleFindings& found) {
  auto imports = found.imports;
  if (imports.size() > kImportsListed) imports.resize(kImportsListed);
  return Json::object({{"format", file.format},
                       {"pickles", found.pickles},
                       {"opcodes", found.opcodes},
                       {"import_count", found.imports.size()},
                       {"imports", Json::texts(imports)},
                       {"calls", Json::texts(found.calls)}});
}

Observation observe_file(const CheckInput& input, const FileEntry& file,
                         const PickleFindings& found) {
  Observation seen = observe(kPickleImports, input);
  seen.subjects = {subject_of(file)};
  if (found.complete) {
    hit(seen.coverage);
  } else {
    miss(seen.coverage, file.path, found.shortfall);
  }
  seen.diagnostics = found.diagnostics;
  const auto name = printable(file.path, 200);
  seen.measured = found.pickles == 0 && found.imports.empty()
                      ? cat("`", name, "`: ", found.complete ? "examined" : found.shortfall)
                      : cat("`", name, "`: ", count_of(found.imports.size(), "import"), ", ",
                            count_of(found.diagnostics.size(), "finding"),
                            found.complete ? "" : ", not examined to its end");
  seen.facts = facts_of(file, found);
  return seen;
}

Observation observe_clean(const CheckInput& input, Clean clean) {
  Observation seen = observe(kPickleImports, input);
  seen.coverage = {.population = clean.files, .examined = clean.files};
  seen.subjects = std::move(clean.subjects);
  seen.measured = cat(count_of(clean.imports.size(), "import"), " in ",
                      count_of(clean.files, "model file"), ", 0 outside the allow-list");
  Json formats = Json::object();
  for (const auto& [format, count] : clean.formats) formats.set(format, count);
  std::vector<std::string> imports(clean.imports.begin(), clean.imports.end());
  if (imports.size() > kImportsListed) imports.resize(kImportsListed);
  seen.facts = Json::object({{"files", clean.files},
                             {"files_without_code", clean.data},
                             {"formats", std::move(formats)},
                             {"opcodes", clean.opcodes},
                             {"import_count", clean.imports.size()},
                             {"imports", Json::texts(imports)},
                             {"subjects_not_listed", clean.files - seen.subjects.size()}});
  return seen;
}

void count_clean(Clean& clean, const FileEntry& file, const PickleFindings& found) {
  ++clean.files;
  if (holds_data_only(file.format)) ++clean.data;
  clean.opcodes += found.opcodes;
  clean.imports.insert(found.imports.begin(), found.imports.end());
  ++clean.formats[file.format.empty() ? "json" : file.format];
  if (clean.subjects.size() < kSubjects) clean.subjects.push_back(subject_of(file));
}

// No model file at all: there is nothing to load, unless one is merely missing.
Observation observe_nothing(const CheckInput& input) {
  Observation seen = observe(kPickleImports, input);
  seen.measured = "there is no model file in the inventory";
  const bool missing = std::ranges::any_of(input.inventory.assets, [](const Asset& asset) {
    return asset.is_declared && asset.declared.kind == AssetKind::model && asset.files.empty() &&
           !asset.declared.path.empty();
  });
  if (!missing && input.inventory.complete) {
    seen.condition = Condition{.provision = {}, .met = false, .why = seen.measured};
  }
  return seen;
}

Result<PickleFindings> findings_of(const CheckInput& input, const FileEntry& file) {
  PickleFindings found;
  if (file.problem.empty() && cannot_be_pickle(file.format)) return found;
  const auto problem =
      TRY(examine(input, file, [&](Bytes bytes) { found = find_pickles(file, bytes); }));
  if (!problem.empty()) {
    found = PickleFindings{
        .complete = false, .shortfall = problem, .imports = {}, .calls = {}, .diagnostics = {}};
  }
  return found;
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  const auto files = model_files(input.inventory);
  if (files.empty()) return emit(observe_nothing(input));
  Clean clean;
  for (const auto index : files) {
    const auto& file = input.inventory.files[index];
    TRY(task.step(1));
    const auto found = TRY(findings_of(input, file));
    if (found.complete && found.diagnostics.empty()) {
      count_clean(clean, file, found);
    } else {
      TRY(emit(observe_file(input, file, found)));
    }
  }
  if (clean.files == 0) return {};
  return emit(observe_clean(input, std::move(clean)));
}

}  // namespace

constinit const Check kPickleImports = {
    .id = "artifact.pickle-imports",
    .question = "would loading a model file run code that nobody has vetted?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
