// SPDX-License-Identifier: Apache-2.0
#include "crypto/key.h"

#include <algorithm>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "support/process.h"
#include "support/support.h"

namespace cupel {
namespace {

std::vector<std::byte> hex(std::string_view text) {
  return from_hex(text).value();
}

// PKCS#8 around the 32 bytes of a private key (RFC 8410 section 7).
std::string pem_of(std::string_view secret) {
  return cat("-----BEGIN PRIVATE KEY-----\n",
             to_base64(hex(cat("302e020100300506032b657004220420", secret))),
             "\n-----END PRIVATE KEY-----\n");
}

struct Vector {
  std::string_view secret, key, message, signature;
};
// RFC 8032 section 7.1, tests 1 to 3.
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6594a7c15e9716ed28dc027beceea1ec40a"}};

TEST(Key, SignsAndVerifiesTheVectorsOfRfc8032) {
  for (const auto& vector : kVectors) {
    const auto key = PrivateKey::from_pem(pem_of(vector.secret));
    ASSERT_OK(key);
    EXPECT_EQ(to_hex(Bytes(key.value().public_key().raw())), vector.key);
    EXPECT_EQ(to_hex(Bytes(key.value().sign(hex(vector.message)))), vector.signature);
    const auto open = PublicKey::from_raw(hex(vector.key));
    ASSERT_OK(open);
    EXPECT_TRUE(open.value().verify(hex(vector.message), hex(vector.signature)));
  }
}

TEST(Key, RefusesEverySignatureWithOneBitChanged) {
  const auto& vector = kVectors[2];
  const auto key = PublicKey::from_raw(hex(vector.key)).value();
  auto signature = hex(vector.signature);
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    signature[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_FALSE(key.verify(hex(vector.message), signature)) << bit;
    signature[bit / 8] ^= std::byte{1} << bit % 8;
  }
  EXPECT_FALSE(key.verify(hex("af83"), signature));
  EXPECT_FALSE(key.verify(hex(vector.message), Bytes(signature).first(63)));
  EXPECT_FALSE(key.verify(hex(vector.message), {}));
}

// s + L signs the same message mathematically; RFC 8032 5.1.7 demands s < L.
TEST(Key, RefusesTheSecondSpellingOfASignature) {
  const auto& vector = kVectors[1];
  auto signature = hex(vector.signature);
  const auto order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += std::to_integer<unsigned>(signature[32 + i]) + std::to_integer<unsigned>(order[i]);
    signature[32 + i] = static_cast<std::byte>(carry & 0xffU);
    carry >>= 8U;
  }
  EXPECT_FALSE(PublicKey::from_raw(hex(vector.key)).value().verify(hex(vector.message), signature));
}

TEST(Key, RefusesPublicKeysThatAnybodyCanSignFor) {
  for (const std::string_view text :
       {"0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const auto key = PublicKey::from_raw(hex(text));
    ASSERT_FALSE(key.ok()) << text;
    EXPECT_EQ(key.error().fault, Fault::integrity);
  }
}

TEST(Key, GoesThroughPemAndBase64Unchanged) {
  const auto key = PrivateKey::generate().value();
  const auto again = PrivateKey::from_pem(key.pem().value());
  ASSERT_OK(again);
  EXPECT_EQ(again.value().public_key(), key.public_key());
  const auto open = key.public_key();
  EXPECT_EQ(PublicKey::from_pem(open.pem()).value(), open);
  EXPECT_EQ(PublicKey::from_base64(open.base64()).value(), open);
  EXPECT_EQ(open.fingerprint().size(), 16U);
  EXPECT_EQ(open.fingerprint(), sha256_hex(Bytes(open.raw())).substr(0, 16));
}

TEST(Key, EncryptedOpensOnlyWithItsPassphrase) {
  const auto key = PrivateKey::generate().value();
  const auto pem = key.pem("correct horse");
  ASSERT_OK(pem);
  EXPECT_NE(pem.value().find("BEGIN ENCRYPTED PRIVATE KEY"), std::string::npos);
  EXPECT_EQ(PrivateKey::from_pem(pem.value(), "correct horse").value().public_key(),
            key.public_key());
  const auto wrong = PrivateKey::from_pem(pem.value(), "battery staple");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().fault, Fault::denied);
  const auto none = PrivateKey::from_pem(pem.value());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().fault, Fault::denied);
  EXPECT_EQ(key.pem("").error().fault, Fault::usage);
}

TEST(Key, RefusesWhatIsNoEd25519Key) {
  const auto key = PrivateKey::generate().value();
  for (const std::string& text :
       {std::string(), std::string("hello"), key.public_key().pem(),
        std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        pem_of(kVectors[0].secret).substr(0, 60)}) {
    const auto read = PrivateKey::from_pem(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().fault, Fault::integrity) << text;
  }
  EXPECT_FALSE(PublicKey::from_pem(key.pem().value()).ok());
  EXPECT_FALSE(PublicKey::from_raw(hex("00")).ok());
  EXPECT_FALSE(PublicKey::from_base64("not base64").ok());
}

TEST(Key, OpensslReadsOurKeysAndVerifiesOurSignatures) {
  if (!test::has_program("openssl", "version")) GTEST_SKIP() << "openssl is not installed";
  const test::TemporaryFolder folder;
  const auto key = PrivateKey::generate().value();
  const auto message = folder.write("message", "what was said");
  const auto open = folder.write("open.pem", key.public_key().pem());
  const auto locked = folder.write("locked.pem", key.pem("secret words").value());
  const Signature signature = key.sign(as_bytes("what was said"));
  const auto file = folder.write("signature", as_text(signature));
  test::Process verify({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", open.string(),
                        "-rawin", "-in", message.string(), "-sigfile", file.string()},
                       {});
  EXPECT_EQ(verify.wait(), 0) << verify.said() << verify.complained();
  test::Process unlock(
      {"openssl", "pkey", "-in", locked.string(), "-passin", "pass:secret words", "-pubout"}, {});
  EXPECT_EQ(unlock.wait(), 0) << unlock.complained();
  EXPECT_EQ(unlock.said(), key.public_key().pem());
}

TEST(Key, WeReadTheKeysOfOpensslAndVerifyItsSignatures) {
  if (!test::has_program("openssl", "version")) GTEST_SKIP() << "openssl is not installed";
  const test::TemporaryFolder folder;
  const auto path = (folder / "key.pem").string();
  const auto message = folder.write("message", "what was said");
  test::Process make({"openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass",
                      "pass:words", "-out", path},
                     {});
  ASSERT_EQ(make.wait(), 0) << make.complained();
  const auto key = PrivateKey::from_pem(test::slurp(path), "words");
  ASSERT_OK(key);
  test::Process sign({"openssl", "pkeyutl", "-sign", "-inkey", path, "-passin", "pass:words",
                      "-rawin", "-in", message.string()},
                     {});
  ASSERT_EQ(sign.wait(), 0) << sign.complained();
  EXPECT_TRUE(key.value().public_key().verify(as_bytes("what was said"), as_bytes(sign.said())));

  test::Process rsa({"openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"},
                    {});
  ASSERT_EQ(rsa.wait(), 0);
  const auto other = PrivateKey::from_pem(rsa.said());
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().what, "the key is of type RSA, not Ed25519");
}

TEST(Random, NeverRepeatsAndMakesProperUuids) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(to_hex(Bytes(random_bytes_32()))).second);
    const auto uuid = random_uuid();
    EXPECT_TRUE(std::regex_match(uuid, form)) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

}  // namespace
}  // namespace cupel
