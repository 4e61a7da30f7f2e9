// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

namespace cupel {
namespace {

std::string problem_of(std::string_view text, const JsonLimits& limits = {}) {
  return read_json(text, limits).problem;
}

TEST(Json, CanonicalSortsKeysAndLeavesNoSpace) {
  const auto reading = read_json(R"({"b": [1, 2.5, true, null], "a": "x\u000ay"})");
  ASSERT_TRUE(reading.value);
  EXPECT_EQ(reading.value->canonical(), R"({"a":"x\ny","b":[1,2.5,true,null]})");
}

// RFC 8785 section 3.2.3: by UTF-16 code units, so an emoji (surrogates d83d…) precedes U+FB33.
TEST(Json, CanonicalSortsByUtf16CodeUnits) {
  const Json json = Json::object({{"\xef\xac\xb3", "Hebrew Letter Dalet With Dagesh"},
                                  {"1", "One"},
                                  {"\xf0\x9f\x98\x80", "Emoji: Grinning Face"},
                                  {"\xc3\xb6", "Latin Small Letter O With Diaeresis"},
                                  {"\xe2\x82\xac", "Euro Sign"},
                                  {"\r", "Carriage Return"}});
  std::vector<std::string> order;
  const auto reading = read_json(json.canonical());
  ASSERT_TRUE(reading.value);
  for (const auto& member : reading.value->members()) {
    order.push_back(member.key);
  }
  const std::vector<std::string> expected = {
      "\r", "1", "\xc3\xb6", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xac\xb3"};
  EXPECT_EQ(order, expected);
}

// RFC 8785 appendix B, from the IEEE 754 samples.
TEST(Json, NumbersAreWrittenAsEcmaScriptDoes) {
  const std::pair<double, const char*> cases[] = {
      {0.0, "0"},
      {-0.0, "0"},
      {5e-324, "5e-324"},
      {-5e-324, "-5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {9007199254740992.0, "9007199254740992"},
      {295147905179352830000.0, "295147905179352830000"},
      {9.999999999999997e22, "9.999999999999997e+22"},
      {1e23, "1e+23"},
      {999999999999999700000.0, "999999999999999700000"},
      {1e21, "1e+21"},
      {9.999999999999997e-7, "9.999999999999997e-7"},
      {0.000001, "0.000001"},
      {333333333.3333332, "333333333.3333332"},
      {-0.0000033333333333333333, "-0.0000033333333333333333"},
      {1424953923781206.2, "1424953923781206.2"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(Json(value).canonical(), text);
}

TEST(Json, RefusesWhatTwoReadersCouldReadDifferently) {
  EXPECT_EQ(problem_of(R"({"a":1,"b":2,"a":3})"), "the key `a` stands twice");
  EXPECT_FALSE(problem_of("{} x").empty());
  EXPECT_FALSE(problem_of("[1,]").empty());
  EXPECT_FALSE(problem_of("{'a':1}").empty());
  EXPECT_FALSE(problem_of("\"\xff\"").empty());
  EXPECT_FALSE(problem_of("NaN").empty());
  EXPECT_FALSE(problem_of("1e999").empty());
  EXPECT_FALSE(problem_of("").empty());
}

TEST(Json, RefusesANulWhereverItStands) {
  using namespace std::string_view_literals;
  for (const auto text : {"{}\0"sv, "{}\0x"sv, "{\0}"sv, "\0{}"sv, "\"\0\""sv}) {
    const auto reading = read_json(text);
    EXPECT_FALSE(reading.value.has_value());
    EXPECT_EQ(reading.problem, "there is a NUL byte in it");
    EXPECT_EQ(reading.offset, text.find('\0'));
  }
}

TEST(Json, DepthAndSizeHaveLimits) {
  EXPECT_TRUE(problem_of(std::string(64, '[') + std::string(64, ']')).empty());
  EXPECT_EQ(problem_of(std::string(65, '[') + std::string(65, ']')), "it is nested too deeply");
  EXPECT_EQ(problem_of("[1,2,3]", {.depth = 8, .values = 3}), "it holds too many values");
  EXPECT_EQ(problem_of(std::string(1'000'000, '[')), "it is nested too deeply");
}

TEST(Json, CanonicalTextReadsBackAsTheSameValue) {
  const auto first = read_json(
      R"({"z":[{"deep":[[],{}]}],"n":-9223372036854775808,"m":9223372036854775807,"t":"\u0000\u001f\"\\/é"})");
  ASSERT_TRUE(first.value);
  const std::string text = first.value->canonical();
  const auto second = read_json(text);
  ASSERT_TRUE(second.value);
  EXPECT_EQ(second.value->canonical(), text);
  EXPECT_EQ((*second.value)["m"].integer(), INT64_MAX);
}

TEST(Json, AMissingMemberIsNullAndFallsBack) {
  const Json json = Json::object({{"a", 1}});
  EXPECT_TRUE(json["b"].is_null());
  EXPECT_EQ(json["b"].text(), "");
  EXPECT_EQ(json["a"]["x"]["y"].integer(7), 7);
  EXPECT_EQ(Json("text")["a"].number(0.5), 0.5);
}

}  // namespace
}  // namespace cupel
