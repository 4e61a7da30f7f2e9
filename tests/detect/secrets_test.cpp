// SPDX-License-Identifier: Apache-2.0
// The credentials here are drawn for the tests and open nothing. They are put together
// from pieces, so that scanners of this repository do not take them for real ones.
#include "detect/secrets.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "detect/secret_rules.h"

namespace cupel {
namespace {

// What find_secrets says of one text: "name: span" per finding.
std::vector<std::string> found(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& secret : find_secrets(text).secrets) {
    out.push_back(cat(secret.known ? "known " : "likely ", secret.name, ": ",
                      text.substr(secret.begin, secret.end - secret.begin)));
  }
  return out;
}

using Found = std::vector<std::string>;

const std::string kGitHub = cat("ghp", "_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17");
const std::string kAws = cat("AK", "IA", "Q3EGRIVHT7WZMK2N");
const std::string kKeyBody = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF";

TEST(Secrets, DoesNotCallTheKeyOfAWebPageACredentialForSure) {
  const auto google = cat("AI", "zaSyB1x9Q0vKpT3mR7wLcD5hJ2nF8gYeUoAk7");
  EXPECT_EQ(found(cat("key = \"", google, "\"")), Found{cat("known Google API key: ", google)});
  EXPECT_EQ(found(cat("{\"apiKey\":\"", google, "\",\"authDomain\":\"a.firebaseapp.com\"}")),
            Found{cat("likely key or token: ", google)});
  EXPECT_EQ(found(cat("<script>", google, "</script><!-- authDomain -->")),
            Found{cat("likely Google API key of a web page: ", google)});
}

TEST(Secrets, ReadsTokensOfKnownProviders) {
  EXPECT_EQ(found(cat("export TOKEN=", kGitHub, "\n")),
            Found{cat("known GitHub personal access token: ", kGitHub)});
  EXPECT_EQ(found(cat("key='", kAws, "'")), Found{cat("known AWS access key id: ", kAws)});
  const auto openai =
      cat("sk", "-proj-", "Vn3kPq8ZtY1wRb6Hs0", "T3BlbkFJ", "uX7mLc2Dg9EaJf4QoTiN5y");
  EXPECT_EQ(found(openai), Found{cat("known OpenAI API key: ", openai)});
  const auto face = cat("h", "f_", "kQzVbTnRwLxCyHmPdJsGfAeUoKiYtBvNqZ");
  EXPECT_EQ(found(cat("login(token=\"", face, "\")")),
            Found{cat("known Hugging Face token: ", face)});
  const auto stripe = cat("sk", "_live_", "4eC39HqLyjWDarjtT1zdp7dc");
  EXPECT_EQ(found(stripe), Found{cat("known Stripe secret key: ", stripe)});
  const auto slack = cat("xox", "b-", "123095871234-9187235091232-", "aPk3LmQz81TnVbXw62RsYd0C");
  EXPECT_EQ(found(slack), Found{cat("known Slack bot token: ", slack)});
}

TEST(Secrets, RefusesATokenWhoseChecksumDoesNotFit) {
  EXPECT_TRUE(detect::has_crc32_tail("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
  std::string wrong = kGitHub;
  wrong[10] = 'X';
  EXPECT_EQ(found(wrong), Found{});
}

TEST(Secrets, RefusesATokenInsideALongerWord) {
  EXPECT_EQ(found(cat("x", kAws)), Found{});
  EXPECT_EQ(found(cat(kAws, "Z")), Found{});
  EXPECT_EQ(found(cat("aGVsbG8+", kAws, "+d29ybGQ=")), Found{});
}

TEST(Secrets, FindsATokenBehindAnEscapedLineEnd) {
  EXPECT_EQ(found(cat("\"line\\n", kAws, "\"")).size(), 1U);
}

TEST(Secrets, KnowsPrivateKeysByTheirFirstBytes) {
  const auto pem = [](std::string_view label, std::string_view body, std::string_view end = "\n") {
    return cat("-----BEGIN ", label, "-----", end, body, end, "-----END ", label, "-----");
  };
  EXPECT_EQ(found(pem("PRIVATE KEY", kKeyBody)).size(), 1U);
  EXPECT_EQ(found(pem("PRIVATE KEY", kKeyBody, "\\n")).size(), 1U) << "as JSON escapes it";
  EXPECT_EQ(found(pem("PUBLIC KEY", kKeyBody)), Found{});
  EXPECT_EQ(found(pem("PRIVATE KEY", "...")), Found{});
  EXPECT_EQ(found(pem("RSA PRIVATE KEY", "<your key here>")), Found{});
  EXPECT_EQ(
      found("if (line == \"-----BEGIN PRIVATE KEY-----\") continue; // My own parser of keys"),
      Found{});
  const auto sealed = find_secrets(pem("ENCRYPTED PRIVATE KEY", kKeyBody)).secrets;
  ASSERT_EQ(sealed.size(), 1U);
  EXPECT_FALSE(sealed[0].known);
}

TEST(Secrets, ReadsThePasswordOfADatabaseUrl) {
  EXPECT_EQ(found("DB=postgresql+asyncpg://app:Zq8rT2mVw5yB@db.shop.net/app"),
            Found{"known password in a connection URL: Zq8rT2mVw5yB"});
  for (const char* harmless :
       {"postgres://postgres:postgres@localhost/db", "postgres://user:password@db.example.com/x",
        "mysql://root:${DB_PASSWORD}@db.shop.net/x", "redis://:changeme123@cache.shop.net",
        "postgres://user@db.shop.net/x", "https://example.com:8080/a@b", "http://host/path:x@y"}) {
    EXPECT_EQ(found(harmless), Found{}) << harmless;
  }
}

TEST(Secrets, SuspectsDrawnValuesUnderTellingNames) {
  EXPECT_EQ(found("OPENSEARCH_API_KEY = \"k3J9sLq2Xv7Nw0Rt5Ybz\""),
            Found{"likely key or token: k3J9sLq2Xv7Nw0Rt5Ybz"});
  EXPECT_EQ(found("{\"db_password\": \"Winter#2026x\"}"),
            Found{"likely password or secret: Winter#2026x"});
  EXPECT_EQ(found("auth-token: 9f86d081884c7d659a2feaa0c55ad015\n").size(), 1U);
}

TEST(Secrets, IsNotMisledByPlaceholdersNamesAndReferences) {
  for (const char* harmless :
       {"password = \"changeme\"",
        "api_key: ${API_KEY}",
        "secret: <your secret here>",
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "token = get_token_from_vault(name)",
        "api_key = os.environ[\"OPENAI_API_KEY\"]",
        R"("ChangeToken": "abcd12f2-46da-4fdb-b8d5-fbd4c466928f")",
        "arn:aws:secretsmanager:eu-1:1234:secret:Billing-a1b2C3d4e5F6g7H8i9J0k1",
        R"("V1Secret": ".models.v1_secret")",
        R"("eos_token": "<|endoftext|>")",
        "max_token: 40960",
        "secretKeyRef: my-secret-name",
        "password: string;",
        "token = tokenizer.encode(text)",
        "password = None",
        "SECRET_KEY = \"django-insecure-your-key-here-00000000\"",
        "hf_thisIsOnlyALongFunctionNameInPythonCode",
        "password == \"Winter#2026x\"",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        R"("password_hash": "$2b$12$KIXQ8m8n9l1pQ2r3s4t5u6")",
        "--token-file=/run/secrets/token"}) {
    EXPECT_EQ(found(harmless), Found{}) << harmless;
  }
  const auto emulator = cat("AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1",
                            "OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;");
  EXPECT_EQ(found(emulator), Found{}) << "the key of the storage emulator, which everybody has";
}

TEST(Secrets, NamesATokenByItsProviderWhereverItStands) {
  EXPECT_EQ(found(cat("github_token: \"", kGitHub, "\"")),
            Found{cat("known GitHub personal access token: ", kGitHub)});
}

TEST(Secrets, AsksTheGenericRuleOnlyWhenTold) {
  const auto text = "password = \"Winter#2026x\"";
  EXPECT_TRUE(find_secrets(text, {.generic = false}).secrets.empty());
}

TEST(Secrets, SaysHowFarItReadWhenThereAreTooMany) {
  std::string text;
  for (int i = 0; i < 5; ++i) text += cat(kAws, "\n");
  const auto reading = find_secrets(text, {.findings = 3});
  EXPECT_EQ(reading.secrets.size(), 3U);
  EXPECT_LT(reading.examined, text.size());
}

TEST(Secrets, ShowsNoMoreThanAQuarter) {
  EXPECT_EQ(redacted("AKIAQ3EGRIVHT7WZMK2N"), "AKIA… (20 characters)");
  EXPECT_EQ(redacted("Zq8rT2mV"), "Zq… (8 characters)");
  EXPECT_EQ(redacted("abc"), "… (3 characters)");
}

}  // namespace
}  // namespace cupel
