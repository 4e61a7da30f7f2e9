// SPDX-License-Identifier: Apache-2.0
#include "inventory/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/text.h"
#include "inventory/keys.h"

namespace cupel::system_file {
namespace {

constexpr std::size_t kLongestLine = 1024;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_of(std::string_view text, std::string_view alphabet) {
  return !text.empty() && text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

bool is_decimal(std::string_view word) {
  std::size_t at = word.starts_with('-') || word.starts_with('+') ? 1 : 0;
  const std::size_t whole = at;
  at = skip_digits(word, at);
  std::size_t digits = at - whole;
  if (at < word.size() && word[at] == '.') {
    const std::size_t fraction = ++at;
    at = skip_digits(word, at);
    digits += at - fraction;
  }
  if (digits == 0) return false;
  if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
    ++at;
    if (at < word.size() && (word[at] == '-' || word[at] == '+')) ++at;
    const std::size_t exponent = at;
    at = skip_digits(word, at);
    if (at == exponent) return false;
  }
  return at == word.size();
}

}  // namespace

bool is_number_word(std::string_view word) {
  if (is_decimal(word)) return true;
  if (word.starts_with("0x")) return all_of(word.substr(2), "0123456789abcdefABCDEF");
  if (word.starts_with("0o")) return all_of(word.substr(2), "01234567");
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  return word == ".inf" || word == ".Inf" || word == ".INF" || word == ".nan" || word == ".NaN" ||
         word == ".NAN";
}

std::optional<bool> flag_from(std::string_view word) {
  if (word == "true") return true;
  if (word == "false") return false;
  return {};
}

std::optional<Json> number_from(std::string_view word) {
  if (!is_decimal(word)) return {};
  if (word.starts_with('+')) word.remove_prefix(1);
  const char* end = word.data() + word.size();
  std::int64_t integer = 0;
  if (const auto [stop, problem] = std::from_chars(word.data(), word.data() + word.size(), integer);
      problem == std::errc{} && stop == end) {
    return Json(integer);
  }
  double value = 0;
  const auto [stop, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (problem != std::errc{} || stop != end || !std::isfinite(value)) return {};
  return Json(value);
}

std::optional<std::string> path_inside(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.starts_with("~/")) return {};
  std::vector<std::string_view> parts;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return {};
    } else {
      parts.pop_back();
    }
  }
  std::string out;
  for (const auto part : parts) {
    if (!out.empty()) out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

bool is_url(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || colon + 3 == text.size()) return false;
  const std::string scheme = lower(text.substr(0, colon));
  if (scheme[0] < 'a' || scheme[0] > 'z') return false;
  if (!all_of(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+.-")) return false;
  return is_plain_line(text) && text.find(' ') == std::string_view::npos;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && from_hex(text).has_value();
}

bool is_public_key(std::string_view text) {
  const auto bytes = from_base64(text);
  return bytes && bytes->size() == 32;
}

bool names_duration(std::string_view parameter) {
  return std::ranges::any_of(kDurationEndings,
                             [&](std::string_view ending) { return parameter.ends_with(ending); });
}

bool is_plain_line(std::string_view text) {
  return text.size() <= kLongestLine && printable(text) == text;
}

}  // namespace cupel::system_file
