// SPDX-License-Identifier: Apache-2.0
// markdown: the sections of a Markdown document (ATX headings of CommonMark: "## Title").
//
// Fenced code is text, not headings. Pure; every input has a reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::markdown {

struct Section {
  int level = 0;           // 1 to 6
  std::string_view title;  // as written, without the marks
  std::uint32_t line = 0;  // 1-based, of the heading
  std::string_view body;   // up to the next heading of this level or above
};

// In the order they stand. The views are of `text`. At most `limit` sections.
[[nodiscard]] std::vector<Section> sections(std::string_view text, std::size_t limit = 10'000);

// A title as two people would say it alike: lower case, one space between words, without
// numbering ("3.1"), emphasis marks and punctuation at the end.
[[nodiscard]] std::string plain_title(std::string_view title);

// Some line says something: not blank, no comment, not only "TODO", "TBD" or "<fill in>".
[[nodiscard]] bool says_something(std::string_view body);

}  // namespace cupel::markdown
