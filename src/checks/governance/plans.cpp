// SPDX-License-Identifier: Apache-2.0
// governance.plans: was each plan exercised, and recently enough?
#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/governance/document.h"
#include "checks/material.h"

namespace cupel {

extern const Check kPlans;

namespace {

constexpr std::array<std::string_view, 1> kCodes = {"PLN001"};

constexpr TestUnit unit(std::string_view id, std::string_view provision,
                        std::string_view criterion) {
  return {.id = id,
          .provision = provision,
          .kind = UnitKind::functional,
          .rule = Rule::clean,
          .check = "governance.plans",
          .criterion = criterion,
          .codes = kCodes};
}

constexpr std::array<TestUnit, 2> kUnits = {
    unit("5.2.1-3/plan-exercised", "5.2.1-3",
         "the disaster recovery plan was exercised within the declared interval, with a result"),
    unit("5.2.2-5/plan-exercised", "5.2.2-5",
         "the incident plan and the recovery plan were each exercised within the declared "
         "interval, with a result")};

// A plan that a provision asks for: one of some kinds of document.
struct Wanted {
  std::string_view provision;
  std::string_view what;
  std::array<std::string_view, 2> kinds;
};
constexpr std::array<Wanted, 3> kWanted = {{
    {"5.2.1-3", "disaster recovery plan", {"disaster-recovery-plan", "disaster-recovery-plan"}},
    {"5.2.2-5", "incident plan", {"incident-plan", "incident-plan"}},
    {"5.2.2-5", "recovery plan", {"recovery-plan", "disaster-recovery-plan"}},
}};

void tell(Observation& seen, const Document& plan, std::string_view key, std::string title) {
  seen.diagnostics.push_back(
      {.code = "PLN001",
       .severity = Severity::medium,
       .title = std::move(title),
       .place = place_of(*plan.file, plan.line_of(key)),
       .help = "exercise the plan and write `exercised:` (a date) and `exercise_result:` into its "
               "front matter"});
}

void look_at(const CheckInput& input, const Claim& claim, const Document& plan, Observation& seen) {
  seen.subjects.push_back(subject_of(*plan.file));
  hit(seen.coverage);
  const auto path = printable(plan.file->path, 300);
  const auto exercised = plan.date("exercised");
  const auto result = plan.field("exercise_result");
  if (!exercised || *exercised > input.now) {
    tell(seen, plan, "exercised",
         exercised ? cat("the exercise of the plan lies in the future (", to_date(*exercised), ")")
                   : std::string("the plan was never exercised"));
    seen.measured = cat("`", path, "`: no exercise is recorded");
    return;
  }
  seen.facts = Json::object({{"exercised", to_date(*exercised)}});
  if (result.empty()) tell(seen, plan, "exercised", "the exercise of the plan has no result");
  const auto interval = interval_of(claim, "exercise_interval", kYear);
  if (!interval) {
    seen.diagnostics.push_back({.code = "PLN001",
                                .severity = Severity::medium,
                                .title = "the declared `exercise_interval` is not a duration",
                                .place = place_of(claim),
                                .help = "write it like `365 days` in cupel.yaml"});
  } else {
    seen.valid_until = exercised->plus_days(*interval);
  }
  seen.measured = cat("`", path, "`: exercised on ", to_date(*exercised), ", ",
                      result.empty() ? "without a result" : printable(result, 200));
}

Result<void> ask(const CheckInput& input, const Wanted& wanted, const Emit& emit) {
  Observation seen = observe(kPlans, input);
  seen.provision = wanted.provision;
  const Claim* claim = input.system.claim(wanted.provision);
  const auto documents = TRY(documents_of(input, wanted.provision));
  const auto plan = std::ranges::find_if(documents, [&](const Document& document) {
    return std::ranges::find(wanted.kinds, document.kind()) != wanted.kinds.end();
  });
  if (plan == documents.end() || claim == nullptr) {
    seen.coverage = {
        .population = 1,
        .examined = 0,
        .shortfall = cat("no readable ", wanted.what, " is declared for ", wanted.provision)};
    seen.measured = cat("no ", wanted.what, " to look at");
    return emit(std::move(seen));
  }
  look_at(input, *claim, *plan, seen);
  return emit(std::move(seen));
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  for (const auto& wanted : kWanted) {
    TRY(task.step(1));
    TRY(ask(input, wanted, emit));
  }
  return {};
}

}  // namespace

constinit const Check kPlans = {.id = "governance.plans",
                                .question = "was each plan exercised, and recently enough?",
                                .codes = kCodes,
                                .units = kUnits,
                                .run = run};

}  // namespace cupel
