// SPDX-License-Identifier: Apache-2.0
#include "reports/text/ink.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 7> kCodes = {"", "1", "2", "32", "1;31", "33", "36"};
constexpr std::array<std::string_view, 4> kSigns = {"✓", "✗", "?", "–"};
constexpr std::array<std::string_view, 4> kLetters = {"P", "F", "?", "-"};

// The signs that our own sentences use, and how they are typed in ASCII.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kAscii = {{
    {"…", "..."},
    {"·", "-"},
    {"–", "-"},
    {"—", "-"},
    {"→", "->"},
    {"’", "'"},
    {"“", "\""},
    {"”", "\""},
    {"≥", ">="},
    {"≤", "<="},
    {"×", "x"},
    {"§", "section "},
}};

std::size_t rune_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) ++size;
  return size;
}

// The code point of valid UTF-8, as "\u{e9}".
std::string spelled(std::string_view rune) {
  constexpr std::string_view kHex = "0123456789abcdef";
  unsigned code = static_cast<unsigned char>(rune[0]) & (0xffU >> (rune.size() + 1));
  for (const char c : rune.substr(1)) code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  std::string digits;
  for (; code != 0; code >>= 4U) digits.insert(digits.begin(), kHex[code & 15U]);
  return cat("\\u{", digits, "}");
}

}  // namespace

std::string Ink::paint(Tone tone, std::string_view text) const {
  if (!screen_.colour || tone == Tone::plain || text.empty()) return std::string(text);
  return cat("\x1b[", kCodes.at(static_cast<std::size_t>(tone)), "m", text, "\x1b[0m");
}

std::string Ink::mark(Verdict verdict) const {
  const auto& signs = screen_.unicode ? kSigns : kLetters;
  return paint(tone_of(verdict), signs.at(static_cast<std::size_t>(verdict)));
}

std::string Ink::fit(std::string text) const {
  if (screen_.unicode) return text;
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t size = rune_size(rest);
    const std::string_view rune = rest.substr(0, size);
    rest.remove_prefix(size);
    if (static_cast<unsigned char>(rune[0]) < 0x80) {
      out += rune;
      continue;
    }
    std::string ascii = spelled(rune);
    for (const auto& [sign, typed] : kAscii) {
      if (sign == rune) ascii = typed;
    }
    out += ascii;
  }
  return out;
}

Tone tone_of(Verdict verdict) {
  constexpr std::array<Tone, 4> kTones = {Tone::good, Tone::bad, Tone::doubt, Tone::faint};
  return kTones.at(static_cast<std::size_t>(verdict));
}

Tone tone_of(Severity severity) {
  constexpr std::array<Tone, 5> kTones = {Tone::accent, Tone::accent, Tone::doubt, Tone::bad,
                                          Tone::bad};
  return kTones.at(static_cast<std::size_t>(severity));
}

std::string shorten(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::string out;
  for (std::size_t used = 0; used + 1 < width && !text.empty(); ++used) {
    const std::size_t size = rune_size(text);
    out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return std::string(trim(out)) + "…";
}

std::string cell(std::string_view text, std::size_t width) {
  std::string out = shorten(text, width);
  out.append(width - columns(out), ' ');
  return out;
}

}  // namespace cupel
