// SPDX-License-Identifier: Apache-2.0
// supply.known-good: is there an earlier version of each model to fall back to, byte for byte?
#include <array>

#include "base/text.h"
#include "checks/material.h"

namespace cupel {

extern const Check kKnownGood;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"KGS001", "KGS002"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.1-3.1/known-good",
     .provision = "5.2.1-3.1",
     .kind = UnitKind::functional,
     .rule = Rule::attested,
     .check = "supply.known-good",
     .criterion = "each declared model names an earlier version that is there with the declared "
                  "digest and that a person signed",
     .codes = kCodes},
}};

void tell(Observation& seen, const Asset& asset, std::string_view code, Severity severity,
          std::string title, std::string help) {
  seen.diagnostics.push_back({.code = std::string(code),
                              .severity = severity,
                              .title = std::move(title),
                              .place = place_of(asset),
                              .help = std::move(help)});
}

Observation look_at(const CheckInput& input, const Asset& asset) {
  Observation seen = observe(kKnownGood, input);
  const auto& declared = asset.declared;
  const std::string name = printable(declared.name, 200);
  if (declared.known_good.empty()) {
    hit(seen.coverage);
    tell(seen, asset, "KGS002", Severity::medium,
         cat("the model `", name, "` names no earlier version to fall back to"),
         "keep an earlier version, and declare it as `known_good: {path, sha256}` of the model");
    seen.measured = cat("`", name, "`: no earlier version is declared");
    return seen;
  }
  const std::string path = printable(declared.known_good, 300);
  const FileEntry* file = input.inventory.file(declared.known_good);
  seen.subjects.push_back({.kind = "model",
                           .name = declared.known_good,
                           .digest = file == nullptr ? std::string() : file->sha256});
  if (file != nullptr && file->sha256.empty()) {
    miss(seen.coverage, file->path, file->problem.empty() ? "it was not hashed" : file->problem);
    seen.measured = cat("`", name, "`: the earlier version `", path, "` could not be examined");
    return seen;
  }
  hit(seen.coverage);
  if (file == nullptr) {
    tell(seen, asset, "KGS001", Severity::high,
         cat("the earlier version of `", name, "` is not there"),
         cat("restore `", path, "`, or declare another earlier version"));
    seen.measured = cat("`", name, "`: there is no `", path, "`");
    return seen;
  }
  const bool same = file->sha256 == declared.known_good_sha256;
  if (declared.known_good_sha256.empty()) {
    tell(seen, asset, "KGS002", Severity::medium,
         cat("the earlier version of `", name, "` is declared without a digest"),
         cat("add `sha256: ", file->sha256, "` under `known_good:` once you trust the file"));
  } else if (!same) {
    tell(seen, asset, "KGS001", Severity::high,
         cat("the earlier version of `", name, "` is not what was declared"),
         cat("restore the bytes with SHA-256 ", printable(declared.known_good_sha256, 64)));
  } else if (file->sha256 == asset.digest) {
    tell(seen, asset, "KGS002", Severity::medium,
         cat("the earlier version of `", name, "` is the present one"),
         "keep a version that was in service before, under a path of its own");
  }
  seen.measured = cat("`", name, "`: `", path, "` is there, ",
                      same ? "with the declared digest" : "without the declared digest");
  return seen;
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  std::size_t models = 0;
  for (const auto& asset : input.inventory.assets) {
    // A model that nobody declared is the inventory's business alone.
    if (asset.declared.kind != AssetKind::model || !asset.is_declared) continue;
    if (is_retired(asset)) continue;
    TRY(task.step(1));
    ++models;
    TRY(emit(look_at(input, asset)));
  }
  if (models != 0) return {};
  Observation seen = observe(kKnownGood, input);
  seen.measured = "no model is declared";
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kKnownGood = {
    .id = "supply.known-good",
    .question = "is there an earlier version of each model to fall back to, byte for byte?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
