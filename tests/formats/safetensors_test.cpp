// SPDX-License-Identifier: Apache-2.0
#include "formats/safetensors.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

using Names = std::vector<std::string>;

std::string padded(std::string_view header) {  // as the library does it
  std::string out(header);
  while (out.size() % 8 != 0) out += ' ';
  return out;
}

std::string file_of(std::string_view header, std::size_t data) {
  std::string out;
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>((header.size() >> (8 * i)) & 0xffU);
  out += header;
  return out + std::string(data, '\0');
}

safetensors::Reading read(std::string_view file) {
  return safetensors::read(as_bytes(file), file.size());
}

// "!" before what the reference loader would refuse.
Names problems(std::string_view header, std::size_t data) {
  Names out;
  for (const auto& problem : read(file_of(padded(header), data)).problems) {
    out.push_back((problem.refused ? "!" : "") + problem.what);
  }
  return out;
}

TEST(Safetensors, ReadsTensorsAndMetadata) {
  const auto file = file_of(
      padded(
          R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I8","shape":[],"data_offsets":[24,25]}}       )"),
      25);
  const auto reading = read(file);
  EXPECT_TRUE(reading.is_safetensors);
  EXPECT_TRUE(reading.complete);
  EXPECT_TRUE(reading.problems.empty()) << reading.problems[0].what;
  ASSERT_EQ(reading.tensors.size(), 2U);
  EXPECT_EQ(reading.tensors[0].shape, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(reading.metadata[0].second, "pt");
}

TEST(Safetensors, RefusesTensorsThatDoNotFillTheFileExactly) {
  const auto* const two =
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})";
  EXPECT_EQ(problems(two, 8), Names{});
  EXPECT_EQ(problems(two, 9), Names{"!1 bytes behind the last tensor belong to none"});
  EXPECT_EQ(problems(two, 7), Names{"!the tensors need 8 bytes, the file has 7"});
  EXPECT_EQ(
      problems(
          R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}})",
          7),
      Names{"!tensor `b` overlaps the one before it"});
  EXPECT_EQ(
      problems(
          R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}})",
          8),
      Names{"!1 bytes before tensor `b` belong to none"});
}

TEST(Safetensors, RefusesTensorsThatContradictThemselves) {
  EXPECT_EQ(problems(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}})", 4),
            Names{"!tensor `a` needs 16 bytes, its offsets are 0 and 4"});
  EXPECT_EQ(problems(R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4),
            Names{"!tensor `a` is of the unknown type `F33`"});
  EXPECT_EQ(problems(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", 2),
            Names{"!tensor `a` ends inside of a byte"});
  EXPECT_EQ(
      problems(R"({"a":{"dtype":"U8","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}})", 0),
      Names{"!tensor `a` has a shape too large to count"});
  EXPECT_EQ(problems(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}})", 0).front(),
            "!tensor `a` has a shape that is no list of counts");
  EXPECT_EQ(problems(R"({"a":{"dtype":"U8","shape":[0]}})", 0).front(),
            "!tensor `a` lacks dtype, shape or data_offsets");
  EXPECT_EQ(problems(R"({"__metadata__":{"a":1}})", 0).front(),
            "!`__metadata__` has a value that is no text under `a`");
}

TEST(Safetensors, RefusesAHeaderThatIsNone) {
  EXPECT_EQ(problems("[]", 0), Names{"!the header does not begin with `{`"});
  EXPECT_EQ(problems(R"({"a":})", 0).size(), 1U);
  EXPECT_EQ(read("1234567").problems[0].what, "the file is shorter than the length of its header");
  const auto file = file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1);
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto reading = read(file.substr(0, size));
    ASSERT_FALSE(reading.problems.empty()) << size;
    EXPECT_TRUE(reading.problems[0].refused);
  }
  EXPECT_EQ(read("\xff\xff\xff\xff\xff\xff\xff\xff{\"").problems.size(), 1U);
}

TEST(Safetensors, RefusesAKeyThatStandsTwice) {
  const auto found = problems(
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
      1);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].starts_with("!the header is not sound JSON")) << found[0];
}

TEST(Safetensors, TellsWhatIsOddThoughItLoads) {
  EXPECT_EQ(problems("{}", 0), Names{});  // the library writes and reads it
  EXPECT_EQ(problems(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":0}})", 1),
            Names{"tensor `a` has unknown keys"});
  EXPECT_EQ(problems(R"({"a\n":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1),
            Names{"the name of tensor `a\\x0a` is not plain"});
  EXPECT_EQ(
      problems(R"({"__metadata__":null,"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1),
      Names{"`__metadata__` is null"});
  const auto unaligned =
      read(file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}} )", 1));
  ASSERT_EQ(unaligned.problems.size(), 1U);
  EXPECT_EQ(unaligned.problems[0].what, "the tensors do not begin at a multiple of 8 bytes");
}

TEST(Safetensors, IsRecognisedByLengthAndBrace) {
  const auto looks_like = [](std::string_view file) {
    return safetensors::looks_like(as_bytes(file), file.size());
  };
  EXPECT_TRUE(looks_like(file_of("{}", 0)));
  EXPECT_TRUE(looks_like(file_of(R"({"a":1})", 0).substr(0, 12)));
  EXPECT_FALSE(looks_like("{\"a\": 1, \"b\": 2}"));
  EXPECT_FALSE(looks_like(file_of("hello", 0)));
}

}  // namespace
}  // namespace cupel
