// SPDX-License-Identifier: Apache-2.0
#include "formats/protobuf.h"

#include <string>

#include <gtest/gtest.h>

namespace cupel {
namespace {

using namespace std::string_view_literals;

// "1:0=150 2:2=abc", and "!" with the offset of the damage.
std::string fields(std::string_view bytes) {
  std::string out;
  protobuf::Message message(as_bytes(bytes), 100);
  while (const auto field = message.next()) {
    out += cat(field->number, ":", static_cast<int>(field->wire), "=");
    if (field->bytes.empty()) {
      out += cat(field->value);
    } else {
      out += cat(field->text(), "@", field->body);
    }
    out += ' ';
  }
  if (!message.sound()) out += cat("!", message.offset());
  return out;
}

TEST(Protobuf, ReadsEveryKindOfField) {
  EXPECT_EQ(fields("\x08\x96\x01\x12\x03"
                   "abc\x1d\1\0\0\0\x21\2\0\0\0\0\0\0\0"sv),
            "1:0=150 2:2=abc@105 3:5=1 4:1=2 ");
  EXPECT_EQ(fields("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "1:0=18446744073709551615 ");
  EXPECT_EQ(fields(""), "");
}

TEST(Protobuf, StepsOverGroups) {
  EXPECT_EQ(fields("\x0b\x10\x01\x1b\x1c\x0c\x10\x02"), "1:3=\x10\x01\x1b\x1c\x0c@101 2:0=2 ");
  EXPECT_EQ(fields("\x0b\x14"), "!100");
  EXPECT_EQ(fields("\x0b\x10\x01"), "!100");
  EXPECT_EQ(fields(std::string(101, '\x0b') + std::string(101, '\x0c')), "!100");
}

TEST(Protobuf, StopsAtWhatIsNoField) {
  EXPECT_EQ(fields("\x08\x01\x12\x05"
                   "ab"),
            "1:0=1 !102");
  EXPECT_EQ(fields("\x00\x01"sv), "!100");  // field 0
  EXPECT_EQ(fields("\x0e\x01"), "!100");    // no such kind
  EXPECT_EQ(fields("\x0c"), "!100");        // the end of no group
  EXPECT_EQ(fields("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "!100");  // too long
  EXPECT_EQ(fields("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "!100");      // 2^64 - 1 bytes
  EXPECT_EQ(fields("\x1d\1\0\0"sv), "!100");
  EXPECT_EQ(fields("\xff\xff\xff\xff\xff\x0f\x01"), "!100");
}

TEST(Protobuf, CountsWhatIsPacked) {
  EXPECT_EQ(protobuf::count_varints(as_bytes("\x01\x96\x01\x02")), 3U);
  EXPECT_TRUE(protobuf::are_varints(as_bytes("\x01\x96\x01")));
  EXPECT_FALSE(protobuf::are_varints(as_bytes("\x01\x96")));
  EXPECT_FALSE(protobuf::are_varints(as_bytes("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")));
  EXPECT_TRUE(protobuf::is_message(as_bytes("\x08\x01")));
  EXPECT_FALSE(protobuf::is_message(as_bytes("\x08")));
  EXPECT_EQ(protobuf::text_of(as_bytes("\x08\x01\x12\x02hi\x12\x01x"), 2), "x");
  EXPECT_EQ(protobuf::text_of(as_bytes("\x08\x01"), 2), "");
}

}  // namespace
}  // namespace cupel
