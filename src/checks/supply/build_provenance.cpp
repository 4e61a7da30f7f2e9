// SPDX-License-Identifier: Apache-2.0
// supply.build-provenance: is there a signed record of how each model made here was made, and was
// it made from the data that is here?
#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/material.h"
#include "checks/records.h"
#include "inventory/asset_root.h"
#include "provenance/records/build.h"

namespace cupel {

extern const Check kBuildProvenance;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"PRV001", "PRV002", "PRV003", "PRV004",
                                                    "REC001"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.3-1/build-provenance",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "supply.build-provenance",
     .criterion = "each model made here has a signed build record whose materials are the data and "
                  "models that the inventory saw and cupel.yaml names",
     .codes = kCodes},
}};

bool is_material(const Asset& asset) {
  return asset.declared.kind == AssetKind::dataset || asset.declared.kind == AssetKind::model;
}

class Origin {
 public:
  Origin(const CheckInput& input, const RecordShelf& shelf, const Asset& model, Observation& seen)
      : input_(input), shelf_(shelf), model_(model), seen_(seen) {}

  // True when the model has a build record.
  bool inspect() {
    const AssetRecord* record = newest_about(shelf_, input_.inventory, model_);
    if (record == nullptr) {
      tell_missing();
      return false;
    }
    seen_.subjects.push_back(
        {.kind = "record", .name = record->file, .digest = digest_of(record->file)});
    const auto build = read_build(record->statement.predicate).build;
    if (!build) return false;  // a record that counts can be read
    for (const auto& material : build->materials) compare(material, *record);
    compare_names(*build, *record);
    return true;
  }

 private:
  [[nodiscard]] std::string digest_of(std::string_view path) const {
    const FileEntry* file = input_.inventory.file(path);
    return file == nullptr ? std::string() : file->sha256;
  }

  void tell(std::string_view code, Severity severity, std::string title, std::string note,
            std::string help) {
    seen_.diagnostics.push_back({.code = std::string(code),
                                 .severity = severity,
                                 .title = std::move(title),
                                 .place = place_of(model_),
                                 .notes = {std::move(note)},
                                 .help = std::move(help)});
  }

  [[nodiscard]] std::string name() const { return printable(model_.declared.name, 200); }

  void tell_missing() {
    const std::string sign = cat("cupel record build ", name(), " signs one");
    const auto other = std::ranges::find_if(shelf_.counted, [&](const AssetRecord& record) {
      return speaks_of(record, model_.declared.name);
    });
    if (other == shelf_.counted.end()) {
      return tell("PRV001", Severity::medium,
                  cat("there is no signed record of how the model `", name(), "` was made"),
                  "it is declared as made here (`origin: internal`)", sign);
    }
    tell("PRV003", Severity::medium,
         cat("the build record of the model `", name(), "` is of other bytes"),
         cat(printable(other->file, 300), " is about SHA-256 ",
             other->statement.subjects.front().sha256(), ", here is ",
             asset_root(input_.inventory, model_)),
         cat("restore the model that was recorded, or record how this one was made: ", sign));
  }

  // A material that is an asset here has the digest that was recorded.
  void compare(const Descriptor& material, const AssetRecord& record) {
    const Asset* here = input_.inventory.find(material.name);
    if (here == nullptr || !is_material(*here) || material.sha256().empty()) return;
    const auto root = asset_root(input_.inventory, *here);
    const bool same = material.sha256() == root ||
                      material.sha256() == asset_file_digest(input_.inventory, *here);
    if (same) return;
    if (root.empty()) {
      return miss(seen_.coverage, material.name, "the material cannot be compared: it is not here");
    }
    tell("PRV002", Severity::high,
         cat("the model `", name(), "` was made from another `", printable(material.name, 200),
             "` than the one here"),
         cat(printable(record.file, 300), " has SHA-256 ", material.sha256(), ", here is ", root),
         "restore the data that the model was made from, or make the model anew and record it");
  }

  // The record and cupel.yaml name the same data and models.
  void compare_names(const BuildRecord& build, const AssetRecord& record) {
    std::vector<std::string> recorded = build.data;
    recorded.insert(recorded.end(), build.models.begin(), build.models.end());
    std::vector<std::string> differing;
    for (const auto& used : model_.declared.uses) {
      const Asset* asset = input_.inventory.find(used);
      const bool counts = asset != nullptr && is_material(*asset);
      if (counts && std::ranges::find(recorded, used) == recorded.end()) differing.push_back(used);
    }
    for (const auto& made_from : recorded) {
      const auto& uses = model_.declared.uses;
      if (std::ranges::find(uses, made_from) == uses.end()) differing.push_back(made_from);
    }
    if (differing.empty()) return;
    tell("PRV004", Severity::medium,
         cat("cupel.yaml and the build record of the model `", name(),
             "` name different data or models"),
         cat(printable(record.file, 300), " differs from `uses:` in ", name_some(differing, 10)),
         "correct `uses:` of the model, or record how it really was made");
  }

  const CheckInput& input_;
  const RecordShelf& shelf_;
  const Asset& model_;
  Observation& seen_;
};

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation seen = observe(kBuildProvenance, input);
  const RecordShelf shelf = TRY(records_of(input, "build"));
  std::size_t models = 0;
  std::size_t recorded = 0;
  for (const auto& asset : input.inventory.assets) {
    const auto& declared = asset.declared;
    const bool made_here = declared.kind == AssetKind::model && asset.is_declared &&
                           asset.is_present && declared.origin == "internal";
    if (!made_here) continue;
    TRY(task.step(1));
    ++models;
    hit(seen.coverage);
    seen.subjects.push_back(subject_of(asset));
    if (Origin(input, shelf, asset, seen).inspect()) ++recorded;
  }
  tell_refused(shelf, seen);
  seen.facts = Json::object({{"models", models}, {"recorded", recorded}});
  if (models == 0) {
    seen.measured = "no model is declared as made here";
    if (input.inventory.complete) {
      seen.condition = Condition{.provision = {}, .met = false, .why = seen.measured};
    }
  } else {
    seen.measured =
        cat(recorded, " of ", count_of(models, "model"), " made here with a signed build record");
  }
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kBuildProvenance = {
    .id = "supply.build-provenance",
    .question =
        "is it on record how each model made here was made, and from the data that is here?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
