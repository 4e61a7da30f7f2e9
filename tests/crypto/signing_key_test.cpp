// SPDX-License-Identifier: Apache-2.0
#include "crypto/signing_key.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "support/support.h"

namespace cupel {
namespace {

class EveryCurve : public testing::TestWithParam<KeyType> {};
INSTANTIATE_TEST_SUITE_P(SigningKey, EveryCurve,
                         testing::Values(KeyType::p256, KeyType::p384, KeyType::p521));

TEST_P(EveryCurve, SignsWhatItsPublicKeyVerifies) {
  const auto key = SigningKey::generate(GetParam()).value();
  const auto signature = key.sign(as_bytes("a model"));
  const auto verifier = key.public_key();
  EXPECT_EQ(verifier.type(), GetParam());
  EXPECT_TRUE(verifier.verify(as_bytes("a model"), as_bytes(signature)));
  EXPECT_FALSE(verifier.verify(as_bytes("a mode1"), as_bytes(signature)));
  EXPECT_FALSE(verifier.verify(as_bytes("a model"), as_bytes(signature.substr(1))));
  EXPECT_FALSE(verifier.verify(as_bytes("a model"), {}));
  const auto other = SigningKey::generate(GetParam()).value().public_key();
  EXPECT_FALSE(other.verify(as_bytes("a model"), as_bytes(signature)));
}

TEST_P(EveryCurve, ComesBackFromItsFiles) {
  const auto key = SigningKey::generate(GetParam()).value();
  const auto again = SigningKey::from_pem(key.pem());
  ASSERT_OK(again);
  EXPECT_EQ(again.value().public_key(), key.public_key());
  const auto verifier = VerificationKey::from_pem(key.public_key().pem());
  ASSERT_OK(verifier);
  EXPECT_EQ(verifier.value(), key.public_key());
  EXPECT_EQ(verifier.value().hint(), sha256_hex(key.public_key().pem()));
}

TEST(SigningKey, RefusesKeysThatModelsAreNotSignedWith) {
  const auto ed25519 = PrivateKey::generate().value();
  const auto refused = SigningKey::from_pem(ed25519.pem().value());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::unsupported);
  EXPECT_NE(refused.error().hint.find("P-256"), std::string::npos);
  EXPECT_EQ(SigningKey::from_pem("no key").error().fault, Fault::integrity);
  EXPECT_EQ(VerificationKey::from_pem("no key").error().fault, Fault::integrity);
  EXPECT_EQ(VerificationKey::from_spki(as_bytes("no key")).error().fault, Fault::integrity);
}

TEST(VerificationKey, TakesEd25519ForLogs) {
  const auto key = PrivateKey::generate().value();
  const auto verifier = VerificationKey::from_pem(key.public_key().pem());
  ASSERT_OK(verifier);
  const auto signature = key.sign(as_bytes("a checkpoint"));
  EXPECT_EQ(verifier.value().type(), KeyType::ed25519);
  EXPECT_TRUE(verifier.value().verify(as_bytes("a checkpoint"), signature));
  EXPECT_FALSE(verifier.value().verify(as_bytes("another"), signature));
}

// The published P-256 key and signature of RFC 6979 A.2.5 (message "sample", SHA-256), as DER.
TEST(VerificationKey, VerifiesASignatureThatWasPublished) {
  const auto spki = from_hex(
      "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
      "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  const auto signature = from_hex(
      "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
      "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  const auto key = VerificationKey::from_spki(*spki);
  ASSERT_OK(key);
  EXPECT_TRUE(key.value().verify(as_bytes("sample"), *signature));
  EXPECT_TRUE(key.value().verify_sha256(as_bytes("sample"), *signature));
  EXPECT_FALSE(key.value().verify(as_bytes("sampl"), *signature));
}

}  // namespace
}  // namespace cupel
