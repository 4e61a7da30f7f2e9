// SPDX-License-Identifier: Apache-2.0
#include "checks/records.h"

#include <algorithm>

#include "base/text.h"
#include "checks/material.h"
#include "inventory/asset_root.h"

namespace cupel {
namespace {

constexpr std::uint64_t kEnvelopeLimit = 1U << 20U;

}  // namespace

Result<RecordShelf> records_of(const CheckInput& input, std::string_view kind) {
  RecordShelf shelf;
  for (const auto& file : input.inventory.files) {
    if (!is_statement_file(file.path)) continue;
    const FileText text = TRY(read_text_of(input, file, kEnvelopeLimit));
    if (!text.ok()) continue;  // nobody knows of which kind it is
    const RecordKind* found = record_kind_in(text.text);
    if (found == nullptr || found->name != kind) continue;
    auto record = read_record(text.text, file.path, input.system);
    if (record.verified && record.made_at > input.now) {
      record.verified = false;
      record.problem = cat("it is dated ", to_date(record.made_at), ", which is still to come");
    }
    (record.verified ? shelf.counted : shelf.refused).push_back(std::move(record));
  }
  return shelf;
}

bool is_about(const AssetRecord& record, const Inventory& inventory, const Asset& asset) {
  return record.statement.is_about(asset_root(inventory, asset)) ||
         record.statement.is_about(asset_file_digest(inventory, asset));
}

bool speaks_of(const AssetRecord& record, std::string_view name) {
  return std::ranges::find(record.statement.subjects, name, &Descriptor::name) !=
         record.statement.subjects.end();
}

const AssetRecord* newest_about(const RecordShelf& shelf, const Inventory& inventory,
                                const Asset& asset) {
  const AssetRecord* newest = nullptr;
  for (const auto& record : shelf.counted) {
    if (!is_about(record, inventory, asset)) continue;
    if (newest == nullptr || record.made_at > newest->made_at) newest = &record;
  }
  return newest;
}

void tell_refused(const RecordShelf& shelf, Observation& seen) {
  for (const auto& record : shelf.refused) {
    seen.diagnostics.push_back(
        {.code = "REC001",
         .severity = Severity::low,
         .title = cat("the ", record.kind->name, " record `", printable(record.file, 300),
                      "` does not count"),
         .place = {.path = {record.file}},
         .notes = {record.problem},
         .help =
             cat("have it signed by a person of the roster: cupel record ", record.kind->name)});
  }
}

}  // namespace cupel
