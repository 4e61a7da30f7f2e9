// SPDX-License-Identifier: Apache-2.0
#include "formats/marshal.h"

#include <string>

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;
using Names = std::vector<std::string>;

std::string number(char value) {
  return cat(value, "\0\0\0"sv);
}
std::string text(std::string_view content) {
  return cat("\xfa", static_cast<char>(content.size()), content);
}
std::string bytes(std::string_view content) {
  return cat("s", number(static_cast<char>(content.size())), content);
}

// A function of CPython 3.7, which has `numbers` numbers in front; 3.8 has one more.
std::string function(std::string_view constants, std::string_view names, int numbers = 5) {
  std::string out = "\xe3";
  for (int i = 0; i < numbers; ++i) out += number(0);
  return cat(out, bytes("code"), constants, names, ")\0)\0)\0"sv, text("f.py"), text("f"),
             number(1), bytes(""));
}

TEST(Marshal, ReadsNamesAndTextsOfEveryLayout) {
  const auto constants = cat(")\2N"sv, text("secret"));
  const auto names = cat(")\2"sv, text("system"), text("os"));
  for (const int numbers : {5, 6}) {
    const auto reading = marshal::read(as_bytes(function(constants, names, numbers)));
    EXPECT_TRUE(reading.is_code);
    EXPECT_EQ(reading.layout, numbers == 5 ? "3.7 or older" : "3.8 to 3.10");
    EXPECT_EQ(reading.names, (Names{"os", "system"}));
    EXPECT_EQ(reading.texts, Names{"secret"});
  }
  EXPECT_FALSE(marshal::read(as_bytes("N")).is_code);
  EXPECT_FALSE(marshal::read(as_bytes(function(constants, "N"))).is_code);
}

TEST(Marshal, FindsNamesThatAreAReferenceToAConstant) {
  // The function is 0, the constant 1, its texts 2 and 3: CPython shares equal tuples.
  const auto constants = cat(")\1\xa9\2"sv, text("os"), text("system"));
  const auto reading = marshal::read(as_bytes(function(constants, cat("r", number(1)))));
  EXPECT_TRUE(reading.is_code);
  EXPECT_EQ(reading.names, (Names{"os", "system"}));
}

TEST(Marshal, EndsWhenAnObjectIsInsideOfItself) {
  EXPECT_TRUE(
      marshal::read(as_bytes(function(")\0"sv, cat("\xa9\1r"sv, number(1))))).names.empty());
  EXPECT_FALSE(marshal::read(as_bytes(std::string(500, '(') + std::string(500, '\1'))).is_code);
}

TEST(Marshal, TellsTheTextsOfAnyValueUpToItsDamage) {
  const auto value = cat("[", number(3), text("a"), "{", text("k"), text("a"), "0:NNN");
  EXPECT_EQ(marshal::texts_in(as_bytes(value)), (Names{"a", "k"}));
  EXPECT_EQ(marshal::texts_in(as_bytes(value), 1), Names{"a"});
  EXPECT_EQ(marshal::texts_in(as_bytes(cat("[", number(3), text("a"), "?", text("b")))),
            Names{"a"});
  const auto code = function(")\0"sv, cat(")\1"sv, text("os")), 6);
  EXPECT_EQ(marshal::texts_in(as_bytes(code)), (Names{"os", "f.py", "f"}));
  EXPECT_EQ(marshal::texts_in(as_bytes(code.substr(0, code.size() - 12))), (Names{"os", "f.py"}));
}

}  // namespace
}  // namespace cupel
