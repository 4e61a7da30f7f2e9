// SPDX-License-Identifier: Apache-2.0
#include "provenance/model_signature.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "support/support.h"

namespace cupel {
namespace {

constexpr Timestamp kNow{1'790'000'000'000};  // 2026-09

struct Signed {
  SigningKey key = SigningKey::generate(KeyType::p256).value();
  ModelManifest manifest{.model = "model",
                         .root = {},
                         .resources = {{.name = "a", .digest = sha256_hex("a")},
                                       {.name = "b", .digest = sha256_hex("b")}}};
  Signed() { manifest.root = root_of(manifest.resources); }

  [[nodiscard]] std::string bundle() const {
    return make_bundle(kInTotoType, write_manifest(manifest), key);
  }
  [[nodiscard]] SignatureTrust trust() const {
    return {.key = key.public_key(), .roots = {}, .keyless = {}};
  }
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string problem_of(std::string_view bundle, const SignatureTrust& trust) {
  const auto reading = read_model_signature(bundle, trust, kNow);
  EXPECT_EQ(reading.manifest.has_value(), reading.problem.empty());
  return reading.problem;
}

TEST(ModelSignature, ByTheTrustedKeySaysWhatWasSigned) {
  const Signed one;
  const auto reading = read_model_signature(one.bundle(), one.trust(), kNow);
  ASSERT_TRUE(reading.manifest) << reading.problem;
  EXPECT_EQ(reading.manifest->resources, one.manifest.resources);
  EXPECT_EQ(reading.signer, cat("key ", one.key.public_key().hint().substr(0, 16)));
  EXPECT_EQ(reading.notes, std::vector<std::string>{});
}

TEST(ModelSignature, ByAnotherKeyIsRefused) {
  const Signed one;
  const Signed other;
  EXPECT_EQ(problem_of(one.bundle(), other.trust()), "the signature is not by this key");
}

TEST(ModelSignature, OverAnythingElseIsRefused) {
  const Signed one;
  const auto payload = "{\"_type\":\"https://in-toto.io/Statement/v1\"}";
  EXPECT_EQ(problem_of(make_bundle("text/plain", payload, one.key), one.trust()),
            "what was signed is of the type `text/plain`");
  EXPECT_NE(problem_of(make_bundle(kInTotoType, payload, one.key), one.trust()), "");
}

// A signature over every byte: none of them can be another without it being told.
TEST(ModelSignature, NoticesEveryChangedByteOfThePayload) {
  const Signed one;
  const auto payload = write_manifest(one.manifest);
  const auto bundle = one.bundle();
  const auto encoded = to_base64(as_bytes(payload));
  for (std::size_t at = 0; at < payload.size(); at += 7) {
    auto other = payload;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_EQ(problem_of(replaced(bundle, encoded, to_base64(as_bytes(other))), one.trust()),
              "the signature is not by this key");
  }
}

struct Broken {
  std::string_view from;
  std::string_view to;
  std::string_view problem;
};
class BrokenBundle : public testing::TestWithParam<Broken> {};

TEST_P(BrokenBundle, IsRefusedWithItsReason) {
  const Signed one;
  const auto why = problem_of(replaced(one.bundle(), GetParam().from, GetParam().to), one.trust());
  EXPECT_NE(why.find(GetParam().problem), std::string::npos) << why;
}

INSTANTIATE_TEST_SUITE_P(
    ModelSignature, BrokenBundle,
    testing::Values(
        Broken{"bundle.v0.3+json", "bundle.v9+json", "media type"},
        Broken{"\"mediaType\"", "\"mediaTypes\"", "unknown member"},
        Broken{"\"dsseEnvelope\"", "\"envelope\"", "unknown member"},
        Broken{"\"payload\"", "\"more\": 1, \"payload\"", "unknown member"},
        Broken{"\"sig\"", "\"more\": 1, \"sig\"", "unknown member"},
        Broken{"\"publicKey\"", "\"private\"", "neither key nor certificate"},
        Broken{"\"tlogEntries\"", "\"certificate\": {}, \"tlogEntries\"", "several ways"},
        Broken{"\"hint\"", "\"hints\"", "neither hint nor rawBytes"},
        Broken{"\"tlogEntries\": []", "\"tlogEntries\": 1", "not a list"},
        Broken{"\"signatures\": [", "\"signatures\": [{\"sig\": \"AA==\"},", "2 signatures"},
        Broken{"\"mediaType\"", "\"mediaType\": \"\", \"mediaType\"", "byte"},
        Broken{"{", "[", "it is no JSON"}));

TEST(ModelSignature, OfAnotherMethodThanTheCallersIsRefused) {
  const Signed one;
  SignatureTrust roots;
  roots.roots =
      Certificate::from_pem(test::slurp(test::test_data("crypto/certificates/root.pem"))).value();
  EXPECT_EQ(problem_of(one.bundle(), roots),
            "it was signed by the method key, not with certificates");
}

class WithCertificates : public testing::Test {
 protected:
  static Certificate named(std::string_view name) {
    const auto path = test::test_data(cat("crypto/certificates/", name, ".pem"));
    return Certificate::from_pem(test::slurp(path)).value().at(0);
  }
  static std::string bundle(std::string_view leaf) {
    const auto key =
        SigningKey::from_pem(test::slurp(test::test_data("crypto/certificates/signer.key.pem")));
    return make_bundle(kInTotoType, write_manifest(Signed().manifest), key.value(),
                       {named(leaf).der(), named("authority").der()});
  }
  static SignatureTrust trust(std::string_view root) {
    return {.key = {}, .roots = {named(root)}, .keyless = {}};
  }
};

TEST_F(WithCertificates, ASignatureHoldsByItsRoot) {
  const auto reading = read_model_signature(bundle("signer"), trust("root"), kNow);
  EXPECT_TRUE(reading.manifest) << reading.problem;
  EXPECT_EQ(reading.signer, "O=Cupel tests,CN=signer");
  EXPECT_EQ(reading.method, SigningMethod::certificate);
}

TEST_F(WithCertificates, OthersAreRefusedWithTheReason) {
  EXPECT_NE(problem_of(bundle("signer"), trust("other-root")), "");
  EXPECT_NE(problem_of(bundle("expired"), trust("root")).find("expired"), std::string::npos);
  EXPECT_EQ(problem_of(bundle("talker"), trust("root")), "the certificate is not for signing");
  EXPECT_EQ(problem_of(bundle("root"), trust("root")),
            "the signature is not by the key of the certificate");
  const Signed one;
  EXPECT_EQ(problem_of(bundle("signer"), one.trust()),
            "it was signed by the method certificate, not by a bare key");
}

TEST(ModelDifference, NamesWhatIsMissingExtraAndChanged) {
  const Signed one;
  const std::vector<Resource> there = {{.name = "b", .digest = sha256_hex("other")},
                                       {.name = "c", .digest = sha256_hex("c")}};
  const auto difference = compare_model(one.manifest, there);
  EXPECT_EQ(difference.missing, std::vector<std::string>{"a"});
  EXPECT_EQ(difference.extra, std::vector<std::string>{"c"});
  EXPECT_EQ(difference.changed, std::vector<std::string>{"b"});
  EXPECT_FALSE(difference.none());
  EXPECT_TRUE(compare_model(one.manifest, one.manifest.resources).none());
}

TEST(ModelDifference, SpeaksOfFilesWhenShardsDiffer) {
  ModelManifest manifest{.model = "m", .root = {}, .shard_size = 7};
  for (const auto* name : {"w:0:7", "w:7:14", "v:0:3"}) {
    manifest.resources.push_back({.name = name, .digest = sha256_hex(name)});
  }
  auto there = manifest.resources;
  there[1].name = "w:7:12";  // cut short
  there.pop_back();
  const auto difference = compare_model(manifest, there);
  EXPECT_EQ(difference.changed, std::vector<std::string>{"w"});
  EXPECT_EQ(difference.missing, std::vector<std::string>{"v"});
  EXPECT_EQ(difference.extra, std::vector<std::string>{});
}

}  // namespace
}  // namespace cupel
