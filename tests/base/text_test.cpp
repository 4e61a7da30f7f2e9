// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace cupel {
namespace {

TEST(Text, PrintableLeavesNothingThatRepaintsATerminal) {
  EXPECT_EQ(printable("plain äöü 漢字"), "plain äöü 漢字");
  EXPECT_EQ(printable("\x1b[31mred\x07\n"), "\\x1b[31mred\\x07\\x0a");
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b\xe2\x80\xac"),
            "a\\u{202e}b\\u{202c}");  // right-to-left override, and its end
  EXPECT_EQ(printable("zero\xe2\x80\x8bwidth"), "zero\\u{200b}width");
  EXPECT_EQ(printable("\xff\xc0\x80"), "\\xff\\xc0\\x80");  // invalid, overlong
  EXPECT_EQ(printable("\xc2\x85"), "\\u{85}");              // C1 control
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

TEST(Text, Utf8IsCheckedToTheLetter) {
  EXPECT_TRUE(is_utf8("\xf4\x8f\xbf\xbf"));
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // behind U+10FFFF
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(is_utf8("\xe0\x80\x80"));      // overlong
  EXPECT_FALSE(is_utf8("\xc3"));              // cut short
}

// RFC 4648 section 10.
TEST(Text, Base64MatchesTheRfcAndHasOneSpelling) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : cases) {
    EXPECT_EQ(to_base64(as_bytes(std::string_view(plain))), coded);
    const auto back = from_base64(coded);
    ASSERT_TRUE(back);
    EXPECT_EQ(as_text(*back), plain);
  }
  EXPECT_FALSE(from_base64("Zh=="));  // bits behind the end
  EXPECT_FALSE(from_base64("Zg="));   // padding cut
  EXPECT_FALSE(from_base64("Zg==\n"));
  EXPECT_FALSE(from_base64("Z=g="));
  EXPECT_FALSE(from_base64("Zm9v!mFy"));
}

TEST(Text, HexIsLowerCaseOnly) {
  const auto bytes = from_hex("00ff10");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_hex(*bytes), "00ff10");
  EXPECT_FALSE(from_hex("00FF"));
  EXPECT_FALSE(from_hex("0"));
}

TEST(Text, NearestFindsTheTypoAndNotAStranger) {
  const std::vector<std::string_view> words = {"--output", "--report", "--only"};
  EXPECT_EQ(nearest("--ouptut", words), "--output");
  EXPECT_EQ(nearest("--reports", words), "--report");
  EXPECT_EQ(nearest("--zzzzzzz", words), std::nullopt);
}

TEST(Text, WrapKeepsWordsWholeAndCountsColumnsNotBytes) {
  EXPECT_EQ(wrap("äää bbb ccc", 7), (std::vector<std::string>{"äää bbb", "ccc"}));
  EXPECT_EQ(wrap("a-very-long-word b", 5), (std::vector<std::string>{"a-very-long-word", "b"}));
  EXPECT_EQ(columns("e\xcc\x81"), 1U);  // e and a combining accent
}

TEST(Text, SizesReadAsPeopleSayThem) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(4ULL << 30U), "4.0 GiB");
  EXPECT_EQ(count_of(1, "file"), "1 file");
  EXPECT_EQ(count_of(2, "entry", "entries"), "2 entries");
}

}  // namespace
}  // namespace cupel
