// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

TEST(Digest, AgreesWithTheExamplesOfTheStandard) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, OfPiecesIsThatOfTheWhole) {
  const std::string text(1000, 'q');
  for (std::size_t cut = 0; cut <= text.size(); cut += 37) {
    Sha256 hash;
    hash.add(text.substr(0, cut)).add(as_bytes(text.substr(cut)));
    EXPECT_EQ(hash.finish(), sha256(text)) << cut;
  }
}

TEST(Digest, BeginsAnewAfterFinish) {
  Sha256 hash;
  hash.add("first");
  EXPECT_EQ(hash.finish(), sha256("first"));
  hash.add("second");
  EXPECT_EQ(hash.finish(), sha256("second"));
  EXPECT_EQ(hash.finish(), sha256(""));
}

TEST(Digest, MovesWithWhatWasAdded) {
  Sha256 hash;
  hash.add("ab");
  Sha256 moved = std::move(hash);
  EXPECT_EQ(moved.add("c").finish(), sha256("abc"));
}

}  // namespace
}  // namespace cupel
