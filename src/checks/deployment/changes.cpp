// SPDX-License-Identifier: Apache-2.0
// deployment.changes: is every change of what steers the system (prompts, configuration, and the
// weights of its models) since the last cycle on record, and was the threat model looked at
// since a setting changed?
#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/text.h"
#include "checks/changes_since.h"
#include "checks/governance/document.h"
#include "checks/material.h"
#include "checks/records.h"
#include "inventory/asset_root.h"
#include "provenance/records/change.h"

namespace cupel {

extern const Check kChanges;

namespace {

constexpr std::array<std::string_view, 3> kCodes = {"CHG001", "CHG002", "REC001"};
constexpr std::array<std::string_view, 1> kRecorded = {"CHG001"};
constexpr std::array<std::string_view, 1> kAssessed = {"CHG002"};
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.4-3/change-log",
     .provision = "5.2.4-3",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "deployment.changes",
     .criterion = "each model, prompt and configuration is what the last cycle saw, or its change "
                  "was declared beforehand or is on record with the new digest",
     .codes = kRecorded},
    {.id = "5.1.3-1.1/changes-assessed",
     .provision = "5.1.3-1.1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "deployment.changes",
     .criterion = "the threat model was reviewed after the last cycle when a prompt or a "
                  "configuration changed",
     .codes = kAssessed},
}};

using Kinds = std::span<const AssetKind>;
// New weights change what the system does as much as a new prompt.
constexpr std::array<AssetKind, 3> kSteering = {AssetKind::model, AssetKind::prompt,
                                                AssetKind::configuration};
// What 5.1.3-1.1 speaks of: a model is no setting.
constexpr std::array<AssetKind, 2> kSettings = {AssetKind::prompt, AssetKind::configuration};
constexpr std::string_view kManySteering = "models, prompts and configurations";
constexpr std::int64_t kDay = 86'400'000;

// The record's front matter names the digest, as `sha256:` or in the list `subjects:`.
bool names_digest(const Document& record, std::string_view digest) {
  if (record.kind() != "change-record" || digest.empty()) return false;
  if (record.field("sha256") == digest) return true;
  const auto* subjects =
      record.front.present ? record.front.reading.root.find("subjects") : nullptr;
  return subjects != nullptr && std::ranges::any_of(subjects->items, [&](const yaml::Node& item) {
           return item.text == digest;
         });
}

// Whether signed records lead, one after the other, from what the last cycle saw to what is here.
// A record from more than a day before that cycle is of an earlier change: what was undone since
// and done again is recorded again.
bool is_signed(const Change& change, const CheckInput& input, const RecordShelf& shelf) {
  std::string before;
  std::set<std::string> reached;
  if (change.then != nullptr) {
    before = asset_root(input.baseline.inventory, *change.then);
    if (before.empty()) return false;  // it cannot be named
  }
  reached.insert(change.now == nullptr ? std::string() : asset_root(input.inventory, *change.now));
  if (change.now != nullptr && reached.contains("")) return false;
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& record : shelf.counted) {
      const auto read = read_change(record.statement.predicate).change;
      const bool counts = read && read->asset == change.name && reached.contains(read->after) &&
                          read->changed.ms + kDay > input.baseline.finished.ms;
      grown = (counts && reached.insert(read->before).second) || grown;
    }
  }
  return reached.contains(before);
}

bool ends(const CheckInput& input, std::string_view name) {
  const Asset* asset = input.inventory.find(name);
  return asset != nullptr && is_retired(*asset);
}

bool is_recorded(const CheckInput& input, const Change& change,
                 const std::vector<Document>& records) {
  if (change.now != nullptr && change.now->is_declared &&
      change.now->declared.sha256 == change.digest && !change.digest.empty()) {
    return true;  // whoever changed it said so in cupel.yaml
  }
  // That it would go was said by its lifecycle, and how it went is in the record of its disposal.
  if (change.kind == ChangeKind::removed && ends(input, change.name)) return true;
  return std::ranges::any_of(
      records, [&](const Document& record) { return names_digest(record, change.digest); });
}

Place place_of(const Change& change) {
  if (change.now != nullptr) return cupel::place_of(*change.now);
  return {.path = {change.path.empty() ? "cupel.yaml" : change.path}};
}

void count(const Changes& changes, Coverage& coverage) {
  const std::size_t known = changes.compared - changes.unknown.size();
  coverage = {.population = known, .examined = known};
  for (const auto& name : changes.unknown) miss(coverage, name, "its bytes are not known");
}

void name_subjects(const CheckInput& input, Kinds kinds, Observation& seen) {
  for (const auto& asset : input.inventory.assets) {
    if (std::ranges::find(kinds, asset.declared.kind) != kinds.end()) {
      seen.subjects.push_back(subject_of(asset));
    }
  }
}

Result<void> ask_for_records(const CheckInput& input, const Changes& changes, const Emit& emit) {
  Observation seen = observe(kChanges, input);
  seen.provision = "5.2.4-3";
  name_subjects(input, kSteering, seen);
  count(changes, seen.coverage);
  if (changes.first_cycle) {
    seen.measured = cat(count_of(changes.compared, "model, prompt or configuration", kManySteering),
                        " recorded for the first time");
    return emit(std::move(seen));
  }
  const auto records = TRY(documents_of(input, "5.2.4-3"));
  const RecordShelf shelf = TRY(records_of(input, "change"));
  std::size_t unrecorded = 0;
  for (const auto& change : changes.found) {
    if (is_recorded(input, change, records) || is_signed(change, input, shelf)) continue;
    ++unrecorded;
    seen.diagnostics.push_back(
        {.code = "CHG001",
         .severity = Severity::high,
         .title = cat(describe(change), " since the last cycle without a change record"),
         .place = place_of(change),
         .notes = {cat("the record has to name the digest ", change.digest)},
         .help = cat("sign a record of it: cupel record change ", printable(change.name, 200),
                     "; or write a document of kind change-record with that digest as `sha256:`, "
                     "declare it under 5.2.4-3 and sign it")});
  }
  tell_refused(shelf, seen);
  seen.facts = Json::object({{"compared", changes.compared},
                             {"changed", changes.found.size()},
                             {"unrecorded", unrecorded},
                             {"since", input.baseline.cycle}});
  seen.measured = cat(changes.found.size(), " of ",
                      count_of(changes.compared, "model, prompt or configuration", kManySteering),
                      " changed since the last cycle, ", unrecorded, " without a record");
  return emit(std::move(seen));
}

// The latest review of the documents that carry the threat model, by the day.
struct Review {
  std::optional<Timestamp> at;
  const Document* document = nullptr;
};
Review latest_review(const std::vector<Document>& documents, Timestamp now) {
  Review latest;
  for (const auto& document : documents) {
    const auto reviewed = document.date("reviewed");
    if (!reviewed || *reviewed > now || (latest.at && *reviewed <= *latest.at)) continue;
    latest = {.at = reviewed, .document = &document};
  }
  return latest;
}

Result<void> ask_for_review(const CheckInput& input, const Changes& changes, const Emit& emit) {
  Observation seen = observe(kChanges, input);
  seen.provision = "5.1.3-1.1";
  name_subjects(input, kSettings, seen);
  if (changes.found.empty()) {
    seen.measured = changes.first_cycle ? "the first cycle: there is nothing to compare with"
                                        : "no prompt and no configuration changed";
    if (changes.unknown.empty()) {
      seen.condition =
          Condition{.provision = {},
                    .met = false,
                    .triggered = false,
                    .why = cat("no change of a prompt or configuration was seen: ", seen.measured)};
    } else {
      count(changes, seen.coverage);
    }
    return emit(std::move(seen));
  }
  auto documents = TRY(documents_of(input, "5.1.3-1.1"));
  for (auto& document : TRY(documents_of(input, "5.1.3-1"))) {
    documents.push_back(std::move(document));
  }
  const auto review = latest_review(documents, input.now);
  if (!review.at) {
    seen.coverage = {.population = 1,
                     .examined = 0,
                     .shortfall = "no threat model with a review date is declared for 5.1.3-1"};
    seen.measured = cat(describe(changes.found.front()), "; there is no threat model to compare");
    return emit(std::move(seen));
  }
  hit(seen.coverage);
  seen.subjects.push_back(subject_of(*review.document->file));
  // A date has no hour: a review on the day of the last cycle counts.
  const bool since = review.at->ms + kDay > input.baseline.finished.ms;
  if (!since) {
    seen.diagnostics.push_back(
        {.code = "CHG002",
         .severity = Severity::high,
         .title = cat(describe(changes.found.front()),
                      " and the threat model was not reviewed since the last cycle"),
         .place = cupel::place_of(*review.document->file, review.document->line_of("reviewed")),
         .notes = {cat("reviewed ", to_date(*review.at), ", last cycle ",
                       to_date(input.baseline.finished))},
         .help = "review the threat model with the change in mind and write the date into "
                 "`reviewed:`"});
  }
  seen.measured =
      cat(count_of(changes.found.size(), "change"), " since ", to_date(input.baseline.finished),
          "; threat model reviewed ", to_date(*review.at));
  return emit(std::move(seen));
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  const auto steering = changes_since(input.baseline, input.inventory, kSteering);
  TRY(task.step(steering.compared));
  TRY(ask_for_records(input, steering, emit));
  return ask_for_review(input, changes_since(input.baseline, input.inventory, kSettings), emit);
}

}  // namespace

constinit const Check kChanges = {
    .id = "deployment.changes",
    .question = "is every change of a model, a prompt or a configuration on record and assessed?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
