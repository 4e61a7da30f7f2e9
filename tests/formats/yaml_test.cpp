// SPDX-License-Identifier: Apache-2.0
#include "formats/yaml.h"

#include <string>

#include "base/text.h"
#include "support/support.h"

namespace cupel::yaml {
namespace {

std::string told(const Reading& reading) {
  std::string out;
  for (const auto& problem : reading.problems) {
    out += cat(problem.at.line, ":", problem.at.column, " ", problem.what, "\n");
  }
  return out;
}

TEST(Yaml, ReadsMappingsSequencesAndScalars) {
  const auto reading = read("a: 1\nb: [x, 'y z', ~]\nc:\n  d: \"q\\u00e9\"\n");
  ASSERT_EQ(told(reading), "");
  const Node& root = reading.root;
  ASSERT_EQ(root.kind, Kind::mapping);
  ASSERT_EQ(root.keys.size(), 3U);
  EXPECT_EQ(root.find("a")->text, "1");
  EXPECT_FALSE(root.find("a")->quoted);
  const Node& list = *root.find("b");
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_EQ(list.items[2].kind, Kind::null);
  EXPECT_EQ(root.find("c")->find("d")->text, "qé");
  EXPECT_EQ(root.find("nothing"), nullptr);
}

TEST(Yaml, MarksCountCodePointsFromOne) {
  const auto reading = read("name: x\n\"ключ\": wert\n");
  ASSERT_EQ(told(reading), "");
  const Node& value = reading.root.items[1];
  EXPECT_EQ(value.begin.line, 2U);
  EXPECT_EQ(value.begin.column, 9U);  // "ключ" is six columns wide with its quotes
  EXPECT_EQ(value.end.column, 13U);
}

TEST(Yaml, AByteOrderMarkShiftsNoColumn) {
  const auto reading = read("\xef\xbb\xbfname: x\n");
  ASSERT_EQ(told(reading), "");
  EXPECT_EQ(reading.root.keys[0].text, "name");
  EXPECT_EQ(reading.root.items[0].begin.column, 7U);
}

TEST(Yaml, AnEmptyDocumentIsNothing) {
  EXPECT_EQ(read("").root.kind, Kind::null);
  EXPECT_EQ(read("# only a comment\n").root.kind, Kind::null);
  EXPECT_EQ(told(read("---\n")), "");
}

TEST(Yaml, TellsAnchorsAliasesMergeKeysAndTags) {
  EXPECT_EQ(told(read("a: &x {b: 1}\nc: *x\nd: {<<: {e: 1}}\n")),
            "1:4 an anchor: `&x`\n2:4 an alias: `*x`\n3:5 a merge key: `<<`\n");
  EXPECT_EQ(told(read("a: !!python/object:os.system x\n")),
            "1:4 a tag: `tag:yaml.org,2002:python/object:os.system`\n");
  EXPECT_EQ(told(read("a: !mine [1]\n")), "1:4 a tag: `!mine`\n");
  EXPECT_EQ(told(read("a: !!map [1]\n")), "1:4 a tag: `tag:yaml.org,2002:map`\n");
  EXPECT_EQ(told(read("\"<<\": a quoted key is a word\n")), "");
}

TEST(Yaml, TakesTheStandardTags) {
  const auto reading = read("a: !!str 90\nb: !!int 90\nc: !!seq [1]\n");
  ASSERT_EQ(told(reading), "");
  EXPECT_TRUE(reading.root.find("a")->quoted);
  EXPECT_FALSE(reading.root.find("b")->quoted);
}

TEST(Yaml, TellsEveryKeyThatStandsTwice) {
  EXPECT_EQ(told(read("a: 1\nb: 2\n\"a\": 3\nb: 4\na: 5\n")),
            "3:1 the key `a` stands twice, first on line 1\n"
            "4:1 the key `b` stands twice, first on line 2\n"
            "5:1 the key `a` stands twice, first on line 1\n");
}

TEST(Yaml, TellsSyntaxErrorsWhereAPersonLooks) {
  EXPECT_EQ(told(read("name: x\nversionn\nscenario: y\n")),
            "2:1 a colon is missing after this key\n");
  EXPECT_EQ(told(read("a:\n\tb: 1\n")), "2:1 a tab stands where YAML wants spaces\n");
  EXPECT_EQ(told(read("a: [1, 2\nb: 3\n")),
            "2:2 did not find expected ',' or ']', while parsing a flow sequence that begins on "
            "line 1\n");
  EXPECT_EQ(told(read("a: 1\n---\nb: 2\n")), "2:1 a second document begins here\n");
  EXPECT_EQ(told(read("a: 1\nb: \xff\n")),
            "2:4 invalid leading UTF-8 octet (the file must be UTF-8)\n");
}

TEST(Yaml, KeepsWhatItUnderstoodBeforeTheError) {
  const auto reading = read("a: 1\nb: {c: 2, d: [");
  ASSERT_EQ(reading.problems.size(), 1U);
  ASSERT_EQ(reading.root.keys.size(), 2U);
  EXPECT_EQ(reading.root.find("b")->find("c")->text, "2");
}

TEST(Yaml, StopsAtItsLimits) {
  EXPECT_EQ(told(read(std::string(200, '['))), "1:33 it is nested more than 32 levels deep\n");
  EXPECT_EQ(told(read("[a, b, c, d]", {.bytes = 100, .depth = 2, .nodes = 3})),
            "1:8 it holds more than 3 values\n");
  const auto large = read(std::string(101, 'a'), {.bytes = 100, .depth = 2, .nodes = 3});
  EXPECT_EQ(told(large), "1:1 it is larger than 100 B\n");
  EXPECT_EQ(large.problems[0].trouble, Trouble::limit);
}

TEST(Yaml, TheTreeOfADocumentCutByALimitStillHoldsItsFirstValues) {
  const auto reading = read("[a, b, c, d]", {.bytes = 100, .depth = 2, .nodes = 3});
  ASSERT_EQ(reading.root.items.size(), 2U);
  EXPECT_EQ(reading.root.items[1].text, "b");
}

TEST(Yaml, AHundredThousandKeysAreReadInTimeProportionalToTheirNumber) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += cat("key", i, ": ", i, "\n");
  const auto reading = read(text);
  ASSERT_EQ(told(reading), "");
  EXPECT_EQ(reading.root.items.size(), 100'000U);
}

TEST(FrontMatter, StandsBetweenTwoFencesAndCountsLinesOfTheDocument) {
  const std::string document = "---\ntitle: Plan\nowner:  Ana\n---\n# Body\n";
  const auto matter = front_matter(document);
  ASSERT_TRUE(matter.present);
  ASSERT_EQ(told(matter.reading), "");
  EXPECT_EQ(matter.reading.root.find("title")->text, "Plan");
  EXPECT_EQ(matter.reading.root.find("owner")->begin.line, 3U);
  EXPECT_EQ(matter.reading.root.find("owner")->begin.column, 9U);
  EXPECT_EQ(document.substr(matter.body), "# Body\n");
}

TEST(FrontMatter, TakesWindowsLineEndsAndAByteOrderMark) {
  const auto matter = front_matter("\xef\xbb\xbf---\r\ntitle: Plan\r\n---\r\nBody");
  ASSERT_TRUE(matter.present);
  EXPECT_EQ(matter.reading.root.find("title")->text, "Plan");
}

TEST(FrontMatter, IsAbsentWithoutAFenceOrWithoutItsEnd) {
  EXPECT_FALSE(front_matter("# Title\n---\na: 1\n---\n").present);
  EXPECT_FALSE(front_matter("---\na: 1\n").present);
  EXPECT_FALSE(front_matter("").present);
  EXPECT_FALSE(front_matter("----\na: 1\n----\n").present);
}

TEST(FrontMatter, ProblemsPointIntoTheDocument) {
  const auto matter = front_matter("---\na: 1\na: 2\n---\n");
  ASSERT_TRUE(matter.present);
  EXPECT_EQ(told(matter.reading), "3:1 the key `a` stands twice, first on line 2\n");
}

}  // namespace
}  // namespace cupel::yaml
