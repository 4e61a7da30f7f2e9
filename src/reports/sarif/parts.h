// SPDX-License-Identifier: Apache-2.0
// sarif parts: the objects that results are made of.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "vocab/assessment.h"

namespace cupel {

// The path as a relative URI reference: everything but unreserved characters and
// inner slashes is percent-encoded, so that no path becomes a scheme or a host.
[[nodiscard]] std::string uri_of(std::string_view path);

// 32 hex digits that stay the same from run to run.
[[nodiscard]] std::string fingerprint(std::string_view key);

[[nodiscard]] Json message(std::string_view text);
[[nodiscard]] std::string message_text(std::string_view text);  // the same, as JSON text
// "error" for a shall, "warning" for a should.
[[nodiscard]] std::string_view level_of(Level level);
// GitHub's rank of a rule, from 0.0 to 10.0.
[[nodiscard]] std::string_view security_severity(Severity severity);

// Files, and members inside files, by the place of a finding. A member's `parentIndex`
// is the file it stands in.
class Artifacts {
 public:
  explicit Artifacts(const Assessment& assessment);
  // The artifactLocation of the innermost file of the place, as JSON text.
  [[nodiscard]] std::string location(const Place& place);
  // All of them, as JSON texts.
  [[nodiscard]] const std::vector<std::string>& list() const { return list_; }

 private:
  std::unordered_map<std::string_view, std::string_view> digests_;  // by subject name
  std::unordered_map<std::string, std::size_t> known_;
  std::vector<std::string> list_;
};

// Bytes of a member or line and column of a text, as far as the place knows them, as
// JSON text. Empty when it knows neither.
[[nodiscard]] std::string region_of(const Place& place);

// The reference to a provision as a taxon of the taxonomy EN304223.
class Taxonomy {
 public:
  explicit Taxonomy(const Assessment& assessment);
  [[nodiscard]] Json reference(const ProvisionResult& provision) const;
  [[nodiscard]] const std::string& reference_text(const ProvisionResult& provision) const;
  [[nodiscard]] Json component() const;  // the toolComponent for runs[].taxonomies

 private:
  [[nodiscard]] std::size_t index_of(const ProvisionResult& provision) const;

  const Assessment& assessment_;
  std::vector<std::string> references_;
};

}  // namespace cupel
