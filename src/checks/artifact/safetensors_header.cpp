// SPDX-License-Identifier: Apache-2.0
// artifact.safetensors-header: would the reference loader accept the tensor files, and do
// all readers see the same tensors in them?
#include <array>

#include "base/text.h"
#include "checks/material.h"
#include "formats/safetensors.h"

namespace cupel {

extern const Check kSafetensorsHeader;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"SFT001", "SFT002"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.3-1/safetensors-header",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.safetensors-header",
     .criterion = "every safetensors file has a sound header whose tensors fill the file exactly"},
}};

constexpr std::size_t kSubjects = 200;
constexpr std::size_t kDiagnostics = 20;

bool is_safetensors(const FileEntry& file) {
  return file.format == "safetensors" || lower(file.path).ends_with(".safetensors");
}

void tell(Observation& seen, const FileEntry& file, const safetensors::Reading& reading) {
  for (const auto& problem : reading.problems) {
    if (seen.diagnostics.size() >= kDiagnostics) break;
    seen.diagnostics.push_back(
        {.code = problem.refused ? "SFT001" : "SFT002",
         .severity = problem.refused ? Severity::high : Severity::medium,
         .title = cat("`", printable(file.path, 200), "`: ", problem.what),
         .place = {.path = {file.path}, .span = problem.span, .pointer = problem.tensor},
         .notes = {},
         .help = problem.refused ? "get the file again from where it was made, and compare digests"
                                 : "save it again with the safetensors library"});
  }
}

// One file with findings, or one that could not be examined.
Observation observe_file(const CheckInput& input, const FileEntry& file,
                         const safetensors::Reading& reading, std::string_view problem) {
  Observation seen = observe(kSafetensorsHeader, input);
  seen.subjects = {subject_of(file)};
  if (problem.empty()) {
    hit(seen.coverage);
  } else {
    miss(seen.coverage, file.path, problem);
  }
  tell(seen, file, reading);
  seen.facts = Json::object({{"header_bytes", reading.header_bytes},
                             {"tensors", reading.tensors.size()},
                             {"problems", reading.problems.size()}});
  seen.measured = cat("`", printable(file.path, 200), "`: ",
                      problem.empty() ? cat(count_of(reading.tensors.size(), "tensor"), ", ",
                                            count_of(reading.problems.size(), "problem"))
                                      : std::string(problem));
  return seen;
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation clean = observe(kSafetensorsHeader, input);
  std::uint64_t tensors = 0;
  std::size_t files = 0;
  for (const auto& file : input.inventory.files) {
    if (!is_safetensors(file) || is_vendored(file.path)) continue;
    TRY(task.step(1));
    ++files;
    safetensors::Reading reading;
    const auto problem = TRY(examine(
        input, file, [&](Bytes bytes) { reading = safetensors::read(bytes, bytes.size()); }));
    if (!problem.empty() || !reading.problems.empty()) {
      TRY(emit(observe_file(input, file, reading, problem)));
      continue;
    }
    hit(clean.coverage);
    tensors += reading.tensors.size();
    if (clean.subjects.size() < kSubjects) clean.subjects.push_back(subject_of(file));
  }
  if (files != 0 && clean.coverage.population == 0) return {};
  if (files == 0) {
    clean.measured = "there is no safetensors file in the inventory";
    if (input.inventory.complete) {
      clean.condition = Condition{.provision = {}, .met = false, .why = clean.measured};
    }
    return emit(std::move(clean));
  }
  clean.facts =
      Json::object({{"files", clean.coverage.examined},
                    {"tensors", tensors},
                    {"subjects_not_listed", clean.coverage.examined - clean.subjects.size()}});
  clean.measured =
      cat(count_of(tensors, "tensor"), " in ",
          count_of(clean.coverage.examined, "safetensors file"), ", all headers sound");
  return emit(std::move(clean));
}

}  // namespace

constinit const Check kSafetensorsHeader = {
    .id = "artifact.safetensors-header",
    .question = "would the reference loader accept the tensor files?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
