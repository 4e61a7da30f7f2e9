// SPDX-License-Identifier: Apache-2.0
// Timestamp: a moment in UTC, to the millisecond; Clock: where moments come from.
//
// Everything that is written down carries RFC 3339 text in UTC ("2026-11-22T17:15:50.123Z").
// Only `app` holds the real clock; the rest of the house is told what time it is.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cupel {

struct Timestamp {
  std::int64_t ms = 0;  // since 1970-01-01T00:00:00Z

  auto operator<=>(const Timestamp&) const = default;
  [[nodiscard]] Timestamp plus_days(std::int64_t days) const { return {ms + days * 86'400'000}; }
};

// "2026-11-22T17:15:50.123Z"; years outside 0000 to 9999 are clamped.
[[nodiscard]] std::string to_rfc3339(Timestamp at);
// "2026-11-22".
[[nodiscard]] std::string to_date(Timestamp at);

// RFC 3339 with an offset or Z, or a date alone, which means its midnight in UTC.
// Nothing for anything else, or for a day that the calendar does not have.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);

// "90 days", "1 year", "6 months", "2 weeks", "48 hours", "P30D" → whole days, rounded up;
// a month is 30 days, a year 365. Nothing when the text is none of these.
[[nodiscard]] std::optional<std::int64_t> parse_days(std::string_view text);

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  Clock(Clock&&) = delete;
  Clock& operator=(Clock&&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(Timestamp at) : at_(at) {}
  [[nodiscard]] Timestamp now() const override { return at_; }

 private:
  Timestamp at_;
};

}  // namespace cupel
