// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/support.h"

namespace cupel {
namespace {

// Made by certificates/make.py.
Certificate named(std::string_view name) {
  const auto pem = test::slurp(test::test_data(cat("crypto/certificates/", name, ".pem")));
  return Certificate::from_pem(pem).value().at(0);
}

constexpr Timestamp kInside{1'790'000'000'000};    // 2026-09
constexpr Timestamp kTooEarly{1'700'000'000'000};  // 2023

TEST(Certificate, SaysWhatStandsInIt) {
  const auto signer = named("signer");
  EXPECT_EQ(signer.subject(), "O=Cupel tests,CN=signer");
  EXPECT_EQ(to_rfc3339(signer.not_before()), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(signer.not_after()), "2126-01-01T00:00:00.000Z");
  EXPECT_EQ(signer.names(),
            (std::vector<std::string>{"ana@example.org",
                                      "https://example.org/workflow@refs/heads/main"}));
  ASSERT_OK(signer.key());
  EXPECT_EQ(signer.key().value().type(), KeyType::p256);
  EXPECT_TRUE(signer.may_sign());
  EXPECT_FALSE(named("talker").may_sign());
  EXPECT_TRUE(signer.extension("2.5.29.15"));  // key usage
  EXPECT_FALSE(signer.extension("1.3.6.1.4.1.57264.1.8"));
  EXPECT_EQ(signer.precertificate(), "");  // it was never logged
}

TEST(Certificate, ComesBackFromDerAndPem) {
  const auto signer = named("signer");
  EXPECT_EQ(Certificate::from_der(as_bytes(signer.der())).value().der(), signer.der());
  EXPECT_EQ(Certificate::from_pem(signer.pem()).value().at(0).der(), signer.der());
}

TEST(Certificate, RefusesWhatIsDamaged) {
  const auto signer = named("signer");
  EXPECT_FALSE(Certificate::from_pem("").ok());
  EXPECT_FALSE(Certificate::from_der(as_bytes("no")).ok());
  EXPECT_FALSE(Certificate::from_der(as_bytes(signer.der() + "x")).ok());
  auto pem = signer.pem();
  pem[200] = '*';
  const auto two = Certificate::from_pem(signer.pem() + pem);
  ASSERT_FALSE(two.ok());
  EXPECT_EQ(two.error().what, "certificate 2 is damaged");
}

TEST(Chain, LeadsFromTheSignerToARootByWayOfTheAuthority) {
  const auto reading = chain_of(named("signer"), {named("authority")}, {named("root")}, kInside);
  EXPECT_EQ(reading.problem, "");
  ASSERT_EQ(reading.chain.size(), 3U);
  EXPECT_EQ(reading.chain[1].der(), named("authority").der());
}

TEST(Chain, TrustsAnAuthorityThatIsNamedItself) {
  EXPECT_EQ(chain_of(named("signer"), {}, {named("authority")}, kInside).problem, "");
  EXPECT_EQ(chain_of(named("signer"), {}, {named("signer")}, kInside).problem, "");
}

TEST(Chain, DoesNotTrustWhatComesWithTheSignature) {
  const std::vector<Certificate> all = {named("authority"), named("root")};
  EXPECT_NE(chain_of(named("signer"), all, {named("other-root")}, kInside).problem, "");
  EXPECT_NE(chain_of(named("signer"), all, {}, kInside).problem, "");
  EXPECT_NE(chain_of(named("signer"), {}, {named("root")}, kInside).problem, "");
}

TEST(Chain, HoldsOnlyWhileTheCertificatesAreValid) {
  const std::vector<Certificate> between = {named("authority")};
  EXPECT_EQ(chain_of(named("expired"), between, {named("root")}, kInside).problem,
            "certificate has expired");
  EXPECT_EQ(chain_of(named("signer"), between, {named("root")}, kTooEarly).problem,
            "certificate is not yet valid");
}

TEST(TimestampToken, IsNotReadFromOtherBytes) {
  for (const std::string_view bytes : {"", "no token", "\x30\x03\x02\x01\x00"}) {
    const auto reading = read_timestamp_token(as_bytes(bytes), {}, {}, {named("root")});
    EXPECT_FALSE(reading.at);
    EXPECT_NE(reading.problem, "");
  }
}

}  // namespace
}  // namespace cupel
