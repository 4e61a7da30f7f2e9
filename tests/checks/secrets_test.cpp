// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kSecrets;

namespace {

using test::codes;
using test::Workbench;
using Codes = std::vector<std::string>;

const std::string kAws = cat("AK", "IA", "Q3EGRIVHT7WZMK2N");

TEST(SecretsCheck, TellsPlaceAndKindButNeverTheSecret) {
  Workbench desk;
  desk.file("config/app.yaml", cat("region: eu\nkey: ", kAws, "\n"), AssetKind::configuration);
  const auto seen = desk.run(kSecrets);
  ASSERT_EQ(codes(seen), Codes{"SEC001"});
  const auto& told = seen[0].diagnostics[0];
  EXPECT_EQ(told.severity, Severity::critical);
  EXPECT_EQ(to_text(told.place), "config/app.yaml:2:6 at byte 0x10");
  EXPECT_EQ(told.label, "AKIA… (20 characters)");
  EXPECT_EQ(to_json(seen[0]).canonical().find(kAws), std::string::npos);
}

TEST(SecretsCheck, SuspectsWithoutAccusing) {
  Workbench desk;
  desk.file("prompts/system.txt", "The admin password = \"Winter#2026x\"", AssetKind::prompt);
  const auto seen = desk.run(kSecrets);
  ASSERT_EQ(codes(seen), Codes{"SEC002"});
  EXPECT_EQ(seen[0].diagnostics[0].severity, Severity::medium);
}

TEST(SecretsCheck, SearchesBinaryFilesForKnownFormatsOnly) {
  using namespace std::string_literals;
  Workbench desk;
  desk.file("a.bin", "\0\0password = \"Winter#2026x\"\0"s);
  desk.file("b.bin", cat("\0\0"s, kAws, "\0"s));
  const auto seen = desk.run(kSecrets);
  ASSERT_EQ(codes(seen), Codes{"SEC001"});
  EXPECT_EQ(seen[0].diagnostics[0].place.line, 0U) << "a binary file has no lines";
}

TEST(SecretsCheck, LeavesModelsDatasetsAndInstalledPackagesToOthers) {
  Workbench desk;
  desk.file("m.pkl", kAws, AssetKind::model);
  desk.file("d.csv", kAws, AssetKind::dataset);
  desk.file("node_modules/x/readme.md", kAws);
  desk.file("app.py", "print()", AssetKind::code);
  const auto seen = desk.run(kSecrets);
  EXPECT_EQ(codes(seen), Codes{});
  EXPECT_EQ(seen[0].coverage, (Coverage{.population = 1, .examined = 1}));
  EXPECT_EQ(seen[0].measured,
            "0 credentials of known formats and 0 likely ones in 1 file (7 B); 1 file of installed "
            "packages not searched");
}

TEST(SecretsCheck, SaysWhatItCouldNotRead) {
  Workbench desk;
  desk.unreadable(".env", AssetKind::configuration, "permission denied");
  const auto seen = desk.run(kSecrets);
  EXPECT_EQ(seen[0].coverage.examined, 0U);
  EXPECT_EQ(seen[0].coverage.shortfall, "`.env`: permission denied");
}

}  // namespace
}  // namespace cupel
