// SPDX-License-Identifier: Apache-2.0
#include "formats/unpack.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

using unpack::Codec;

std::vector<std::byte> unhex(std::string_view hex) {
  return from_hex(hex).value_or(std::vector<std::byte>{});
}

std::string text_of(Codec codec, const std::vector<std::byte>& packed, std::uint64_t most = 1000) {
  std::vector<std::byte> out;
  const auto outcome = unpack::unpack_all(codec, packed, most, out);
  if (!outcome.ended) return cat(as_text(out), "|", outcome.problem);
  return std::string(as_text(out));
}

// "hello hello hello", by the zlib, bz2, lzma, zstandard and lz4 modules of Python.
constexpr std::pair<Codec, std::string_view> kHello[] = {
    {Codec::deflate, "cb48cdc9c957c8409000"},
    {Codec::zlib, "789ccb48cdc9c957c84090003a2e067d"},
    {Codec::gzip, "1f8b0800000000000203cb48cdc9c957c84090008088f9e511000000"},
    {Codec::bzip2,
     "425a68393141592653599e625bfe000002910040000244a000211460668291ef23470bb9229c2848"
     "4f312dff00"},
    {Codec::lzma, "5d00008000ffffffffffffffff00341949ee8de94f7f35c5a3ffff78a40000"},
    {Codec::xz,
     "fd377a585a000004e6d6b4460200210116000000742fe5a3e00010000b5d00341949ee8de94f7e15"
     "e00000004b88e6da4480077600012711bc27f3901fb6f37d010000000004595a"},
    {Codec::zstd, "28b52ffd20116500003068656c6c6f200100314a11"},
    {Codec::lz4,
     "04224d186c401100000000000000211100008068656c6c6f2068656c6c6f2068656c6c6f00000000"
     "b1cd9b87"},
};

TEST(Unpack, ReadsAndRecognisesEveryCodec) {
  for (const auto& [codec, hex] : kHello) {
    const auto packed = unhex(hex);
    EXPECT_EQ(text_of(codec, packed), "hello hello hello") << to_text(codec);
    if (codec == Codec::deflate) continue;  // has no signature
    ASSERT_TRUE(unpack::recognise(packed).has_value()) << to_text(codec);
    EXPECT_EQ(*unpack::recognise(packed), codec);
  }
}

TEST(Unpack, StopsAtItsLimitAndNotBefore) {
  for (const auto& [codec, hex] : kHello) {
    EXPECT_EQ(text_of(codec, unhex(hex), 17), "hello hello hello") << to_text(codec);
    EXPECT_EQ(text_of(codec, unhex(hex), 16), "hello hello hell|it unpacks to more than 16 B")
        << to_text(codec);
    EXPECT_EQ(text_of(codec, unhex(hex), 0), "|it unpacks to more than 0 B") << to_text(codec);
  }
}

TEST(Unpack, SaysThatAStreamIsCutShort) {
  for (const auto& [codec, hex] : kHello) {
    auto packed = unhex(hex);
    packed.pop_back();
    const auto text = text_of(codec, packed);
    EXPECT_TRUE(text.ends_with("|it is cut short")) << to_text(codec) << text;
    EXPECT_EQ(text_of(codec, {}), "|it is cut short") << to_text(codec);
  }
}

TEST(Unpack, JoinsStreamsThatFollowEachOther) {
  for (const auto& [codec, hex] : kHello) {
    if (codec == Codec::deflate || codec == Codec::lzma) continue;
    EXPECT_EQ(text_of(codec, unhex(cat(hex, hex))), "hello hello hellohello hello hello");
  }
}

TEST(Unpack, LeavesWhatFollows) {
  for (const auto& [codec, hex] : kHello) {
    auto packed = unhex(hex);
    const auto size = packed.size();
    packed.resize(size + 5, std::byte{0x55});
    std::vector<std::byte> out;
    EXPECT_EQ(unpack::unpack_all(codec, packed, 100, out).packed_bytes, size) << to_text(codec);
  }
}

TEST(Unpack, RefusesADictionaryThatNobodyNeeds) {
  // An LZMA header that asks for 2 GiB.
  const auto large = text_of(Codec::lzma, unhex("5d00000080ffffffffffffffff00319bcac6b27c65dfdf"));
  EXPECT_EQ(large, "|it needs more memory, or a dictionary that is not at hand");
}

TEST(Unpack, ReadsLzmaAsZipArchivesHoldIt) {
  const auto packed = unhex("090405005d0000800000341949ee8de94f7f35c5a3ffff78a40000");
  std::vector<std::byte> out;
  const auto outcome = unpack::unpack_zip_lzma(packed, 17, true, 100, out);
  EXPECT_TRUE(outcome.ended) << outcome.problem;
  EXPECT_EQ(as_text(out), "hello hello hello");
}

TEST(Unpack, ReadsTheHeaderOfOldJoblib) {
  const auto file = unpack::read_zfile(as_bytes("ZF0x15               789c"));
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->size_bytes, 0x15U);
  EXPECT_EQ(file->data_offset, 21U);
  EXPECT_EQ(unpack::read_zfile(as_bytes("ZF0x15L               789c"))->data_offset, 22U);
  EXPECT_FALSE(unpack::read_zfile(as_bytes("ZF0x                 789c")).has_value());
  EXPECT_FALSE(unpack::read_zfile(as_bytes("ZF0x1fish            789c")).has_value());
  EXPECT_FALSE(unpack::read_zfile(as_bytes("ZF0x15")).has_value());
}

}  // namespace
}  // namespace cupel
