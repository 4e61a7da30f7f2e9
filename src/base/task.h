// SPDX-License-Identifier: Apache-2.0
// Task: how long work is told to stop and how it tells how far it has come.
//
// Anything that may take longer than a person notices takes a Task& as its last
// parameter and calls step() as it goes. step() is cheap enough for an inner
// loop: one relaxed add and two loads. The worker never prints; whoever is
// interested (a terminal line, a dashboard stream, nobody) polls progress() from
// its own thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "base/result.h"

namespace cupel {

struct Progress {
  std::uint64_t done = 0;   // in the unit the task was made with: bytes, records, requests
  std::uint64_t total = 0;  // zero when it cannot be known
};

class Task {
 public:
  using Clock = std::chrono::steady_clock;

  Task(std::stop_token stop, Clock::time_point deadline, std::uint64_t total = 0)
      : stop_(std::move(stop)), deadline_(deadline), total_(total) {}

  // Work that nobody will stop: tests, and steps too short to cancel.
  Task() : Task({}, Clock::time_point::max()) {}

  // Records `amount` of work done. Fails with Fault::cancelled once someone has
  // asked us to stop, and with Fault::limit once the deadline has passed.
  Result<void> step(std::uint64_t amount) {
    done_.fetch_add(amount, std::memory_order_relaxed);
    if (stop_.stop_requested()) return fail(Fault::cancelled, "stopped on request");
    if (Clock::now() >= deadline_) return fail(Fault::limit, "time limit reached");
    return {};
  }

  // The total may become known, or grow, while the work runs.
  void expect(std::uint64_t total) { total_.store(total, std::memory_order_relaxed); }

  [[nodiscard]] Progress progress() const {
    return {.done = done_.load(std::memory_order_relaxed),
            .total = total_.load(std::memory_order_relaxed)};
  }

  [[nodiscard]] const std::stop_token& stop() const { return stop_; }

 private:
  std::stop_token stop_;
  Clock::time_point deadline_;
  std::atomic<std::uint64_t> total_;
  std::atomic<std::uint64_t> done_ = 0;
};

}  // namespace cupel
