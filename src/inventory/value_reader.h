// SPDX-License-Identifier: Apache-2.0
// ValueReader: nodes of cupel.yaml as checked values, and what is to be told about those
// that are not what they should be.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "formats/yaml.h"
#include "inventory/keys.h"
#include "vocab/diagnostic.h"

namespace cupel::system_file {

// "`text`", fit to be shown.
[[nodiscard]] std::string quoted(std::string_view text);
// "a, b, c".
[[nodiscard]] std::string listed(const std::vector<std::string_view>& words);

// A name that must turn out to be someone's or something's once all is read.
struct Reference {
  std::string_view name;  // lives in the tree
  std::string_view key;   // "custodian"
  yaml::Mark at;
};

// Where names of one kind were first seen.
using Seen = std::map<std::string_view, yaml::Mark>;

class ValueReader {
 public:
  explicit ValueReader(std::string_view file) : file_(file) {}

  [[nodiscard]] Place place(yaml::Mark at) const;

  // Tells each thing once. Where the YAML itself is wrong, nothing else is told.
  void tell(std::string_view code, yaml::Mark at, std::string title, std::string help,
            std::string label = {});
  void tell(const yaml::Problem& problem);
  void wrong_type(const yaml::Node& node, std::string_view what, std::string_view wanted,
                  std::string help);
  // What was told, in the order it stands in the file, cut to what a person reads.
  [[nodiscard]] std::vector<Diagnostic> diagnostics() &&;
  [[nodiscard]] std::string did_you_mean(std::string_view word,
                                         const std::vector<std::string_view>& candidates) const;

  // Each gives the value, or nothing once it has told why.
  const std::string* scalar(const yaml::Node& node, std::string_view key, std::string_view wanted);
  const std::string* text(const yaml::Node& node, std::string_view key);
  const std::string* line(const yaml::Node& node, std::string_view key);
  const std::string* word(const yaml::Node& node, std::string_view key, Words words);
  std::optional<std::string> path(const yaml::Node& node, std::string_view key);
  std::optional<bool> flag(const yaml::Node& node, std::string_view key);
  // A value of any type that is one text and is kept as it was written.
  const std::string* single(const yaml::Node& node, std::string_view key, Type type, Words words);
  std::vector<std::string> several(const yaml::Node& node, std::string_view key, Type type,
                                   Words words);
  void unique(Seen& seen, const yaml::Node& node, std::string_view what);

  // Tells the references, of all that were read, that name none of `names`.
  void resolve_people(const std::vector<std::string_view>& names);
  void resolve_assets(const std::vector<std::string_view>& names);
  void refer_to_asset(Reference reference) { assets_used_.push_back(reference); }

 private:
  const std::string* ruled(const yaml::Node& node, std::string_view key,
                           bool (*rule)(std::string_view), std::string_view code,
                           std::string_view wanted, std::string help);
  const std::string* digest(const yaml::Node& node, std::string_view key);
  void resolve(const std::vector<Reference>& references, const std::vector<std::string_view>& names,
               std::string_view where);

  std::string_view file_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t more_ = 0;  // told after there were too many to keep
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> told_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> broken_;  // where the YAML is wrong
  std::vector<Reference> people_used_;
  std::vector<Reference> assets_used_;
};

}  // namespace cupel::system_file
