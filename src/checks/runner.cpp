// SPDX-License-Identifier: Apache-2.0
#include "checks/runner.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "base/guarded.h"
#include "base/text.h"

namespace cupel {
namespace {

// What every worker shares. `emit` is called under its mutex, so whoever receives
// observations need not lock.
struct Shared {
  RunReport report;
  std::optional<Error> failed;  // the first error that ends the run
};

// An observation that a check which the world refused leaves behind.
Observation not_examined(const Check& check, const CheckInput& input, const Error& error) {
  Observation observation = observe(check, input);
  observation.subjects.push_back(
      {.kind = "system", .name = input.system.name, .digest = input.system.digest});
  observation.coverage = {.population = 1, .examined = 0, .shortfall = error.what};
  observation.measured = cat("the check could not run: ", error.what);
  return observation;
}

class Run {
 public:
  Run(std::span<const Check* const> checks, const CheckInput& input, const Emit& emit, Task& task)
      : checks_(checks), input_(input), emit_(emit), task_(task) {}

  void work() {
    for (std::size_t i = next_++; i < checks_.size(); i = next_++) {
      if (stopped_) return;
      ask(*checks_[i]);
    }
  }

  Result<RunReport> finish() {
    return shared_.with([](Shared& shared) -> Result<RunReport> {
      if (shared.failed) return std::move(*shared.failed);
      std::ranges::sort(shared.report.completed);
      std::ranges::sort(shared.report.refused, {}, [](const auto& entry) { return entry.first; });
      return std::move(shared.report);
    });
  }

 private:
  void ask(const Check& check) {
    bool emit_failed = false;
    const Emit guarded = [&](Observation observation) {
      return shared_.with([&](Shared&) {
        auto done = emit_(std::move(observation));
        emit_failed = emit_failed || !done.ok();
        return done;
      });
    };
    auto done = check.run(input_, guarded, task_);
    if (done.ok()) {
      shared_.with([&](Shared& shared) { shared.report.completed.emplace_back(check.id); });
      return;
    }
    Error error = std::move(done).error();
    if (emit_failed || error.fault == Fault::cancelled) return stop(std::move(error));
    if (auto told = guarded(not_examined(check, input_, error)); !told.ok()) {
      return stop(std::move(told).error());
    }
    shared_.with(
        [&](Shared& shared) { shared.report.refused.emplace_back(check.id, std::move(error)); });
  }

  void stop(Error error) {
    stopped_ = true;
    shared_.with([&](Shared& shared) {
      if (!shared.failed) shared.failed = std::move(error);
    });
  }

  std::span<const Check* const> checks_;
  const CheckInput& input_;
  const Emit& emit_;
  Task& task_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stopped_ = false;
  Guarded<Shared> shared_;
};

}  // namespace

Result<RunReport> run_checks(std::span<const Check* const> checks, const CheckInput& input,
                             const Emit& emit, Task& task, unsigned threads) {
  Run run(checks, input, emit, task);
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < threads && i < checks.size(); ++i) {
      workers.emplace_back([&run] { run.work(); });
    }
    run.work();
  }
  return run.finish();
}

bool selected(const Check& check, std::span<const std::string> only) {
  if (only.empty() || std::ranges::find(only, check.id) != only.end()) return true;
  return std::ranges::any_of(check.units, [&](const TestUnit& unit) {
    return std::ranges::find(only, unit.provision) != only.end();
  });
}

}  // namespace cupel
