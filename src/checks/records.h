// SPDX-License-Identifier: Apache-2.0
// records: what checks do with the signed records of a system (provenance/record.h): those in
// attestations/ that count, by the asset that they are about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/check.h"
#include "provenance/record.h"

namespace cupel {

struct RecordShelf {
  std::vector<AssetRecord> counted;  // signed by the roster, and not dated in the future
  std::vector<AssetRecord> refused;  // the others, each with its problem
};
// Those of one kind.
[[nodiscard]] Result<RecordShelf> records_of(const CheckInput& input, std::string_view kind);

// Whether a record is about these very bytes of an asset.
[[nodiscard]] bool is_about(const AssetRecord& record, const Inventory& inventory,
                            const Asset& asset);
// Whether it speaks of an asset of this name, in whatever state.
[[nodiscard]] bool speaks_of(const AssetRecord& record, std::string_view name);

// The newest counted record about an asset as it is now; null when there is none.
[[nodiscard]] const AssetRecord* newest_about(const RecordShelf& shelf, const Inventory& inventory,
                                              const Asset& asset);

// REC001 for each record that does not count. It weighs nothing: what it would have shown is
// missing, and that is judged.
void tell_refused(const RecordShelf& shelf, Observation& seen);

}  // namespace cupel
