// SPDX-License-Identifier: Apache-2.0
// dataset.record: could data that turns out to be poisoned be traced to where it came from?
#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/material.h"
#include "checks/records.h"
#include "provenance/records/collection.h"

namespace cupel {

extern const Check kDatasetRecord;

namespace {

constexpr std::array<std::string_view, 9> kCodes = {
    "DAT001", "DAT002", "DAT003", "DAT004", "DAT005", "DAT006", "DAT007", "DAT008", "REC001"};
constexpr std::array<std::string_view, 7> kRecord = {"DAT001", "DAT003", "DAT004", "DAT005",
                                                     "DAT006", "DAT007", "DAT008"};
constexpr std::array<std::string_view, 5> kTrace = {"DAT001", "DAT002", "DAT005", "DAT006",
                                                    "DAT007"};
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

// An address is the same with or without a slash at its end, and so is one below it.
bool is_source(const CollectionRecord& collection, std::string_view declared) {
  while (declared.ends_with('/')) declared.remove_suffix(1);
  return std::ranges::any_of(collection.sources, [&](const Descriptor& source) {
    const std::string_view uri = source.uri;
    if (!uri.starts_with(declared)) return false;
    const auto rest = uri.substr(declared.size());
    return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
  });
}

// What is known of one dataset: from cupel.yaml, and from the signed record of its collection.
class Trace {
 public:
  Trace(const CheckInput& input, const RecordShelf& shelf, const Asset& asset, Observation& seen)
      : input_(input), shelf_(shelf), asset_(asset), dataset_(asset.declared), seen_(seen) {}

  // True when there is a signed record of these bytes.
  bool inspect() {
    const AssetRecord* record = newest_about(shelf_, input_.inventory, asset_);
    if (record != nullptr) signed_ = read_collection(record->statement.predicate).collection;
    inspect_declared();
    if (signed_) {
      inspect_contradictions(*record);
    } else {
      inspect_other_records();
    }
    return signed_.has_value();
  }

 private:
  void inspect_declared() {
    if (origin_is_unknown(dataset_)) {
      tell("DAT005", Severity::medium, "has no declared origin",
           "declare `origin:` (internal, public, supplier or generated)");
    }
    if (dataset_.source.empty() && !signed_) {
      tell("DAT001", owed(), "has no source on record",
           "declare where it came from as `source:`, with the address it was fetched from");
    }
    inspect_time();
    if (dataset_.custodian.empty() && (!signed_ || signed_->custodian.empty())) {
      tell("DAT003", Severity::medium, "has no custodian",
           "name a person of the roster as its `custodian:`");
    }
    if (dataset_.licence.empty() && (!signed_ || signed_->licence.empty())) {
      tell("DAT004", Severity::medium, "has no licence on record", "declare its `licence:`");
    }
  }

  // The provisions ask this of public data. While the origin is open, so is whether it is owed.
  [[nodiscard]] Severity owed() const {
    return origin_is_unknown(dataset_) ? Severity::medium : Severity::high;
  }

  void inspect_time() {
    const auto collected = parse_timestamp(dataset_.collected);
    if (dataset_.collected.empty()) {
      if (signed_) return;
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

  // One of the two is wrong, and nobody here knows which.
  void inspect_contradictions(const AssetRecord& record) {
    const bool address = dataset_.source.find("://") != std::string::npos;
    if (address && !is_source(*signed_, dataset_.source)) {
      contradict("DAT006", record, "source", dataset_.source, signed_->sources.front().uri);
    }
    const auto collected = parse_timestamp(dataset_.collected);
    // cupel.yaml may say the day alone.
    if (collected && to_date(*collected) != to_date(signed_->retrieved)) {
      contradict("DAT006", record, "time of collection", dataset_.collected,
                 to_rfc3339(signed_->retrieved));
    }
    if (!dataset_.licence.empty() && !signed_->licence.empty() &&
        !equal_ignoring_case(dataset_.licence, signed_->licence)) {
      contradict("DAT008", record, "licence", dataset_.licence, signed_->licence);
    }
    if (!dataset_.custodian.empty() && !signed_->custodian.empty() &&
        dataset_.custodian != signed_->custodian) {
      contradict("DAT008", record, "custodian", dataset_.custodian, signed_->custodian);
    }
  }

  void contradict(std::string_view code, const AssetRecord& record, std::string_view what,
                  std::string_view declared, std::string_view recorded) {
    tell(code, Severity::medium,
         cat("has another ", what, " in cupel.yaml than in its signed record"),
         "correct cupel.yaml, or have the record signed anew");
    seen_.diagnostics.back().notes = {
        cat("cupel.yaml: ", printable(declared, 300)),
        cat(printable(record.file, 300), ", signed by ", printable(record.by, 80), ": ",
            printable(recorded, 300))};
  }

  void inspect_other_records() {
    const auto other = std::ranges::find_if(shelf_.counted, [&](const AssetRecord& record) {
      return speaks_of(record, dataset_.name);
    });
    if (other == shelf_.counted.end()) return;
    tell("DAT007", Severity::medium, "is not what its signed record says was collected",
         "restore what was collected, or record how these bytes came about");
    seen_.diagnostics.back().notes = {cat(printable(other->file, 300), " is about SHA-256 ",
                                          other->statement.subjects.front().sha256())};
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
  const RecordShelf& shelf_;
  const Asset& asset_;
  const DeclaredAsset& dataset_;
  Observation& seen_;
  std::optional<CollectionRecord> signed_;
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
  const RecordShelf shelf = TRY(records_of(input, "collection"));
  std::size_t recorded = 0;
  for (const auto& asset : input.inventory.assets) {
    const auto& declared = asset.declared;
    if (declared.kind != AssetKind::dataset || !asset.is_declared) continue;
    if (declared.origin != "public" && !origin_is_unknown(declared)) continue;
    TRY(task.step(1));
    hit(seen.coverage);
    seen.subjects.push_back(subject_of(asset));
    if (Trace(input, shelf, asset, seen).inspect()) ++recorded;
  }
  const auto datasets = seen.coverage.population;
  const auto gaps = seen.diagnostics.size();
  seen.facts = Json::object({{"datasets", datasets}, {"gaps", gaps}, {"signed", recorded}});
  tell_refused(shelf, seen);
  if (datasets == 0) {
    conclude_nothing_public(input, seen);
  } else {
    seen.measured =
        cat(count_of(datasets, "dataset"), " of public or unknown origin: ", count_of(gaps, "gap"),
            " in the records, ", recorded, " of them signed");
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
