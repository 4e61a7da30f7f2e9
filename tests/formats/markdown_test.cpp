// SPDX-License-Identifier: Apache-2.0
#include "formats/markdown.h"

#include <gtest/gtest.h>

namespace cupel::markdown {
namespace {

TEST(Markdown, EndsASectionAtTheNextHeadingOfItsLevelOrAbove) {
  const auto found = sections("# One\na\n## Two\nb\n### Three\nc\n## Four\nd\n");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].body, "a\n## Two\nb\n### Three\nc\n## Four\nd\n");
  EXPECT_EQ(found[1].title, "Two");
  EXPECT_EQ(found[1].line, 3U);
  EXPECT_EQ(found[1].body, "b\n### Three\nc\n");
  EXPECT_EQ(found[2].body, "c\n");
  EXPECT_EQ(found[3].body, "d\n");
}

TEST(Markdown, TakesNoCodeAndNoTagForAHeading) {
  EXPECT_TRUE(sections("```sh\n# comment\n```\n#tag\n    # indented\n####### seven\n").empty());
  EXPECT_EQ(sections("~~~\n```\n# in\n~~~\n# out\n").size(), 1U);
}

TEST(Markdown, ReadsClosedHeadingsAndCarriageReturns) {
  const auto found = sections("## Title ##\r\nbody\r\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].title, "Title");
}

TEST(Markdown, ComparesTitlesAsPeopleReadThem) {
  EXPECT_EQ(plain_title("3.1  Known   Good State:"), "known good state");
  EXPECT_EQ(plain_title("**Limits**"), "limits");
  EXPECT_EQ(plain_title("2026"), "2026");
}

TEST(Markdown, KnowsASectionThatSaysNothing) {
  EXPECT_FALSE(says_something("\n  \n"));
  EXPECT_FALSE(says_something("TODO\n- TBD.\n<!-- to be\ndone -->\n<fill in>\n### Sub\n---\n"));
  EXPECT_TRUE(says_something("TODO\nWe keep logs for a year.\n"));
  EXPECT_TRUE(says_something("Nothing to do."));
}

}  // namespace
}  // namespace cupel::markdown
