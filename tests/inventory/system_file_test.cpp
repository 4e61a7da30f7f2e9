// SPDX-License-Identifier: Apache-2.0
#include "inventory/system_file.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "base/text.h"
#include "crypto/digest.h"
#include "support/process.h"
#include "support/support.h"
#include "vocab/provision.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string_view> kProvisions = {"5.1.1-1", "5.2.2-2", "5.2.2-5", "5.2.4-1.2"};

constexpr std::string_view kSmallest =
    "cupel: 1\nname: demo\nversion: \"1.0\"\nscenario: chatbot\nroles: [developer]\n";

SystemReading read(std::string_view text) {
  return read_system(text, "cupel.yaml", kProvisions);
}

// What the reading says, as the golden files hold it.
std::string described(const SystemReading& reading) {
  std::string out;
  for (const auto& diagnostic : reading.diagnostics) {
    out += cat(diagnostic.code, " ", to_text(diagnostic.severity), " ", to_text(diagnostic.place),
               "\n  ", diagnostic.title, "\n");
    if (!diagnostic.label.empty()) out += cat("  ^ ", diagnostic.label, "\n");
    for (const auto& note : diagnostic.notes) out += cat("  note: ", note, "\n");
    out += cat("  help: ", diagnostic.help, "\n");
  }
  if (reading.system) out += to_json(*reading.system).pretty() + "\n";
  return out;
}

std::vector<fs::path> cases() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(test::test_data("inventory/cases"))) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

class SystemFileCase : public testing::TestWithParam<fs::path> {};

TEST_P(SystemFileCase, IsToldAsItsGoldenFileSays) {
  const std::string text = test::slurp(GetParam());
  const auto reading = read(text);
  EXPECT_NE(reading.system.has_value(), !reading.diagnostics.empty());
  fs::path golden = GetParam();
  test::expect_golden(described(reading), golden.replace_extension(".out"));
}

// A diagnostic without a place, a title or a way out helps nobody.
TEST_P(SystemFileCase, EveryDiagnosticPointsIntoTheFileAndHelps) {
  const std::string text = test::slurp(GetParam());
  const auto lines = split(text, '\n');
  for (const auto& diagnostic : read(text).diagnostics) {
    ASSERT_GE(diagnostic.place.line, 1U);
    ASSERT_LE(diagnostic.place.line, lines.size());
    ASSERT_GE(diagnostic.place.column, 1U);
    EXPECT_LE(diagnostic.place.column, columns(lines[diagnostic.place.line - 1]) + 1);
    EXPECT_FALSE(diagnostic.title.empty());
    EXPECT_FALSE(diagnostic.help.empty());
    EXPECT_NE(diagnostic.title.back(), '.');
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, SystemFileCase, testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.stem().string(); });

TEST(SystemFile, TheCasesShowEveryCodeAndEachHasAPage) {
  std::set<std::string> shown;
  for (const auto& file : cases()) {
    for (const auto& diagnostic : read(test::slurp(file)).diagnostics) {
      shown.insert(diagnostic.code);
    }
  }
  EXPECT_EQ(shown.size(), 20U);
  for (int i = 1; i <= 20; ++i) {
    const std::string code = cat("CFG0", i < 10 ? "0" : "", i);
    EXPECT_TRUE(shown.contains(code)) << code << " has no case";
    const fs::path page = fs::path(CUPEL_SOURCE_DIR) / "catalogue" / "codes" / (code + ".md");
    EXPECT_TRUE(test::slurp(page).starts_with(cat("# ", code, ": "))) << page;
  }
}

TEST(SystemFile, KeepsTheDigestOfItsText) {
  const auto reading = read(kSmallest);
  ASSERT_TRUE(reading.system);
  EXPECT_EQ(reading.system->digest, sha256_hex(kSmallest));
}

TEST(SystemFile, PathsAreReadInOneSpelling) {
  const auto reading = read(cat(kSmallest,
                                "assets:\n  - {name: a, kind: model, path: ./models//x/../a.bin}\n"
                                "  - {name: b, kind: model, path: models/}\n"
                                "  - {name: c, kind: model, path: .}\n"));
  ASSERT_TRUE(reading.system) << described(reading);
  EXPECT_EQ(reading.system->assets[0].path, "models/a.bin");
  EXPECT_EQ(reading.system->assets[1].path, "models");
  EXPECT_EQ(reading.system->assets[2].path, ".");
}

TEST(SystemFile, ParametersKeepTheirKind) {
  const auto reading = read(cat(kSmallest,
                                "declares:\n  5.2.2-5: {claim: we do, a: 1, b: 0.5, c: true, "
                                "d: \"1\", e: 2026-01-01}\n"));
  ASSERT_TRUE(reading.system) << described(reading);
  const Json& parameters = reading.system->claim("5.2.2-5")->parameters;
  EXPECT_EQ(parameters.canonical(), R"({"a":1,"b":0.5,"c":true,"d":"1","e":"2026-01-01"})");
}

TEST(SystemFile, AFileOfAHundredThousandMistakesIsToldQuickly) {
  std::string text(kSmallest);
  text += "declares:\n";
  for (int i = 0; i < 45'000; ++i) text += cat("  9.9.9-", i, ": {}\n");
  const auto start = std::chrono::steady_clock::now();
  const auto reading = read(text);
  EXPECT_EQ(reading.diagnostics.size(), 200U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

std::vector<fs::path> examples() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(CUPEL_SOURCE_DIR) / "examples")) {
    if (fs::exists(entry.path() / "cupel.yaml")) files.push_back(entry.path() / "cupel.yaml");
  }
  return files;
}

TEST(SystemFile, TheExamplesAreReadWithoutADiagnostic) {
  const auto json =
      read_json(test::slurp(fs::path(CUPEL_SOURCE_DIR) / "catalogue" / "provisions.json"));
  ASSERT_TRUE(json.value);
  const auto catalogue = catalogue_from(*json.value);
  ASSERT_TRUE(catalogue);
  std::vector<std::string_view> provisions;
  for (const auto& provision : catalogue->provisions) provisions.emplace_back(provision.id);
  ASSERT_FALSE(examples().empty());
  for (const auto& file : examples()) {
    const auto reading = read_system(test::slurp(file), file.string(), provisions);
    EXPECT_EQ(described({.system = {}, .diagnostics = reading.diagnostics}), "");
    EXPECT_TRUE(reading.system);
  }
}

TEST(SystemSchema, TheShippedSchemaIsTheOneOfTheReader) {
  const fs::path shipped = fs::path(CUPEL_SOURCE_DIR) / "catalogue/schema/cupel.yaml.schema.json";
  test::expect_golden(system_schema(), shipped);
}

// The schema must take what the reader takes, and refuse what a schema can see.
TEST(SystemSchema, AgreesWithTheReaderOverTheCases) {
  if (test::Process({"python3", "-c", "import jsonschema, yaml"}, {}).wait() != 0) {
    GTEST_SKIP() << "python3 with jsonschema and PyYAML is not installed";
  }
  const auto schema = fs::path(CUPEL_SOURCE_DIR) / "catalogue/schema/cupel.yaml.schema.json";
  std::vector<std::string> command = {"python3", test::test_data("inventory/check_schema.py"),
                                      schema, test::test_data("inventory/cases")};
  for (const auto& example : examples()) command.push_back(example);
  test::Process check(command, {});
  EXPECT_EQ(check.wait(), 0) << check.said() << check.complained();
}

}  // namespace
}  // namespace cupel
