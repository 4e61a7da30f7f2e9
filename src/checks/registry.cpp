// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "checks/check.h"

namespace cupel {

#define CHECK(name) extern const Check k##name;
#include "checks/checks.def"
#undef CHECK

std::span<const Check* const> all_checks() {
#define CHECK(name) &k##name,
  static constexpr const Check* kChecks[] = {
#include "checks/checks.def"
      nullptr};  // not a check: an empty list is no array
#undef CHECK
  return std::span(kChecks).first(std::size(kChecks) - 1);
}

Observation observe(const Check& check, const CheckInput& input) {
  Observation observation;
  observation.check = check.id;
  observation.collector = input.collector;
  observation.observed_at = input.now;
  return observation;
}

SubjectRef subject_of(const FileEntry& file) {
  return {.kind = std::string(to_text(file.kind)), .name = file.path, .digest = file.sha256};
}

SubjectRef subject_of(const Asset& asset) {
  return {.kind = std::string(to_text(asset.declared.kind)),
          .name = asset.declared.name,
          .digest = asset.digest};
}

}  // namespace cupel
