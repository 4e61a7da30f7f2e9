// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "provenance/dsse.h"
#include "provenance/record.h"

// The input is the statement inside an envelope that Ana has signed: a person of the roster may be
// hostile too. What verifies has all that the checks ask for, and is written again as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto key = PrivateKey::generate();
  require(key.ok());
  System system;
  system.people.push_back({.name = "Ana Duarte",
                           .roles = {"owner"},
                           .public_key = key.value().public_key().base64(),
                           .declared_at = {}});
  const auto check = [&](const AssetRecord& record) {
    require(record.verified == record.problem.empty());
    if (!record.verified) return;
    require(record.kind != nullptr && !record.statement.subjects.empty());
    require(record.by == "Ana Duarte");
    for (const auto& subject : record.statement.subjects) require(subject.sha256().size() == 64);
    const auto again = read_record(make_record(record.statement, key.value()), "a.json", system);
    require(again.verified && again.made_at == record.made_at);
    require(write_statement(again.statement) == write_statement(record.statement));
  };
  check(read_record(text, "attestations/a.json", system));
  check(read_record(dsse::seal(kInTotoType, text, key.value()), "attestations/a.json", system));
  return 0;
}
