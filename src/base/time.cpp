// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "base/text.h"

namespace cupel {
namespace {

using std::chrono::sys_days;

struct Broken {
  int year, month, day, hour, minute, second, milli;
};

Broken break_down(Timestamp at) {
  constexpr std::int64_t kFirst = -62'167'219'200'000;  // 0000-01-01
  constexpr std::int64_t kLast = 253'402'300'799'999;   // 9999-12-31
  const std::int64_t ms = std::clamp(at.ms, kFirst, kLast);
  std::int64_t days = ms / 86'400'000;
  std::int64_t rest = ms % 86'400'000;
  if (rest < 0) {
    rest += 86'400'000;
    --days;
  }
  const std::chrono::year_month_day date{sys_days{std::chrono::days{days}}};
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .hour = static_cast<int>(rest / 3'600'000),
          .minute = static_cast<int>(rest / 60'000 % 60),
          .second = static_cast<int>(rest / 1000 % 60),
          .milli = static_cast<int>(rest % 1000)};
}

// Exactly `width` digits at `at`, or nothing.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Timestamp> parse_date(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !year || !month || !day) return {};
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return {};
  return Timestamp{
      std::chrono::duration_cast<std::chrono::milliseconds>(sys_days{date}.time_since_epoch())
          .count()};
}

// The fraction of a second behind the dot, in milliseconds; `at` moves past it.
std::optional<int> parse_fraction(std::string_view text, std::size_t& at) {
  int milli = 0;
  int scale = 100;
  const std::size_t first = ++at;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    milli += (text[at] - '0') * scale;
    scale /= 10;
  }
  if (at == first || at - first > 9) return {};
  return milli;
}

// "Z" or "+hh:mm", in minutes east of UTC.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || !hours ||
      !minutes || *hours > 23 || *minutes > 59) {
    return {};
  }
  return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

}  // namespace

std::string to_rfc3339(Timestamp at) {
  const Broken b = break_down(at);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                 b.year, b.month, b.day, b.hour, b.minute, b.second, b.milli);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string to_date(Timestamp at) {
  return to_rfc3339(at).substr(0, 10);
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  const auto date = parse_date(text.substr(0, 10));
  if (!date) return {};
  if (text.size() == 10) return date;
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':' || !hour || !minute || !second || *hour > 23 ||
      *minute > 59 || *second > 60) {
    return {};
  }
  std::size_t at = 19;
  int milli = 0;
  if (text[at] == '.') {
    const auto fraction = parse_fraction(text, at);
    if (!fraction) return {};
    milli = *fraction;
  }
  const auto offset = parse_offset(text.substr(at));
  if (!offset) return {};
  const std::int64_t seconds = (*hour * 60LL + *minute - *offset) * 60 + *second;
  return Timestamp{date->ms + seconds * 1000 + milli};
}

std::optional<std::int64_t> parse_days(std::string_view text) {
  text = trim(text);
  const bool iso = !text.empty() && text.front() == 'P';
  if (iso) text.remove_prefix(1);
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem != std::errc{} || count < 0 || count > 100'000) return {};
  const std::string unit = lower(trim(text.substr(static_cast<std::size_t>(end - text.data()))));
  struct Unit {
    std::string_view name;
    std::int64_t days;
  };
  constexpr std::array<Unit, 8> kUnits = {{{"day", 1},
                                           {"d", 1},
                                           {"week", 7},
                                           {"w", 7},
                                           {"month", 30},
                                           {"m", 30},
                                           {"year", 365},
                                           {"y", 365}}};
  for (const auto& [name, days] : kUnits) {
    if (unit == name || (!iso && unit == std::string(name) + "s")) return count * days;
  }
  if (unit == "hour" || unit == "hours" || unit == "h") return (count + 23) / 24;
  return {};
}

Timestamp SystemClock::now() const {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

}  // namespace cupel
