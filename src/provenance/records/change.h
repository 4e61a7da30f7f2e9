// SPDX-License-Identifier: Apache-2.0
// ChangeRecord: why a prompt, a configuration or a model is another one now, and who wanted it.
//
//   predicateType https://cupel.dev/change/v1
//   predicate     {"asset":…,"before":{"sha256":…},"after":{"sha256":…},"changed":…,"author":…,
//                  "reason":…,"assessment":…,"reference":…}
//
// `before` is missing of what was added, `after` of what was removed. The subject is what stands
// there afterwards, or what stood there before it was removed. The author never signs it: a change
// is approved by somebody else.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "provenance/record.h"

namespace cupel {

struct ChangeRecord {
  std::string asset;        // its name in cupel.yaml
  std::string before = {};  // SHA-256 by which statements name it; empty: it was not there
  std::string after = {};   // empty: it is not there any more
  Timestamp changed;
  std::string author;  // who made the change
  std::string reason;
  std::string assessment = {};  // what the change means for security
  std::string reference = {};   // address of the ticket or commit
};
[[nodiscard]] Json to_json(const ChangeRecord& change);

struct ChangeReading {
  std::optional<ChangeRecord> change;
  std::string problem;
};
// Refuses unknown members, and a change from nothing to nothing or of nothing at all.
[[nodiscard]] ChangeReading read_change(const Json& predicate);

}  // namespace cupel
