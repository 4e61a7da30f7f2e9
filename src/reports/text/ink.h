// SPDX-License-Identifier: Apache-2.0
// ink: text for a terminal that may have neither colour nor Unicode.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reports/report.h"

namespace cupel {

enum class Tone { plain, strong, faint, good, bad, doubt, accent };

class Ink {
 public:
  explicit Ink(const Screen& screen) : screen_(screen) {}

  [[nodiscard]] std::string paint(Tone tone, std::string_view text) const;
  // The letter of a verdict, painted; one column wide.
  [[nodiscard]] std::string mark(Verdict verdict) const;
  // What the terminal can show: without Unicode, our signs become ASCII and
  // every other code point \u{…}.
  [[nodiscard]] std::string fit(std::string text) const;

 private:
  Screen screen_;
};

[[nodiscard]] Tone tone_of(Verdict verdict);
[[nodiscard]] Tone tone_of(Severity severity);

// At most `width` columns; what was cut is marked with "…".
[[nodiscard]] std::string shorten(std::string_view text, std::size_t width);
// Padded with spaces to `width` columns, shortened to them when longer.
[[nodiscard]] std::string cell(std::string_view text, std::size_t width);

}  // namespace cupel
