// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {
extern const Check kVulnerabilities;
namespace {

using test::codes;
using test::told;
using test::Workbench;
using Lines = std::vector<std::string>;

std::string record(std::string_view id, std::string_view published, std::string_view rest = {},
                   std::string_view severity = "HIGH") {
  return cat(R"({"id":")", id, R"(","modified":"2026-11-20T00:00:00Z","published":")", published,
             R"(","summary":"bad","database_specific":{"severity":")", severity,
             R"("},"affected":[{"package":{"ecosystem":"PyPI","name":"NumPy"},"ranges":[{"type":)"
             R"("ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.22"}]}]}])",
             rest, "}");
}

// numpy 1.21, and a deadline of two weeks for moderate ones.
struct Desk : Workbench {
  explicit Desk(std::string_view requirements = "numpy==1.21\nscipy==1.15.3\n") {
    file("requirements.txt", requirements);
    claim("5.4.1-1", {},
          Json::object({{"advisories", "osv"},
                        {"critical_deadline", "48 hours"},
                        {"moderate_deadline", "14 days"}}));
  }
};

TEST(Vulnerabilities, TellsWhatIsBeyondItsDeadline) {
  Desk bench;
  bench.file("osv/a.json", record("GHSA-1", "2026-11-01T00:00:00Z"));
  const auto seen = bench.run(kVulnerabilities);
  EXPECT_EQ(told(seen), Lines{"VUL001: `numpy 1.21` has a known vulnerability, GHSA-1 (high); 14 "
                              "days to mend it ended on 2026-11-15"});
  EXPECT_EQ(seen[0].diagnostics[0].help, "update it to 1.22 or later");
  EXPECT_EQ(seen[0].diagnostics[0].place.line, 1U);
  EXPECT_EQ(seen[0].coverage.examined, 2U);
  EXPECT_EQ(seen[0].facts["overdue"].integer(), 1);
}

TEST(Vulnerabilities, HoldsOnlyUntilTheNextDeadline) {
  Desk bench;
  bench.file("osv/a.json", record("GHSA-1", "2026-11-20T00:00:00Z"));
  const auto seen = bench.run(kVulnerabilities);
  EXPECT_EQ(codes(seen), Lines{"VUL003"});
  ASSERT_TRUE(seen[0].valid_until.has_value());
  EXPECT_EQ(to_date(*seen[0].valid_until), "2026-12-04");
}

TEST(Vulnerabilities, AsksForADeadline) {
  Workbench bench;
  bench.file("requirements.txt", "numpy==1.21\n");
  bench.claim("5.2.3-1", {}, Json::object({{"advisories", "osv/a.json"}}));
  bench.file("osv/a.json", record("GHSA-1", "2026-11-20T00:00:00Z"));
  EXPECT_EQ(codes(bench.run(kVulnerabilities)), Lines{"VUL002"});
}

TEST(Vulnerabilities, TellsOneThingOnce) {
  Desk bench;
  bench.file("osv/a.json",
             record("GHSA-1", "2026-11-01T00:00:00Z", R"(,"aliases":["CVE-1","PYSEC-1"])"));
  bench.file("osv/b.json",
             record("PYSEC-1", "2026-11-01T00:00:00Z", R"(,"aliases":["CVE-1"])", ""));
  EXPECT_EQ(codes(bench.run(kVulnerabilities)), Lines{"VUL001"});
}

TEST(Vulnerabilities, LeavesOutWhatWasWithdrawnOrDoesNotConcernIt) {
  Desk bench("numpy==1.26.4\nscipy==1.15.3\n");
  bench.file("osv/a.json", record("GHSA-1", "2026-11-01T00:00:00Z"));
  bench.file("osv/b.json",
             record("GHSA-2", "2026-11-01T00:00:00Z", R"(,"withdrawn":"2026-11-02T00:00:00Z")"));
  const auto seen = bench.run(kVulnerabilities);
  EXPECT_EQ(told(seen), Lines{});
  EXPECT_EQ(seen[0].measured,
            "2 packages against 2 advisories: 0 known vulnerabilities, 0 beyond the deadline");
  EXPECT_EQ(to_date(*seen[0].valid_until), "2026-12-20") << "advisories age";
}

TEST(Vulnerabilities, KnowsMaliciousPackages) {
  Desk bench;
  bench.file("osv/a.json", record("MAL-2026-1", "2026-11-21T00:00:00Z"));
  EXPECT_EQ(codes(bench.run(kVulnerabilities)), Lines{"VUL006"});
}

TEST(Vulnerabilities, IsNotSilentWithoutAdvisories) {
  Desk bench;
  const auto seen = bench.run(kVulnerabilities);
  EXPECT_EQ(told(seen), Lines{"VUL005: no advisories were pointed at"});
  EXPECT_EQ(seen[0].coverage.examined, 0U);
  EXPECT_EQ(seen[0].coverage.population, 2U);
}

TEST(Vulnerabilities, TellsAdvisoriesThatAreDamagedOrOld) {
  Desk bench("scipy==1.15.3\n");
  bench.file("osv/a.json", "{");
  bench.file("osv/b.json", record("GHSA-1", "2026-11-01T00:00:00Z"));
  EXPECT_EQ(codes(bench.run(kVulnerabilities)), Lines{"VUL005"});
  Desk old("scipy==1.15.3\n");
  old.file("osv/b.json", record("GHSA-1", "2026-11-01T00:00:00Z"));
  old.now = old.now.plus_days(40);
  EXPECT_EQ(told(old.run(kVulnerabilities)),
            Lines{"VUL005: the advisories are of 2026-11-20, more than 30 days ago"});
}

TEST(Vulnerabilities, DoesNotGuess) {
  Desk bench("numpy>=1.20\n");
  bench.file("osv/a.json", record("GHSA-1", "2026-11-01T00:00:00Z"));
  const auto seen = bench.run(kVulnerabilities);
  EXPECT_EQ(codes(seen), Lines{"VUL004"});
  EXPECT_LT(seen[0].coverage.examined, seen[0].coverage.population);
  Desk other("");
  other.file("package.json", R"({"dependencies":{"left-pad":"1.0.0"}})");
  other.file("osv/a.json", record("GHSA-1", "2026-11-01T00:00:00Z"));
  const auto blind = other.run(kVulnerabilities);
  EXPECT_LT(blind[0].coverage.examined, blind[0].coverage.population)
      << "advisories of PyPI say nothing of npm";
}

TEST(Vulnerabilities, ReadsThePackagesOfLockFiles) {
  Desk bench("");
  bench.file("package.json", R"({"dependencies":{"left-pad":"^1.0.0"}})");
  bench.file("package-lock.json",
             R"({"lockfileVersion":3,"packages":{"":{},"node_modules/left-pad":{"version":"1.1.0"},
             "node_modules/a/node_modules/left-pad":{"version":"1.3.0"}}})");
  bench.file("osv/a.json", R"({"id":"GHSA-9","modified":"2026-11-20T00:00:00Z","published":
    "2026-10-01T00:00:00Z","database_specific":{"severity":"LOW"},"affected":[{"package":{"ecosystem":
    "npm","name":"left-pad"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}]}]})");
  const auto seen = bench.run(kVulnerabilities);
  ASSERT_EQ(seen[0].diagnostics.size(), 1U);
  EXPECT_NE(seen[0].diagnostics[0].title.find("left-pad 1.1.0"), std::string::npos);
}

TEST(Vulnerabilities, DoesNotApplyWithoutPackages) {
  Workbench bench;
  const auto seen = bench.run(kVulnerabilities);
  ASSERT_TRUE(seen[0].condition.has_value());
  EXPECT_FALSE(seen[0].condition->met);
}

}  // namespace
}  // namespace cupel
