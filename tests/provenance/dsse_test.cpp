// SPDX-License-Identifier: Apache-2.0
#include "provenance/dsse.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/known_key.h"
#include "support/process.h"
#include "support/support.h"

namespace cupel::dsse {
namespace {

TEST(Dsse, PaeIsThatOfTheSpecification) {
  EXPECT_EQ(pae("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(pae("", ""), "DSSEv1 0  0 ");
  EXPECT_EQ(pae("\xC3\xA9", "a"), "DSSEv1 2 \xC3\xA9 1 a");  // lengths count bytes
}

TEST(Dsse, OpensWhatItSealed) {
  const std::string text = seal("text/plain", "hello\n\xff", test::known_key());
  const auto reading = read_envelope(text);
  ASSERT_TRUE(reading.envelope) << reading.problem;
  EXPECT_EQ(reading.envelope->payload_type, "text/plain");
  EXPECT_EQ(reading.envelope->payload, "hello\n\xff");
  EXPECT_EQ(reading.envelope->keyid, test::known_key().public_key().fingerprint());
  EXPECT_TRUE(verify(*reading.envelope, test::known_key().public_key()));
  EXPECT_FALSE(verify(*reading.envelope, PrivateKey::generate().value().public_key()));
  auto other_type = *reading.envelope;
  other_type.payload_type = "text/html";
  EXPECT_FALSE(verify(other_type, test::known_key().public_key()));
}

TEST(Dsse, AnyChangedByteOfAnEnvelopeIsRefusedOrDoesNotVerify) {
  const std::string text = seal("text/plain", "hello", test::known_key());
  const auto keyid = text.find(test::known_key().public_key().fingerprint());
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Nobody signs the hint, its key word included.
    if (i + 10 >= keyid && i < keyid + 16) continue;
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string other = text;
      other[i] = static_cast<char>(static_cast<unsigned char>(other[i]) ^ (1U << bit));
      const auto reading = read_envelope(other);
      EXPECT_FALSE(reading.envelope && verify(*reading.envelope, test::known_key().public_key()))
          << i << " " << bit << ": " << other;
    }
  }
}

TEST(Dsse, SaysWhyAnEnvelopeIsRefused) {
  const auto why = [](std::string_view text) {
    const auto reading = read_envelope(text);
    EXPECT_FALSE(reading.envelope) << text;
    return reading.problem;
  };
  EXPECT_EQ(why("{}"), "it is no signed envelope: payload, payloadType and signatures are needed");
  EXPECT_EQ(why(R"({"payload":"YQ==","payloadType":"t","signatures":[]})"), "not signed");
  EXPECT_EQ(
      why(R"({"payload":"YQ==","payloadType":"t","signatures":[{"sig":"YQ=="},{"sig":"YQ=="}]})"),
      "it carries 2 signatures where one belongs");
  EXPECT_EQ(why(R"({"payload":"YR==","payloadType":"t","signatures":[{"sig":"YQ=="}]})"),
            "the payload is not proper base64");
  EXPECT_EQ(why(R"({"payload":"YQ","payloadType":"t","signatures":[{"sig":"YQ=="}]})"),
            "the payload is not proper base64");
  EXPECT_EQ(why(R"({"payload":"YQ==\n","payloadType":"t","signatures":[{"sig":"YQ=="}]})"),
            "the payload is not proper base64");
  EXPECT_EQ(why(R"({"payload":"_/8=","payloadType":"t","signatures":[{"sig":"YQ=="}]})"),
            "the payload is not proper base64");
  EXPECT_EQ(why(R"({"payload":"YQ==","payloadType":"t","signatures":[{"sig":5}]})"),
            "the signature is not proper base64");
  EXPECT_EQ(why(R"({"payload":"YQ==","payloadType":"t","signatures":[{"keyid":5,"sig":"YQ=="}]})"),
            "its keyid is no text");
  EXPECT_NE(
      why(R"({"payload":"YQ==","payload":"YQ==","payloadType":"t","signatures":[{"sig":"YQ=="}]})")
          .find("stands twice"),
      std::string::npos);
  EXPECT_NE(why(R"({"payload":"YQ==")").find("byte"), std::string::npos);
}

TEST(Dsse, TakesTheUrlSafeAlphabetAndUnknownFields) {
  const auto reading = read_envelope(
      R"({"more":1,"payload":"__8=","payloadType":"t","signatures":[{"sig":"YQ=="}]})");
  ASSERT_TRUE(reading.envelope) << reading.problem;
  EXPECT_EQ(reading.envelope->payload, "\xff\xff");
  EXPECT_EQ(reading.envelope->keyid, "");
}

TEST(Dsse, AnIndependentProgramVerifiesIt) {
  if (test::Process({"python3", "-c", "import cryptography"}, {}).wait() != 0) {
    GTEST_SKIP() << "python3 with `cryptography` is not installed";
  }
  const test::TemporaryFolder folder;
  const std::string text = seal("application/vnd.in-toto+json", "{\"a\":1}", test::known_key());
  const auto script = test::test_data("provenance/verify_dsse.py").string();
  const auto open = folder.write("key.pem", test::known_key().public_key().pem()).string();
  test::Process good({"python3", script, folder.write("good.json", text).string(), open}, {});
  EXPECT_EQ(good.wait(), 0) << good.complained();
  EXPECT_EQ(good.said(), "{\"a\":1}");
  std::string other = text;
  other.replace(text.find("in-toto"), 7, "in-tutu");
  test::Process bad({"python3", script, folder.write("bad.json", other).string(), open}, {});
  EXPECT_NE(bad.wait(), 0);
}

}  // namespace
}  // namespace cupel::dsse
