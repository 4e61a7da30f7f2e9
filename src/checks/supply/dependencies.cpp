// SPDX-License-Identifier: Apache-2.0
// supply.dependencies: is every package that gets installed pinned to one version, and to its
// bytes?
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "checks/material.h"
#include "checks/supply/manifests.h"

namespace cupel {

extern const Check kDependencies;

namespace {

using dependencies::Pin;

constexpr std::array<std::string_view, 2> kCodes = {"DEP001", "DEP002"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.3-1/dependencies",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "supply.dependencies",
     .criterion = "each dependency file pins every package to one version, itself or by a lock "
                  "file beside it",
     .codes = kCodes},
}};

struct Sums {
  std::size_t loose = 0;
  std::size_t version = 0;
  std::size_t hashed = 0;
};

// What else in the folder fixes the versions that this manifest leaves open.
struct Governor {
  bool locked = false;
  bool hashed = false;
  std::set<std::string> pinned;
  std::set<std::string> hashed_names;
};

Governor governor_of(const Manifest& manifest, const std::vector<Manifest>& all) {
  Governor governor;
  const auto folder = folder_of(manifest.file->path);
  for (const auto& other : all) {
    if (&other == &manifest || folder_of(other.file->path) != folder) continue;
    if (locks(other.kind, manifest.kind)) {
      governor.locked = true;
      governor.hashed = governor.hashed || other.lock_has_hashes;
    }
    if (!pins_for(other.kind, manifest.kind)) continue;
    for (const auto& each : other.listing.dependencies) {
      if (each.pin != Pin::loose) governor.pinned.insert(each.name);
      if (each.pin == Pin::hashed) governor.hashed_names.insert(each.name);
    }
  }
  return governor;
}

Pin effective(const dependencies::Dependency& each, const Governor& governor) {
  if (each.pin == Pin::hashed || governor.hashed || governor.hashed_names.contains(each.name)) {
    return Pin::hashed;
  }
  const bool fixed =
      each.pin == Pin::version || governor.locked || governor.pinned.contains(each.name);
  return fixed ? Pin::version : Pin::loose;
}

void tell(Observation& seen, const Manifest& manifest, Pin pin,
          const std::vector<std::string>& names, std::uint32_t line) {
  if (names.empty()) return;
  const bool loose = pin == Pin::loose;
  seen.diagnostics.push_back(
      {.code = loose ? "DEP001" : "DEP002",
       .severity = loose ? Severity::medium : Severity::low,
       .title = cat(count_of(names.size(), "dependency", "dependencies"),
                    loose ? " not pinned to one version" : " pinned without a hash"),
       .place = place_of(*manifest.file, line),
       .notes = {name_some(names, 8)},
       .help = loose ? "pin with a lock file or with pip-compile --generate-hashes"
                     : "add hashes: pip-compile --generate-hashes, or a lock file that has them"});
}

void judge(const Manifest& manifest, const std::vector<Manifest>& all, Observation& seen,
           Sums& sums) {
  const Governor governor = governor_of(manifest, all);
  std::vector<std::string> loose;
  std::vector<std::string> unhashed;
  std::uint32_t first_loose = 0;
  std::uint32_t first_unhashed = 0;
  for (const auto& each : manifest.listing.dependencies) {
    switch (effective(each, governor)) {
      case Pin::loose:
        if (loose.empty()) first_loose = each.line;
        loose.push_back(each.name);
        ++sums.loose;
        break;
      case Pin::version:
        if (unhashed.empty()) first_unhashed = each.line;
        unhashed.push_back(each.name);
        ++sums.version;
        break;
      case Pin::hashed:
        ++sums.hashed;
        break;
    }
  }
  tell(seen, manifest, Pin::loose, loose, first_loose);
  tell(seen, manifest, Pin::version, unhashed, first_unhashed);
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation seen = observe(kDependencies, input);
  const auto manifests = TRY(read_manifests(input, task));
  Sums sums;
  for (const auto& manifest : manifests) {
    seen.subjects.push_back(subject_of(*manifest.file));
    if (!manifest.problem.empty()) {
      miss(seen.coverage, manifest.file->path, manifest.problem);
      continue;
    }
    hit(seen.coverage);
    judge(manifest, manifests, seen, sums);
  }
  seen.facts = Json::object({{"files", manifests.size()},
                             {"loose", sums.loose},
                             {"pinned", sums.version},
                             {"hashed", sums.hashed}});
  if (manifests.empty()) {
    seen.measured = "no dependency file in the inventory";
    // A walk that did not see everything cannot say that there is none.
    if (input.inventory.complete) {
      seen.condition =
          Condition{.provision = {}, .met = false, .why = "no dependency file in the inventory"};
    }
  } else {
    seen.measured =
        cat(count_of(sums.loose + sums.version + sums.hashed, "dependency", "dependencies"), " in ",
            count_of(manifests.size(), "file"), ": ", sums.hashed, " pinned with a hash, ",
            sums.version, " pinned, ", sums.loose, " open");
  }
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kDependencies = {
    .id = "supply.dependencies",
    .question = "is every package that gets installed pinned to one version?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
