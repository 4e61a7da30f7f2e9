// SPDX-License-Identifier: Apache-2.0
// deployment.permissions: may everyone on the machine read what is confidential, or change the
// model?
#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"
#include "checks/material.h"

namespace cupel {

extern const Check kPermissions;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"PRM001", "PRM002"};
constexpr std::array<std::string_view, 1> kReadable = {"PRM001"};
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.1-4/permissions",
     .provision = "5.2.1-4",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "deployment.permissions",
     .criterion = "no confidential asset is readable by everyone, and no model, dataset, prompt "
                  "or configuration is writable by everyone",
     .codes = kCodes},
    {.id = "5.2.1-4.2/permissions",
     .provision = "5.2.1-4.2",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "deployment.permissions",
     .criterion = "no confidential training data or model weights are readable by everyone",
     .codes = kReadable},
}};

constexpr std::uint32_t kOthersRead = 04;
constexpr std::uint32_t kOthersWrite = 02;

bool is_confidential(const Asset& asset) {
  return asset.declared.sensitivity == "confidential" || asset.declared.sensitivity == "secret";
}

bool steers_the_system(AssetKind kind) {
  return kind == AssetKind::model || kind == AssetKind::dataset || kind == AssetKind::prompt ||
         kind == AssetKind::configuration;
}

bool is_weights_or_data(const Asset& asset) {
  return asset.declared.kind == AssetKind::model || asset.declared.kind == AssetKind::dataset;
}

std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

struct Tally {
  std::size_t files = 0;
  std::size_t readable = 0;
  std::size_t writable = 0;
};

void look_at(const Asset& asset, const FileEntry& file, Observation& seen, Tally& tally) {
  if (!file.problem.empty() && file.mode == 0) {
    miss(seen.coverage, file.path, file.problem);
    return;
  }
  hit(seen.coverage);
  ++tally.files;
  const auto path = printable(file.path, 300);
  if (is_confidential(asset) && (file.mode & kOthersRead) != 0) {
    ++tally.readable;
    seen.diagnostics.push_back(
        {.code = "PRM001",
         .severity = Severity::high,
         .title = cat("`", path, "` is ", asset.declared.sensitivity, " and readable by everyone"),
         .place = place_of(file),
         .notes = {cat("its mode is ", octal(file.mode))},
         .help = cat("chmod o-rwx '", path, "'")});
  }
  if (steers_the_system(asset.declared.kind) && (file.mode & kOthersWrite) != 0) {
    ++tally.writable;
    seen.diagnostics.push_back({.code = "PRM002",
                                .severity = Severity::high,
                                .title = cat("the ", to_text(asset.declared.kind), " `", path,
                                             "` can be changed by everyone"),
                                .place = place_of(file),
                                .notes = {cat("its mode is ", octal(file.mode))},
                                .help = cat("chmod o-w '", path, "'")});
  }
}

// Looks at the files of every asset that `wanted` accepts.
template <class Wanted>
Observation look(const CheckInput& input, std::string_view provision, Wanted wanted) {
  Observation seen = observe(kPermissions, input);
  seen.provision = provision;
  Tally tally;
  for (const auto& asset : input.inventory.assets) {
    if (!wanted(asset)) continue;
    seen.subjects.push_back(subject_of(asset));
    if (asset.files.empty() && !asset.declared.path.empty()) {
      miss(seen.coverage, asset.declared.name, "it is not there");
    }
    for (const auto index : asset.files) {
      look_at(asset, input.inventory.files[index], seen, tally);
    }
  }
  seen.facts = Json::object(
      {{"files", tally.files}, {"readable", tally.readable}, {"writable", tally.writable}});
  seen.measured =
      cat(count_of(tally.files, "file"), ": ", tally.readable,
          " confidential and readable by everyone, ", tally.writable, " writable by everyone");
  return seen;
}

// Why 5.2.1-4.2 has nothing to protect, or what keeps us from knowing.
void conclude_nothing_confidential(const CheckInput& input, Observation& seen) {
  std::size_t known = 0;
  for (const auto& asset : input.inventory.assets) {
    if (!is_weights_or_data(asset)) continue;
    ++known;
    if (asset.is_declared && !asset.declared.sensitivity.empty()) continue;
    miss(seen.coverage, asset.declared.name, "its sensitivity is not declared");
  }
  if (seen.coverage.population != 0) {
    seen.measured = cat("the sensitivity of ", count_of(seen.coverage.population, "asset"),
                        " is not declared, so it cannot be known whether they are exposed");
    return;
  }
  if (known == 0) {
    seen.measured = "there is no model and no dataset in the inventory";
    return;
  }
  seen.condition = Condition{.provision = {},
                             .met = false,
                             .why = "every model and dataset is declared to be public or internal"};
  seen.measured = cat("none of ", count_of(known, "model or dataset", "models and datasets"),
                      " is declared confidential or secret");
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  TRY(task.step(input.inventory.assets.size()));
  TRY(emit(look(input, "5.2.1-4", [](const Asset& asset) {
    return is_confidential(asset) || steers_the_system(asset.declared.kind);
  })));
  auto private_data = look(input, "5.2.1-4.2", [](const Asset& asset) {
    return is_confidential(asset) && is_weights_or_data(asset);
  });
  if (private_data.subjects.empty()) conclude_nothing_confidential(input, private_data);
  return emit(std::move(private_data));
}

}  // namespace

constinit const Check kPermissions = {
    .id = "deployment.permissions",
    .question = "may everyone read what is confidential, or change what steers the system?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
