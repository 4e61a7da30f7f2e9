// SPDX-License-Identifier: Apache-2.0
#include "formats/markdown.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::markdown {
namespace {

constexpr std::size_t kIndent = 3;  // more spaces before a line make it code

std::string_view unindented(std::string_view line) {
  const auto first = line.find_first_not_of(' ');  // npos, larger than any, in an empty line
  return first > kIndent ? std::string_view{} : line.substr(first);
}

// The length of "```" or "~~~" at the start of a line; 0 when it is no fence.
std::size_t fence(std::string_view line, char& mark) {
  const auto start = unindented(line);
  if (start.empty() || (start[0] != '`' && start[0] != '~')) return 0;
  const auto size = std::min(start.find_first_not_of(start[0]), start.size());
  if (size < 3) return 0;
  mark = start[0];
  return size;
}

// The level and the title of a heading line; level 0 when it is none.
Section heading(std::string_view line) {
  const auto start = unindented(line);
  const auto level = std::min(start.find_first_not_of('#'), start.size());
  if (level < 1 || level > 6) return {};
  if (start.size() > level && start[level] != ' ' && start[level] != '\t') return {};
  auto title = trim(start.substr(level));
  const auto last = title.find_last_not_of('#');
  if (last == std::string_view::npos) {
    title = {};
  } else if (last + 1 < title.size() && (title[last] == ' ' || title[last] == '\t')) {
    title = trim(title.substr(0, last));  // "## Title ##"
  }
  return {.level = static_cast<int>(level), .title = title, .line = 0, .body = {}};
}

// Each section ends where the next of its level or above begins: one walk backwards,
// with the nearest heading of each level.
void close_sections(std::string_view text, std::vector<Section>& found,
                    const std::vector<std::size_t>& begins,
                    const std::vector<std::size_t>& bodies) {
  std::array<std::size_t, 7> next{};
  next.fill(text.size());
  for (std::size_t i = found.size(); i-- > 0;) {
    const auto level = static_cast<std::size_t>(found[i].level);
    const auto end = *std::min_element(next.begin() + 1, next.begin() + found[i].level + 1);
    found[i].body = text.substr(bodies[i], end - bodies[i]);
    next.at(level) = begins[i];
  }
}

bool is_blank_or_rule(std::string_view line) {
  return line.find_first_not_of(" \t-_*|:=>") == std::string_view::npos;
}

bool is_placeholder(std::string_view line) {
  constexpr std::array<std::string_view, 6> kWords = {"todo",        "tbd", "to be written",
                                                      "to be added", "…",   "..."};
  const std::string plain =
      plain_title(line.substr(std::min(line.find_first_not_of("-*>+ "), line.size())));
  return plain.empty() || std::ranges::find(kWords, plain) != kWords.end() ||
         plain.starts_with("todo:") || plain.starts_with("tbd:") ||
         (plain.starts_with('<') && plain.ends_with('>'));
}

}  // namespace

std::vector<Section> sections(std::string_view text, std::size_t limit) {
  std::vector<Section> found;
  std::vector<std::size_t> begins;
  std::vector<std::size_t> bodies;
  std::size_t open = 0;  // length of the fence that is open
  char open_mark = 0;
  std::uint32_t number = 0;
  for (std::size_t at = 0; at < text.size() && found.size() < limit;) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    char mark = 0;
    const auto marks = fence(line, mark);
    if (open != 0) {
      if (marks >= open && mark == open_mark) open = 0;
    } else if (marks != 0) {
      open = marks;
      open_mark = mark;
    } else if (Section section = heading(line); section.level != 0) {
      section.line = number;
      found.push_back(section);
      begins.push_back(at);
      bodies.push_back(std::min(end + 1, text.size()));
    }
    at = end + 1;
  }
  close_sections(text, found, begins, bodies);
  return found;
}

std::string plain_title(std::string_view title) {
  std::string words;
  for (const char c : lower(title)) {
    if (c == '*' || c == '`' || c == '_') continue;
    const bool space = c == ' ' || c == '\t';
    if (space && (words.empty() || words.back() == ' ')) continue;
    words += space ? ' ' : c;
  }
  const auto number = std::min(words.find_first_not_of("0123456789."), words.size());
  if (number > 0 && number < words.size() && (words[number] == ' ' || words[number] == ')')) {
    words.erase(0, number + 1);
  }
  const auto last = words.find_last_not_of(" .:;!?,");
  words.resize(last == std::string::npos ? 0 : last + 1);
  return std::string(trim(words));
}

bool says_something(std::string_view body) {
  bool comment = false;
  for (auto line : split(body, '\n')) {
    line = trim(line);
    if (comment || line.starts_with("<!--")) {
      comment = line.find("-->") == std::string_view::npos;
      continue;
    }
    if (line.starts_with('#') || is_blank_or_rule(line) || is_placeholder(line)) continue;
    return true;
  }
  return false;
}

}  // namespace cupel::markdown
