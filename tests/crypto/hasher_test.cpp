// SPDX-License-Identifier: Apache-2.0
#include "crypto/hasher.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

std::string hash(HashKind kind, std::string_view text) {
  return Hasher(kind).add(as_bytes(text)).finish_hex();
}

// FIPS 180-4, RFC 7693 appendix A, and the README of BLAKE3.
TEST(Hasher, GivesThePublishedDigestsOfAbc) {
  EXPECT_EQ(hash(HashKind::sha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash(HashKind::blake2b, "abc"),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  EXPECT_EQ(hash(HashKind::blake3, "abc"),
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
}

TEST(Hasher, DoesNotMindHowTheBytesAreCut) {
  const std::string text(100'000, 'x');
  for (const auto kind : {HashKind::sha256, HashKind::blake2b, HashKind::blake3}) {
    Hasher pieces(kind);
    for (std::size_t at = 0; at < text.size(); at += 777) {
      pieces.add(as_bytes(std::string_view(text).substr(at, 777)));
    }
    EXPECT_EQ(pieces.finish_hex(), hash(kind, text)) << name_of(kind);
  }
}

TEST(Hasher, BeginsAnewAfterEachDigest) {
  for (const auto kind : {HashKind::sha256, HashKind::blake2b, HashKind::blake3}) {
    Hasher hasher(kind);
    (void)hasher.add(as_bytes("something else")).finish_hex();
    EXPECT_EQ(hasher.add(as_bytes("abc")).finish_hex(), hash(kind, "abc")) << name_of(kind);
    EXPECT_EQ(hash(kind, "abc").size(), 2 * digest_size(kind));
  }
}

TEST(Hasher, KnowsItsNames) {
  for (const auto kind : {HashKind::sha256, HashKind::blake2b, HashKind::blake3}) {
    EXPECT_EQ(hash_kind(name_of(kind)), kind);
  }
  EXPECT_FALSE(hash_kind("sha1"));
}

}  // namespace
}  // namespace cupel
