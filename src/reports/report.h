// SPDX-License-Identifier: Apache-2.0
// Report: an assessment as a document. Pure: the same assessment gives the same bytes.
//
// To add one: write reports/<name>.cpp and add a line to reports.def.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "vocab/assessment.h"

namespace cupel {

struct Report {
  std::string_view id;     // "html": what --report takes
  std::string_view file;   // "report.html": the name it gets in the output folder
  std::string_view title;  // "self-contained HTML page"
  std::string (*render)(const Assessment& assessment, const Catalogue& catalogue);
};

[[nodiscard]] std::span<const Report* const> all_reports();

// The terminal screen. Not a row of reports.def: it depends on who looks.
struct Screen {
  std::size_t columns = 80;
  bool colour = false;
  bool unicode = true;
};
[[nodiscard]] std::string render_screen(const Assessment& assessment, const Catalogue& catalogue,
                                        const Screen& screen);
// One diagnostic as printed: severity[code], place, line with a caret, notes, help.
// `source` is the text of the innermost file of the place, when the caller has it:
// a place with a line then shows that line. `view` is drawn as it is behind the place: bytes.
[[nodiscard]] std::string render_diagnostic(const Diagnostic& diagnostic, const Screen& screen,
                                            std::optional<std::string_view> source = {},
                                            std::string_view view = {});

}  // namespace cupel
