// SPDX-License-Identifier: Apache-2.0
// document: a Markdown document with front matter, as the governance checks read it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/check.h"
#include "formats/markdown.h"
#include "formats/yaml.h"

namespace cupel {

// A document that was read. `body` and the sections are views of `text`, so it stays where it is.
struct Document {
  const FileEntry* file = nullptr;
  std::string text;
  yaml::FrontMatter front;
  std::vector<markdown::Section> sections;

  // A scalar of the front matter, or "".
  [[nodiscard]] std::string_view field(std::string_view key) const;
  [[nodiscard]] std::optional<Timestamp> date(std::string_view key) const;
  // The line of a key, or that of the front matter.
  [[nodiscard]] std::uint32_t line_of(std::string_view key) const;
  [[nodiscard]] std::string_view kind() const { return field("kind"); }
  // The section with one of the accepted titles ("Limits / Limitations"), or null.
  [[nodiscard]] const markdown::Section* section(std::string_view accepted) const;
  [[nodiscard]] std::string_view body() const;
};

struct DocumentReading {
  Document document;
  bool missing = false;  // there is no such file in the inventory
  std::string problem;   // why it could not be examined; empty: it was
  [[nodiscard]] bool ok() const { return !missing && problem.empty(); }
};
[[nodiscard]] Result<DocumentReading> read_document(const CheckInput& input, std::string_view path);

// The documents of a claim by kind: those that are there and could be read.
[[nodiscard]] Result<std::vector<Document>> documents_of(const CheckInput& input,
                                                         std::string_view provision);

// "365 days" of a claim's parameter, in days; `fallback` when it is not given; nothing
// when it is not a duration.
[[nodiscard]] std::optional<std::int64_t> interval_of(const Claim& claim, std::string_view key,
                                                      std::int64_t fallback);

// Years hold 365 days here: the review interval of whoever declares none.
inline constexpr std::int64_t kYear = 365;

}  // namespace cupel
