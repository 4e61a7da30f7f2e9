// SPDX-License-Identifier: Apache-2.0
#include "ledger/erasure.h"

#include <algorithm>

#include "base/json.h"

namespace cupel {

bool ErasureRecord::names(std::uint64_t entry) const {
  const auto after = std::ranges::upper_bound(entries, entry, {}, &merkle::Range::begin);
  return after != entries.begin() && entry < std::prev(after)->end;
}

std::uint64_t ErasureRecord::count() const {
  std::uint64_t all = 0;
  for (const auto& range : entries) all += range.end - range.begin;
  return all;
}

void add_entry(ErasureRecord& record, std::uint64_t seq) {
  if (!record.entries.empty() && record.entries.back().end == seq) {
    ++record.entries.back().end;
  } else {
    record.entries.push_back({.begin = seq, .end = seq + 1});
  }
}

std::string text_of(const ErasureRecord& record) {
  Json ranges = Json::array();
  for (const auto& range : record.entries) {
    Json pair = Json::array();
    pair.add(range.begin);
    pair.add(range.end);
    ranges.add(std::move(pair));
  }
  return Json::object(
             {{"entries", std::move(ranges)}, {"reason", record.reason}, {"vault", record.vault}})
      .canonical();
}

std::optional<ErasureRecord> read_erasure(std::string_view text) {
  const auto reading = read_json(text, {.depth = 4, .values = 100'000'000});
  if (!reading.value) return {};
  const Json& json = *reading.value;
  ErasureRecord record{
      .vault = json["vault"].integer(-1), .entries = {}, .reason = json["reason"].text()};
  std::int64_t end = -1;
  for (const auto& pair : json["entries"].items()) {
    if (pair.items().size() != 2) return {};
    const auto from = pair.items()[0].integer(-1);
    const auto to = pair.items()[1].integer(-1);
    if (from <= end || to <= from) return {};
    record.entries.push_back(
        {.begin = static_cast<std::uint64_t>(from), .end = static_cast<std::uint64_t>(to)});
    end = to;
  }
  if (record.vault < 0 || text_of(record) != text) return {};
  return record;
}

}  // namespace cupel
