// SPDX-License-Identifier: Apache-2.0
// ledger_bench DIR: how fast the ledger takes entries on the disk that holds DIR, against
// what the disk itself can do: every commit waits for an fsync.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "ledger/export.h"
#include "ledger/ledger.h"

namespace {

using namespace cupel;
using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// Repeats `work` for about two seconds; how often per second it was done.
double rate(const std::function<bool()>& work) {
  const auto start = Steady::now();
  std::uint64_t done = 0;
  while (seconds_since(start) < 2.0) {
    if (!work()) return 0;
    ++done;
  }
  return static_cast<double>(done) / seconds_since(start);
}

double raw_sync_rate(const std::filesystem::path& folder) {
  const auto path = folder / "raw";
  const File file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const std::string page(4096, 'x');
  return rate([&] {
    return ::write(file.fd(), page.data(), page.size()) == static_cast<ssize_t>(page.size()) &&
           ::fdatasync(file.fd()) == 0;
  });
}

double append_rate(Ledger& ledger, std::size_t batch) {
  std::uint64_t n = 0;
  return static_cast<double>(batch) * rate([&] {
           std::vector<Draft> drafts;
           for (std::size_t i = 0; i < batch; ++i) {
             drafts.push_back(
                 {.type = entry_type::kObservation,
                  .actor = "bench",
                  .subjects = {},
                  .body = cat("{\"n\":", n++, ",\"pad\":\"", std::string(480, 'x'), "\"}")});
           }
           return ledger.append(drafts).ok();
         });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: ledger_bench DIR\n");
    return 2;
  }
  const std::filesystem::path folder = std::filesystem::path(argv[1]) / "ledger-bench";
  std::filesystem::create_directories(folder);
  const SystemClock clock;
  std::printf("%-34s %10.0f /s\n", "4 KiB written and fdatasync", raw_sync_rate(folder));
  for (const std::size_t batch : {1U, 10U, 100U, 1000U, 10'000U}) {
    std::filesystem::remove_all(folder / "state");
    auto ledger = Ledger::open(folder / "state", Ledger::Mode::write, clock);
    if (!ledger.ok()) {
      std::fprintf(stderr, "error: %s\n", ledger.error().what.c_str());
      return 3;
    }
    const double entries = append_rate(ledger.value(), batch);
    std::printf("entries in commits of %-12zu %10.0f /s  (%.0f commits/s)\n", batch, entries,
                entries / static_cast<double>(batch));
  }
  auto start = Steady::now();
  const auto ledger = Ledger::open(folder / "state", Ledger::Mode::read, clock);
  if (!ledger.ok()) return 3;
  const auto size = static_cast<double>(ledger.value().size());
  std::printf("open with %.0f entries %26.2f ms\n", size, seconds_since(start) * 1e3);
  start = Steady::now();
  constexpr int kProofs = 1000;
  for (std::uint64_t i = 0; i < kProofs; ++i) {
    if (!ledger.value().prove(i * ledger.value().size() / kProofs).ok()) return 1;
  }
  std::printf("%-34s %10.3f ms\n", "one proof", seconds_since(start) * 1e3 / kProofs);
  Task task;
  start = Steady::now();
  const auto found = ledger.value().verify({}, {}, task);
  if (!found.ok() || !found.value().self_consistent) return 1;
  std::printf("%-34s %10.0f entries/s\n", "verify", size / seconds_since(start));
  start = Steady::now();
  if (!ledger.value().export_to(folder / "export.jsonl", task).ok()) return 1;
  std::printf("%-34s %10.0f entries/s\n", "export", size / seconds_since(start));
  const auto text = read_text(folder / "export.jsonl", 1ULL << 40U);
  start = Steady::now();
  if (!text.ok() || !read_export(text.value()).problems.empty()) return 1;
  std::printf("%-34s %10.0f entries/s\n", "read and verify the export",
              size / seconds_since(start));
  std::filesystem::remove_all(folder);
  return 0;
}
