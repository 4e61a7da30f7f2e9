// SPDX-License-Identifier: Apache-2.0
// governance.disposal: is there a record for each asset that reached its end or changed hands, does
// it count, and is the asset really gone?
//
// The record is signed by whoever did the work, and carries the custodian's consent. That it was
// enough is for a third person to say, by signing the record (validation, NIST SP 800-88 Rev. 2).
#include "provenance/disposal.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/changes_since.h"
#include "checks/material.h"

namespace cupel {

extern const Check kDisposal;

namespace {

constexpr std::array<std::string_view, 6> kCodes = {"DSP001", "DSP002", "DSP003",
                                                    "DSP004", "DSP005", "DSP006"};
constexpr std::string_view kTransfer = "5.5.1-1";
constexpr std::string_view kEnd = "5.5.1-2";
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.5.1-1/transfer-record",
     .provision = kTransfer,
     .kind = UnitKind::functional,
     .rule = Rule::attested,
     .check = "governance.disposal",
     .criterion = "each transfer has a record with the custodian's consent, a person of the roster "
                  "has validated it, and no copy is left",
     .codes = kCodes},
    {.id = "5.5.1-2/disposal-record",
     .provision = kEnd,
     .kind = UnitKind::functional,
     .rule = Rule::attested,
     .check = "governance.disposal",
     .criterion = "each asset at the end of its life has a record of its disposal with the "
                  "custodian's consent, a person of the roster has validated it, and no copy is "
                  "left",
     .codes = kCodes},
}};

struct Filed {
  const FileEntry* file = nullptr;
  DisposalRecord record;
};

struct Records {
  std::vector<Filed> filed;
  std::vector<std::pair<const FileEntry*, std::string>> unread;

  // The newest that counts before any that does not.
  [[nodiscard]] const Filed* find(std::string_view asset) const {
    const Filed* best = nullptr;
    for (const auto& each : filed) {
      if (each.record.find(asset) == nullptr) continue;
      const bool better = best == nullptr || each.record.verified > best->record.verified ||
                          (each.record.verified == best->record.verified &&
                           each.record.finished > best->record.finished);
      if (better) best = &each;
    }
    return best;
  }
};

Result<Records> read_records(const CheckInput& input) {
  Records records;
  for (const auto& file : input.inventory.files) {
    const std::string_view path = file.path;
    if (folder_of(path) != "disposals" || !path.ends_with(".json") ||
        path.ends_with(".plan.json")) {
      continue;
    }
    const auto text = TRY(read_text_of(input, file, 32U << 20U));
    if (text.ok()) {
      records.filed.push_back({.file = &file, .record = read_disposal(text.text, input.system)});
    } else {
      records.unread.emplace_back(&file, text.problem);
    }
  }
  return records;
}

class Judgement {
 public:
  Judgement(const CheckInput& input, const Emit& emit, const Records& records)
      : input_(input), emit_(emit), records_(records) {}

  // An asset that is declared to be at its end.
  Result<void> judge_end(const Asset& asset) {
    const auto& declared = asset.declared;
    const Filed* filed = records_.find(declared.name);
    if (filed != nullptr) return judge(*filed, declared.name, &asset);
    Observation seen = begin(kEnd);
    hit(seen.coverage);
    tell(seen, "DSP001", Severity::high, place_of(asset),
         cat("`", printable(declared.name, 200),
             "` is at the end of its life, and there is no record of its disposal"),
         cat("cupel retire ", printable(declared.name, 100), " shows what would be erased"));
    seen.measured = cat("`", printable(declared.name, 200), "`: no record");
    return emit_(std::move(seen));
  }

  // One that was there in the last cycle and is neither there nor declared now.
  Result<void> judge_gone(const Change& change) {
    const Filed* filed = records_.find(change.name);
    if (filed != nullptr) return judge(*filed, change.name, nullptr);
    Observation seen = begin(kEnd);
    hit(seen.coverage);
    tell(
        seen, "DSP005", Severity::medium, {.path = {"cupel.yaml"}},
        cat(describe(change), " since the last cycle without a record of its disposal"),
        "if it was retired, restore it and use cupel retire; if it moved, declare where it is now");
    seen.measured = cat("`", printable(change.name, 200), "`: gone without a record");
    return emit_(std::move(seen));
  }

  // A transfer whose asset is in use further on, or is declared no more.
  Result<void> judge_rest() {
    for (const auto& filed : records_.filed) {
      if (std::ranges::find(judged_, &filed) != judged_.end()) continue;
      const bool nameless = filed.record.assets.empty();
      TRY(judge(filed, nameless ? filed.file->path : filed.record.assets.front().name, nullptr));
    }
    for (const auto& [file, problem] : records_.unread) {
      Observation seen = begin(kEnd);
      miss(seen.coverage, file->path, problem);
      seen.measured = cat("`", printable(file->path, 200), "` could not be read");
      TRY(emit_(std::move(seen)));
    }
    for (const auto& provision : {kTransfer, kEnd}) TRY(say_nothing_happened(provision));
    return {};
  }

 private:
  Observation begin(std::string_view provision) {
    Observation seen = observe(kDisposal, input_);
    seen.provision = provision;
    (provision == kTransfer ? transfers_ : ends_) = true;
    return seen;
  }

  static void tell(Observation& seen, std::string_view code, Severity severity, Place place,
                   std::string title, std::string help) {
    seen.diagnostics.push_back({.code = std::string(code),
                                .severity = severity,
                                .title = std::move(title),
                                .place = std::move(place),
                                .help = std::move(help)});
  }

  Result<void> judge(const Filed& filed, const std::string& name, const Asset* asset) {
    judged_.push_back(&filed);
    const auto& record = filed.record;
    const std::string shown = printable(name, 200);
    Observation seen = begin(record.recipient.empty() ? kEnd : kTransfer);
    hit(seen.coverage);
    seen.subjects.push_back(subject_of(*filed.file));
    seen.facts = Json::object({{"author", record.performed_by},
                               {"finished", to_rfc3339(record.finished)},
                               {"recipient", record.recipient}});
    if (!record.verified) {
      tell(seen, "DSP002", Severity::high, place_of(*filed.file),
           cat("the record of the disposal of `", shown, "` does not count"),
           "dispose again with cupel retire, or restore the record from the ledger");
      seen.diagnostics.back().notes = {printable(record.problem, 300)};
    }
    look_for_copies(record, shown, asset, seen);
    look_at_loose_ends(filed, shown, seen);
    seen.measured =
        cat("`", shown, "`: ", record.recipient.empty() ? "disposed of" : "handed over", " on ",
            to_date(record.finished), " by ", printable(record.performed_by, 100), ", ",
            record.open.empty() ? "complete" : cat(record.open.size(), " open"));
    return emit_(std::move(seen));
  }

  // Whatever the record says: what is still there has not been disposed of.
  void look_for_copies(const DisposalRecord& record, const std::string& shown, const Asset* asset,
                       Observation& seen) const {
    if (asset != nullptr && asset->is_present && !asset->declared.path.empty()) {
      tell(seen, "DSP003", Severity::high, place_of(*asset),
           cat("`", shown, "` was disposed of, and is still there"),
           "retire it again, or correct its lifecycle in cupel.yaml");
    }
    for (const auto& file : input_.inventory.files) {
      const bool copy =
          !file.sha256.empty() && file.size_bytes >= 32 &&
          std::ranges::find(record.file_digests, file.sha256) != record.file_digests.end();
      if (!copy) continue;
      tell(seen, "DSP003", Severity::high, place_of(file),
           cat("`", printable(file.path, 300), "` is a copy of what was disposed of with `", shown,
               "`"),
           "find out where it came from, and retire it");
    }
  }

  void look_at_loose_ends(const Filed& filed, const std::string& shown, Observation& seen) const {
    const auto& record = filed.record;
    if (!record.open.empty()) {
      tell(seen, "DSP004", Severity::medium, place_of(*filed.file),
           cat("the disposal of `", shown, "` is not complete"),
           "do or confirm what is open, and run cupel retire again");
      for (const auto& item : record.open) {
        if (seen.diagnostics.back().notes.size() == 8) break;
        seen.diagnostics.back().notes.push_back(printable(item, 300));
      }
    }
    const bool alone = std::ranges::any_of(record.assets, [&](const DisposedAsset& asset) {
      return asset.custodian == record.performed_by;
    });
    if (!alone) return;
    tell(seen, "DSP006", Severity::medium, place_of(*filed.file),
         cat("the custodian of `", shown, "` consented to what they did themselves"),
         "have somebody else do what the custodian consents to");
  }

  Result<void> say_nothing_happened(std::string_view provision) {
    const bool transfer = provision == kTransfer;
    if (transfer ? transfers_ : ends_) return {};
    Observation seen = begin(provision);
    seen.measured = transfer ? "no transfer is on record"
                             : "no asset is at the end of its life, and none is on record";
    seen.condition =
        Condition{.provision = {}, .met = false, .triggered = false, .why = seen.measured};
    return emit_(std::move(seen));
  }

  const CheckInput& input_;
  const Emit& emit_;
  const Records& records_;
  std::vector<const Filed*> judged_;
  bool transfers_ = false;
  bool ends_ = false;
};

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  const Records records = TRY(read_records(input));
  Judgement judgement(input, emit, records);
  for (const auto& asset : input.inventory.assets) {
    if (!asset.is_declared || asset.declared.lifecycle != "end-of-life") continue;
    TRY(task.step(1));
    TRY(judgement.judge_end(asset));
  }
  constexpr std::array<AssetKind, 2> kKinds = {AssetKind::model, AssetKind::dataset};
  for (const auto& change : changes_since(input.baseline, input.inventory, kKinds).found) {
    const auto* declared = input.inventory.find(change.name);
    const bool at_its_end = declared != nullptr && declared->declared.lifecycle == "end-of-life";
    if (change.kind == ChangeKind::removed && !at_its_end) TRY(judgement.judge_gone(change));
  }
  return judgement.judge_rest();
}

}  // namespace

constinit const Check kDisposal = {
    .id = "governance.disposal",
    .question =
        "was what reached its end or changed hands disposed of, with consent and on record?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
