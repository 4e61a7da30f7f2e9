// SPDX-License-Identifier: Apache-2.0
#include "formats/pattern.h"

#include <string>

#include <gtest/gtest.h>

namespace cupel {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled.has_value()) << pattern;
  return compiled && compiled->matches(text);
}

TEST(Pattern, MatchesWhatItSays) {
  EXPECT_TRUE(matches("^abc$", "abc"));
  EXPECT_FALSE(matches("^abc$", "abcd"));
  EXPECT_TRUE(matches("b", "abc"));
  EXPECT_TRUE(matches("^a?b*c+$", "bbbcc"));
  EXPECT_FALSE(matches("^a?b*c+$", "aab"));
  EXPECT_TRUE(matches("^(ab|cd)(?:ef)*$", "cdefef"));
  EXPECT_TRUE(matches(R"(^[^a-c\]]$)", "d"));
  EXPECT_FALSE(matches(R"(^[^a-c\]]$)", "]"));
  EXPECT_TRUE(matches(R"(^[-+a-z0-9.]+/[-+a-z0-9.]+$)", "image/svg+xml"));
  EXPECT_TRUE(matches(R"(^\d{2,3}$)", "123"));
  EXPECT_FALSE(matches(R"(^\d{2,3}$)", "1234"));
  EXPECT_TRUE(matches(R"(^\d{2,}$)", "123456"));
  EXPECT_FALSE(matches(R"(^\d{2,}$)", "1"));
  EXPECT_TRUE(matches("^(a|b){0,2}$", ""));
  EXPECT_TRUE(matches("^$", ""));
  EXPECT_FALSE(matches(".", "\n"));
}

TEST(Pattern, KnowsADigestByItsLength) {
  constexpr std::string_view kDigest =
      "^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$";
  for (const std::size_t length : {32U, 40U, 64U, 96U, 128U}) {
    EXPECT_TRUE(matches(kDigest, std::string(length, 'a'))) << length;
    EXPECT_FALSE(matches(kDigest, std::string(length + 1, 'a'))) << length;
  }
}

TEST(Pattern, IsNotSlowedByWhatSlowsOthers) {
  EXPECT_FALSE(matches("^(a+)+$", std::string(20'000, 'a') + "b"));
  EXPECT_FALSE(matches("^(a|a)*b$", std::string(20'000, 'a')));
  EXPECT_TRUE(matches("^(a*)*$", std::string(20'000, 'a')));
}

TEST(Pattern, RefusesWhatItDoesNotUnderstand) {
  for (const auto* const wrong : {"(?!_:)", "(a", "a)", "[a", "*a", "a{2", "a{3,2}", "\\b",
                                  "a{2000}", "((((a{999}){999}){999}){999})", "\\"}) {
    EXPECT_FALSE(Pattern::compile(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace cupel
