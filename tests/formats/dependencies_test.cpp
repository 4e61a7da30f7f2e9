// SPDX-License-Identifier: Apache-2.0
#include "formats/dependencies.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel::dependencies {
namespace {

// "name line: pin" per dependency.
std::vector<std::string> lines(const Listing& listing) {
  std::vector<std::string> out;
  for (const auto& each : listing.dependencies) {
    const char* pin = each.pin == Pin::loose     ? "loose"
                      : each.pin == Pin::version ? "version"
                                                 : "hash";
    out.push_back(cat(each.name, " ", each.line, ": ", pin));
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(Requirements, TellsAPinnedFromAnOpenVersion) {
  const auto listing = read_requirements(
      "# tools\n"
      "Scikit_Learn==1.5.1\n"
      "numpy>=1.26,<3   # fast\n"
      "torch\n"
      "pandas==2.*\n"
      "uvicorn[standard]==0.30.1 ; python_version < '3.12'\n"
      "xgboost~=2.0\n");
  EXPECT_EQ(lines(listing), (Lines{"scikit-learn 2: version", "numpy 3: loose", "torch 4: loose",
                                   "pandas 5: loose", "uvicorn 6: version", "xgboost 7: loose"}));
  EXPECT_TRUE(listing.unread.empty());
}

TEST(Requirements, JoinsContinuedLinesAndSeesHashes) {
  const auto listing = read_requirements(
      "numpy==2.2.6 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via x\nscipy==1\n");
  EXPECT_EQ(lines(listing), (Lines{"numpy 1: hash", "scipy 5: version"}));
}

TEST(Requirements, KnowsOptionsIncludesAndUrls) {
  const auto listing = read_requirements(
      "--index-url https://pypi.org/simple\n-r base.txt\n--constraint=limits.txt\n-e .\n"
      "mine @ https://host/mine.whl#sha256=abcd\n"
      "git+https://host/x.git@0123456789012345678901234567890123456789\n"
      "git+https://host/y.git@main\n");
  EXPECT_EQ(listing.includes, (Lines{"base.txt", "limits.txt"}));
  ASSERT_EQ(listing.dependencies.size(), 3U);
  EXPECT_EQ(listing.dependencies[0].pin, Pin::hashed);
  EXPECT_EQ(listing.dependencies[1].pin, Pin::hashed);
  EXPECT_EQ(listing.dependencies[2].pin, Pin::loose);
}

TEST(Requirements, CountsWhatItDoesNotUnderstand) {
  EXPECT_EQ(read_requirements("numpy\n%%%\n").unread, std::vector<std::uint32_t>{2});
}

TEST(Pyproject, ReadsProjectAndPoetryTables) {
  const auto listing = read_pyproject(
      "[build-system]\nrequires = [\"hatchling\"]\n"
      "[project]\nname = \"x\"\ndependencies = [\n  \"a>=1\",  # \"no\"\n  \"b[c]==2\",\n]\n"
      "[project.optional-dependencies]\ndev = [\"pytest\"]\n"
      "[tool.poetry.dependencies]\npython = \"^3.11\"\nd = \"1.2.3\"\ne = \"^1\"\n"
      "f = {version = \"1.0\", extras = [\"x\"]}\n");
  EXPECT_EQ(lines(listing), (Lines{"a 6: loose", "b 7: version", "pytest 10: loose",
                                   "d 13: version", "e 14: loose", "f 15: version"}));
}

TEST(Pipfile, WantsTwoEqualSigns) {
  EXPECT_EQ(lines(read_pipfile("[packages]\nflask = \"==2.0\"\nred = \"*\"\n")),
            (Lines{"flask 2: version", "red 3: loose"}));
}

TEST(SetupCfg, ReadsInstallRequires) {
  EXPECT_EQ(lines(read_setup_cfg("[options]\ninstall_requires =\n    a\n    b==1\nzip = x\n")),
            (Lines{"a 3: loose", "b 4: version"}));
}

TEST(PackageJson, TellsExactVersionsFromRanges) {
  EXPECT_EQ(lines(read_package_json(
                R"({"dependencies": {"a": "1.2.3", "b": "^1"}, "devDependencies": {"c": "1.x"}})")),
            (Lines{"a 1: version", "b 1: loose", "c 1: loose"}));
  EXPECT_EQ(read_package_json("{").unread.size(), 1U);
}

}  // namespace
}  // namespace cupel::dependencies
