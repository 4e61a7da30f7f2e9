// SPDX-License-Identifier: Apache-2.0
// dataset.record: could data that turns out to be poisoned be traced to where it came from?
#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/material.h"

namespace cupel {

extern const Check kDatasetRecord;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"DAT001", "DAT002", "DAT003", "DAT004",
                                                    "DAT005"};
constexpr std::array<std::string_view, 4> kRecord = {"DAT001", "DAT003", "DAT004", "DAT005"};
constexpr std::array<std::string_view, 3> kTrace = {"DAT001", "DAT002", "DAT005"};
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.4-2/dataset-record",
     .provision = "5.2.4-2",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "dataset.record",
     .criterion = "each dataset of public origin has a source, a custodian and a licence on record",
     .codes = kRecord},
    {.id = "5.2.4-2.1/source-and-time",
     .provision = "5.2.4-2.1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "dataset.record",
     .criterion = "each dataset of public origin has a source and a time of collection on record",
     .codes = kTrace},
}};

bool origin_is_unknown(const DeclaredAsset& dataset) {
  return dataset.origin.empty() || dataset.origin == "unknown";
}

class Record {
 public:
  Record(const CheckInput& input, const Asset& asset, Observation& seen)
      : input_(input), asset_(asset), dataset_(asset.declared), seen_(seen) {}

  void inspect() {
    if (origin_is_unknown(dataset_)) {
      tell("DAT005", Severity::medium, "has no declared origin",
           "declare `origin:` (internal, public, supplier or generated)");
    }
    if (dataset_.source.empty()) {
      tell("DAT001", owed(), "has no source on record",
           "declare where it came from as `source:`, with the address it was fetched from");
    }
    inspect_time();
    if (dataset_.custodian.empty()) {
      tell("DAT003", Severity::medium, "has no custodian",
           "name a person of the roster as its `custodian:`");
    }
    if (dataset_.licence.empty()) {
      tell("DAT004", Severity::medium, "has no licence on record", "declare its `licence:`");
    }
  }

 private:
  // The provisions ask this of public data. While the origin is open, so is whether it is owed.
  [[nodiscard]] Severity owed() const {
    return origin_is_unknown(dataset_) ? Severity::medium : Severity::high;
  }

  void inspect_time() {
    const auto collected = parse_timestamp(dataset_.collected);
    if (dataset_.collected.empty()) {
      tell("DAT002", owed(), "has no time of collection on record",
           "declare when it was collected as `collected: 2026-03-01T00:00:00Z`");
    } else if (!collected) {
      tell("DAT002", Severity::high,
           cat("has an unreadable time of collection: `", printable(dataset_.collected, 60), "`"),
           "write it like 2026-03-01T00:00:00Z");
    } else if (*collected > input_.now) {
      tell("DAT002", Severity::high, "has a time of collection that lies in the future",
           "write when it really was collected");
    }
  }

  void tell(std::string_view code, Severity severity, std::string_view what, std::string help) {
    seen_.diagnostics.push_back(
        {.code = std::string(code),
         .severity = severity,
         .title = cat("the dataset `", printable(dataset_.name, 200), "` ", what),
         .place = place_of(asset_),
         .help = std::move(help)});
  }

  const CheckInput& input_;
  const Asset& asset_;
  const DeclaredAsset& dataset_;
  Observation& seen_;
};

// No public dataset is declared: is there none, or do we only not know?
void conclude_nothing_public(const CheckInput& input, Observation& seen) {
  for (const auto& asset : input.inventory.assets) {
    const bool model = asset.declared.kind == AssetKind::model;
    const bool dataset = asset.declared.kind == AssetKind::dataset;
    if (dataset && !asset.is_declared) {
      miss(seen.coverage, asset.declared.name, "nobody declared where it comes from");
    } else if (model && asset.is_declared && asset.declared.origin == "internal" &&
               asset.declared.uses.empty()) {
      miss(seen.coverage, asset.declared.name, "made here, from data that nobody names");
    }
  }
  const bool anything = std::ranges::any_of(input.inventory.assets, [](const Asset& asset) {
    return asset.declared.kind == AssetKind::model || asset.declared.kind == AssetKind::dataset;
  });
  if (seen.coverage.population != 0) {
    seen.measured = "no dataset of public origin is declared, but not all data is accounted for";
  } else if (!anything || !input.inventory.complete) {
    seen.measured = "no model and no dataset was seen";
  } else {
    seen.measured = "no dataset is of public or unknown origin";
    seen.condition = Condition{.provision = {}, .met = false, .why = seen.measured};
  }
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation seen = observe(kDatasetRecord, input);
  for (const auto& asset : input.inventory.assets) {
    const auto& declared = asset.declared;
    if (declared.kind != AssetKind::dataset || !asset.is_declared) continue;
    if (declared.origin != "public" && !origin_is_unknown(declared)) continue;
    TRY(task.step(1));
    hit(seen.coverage);
    seen.subjects.push_back(subject_of(asset));
    Record(input, asset, seen).inspect();
  }
  const auto datasets = seen.coverage.population;
  seen.facts = Json::object({{"datasets", datasets}, {"gaps", seen.diagnostics.size()}});
  if (datasets == 0) {
    conclude_nothing_public(input, seen);
  } else {
    seen.measured = cat(count_of(datasets, "dataset"),
                        " of public or unknown origin: ", count_of(seen.diagnostics.size(), "gap"),
                        " in the records");
  }
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kDatasetRecord = {
    .id = "dataset.record",
    .question = "could data that turns out to be poisoned be traced to where it came from?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
