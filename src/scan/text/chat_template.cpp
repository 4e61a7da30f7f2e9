// SPDX-License-Identifier: Apache-2.0
#include "scan/text/chat_template.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::scan::chat_template {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

// Lower case, with one space between words.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool gap = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (gap && (out.empty() || out.back() == ' ')) continue;
    out += gap ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

struct Decoded {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at);
  if (first < 0xc0) return {first, 1};
  if (first < 0xe0) return {((first & 0x1fU) << 6U) | (byte(at + 1) & 0x3fU), 2};
  if (first < 0xf0) {
    return {((first & 0x0fU) << 12U) | ((byte(at + 1) & 0x3fU) << 6U) | (byte(at + 2) & 0x3fU), 3};
  }
  return {((first & 7U) << 18U) | ((byte(at + 1) & 0x3fU) << 12U) | ((byte(at + 2) & 0x3fU) << 6U) |
              (byte(at + 3) & 0x3fU),
          4};
}

bool is_unseen(std::uint32_t code) {
  return (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0x00ad || code == 0x061c ||
         code == 0x180e || code == 0x115f || code == 0x1160 || code == 0x3164 || code == 0xffa0 ||
         (code >= 0xe0000 && code <= 0xe0fff) || (code >= 0xfff9 && code <= 0xfffb);
}

}  // namespace

namespace {

std::size_t words_of_line(std::string_view text) {
  std::size_t words = 0;
  std::size_t at = 0;
  std::size_t markup_end = 0;
  while (at < text.size()) {
    if (text[at] == '<') {
      const auto end = text.find('>', at);
      if (end != std::string_view::npos && end - at < 40) {
        at = markup_end = end + 1;
        continue;
      }
    }
    std::size_t end = at;
    while (end < text.size() && (is_letter(text[end]) || text[end] == '\'')) ++end;
    const char after = end < text.size() ? text[end] : ' ';
    const bool apart = (at == markup_end || std::string_view(" \n\t\r\"(").find(text[at - 1]) !=
                                                std::string_view::npos) &&
                       std::string_view(" \n\t\r.,;:!?\")").find(after) != std::string_view::npos;
    if (end > at + 1 && apart) ++words;
    at = std::max(end, at + 1);
  }
  return words;
}

}  // namespace

std::size_t words_of(std::string_view text) {
  std::size_t words = 0;
  for (const auto line : split(text, '\n')) {
    const auto here = words_of_line(line);
    if (here > 1) words += here;  // one alone is a role, a key, a mark
  }
  return words;
}

bool is_marker(std::string_view literal) {
  const auto text = trim(literal);
  if (text.empty()) return true;
  if (unseen_in(text).begin != std::string_view::npos) return false;
  if (std::ranges::none_of(text, is_letter)) return true;
  if (text.find(' ') != std::string_view::npos && text.front() != '[' && text.front() != '<') {
    return false;
  }
  constexpr std::string_view kSigns = "<[{/|#*`_@>]}";
  return kSigns.find(text.front()) != std::string_view::npos ||
         kSigns.find(text.back()) != std::string_view::npos;
}

std::string_view instruction_of(std::string_view text) {
  constexpr std::array<std::string_view, 30> kPhrases = {"ignore previous instruction",
                                                         "ignore all previous",
                                                         "ignore prior instruction",
                                                         "ignore all prior",
                                                         "ignore the above",
                                                         "ignore any previous",
                                                         "disregard previous",
                                                         "disregard all previous",
                                                         "disregard prior",
                                                         "disregard the above",
                                                         "forget all previous",
                                                         "override the system prompt",
                                                         "override all previous",
                                                         "without telling the user",
                                                         "without informing the user",
                                                         "without mentioning it",
                                                         "without mentioning this",
                                                         "do not mention this",
                                                         "don't mention this",
                                                         "never mention this",
                                                         "never tell the user that",
                                                         "do not reveal this",
                                                         "never reveal this",
                                                         "secretly ",
                                                         "covertly ",
                                                         "insert a backdoor",
                                                         "introduce a vulnerab",
                                                         "exfiltrat",
                                                         "bypass safety",
                                                         "bypass all safety"};
  const std::string all = plain(text);
  for (const auto phrase : kPhrases) {
    if (all.find(phrase) != std::string::npos) return phrase;
  }
  return {};
}

std::string address_of(std::string_view text) {
  constexpr std::array<std::string_view, 6> kSchemes = {
      "https://", "http://", "ftp://", "ws://", "javascript:", "data:text/html"};
  const std::string all = lower(text);
  for (const auto scheme : kSchemes) {
    const auto at = all.find(scheme);
    if (at == std::string::npos) continue;
    const auto end = text.find_first_of(" \n\t\r'\")>", at + scheme.size());
    return std::string(text.substr(at, std::min<std::size_t>(end - at, 200)));
  }
  // example.org, with or without a path
  constexpr std::array<std::string_view, 14> kTops = {".com",  ".org",    ".net",  ".io",  ".ru",
                                                      ".cn",   ".dev",    ".xyz",  ".top", ".info",
                                                      ".site", ".online", ".evil", ".test"};
  for (const auto top : kTops) {
    const auto at = all.find(top);
    if (at == std::string::npos || at == 0 || !is_letter(all[at - 1])) continue;
    const auto after = at + top.size();
    if (after < all.size() && is_letter(all[after])) continue;
    const auto begin = all.find_last_of(" \n\t'\"(", at);
    const auto from = begin == std::string::npos ? 0 : begin + 1;
    const auto address = text.substr(from, std::min<std::size_t>(after - from, 200));
    if (address.find('@') == std::string_view::npos) return std::string(address);
  }
  return {};
}

Unseen unseen_in(std::string_view text) {
  std::uint32_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [code, bytes] = decode(text, at);
    const auto next = decode(text, at + bytes);
    const bool mark_of_order = code == 0xfeff && at == 0;
    // Joiners between letters of other scripts, and between emoji, are how those are written.
    const bool script = (code == 0x200c || code == 0x200d) && before >= 0x80 && next.code >= 0x80;
    if (is_unseen(code) && !mark_of_order && !script) return {at, at + bytes, code};
    before = code;
    at += bytes;
  }
  return {};
}

}  // namespace cupel::scan::chat_template
