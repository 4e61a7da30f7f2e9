// SPDX-License-Identifier: Apache-2.0
#include "formats/checksums.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace cupel::checksums {
namespace {

constexpr std::size_t kDigits = 64;
constexpr std::size_t kMost = 1'000'000;  // lines

std::optional<std::string> digest(std::string_view text) {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (text.size() != kDigits || !std::ranges::all_of(text, is_hex)) return {};
  return lower(text);
}

// "\\" → "\", "\n" → line feed, "\r" → carriage return; nothing for any other escape.
std::optional<std::string> unescape(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\') {
      out += name[i];
      continue;
    }
    if (++i == name.size()) return {};
    switch (name[i]) {
      case '\\':
        out += '\\';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      default:
        return {};
    }
  }
  return out;
}

std::optional<Sum> bsd_line(std::string_view line) {
  constexpr std::string_view kStart = "SHA256 (";
  constexpr std::string_view kMiddle = ") = ";
  if (!line.starts_with(kStart)) return {};
  const auto middle = line.rfind(kMiddle);
  if (middle == std::string_view::npos || middle < kStart.size()) return {};
  auto sum = digest(line.substr(middle + kMiddle.size()));
  if (!sum) return {};
  return Sum{.name = std::string(line.substr(kStart.size(), middle - kStart.size())),
             .sha256 = std::move(*sum),
             .line = 0};
}

std::optional<Sum> gnu_line(std::string_view line) {
  auto sum = digest(line.substr(0, kDigits));
  if (!sum) return {};
  auto name = line.substr(kDigits);
  if (name.empty()) return Sum{.name = {}, .sha256 = std::move(*sum), .line = 0};
  // A space and a mark: ' ' for text, '*' for binary. Some tools write one space only.
  if (name[0] != ' ') return {};
  name.remove_prefix(name.size() > 1 && (name[1] == ' ' || name[1] == '*') ? 2 : 1);
  if (name.empty()) return {};
  return Sum{.name = std::string(name), .sha256 = std::move(*sum), .line = 0};
}

}  // namespace

Listing read(std::string_view text) {
  Listing listing;
  std::uint32_t number = 0;
  for (auto line : split(text, '\n')) {
    if (++number > kMost) break;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || line.starts_with('#')) continue;
    const bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    auto sum = gnu_line(line);
    if (!sum) sum = bsd_line(line);
    if (sum && escaped) {
      auto name = unescape(sum->name);
      if (name) {
        sum->name = std::move(*name);
      } else {
        sum.reset();
      }
    }
    if (sum) {
      sum->line = number;
      listing.sums.push_back(std::move(*sum));
    } else {
      listing.unread.push_back(number);
    }
  }
  return listing;
}

}  // namespace cupel::checksums
