// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "reports/report.h"
#include "reports/text/ink.h"

namespace cupel {
namespace {

constexpr std::size_t kLineLimit = 4096;  // bytes of a source line that are looked at

// Line `number` of the text, without its end; nothing when there is no such line.
std::optional<std::string_view> line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t at = 1; at < number; ++at) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line.substr(0, kLineLimit);
}

// Bytes of the first `count` code points.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (count > 0 && at < text.size()) {
    do {
      ++at;
    } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80);
    --count;
  }
  return at;
}

// Tabs become one space, so that the caret stands where the reader counts.
std::string shown(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '\t', ' ');
  return printable(spaced, kLineLimit);
}

struct Excerpt {
  std::string line;
  std::size_t caret = 0;  // columns before it
  std::size_t width = 1;
};

// The caret underlines the place's span when it has one, else the word at the column.
// A line that is wider than the screen is shown around the caret.
Excerpt excerpt_of(std::string_view line, const Place& place, std::size_t room) {
  const std::size_t column = std::max<std::uint32_t>(place.column, 1) - 1;
  const std::size_t begin = bytes_of(line, column);
  std::size_t size = place.span ? place.span->end - std::min(place.span->begin, place.span->end)
                                : line.substr(begin).find_first_of(" \t:,#]}");
  size = std::clamp<std::size_t>(size, 1, std::max<std::size_t>(line.size() - begin, 1));
  Excerpt excerpt{.line = shown(line),
                  .caret = columns(shown(line.substr(0, begin))),
                  .width = std::max<std::size_t>(columns(shown(line.substr(begin, size))), 1)};
  if (columns(excerpt.line) > room) {
    const std::size_t skip = excerpt.caret > room / 2 ? excerpt.caret - room / 2 : 0;
    excerpt.line = shorten(excerpt.line.substr(bytes_of(excerpt.line, skip)), room);
    excerpt.caret -= skip;
    excerpt.width = std::min(excerpt.width, room - std::min(room, excerpt.caret + 1) + 1);
  }
  return excerpt;
}

void remark(std::string& out, const Ink& ink, std::string_view kind, std::string_view text,
            std::size_t indent, std::size_t columns_of_screen) {
  const std::string margin(indent, ' ');
  const std::string lead = cat(margin, "= ", kind, ": ");
  const std::size_t room =
      columns_of_screen > lead.size() + 20 ? columns_of_screen - lead.size() : std::size_t{20};
  bool first = true;
  for (const auto& line : wrap(printable(text), room)) {
    out += first ? cat(margin, ink.paint(Tone::accent, "="), " ", ink.paint(Tone::strong, kind),
                       ": ", line, "\n")
                 : cat(std::string(lead.size(), ' '), line, "\n");
    first = false;
  }
}

}  // namespace

std::string render_diagnostic(const Diagnostic& diagnostic, const Screen& screen,
                              std::optional<std::string_view> source, std::string_view view) {
  const Ink ink(screen);
  const Place& place = diagnostic.place;
  const std::string number = place.line != 0 ? cat(place.line) : std::string(3, ' ');
  const std::string gutter(number.size() + 1, ' ');
  const std::string bar = ink.paint(Tone::accent, "|");

  std::string out =
      cat(ink.paint(tone_of(diagnostic.severity),
                    cat(to_text(diagnostic.severity), "[", printable(diagnostic.code, 40), "]")),
          ink.paint(Tone::strong, cat(": ", printable(diagnostic.title, 600))), "\n");
  if (!place.path.empty()) {
    out +=
        cat(std::string(number.size(), ' '), ink.paint(Tone::accent, "--> "), to_text(place), "\n");
  }
  const std::string label = printable(diagnostic.label, 300);
  const auto line = source && place.line != 0 ? line_of(*source, place.line) : std::nullopt;
  if (line) {
    const std::size_t used = gutter.size() + 2;
    const auto excerpt =
        excerpt_of(*line, place, screen.columns > used + 20 ? screen.columns - used : 20);
    const std::string under =
        cat(std::string(excerpt.caret, ' '),
            ink.paint(tone_of(diagnostic.severity),
                      cat(std::string(excerpt.width, '^'), label.empty() ? "" : " ", label)));
    out += cat(gutter, bar, "\n", ink.paint(Tone::accent, cat(number, " |")), " ", excerpt.line,
               "\n", gutter, bar, " ", under, "\n", gutter, bar, "\n");
  } else if (!label.empty()) {
    out += cat(gutter, bar, " ", ink.paint(tone_of(diagnostic.severity), label), "\n");
  }
  out += view;
  for (const auto& note : diagnostic.notes) {
    remark(out, ink, "note", note, gutter.size(), screen.columns);
  }
  if (!diagnostic.help.empty()) {
    remark(out, ink, "help", diagnostic.help, gutter.size(), screen.columns);
  }
  return ink.fit(std::move(out));
}

}  // namespace cupel
