// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kDependencies;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

TEST(Dependencies, TellOpenVersionsAndMissingHashes) {
  Workbench desk;
  desk.file("requirements.txt", "torch\nnumpy==1.26.4\nscipy==1 --hash=sha256:aa\n");
  const auto seen = desk.run(kDependencies);
  EXPECT_EQ(told(seen), (Told{"DEP001: 1 dependency not pinned to one version",
                              "DEP002: 1 dependency pinned without a hash"}));
  EXPECT_EQ(seen[0].diagnostics[0].notes, Told{"`torch`"});
  EXPECT_EQ(seen[0].measured, "3 dependencies in 1 file: 1 pinned with a hash, 1 pinned, 1 open");
}

TEST(Dependencies, CountALockFileBesideTheManifest) {
  Workbench desk;
  desk.file("app/pyproject.toml", "[project]\ndependencies = [\"torch>=2\"]\n");
  desk.file("app/uv.lock", "[[package]]\nhash = \"sha256:00\"\n");
  desk.file("ui/package.json", R"({"dependencies": {"react": "^18"}})");
  EXPECT_EQ(told(desk.run(kDependencies)), Told{"DEP001: 1 dependency not pinned to one version"})
      << "the lock of app/ says nothing about ui/";
}

TEST(Dependencies, LetCompiledRequirementsSpeakForTheirInput) {
  Workbench desk;
  desk.file("requirements.in", "torch\n");
  desk.file("requirements.txt", "torch==2.4 --hash=sha256:aa\n");
  EXPECT_EQ(told(desk.run(kDependencies)), Told{});
}

TEST(Dependencies, FollowIncludesAndSayWhichAreMissing) {
  Workbench desk;
  desk.file("requirements.txt", "-r deps/base.list\n-r gone.txt\n");
  desk.file("deps/base.list", "torch\n");
  const auto seen = desk.run(kDependencies);
  EXPECT_EQ(told(seen), Told{"DEP001: 1 dependency not pinned to one version"});
  EXPECT_EQ(seen[0].coverage, (Coverage{.population = 2,
                                        .examined = 1,
                                        .shortfall = "`requirements.txt`: includes `gone.txt`, "
                                                     "which is not there"}));
}

TEST(Dependencies, NeverRunSetupPy) {
  Workbench desk;
  desk.file("setup.py", "setup(install_requires=['torch'])");
  const auto seen = desk.run(kDependencies);
  EXPECT_EQ(seen[0].coverage.examined, 0U);
  EXPECT_EQ(seen[0].coverage.population, 1U);
}

TEST(Dependencies, AreNotAskedForWhereThereIsNoManifest) {
  Workbench desk;
  desk.file("pyproject.toml", "[tool.ruff]\nline-length = 100\n");
  const auto seen = desk.run(kDependencies);
  ASSERT_TRUE(seen[0].condition.has_value());
  EXPECT_EQ(seen[0].condition->why, "no dependency file in the inventory");
  desk.inventory.complete = false;
  EXPECT_FALSE(desk.run(kDependencies)[0].condition.has_value());
}

TEST(Dependencies, LeaveInstalledPackagesToThemselves) {
  Workbench desk;
  desk.file("node_modules/x/package.json", R"({"dependencies": {"y": "^1"}})");
  EXPECT_EQ(desk.run(kDependencies)[0].coverage.population, 0U);
}

}  // namespace
}  // namespace cupel
