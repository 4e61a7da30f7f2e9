// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kPlans;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

std::string plan(std::string_view kind, std::string_view more) {
  return cat("---\nkind: ", kind, "\n", more, "---\n# Plan\n");
}

std::vector<Observation> for_provision(const std::vector<Observation>& seen,
                                       std::string_view provision) {
  std::vector<Observation> out;
  std::ranges::copy_if(seen, std::back_inserter(out), [&](const Observation& observation) {
    return observation.provision == provision;
  });
  return out;
}

TEST(Plans, HoldUntilTheNextExerciseIsDue) {
  Workbench desk;
  desk.file("p.md", plan("disaster-recovery-plan",
                         "exercised: 2026-06-10\nexercise_result: restored in 41 minutes\n"));
  desk.claim("5.2.1-3", {"p.md"}, Json::object({{"exercise_interval", "180 days"}}));
  const auto seen = for_provision(desk.run(kPlans), "5.2.1-3");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(to_date(seen[0].valid_until.value()), "2026-12-07");
  EXPECT_EQ(seen[0].measured, "`p.md`: exercised on 2026-06-10, restored in 41 minutes");
}

TEST(Plans, AreAskedForAnExerciseAndItsResult) {
  Workbench desk;
  desk.file("a.md", plan("incident-plan", ""));
  desk.file("b.md", plan("recovery-plan", "exercised: 2026-06-10\n"));
  desk.claim("5.2.2-5", {"a.md", "b.md"});
  EXPECT_EQ(told(for_provision(desk.run(kPlans), "5.2.2-5")),
            (Told{"PLN001: the exercise of the plan has no result",
                  "PLN001: the plan was never exercised"}));
}

TEST(Plans, DoNotCountAnExerciseThatIsStillToCome) {
  Workbench desk;
  desk.file("p.md", plan("disaster-recovery-plan", "exercised: 2026-12-24\nexercise_result: x\n"));
  desk.claim("5.2.1-3", {"p.md"});
  const auto seen = for_provision(desk.run(kPlans), "5.2.1-3");
  EXPECT_EQ(told(seen), Told{"PLN001: the exercise of the plan lies in the future (2026-12-24)"});
  EXPECT_FALSE(seen[0].valid_until.has_value());
}

TEST(Plans, AreTwoForIncidentsAndRecovery) {
  Workbench desk;
  desk.file("a.md", plan("incident-plan", "exercised: 2026-06-10\nexercise_result: ok\n"));
  desk.claim("5.2.2-5", {"a.md"});
  const auto seen = for_provision(desk.run(kPlans), "5.2.2-5");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].coverage.examined, 1U);
  EXPECT_EQ(seen[1].coverage.examined, 0U);
  EXPECT_EQ(seen[1].coverage.shortfall, "no readable recovery plan is declared for 5.2.2-5");
}

}  // namespace
}  // namespace cupel
