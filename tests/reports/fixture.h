// SPDX-License-Identifier: Apache-2.0
// fixture: an assessment such as a mid-size company's first one: all 72 provisions, all
// four verdicts, findings in files, in archives and in text, and texts that mean harm.
#pragma once

#include <string>

#include "vocab/assessment.h"

namespace cupel::test {

// What hostile input looks like in a title, a path, a note: none of it may reach a
// reader unescaped.
inline const std::string kScript = "<script>alert(1)</script>";
inline const std::string kAttribute = "\"onmouseover=\"alert(2)\" x='";
inline const std::string kEscape = "\x1b[31mred\x07";
inline const std::string kBidi = "user\u202etxt.lkp";

[[nodiscard]] Catalogue fixture_catalogue();
[[nodiscard]] Assessment fixture_assessment(const Catalogue& catalogue);
// The same with `count` more findings in one observation.
[[nodiscard]] Assessment fixture_with_findings(const Catalogue& catalogue, std::size_t count);
// The same with texts that are not valid UTF-8 and code points that XML does not have.
[[nodiscard]] Assessment fixture_of_broken_text(const Catalogue& catalogue);

}  // namespace cupel::test
