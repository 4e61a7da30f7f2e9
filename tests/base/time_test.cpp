// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace cupel {
namespace {

TEST(Time, Rfc3339IsReadAndWritten) {
  const auto at = parse_timestamp("2026-11-22T17:15:50.123Z");
  ASSERT_TRUE(at);
  EXPECT_EQ(to_rfc3339(*at), "2026-11-22T17:15:50.123Z");
  EXPECT_EQ(to_date(*at), "2026-11-22");
  EXPECT_EQ(parse_timestamp("2026-11-22T18:15:50.123+01:00"), at);
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), Timestamp{0});
  EXPECT_EQ(parse_timestamp("2026-11-22"), parse_timestamp("2026-11-22T00:00:00Z"));
  EXPECT_EQ(to_rfc3339(Timestamp{-1}), "1969-12-31T23:59:59.999Z");
}

TEST(Time, DaysThatDoNotExistAreRefused) {
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31", "20261122",
                           "2026-11-22T24:00:00Z", "2026-11-22T10:00Z", "2026-11-22T10:00:00",
                           "2026-11-22T10:00:00+25:00", "2026-11-22T10:00:00.Z", "soon", ""}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
  EXPECT_TRUE(parse_timestamp("2024-02-29"));
}

TEST(Time, DurationsAreDaysRoundedUp) {
  EXPECT_EQ(parse_days("90 days"), 90);
  EXPECT_EQ(parse_days("1 year"), 365);
  EXPECT_EQ(parse_days("6 months"), 180);
  EXPECT_EQ(parse_days("2 weeks"), 14);
  EXPECT_EQ(parse_days("48 hours"), 2);
  EXPECT_EQ(parse_days("49h"), 3);
  EXPECT_EQ(parse_days("P30D"), 30);
  EXPECT_FALSE(parse_days("often"));
  EXPECT_FALSE(parse_days("-3 days"));
  EXPECT_FALSE(parse_days("3"));
}

}  // namespace
}  // namespace cupel
