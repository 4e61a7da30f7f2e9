// SPDX-License-Identifier: Apache-2.0
#include "crypto/seal.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

SecretKey key_of(std::string_view hex) {
  SecretKey key{};
  std::ranges::copy(from_hex(hex).value(), key.begin());
  return key;
}

const SecretKey kKey = key_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");

// Test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega), by NIST's editors.
TEST(Seal, GivesWhatThePublishedVectorSays) {
  Sealer sealer(kKey);
  const auto nonce = from_hex("cafebabefacedbaddecaf888").value();
  const auto text = from_hex(
                        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
                        .value();
  const auto context = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2").value();
  const std::string sealed = sealer.seal(as_text(text), as_text(context), nonce);
  EXPECT_EQ(to_hex(as_bytes(sealed)),
            "cafebabefacedbaddecaf888"
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(sealer.open(as_bytes(sealed), as_text(context)), as_text(text));
}

TEST(Seal, RefusesWhatWasChangedCutOrSealedOtherwise) {
  Sealer sealer(kKey);
  const std::array<std::byte, 12> nonce{};
  const std::string sealed = sealer.seal("some body", "place 1", nonce);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string other = sealed;
    other[bit / 8] = static_cast<char>(static_cast<unsigned>(other[bit / 8]) ^ (1U << bit % 8));
    ASSERT_FALSE(sealer.open(as_bytes(other), "place 1")) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_FALSE(sealer.open(as_bytes(sealed.substr(0, size)), "place 1"));
  }
  EXPECT_FALSE(sealer.open(as_bytes(sealed), "place 2"));
  EXPECT_FALSE(Sealer(SecretKey{}).open(as_bytes(sealed), "place 1"));
  EXPECT_EQ(sealer.open(as_bytes(sealed), "place 1"), "some body");
  EXPECT_EQ(sealer.open(as_bytes(sealer.seal("", "x", nonce)), "x"), "");
}

// RFC 4231, cases 1 and 2.
TEST(Seal, HmacGivesWhatTheRfcSays) {
  const auto key = from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b").value();
  EXPECT_EQ(to_hex(hmac_sha256(key, "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// FIPS 197, appendix C.3, is the first half.
TEST(Seal, ExpanderIsAesOfTheSeedAndItsNeighbour) {
  Expander expander(key_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  auto seed = from_hex("00112233445566778899aabbccddeeff").value();
  const auto expanded = expander.expand(seed);
  EXPECT_EQ(to_hex(Bytes(expanded).first(16)), "8ea2b7ca516745bfeafc49904b496089");
  seed.back() ^= std::byte{1};
  EXPECT_TRUE(std::ranges::equal(Bytes(expander.expand(seed)).first(16), Bytes(expanded).last(16)));
}

}  // namespace
}  // namespace cupel
