// SPDX-License-Identifier: Apache-2.0
// artifact.declared-digest: are the bytes on disk the ones that were declared?
#include <array>

#include "base/text.h"
#include "checks/material.h"

namespace cupel {

extern const Check kDeclaredDigest;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"DIG001", "DIG002"};
constexpr std::string_view kCriterion =
    "every declared model and dataset has a declared SHA-256, and the bytes on disk of these and "
    "of every other asset with a declared SHA-256 have it";
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.1-2/declared-digest",
     .provision = "5.2.1-2",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.declared-digest",
     .criterion = kCriterion},
    {.id = "5.2.3-1/declared-digest",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.declared-digest",
     .criterion = kCriterion},
}};

constexpr std::size_t kSubjects = 200;

// Models and datasets must have a digest; of other assets, one that was declared is compared.
bool must_have(const Asset& asset) {
  return asset.declared.kind == AssetKind::model || asset.declared.kind == AssetKind::dataset;
}
bool concerns(const Asset& asset) {
  return asset.is_declared && !is_retired(asset) &&
         (must_have(asset) || !asset.declared.sha256.empty());
}

std::string shown(const Asset& asset) {
  return cat("`", printable(asset.declared.name, 200), "`");
}

// Why the bytes cannot be compared; empty when they can.
std::string obstacle(const Asset& asset) {
  if (asset.declared.path.empty()) return "it is kept elsewhere and was not fetched";
  if (!asset.is_present) return "it is not there";
  if (asset.digest.empty()) return "its bytes could not be read";
  return {};
}

Diagnostic differs(const Asset& asset) {
  return {.code = "DIG001",
          .severity = Severity::critical,
          .title = cat("the bytes of ", shown(asset), " are not the declared ones"),
          .place = place_of(asset),
          .label = "declared here",
          .notes = {cat("declared: ", printable(asset.declared.sha256, 100)),
                    cat("on disk:  ", asset.digest)},
          .help = cat("restore the file from a known-good copy; if the change was meant, review "
                      "it and declare sha256: ",
                      asset.digest)};
}

Diagnostic undeclared(const Asset& asset) {
  return {.code = "DIG002",
          .severity = Severity::medium,
          .title = cat("the ", to_text(asset.declared.kind), " ", shown(asset),
                       " has no declared digest"),
          .place = place_of(asset),
          .notes = {},
          .help = asset.digest.empty()
                      ? std::string("declare its sha256")
                      : cat("once it is known to be good, declare sha256: ", asset.digest)};
}

Observation observe_asset(const CheckInput& input, const Asset& asset) {
  Observation seen = observe(kDeclaredDigest, input);
  seen.subjects = {subject_of(asset)};
  const auto why = obstacle(asset);
  const bool declared = !asset.declared.sha256.empty();
  if (!declared) seen.diagnostics.push_back(undeclared(asset));
  if (why.empty()) {
    hit(seen.coverage);
    if (declared) seen.diagnostics.push_back(differs(asset));
  } else {
    miss(seen.coverage, asset.declared.name, why);
  }
  seen.facts = Json::object({{"asset", asset.declared.name},
                             {"declared_sha256", asset.declared.sha256},
                             {"sha256", asset.digest}});
  seen.measured = !why.empty() ? cat(shown(asset), ": ", why)
                  : declared   ? cat(shown(asset), " has other bytes than declared")
                               : cat(shown(asset), " has no declared digest");
  return seen;
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation clean = observe(kDeclaredDigest, input);
  std::size_t assets = 0;
  for (const auto& asset : input.inventory.assets) {
    if (!concerns(asset)) continue;
    TRY(task.step(1));
    ++assets;
    const bool equal =
        obstacle(asset).empty() && equal_ignoring_case(asset.declared.sha256, asset.digest);
    if (!equal) {
      TRY(emit(observe_asset(input, asset)));
      continue;
    }
    hit(clean.coverage);
    if (clean.subjects.size() < kSubjects) clean.subjects.push_back(subject_of(asset));
  }
  if (assets != 0 && clean.coverage.population == 0) return {};
  const auto equal = clean.coverage.examined;
  clean.facts =
      Json::object({{"assets", equal}, {"subjects_not_listed", equal - clean.subjects.size()}});
  clean.measured =
      assets == 0 ? std::string("no model or dataset is declared, and no other asset with a digest")
                  : cat(count_of(equal, "asset has", "assets have"), " the declared SHA-256");
  return emit(std::move(clean));
}

}  // namespace

constinit const Check kDeclaredDigest = {
    .id = "artifact.declared-digest",
    .question = "are the bytes on disk the ones that were declared?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
