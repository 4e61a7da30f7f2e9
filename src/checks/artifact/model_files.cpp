// SPDX-License-Identifier: Apache-2.0
// artifact.model-files: would loading a model file run code that nobody has vetted?
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "base/text.h"
#include "checks/artifact/model_reports.h"
#include "checks/material.h"
#include "scan/scan.h"

namespace cupel {

extern const Check kModelFiles;

namespace {

constexpr std::string_view kCriterion =
    "loading the model files runs nothing outside the allow-list, and every reader of them sees "
    "the same";
constexpr std::array<TestUnit, 3> kUnits = {{
    {.id = "5.2.3-1/model-files",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.model-files",
     .criterion = kCriterion},
    // Of an evaluation that is to be made again this part is made again in every cycle.
    {.id = "5.2.3-3/model-files",
     .provision = "5.2.3-3",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.model-files",
     .criterion = kCriterion},
    {.id = "5.1.2-4/model-files",
     .provision = "5.1.2-4",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.model-files",
     .criterion = kCriterion},
}};

constexpr std::size_t kSubjects = 200;
constexpr std::size_t kImportsListed = 200;

struct Clean {
  std::uint64_t files = 0;
  std::set<std::string> imports;
  std::map<std::string, std::uint64_t> formats;
  std::vector<SubjectRef> subjects;
};

std::vector<std::string> names_of(const scan::Report& report) {
  std::vector<std::string> names;
  names.reserve(report.imports.size());
  for (const auto& import : report.imports) names.push_back(import.name);
  return names;
}

Json facts_of(const scan::Report& report) {
  auto imports = names_of(report);
  if (imports.size() > kImportsListed) imports.resize(kImportsListed);
  return Json::object({{"format", report.format},
                       {"layers", report.layers},
                       {"size_bytes", report.size_bytes},
                       {"examined_bytes", report.size_bytes - report.missed_bytes},
                       {"import_count", report.imports.size()},
                       {"imports", Json::texts(imports)},
                       {"findings_untold", report.findings_untold}});
}

Observation observe_file(const CheckInput& input, const FileEntry& file, const scan::Report& report,
                         const std::string& problem) {
  Observation seen = observe(kModelFiles, input);
  seen.subjects = {subject_of(file)};
  const auto name = printable(file.path, 200);
  if (!problem.empty()) {
    miss(seen.coverage, file.path, problem);
    seen.measured = cat("`", name, "`: ", problem);
    return seen;
  }
  if (report.complete()) {
    hit(seen.coverage);
  } else {
    miss(seen.coverage, file.path, join(report.shortfalls, "; "));
  }
  seen.diagnostics.assign(report.findings.begin(), report.findings.end());
  seen.measured = cat("`", name, "`: ", count_of(report.imports.size(), "import"), ", ",
                      count_of(report.findings.size() + report.findings_untold, "finding"),
                      report.complete() ? "" : ", not examined to its end");
  seen.facts = facts_of(report);
  return seen;
}

Observation observe_clean(const CheckInput& input, Clean clean) {
  Observation seen = observe(kModelFiles, input);
  seen.coverage = {.population = clean.files, .examined = clean.files};
  seen.subjects = std::move(clean.subjects);
  seen.measured = cat(count_of(clean.imports.size(), "import"), " in ",
                      count_of(clean.files, "model file"), ", 0 outside the allow-list");
  Json formats = Json::object();
  for (const auto& [format, count] : clean.formats) formats.set(format, count);
  std::vector<std::string> imports(clean.imports.begin(), clean.imports.end());
  if (imports.size() > kImportsListed) imports.resize(kImportsListed);
  seen.facts = Json::object({{"files", clean.files},
                             {"formats", std::move(formats)},
                             {"import_count", clean.imports.size()},
                             {"imports", Json::texts(imports)},
                             {"subjects_not_listed", clean.files - seen.subjects.size()}});
  return seen;
}

void count_clean(Clean& clean, const FileEntry& file, const scan::Report& report) {
  ++clean.files;
  for (const auto& import : report.imports) clean.imports.insert(import.name);
  ++clean.formats[report.format.empty() ? "unknown" : report.format];
  if (clean.subjects.size() < kSubjects) clean.subjects.push_back(subject_of(file));
}

// No model file at all: there is nothing to load, unless one is merely missing.
Observation observe_nothing(const CheckInput& input) {
  Observation seen = observe(kModelFiles, input);
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

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  const auto files = model_files(input.inventory);
  if (files.empty()) return emit(observe_nothing(input));
  Clean clean;
  for (const auto index : files) {
    const auto& file = input.inventory.files[index];
    TRY(task.step(1));
    const auto [report, problem] = TRY(examine_model(input, file));
    if (problem.empty() && report.complete() && report.findings.empty()) {
      count_clean(clean, file, report);
    } else {
      TRY(emit(observe_file(input, file, report, problem)));
    }
  }
  if (clean.files == 0) return {};
  return emit(observe_clean(input, std::move(clean)));
}

}  // namespace

constinit const Check kModelFiles = {
    .id = "artifact.model-files",
    .question = "would loading a model file run code that nobody has vetted?",
    .codes = scan::kAllCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
