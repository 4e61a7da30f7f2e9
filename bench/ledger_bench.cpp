// SPDX-License-Identifier: Apache-2.0
// ledger_bench DIR [ENTRIES [URL]]: how fast the ledger takes entries on the disk that holds DIR
// (or on the PostgreSQL server behind URL), beside what the disk can do and what the same shape
// takes without a ledger: 512-byte rows, group commit, nothing hashed, sealed or signed. Then
// opening, proving, verifying and exporting a log of ENTRIES (1,000,000) entries.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "ledger/export.h"
#include "ledger/group_commit.h"
#include "ledger/ledger.h"
#include "store/database.h"

namespace {

using namespace cupel;
using Steady = std::chrono::steady_clock;

constexpr auto kFor = std::chrono::seconds(4);

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// What all threads of this process have computed, in seconds: on a busy machine it says more than
// the wall clock does.
double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Rate {
  double per_second = 0;
  double cpu_us = 0;  // for each
  double p50_ms = 0;
  double p99_ms = 0;
};

// `producers` threads do `work` again and again, each waiting for it, for a few seconds.
Rate rate(unsigned producers, const std::function<bool(std::uint64_t)>& work) {
  std::vector<std::vector<float>> times(producers);
  std::atomic<bool> go = true;
  const auto start = Steady::now();
  const double cpu = cpu_seconds();
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < producers; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint64_t i = 0; go; ++i) {
          const auto begin = Steady::now();
          if (!work(i * producers + t)) return;
          times[t].push_back(static_cast<float>(seconds_since(begin) * 1e3));
        }
      });
    }
    std::this_thread::sleep_for(kFor);
    go = false;
  }
  const double took = seconds_since(start);
  const double used = cpu_seconds() - cpu;
  std::vector<float> all;
  for (const auto& one : times) all.insert(all.end(), one.begin(), one.end());
  if (all.empty()) return {};
  std::ranges::sort(all);
  return {.per_second = static_cast<double>(all.size()) / took,
          .cpu_us = used * 1e6 / static_cast<double>(all.size()),
          .p50_ms = all[all.size() / 2],
          .p99_ms = all[all.size() * 99 / 100]};
}

void print(const char* what, unsigned producers, const Rate& rate) {
  std::printf("%-18s %4u producers %9.0f /s   p50 %7.2f ms   p99 %7.2f ms   cpu %6.1f us each\n",
              what, producers, rate.per_second, rate.p50_ms, rate.p99_ms, rate.cpu_us);
  std::fflush(stdout);
}

void bench_disk(const std::filesystem::path& folder) {
  const auto path = folder / "raw";
  const File file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const std::string page(4096, 'x');
  print("write + fdatasync", 1, rate(1, [&](std::uint64_t) {
          return ::write(file.fd(), page.data(), page.size()) ==
                     static_cast<ssize_t>(page.size()) &&
                 ::fdatasync(file.fd()) == 0;
        }));
}

// The prototype's shape: what the database alone takes.
void bench_rows(const std::filesystem::path& folder, unsigned producers) {
  std::filesystem::remove_all(folder / "rows");
  std::filesystem::create_directories(folder / "rows");
  const auto database = Database::open(folder / "rows/t.db", Database::Mode::write, 1000);
  if (!database.ok() ||
      !database.value().run("CREATE TABLE t(i INTEGER PRIMARY KEY, b BLOB)").ok()) {
    return;
  }
  auto rows = database.value().insert_into("t", {"i", "b"});
  const std::string body(512, 'x');
  GroupCommit<bool> turns;
  std::int64_t next = 0;
  print("rows alone", producers, rate(producers, [&](std::uint64_t) {
          bool done = false;
          turns.join(done, [&](std::span<bool* const> wishes) {
            auto turn = Transaction::begin(database.value(), Database::Mode::write);
            bool fine = turn.ok();
            for (std::size_t i = 0; fine && i < wishes.size(); ++i) {
              fine = rows.value().add(next++).add(as_bytes(body)).end_row().ok();
            }
            fine = fine && rows.value().write().ok() && turn.value().commit().ok();
            for (bool* wish : wishes) *wish = fine;
          });
          return done;
        }));
}

// Wall clock and CPU since it was made.
class Watch {
 public:
  void print(const char* what, double parts = 1, const char* unit = "s", double scale = 1) const {
    std::printf("%-42s %10.3f %-4s cpu %10.3f %s\n", what, seconds_since(start_) * scale / parts,
                unit, (cpu_seconds() - cpu_) * scale / parts, unit);
    std::fflush(stdout);
  }

 private:
  Steady::time_point start_ = Steady::now();
  double cpu_ = cpu_seconds();
};

Draft draft(std::uint64_t n) {
  return {.type = entry_type::kObservation,
          .actor = "bench",
          .subjects = {},
          .body = cat("{\"n\":", n, ",\"pad\":\"", std::string(480, 'x'), "\"}")};
}

LedgerPlace fresh(const std::filesystem::path& folder, const std::string& url) {
  if (url.empty()) std::filesystem::remove_all(folder / "state");
  return {folder / "state", url};
}

bool bench_producers(const std::filesystem::path& folder, const std::string& url) {
  const SystemClock clock;
  for (const unsigned producers : {1U, 8U, 64U, 256U}) {
    if (url.empty()) bench_rows(folder, producers);
    auto ledger = Ledger::open(fresh(folder, url), Ledger::Mode::write, clock);
    if (!ledger.ok()) {
      std::fprintf(stderr, "error: %s\n", ledger.error().what.c_str());
      return false;
    }
    print("ledger entries", producers,
          rate(producers, [&](std::uint64_t n) { return ledger.value().append(draft(n)).ok(); }));
  }
  return true;
}

bool bench_long_log(const std::filesystem::path& folder, const std::string& url,
                    std::uint64_t entries) {
  constexpr std::size_t kBatch = 64;  // as 64 producers would be grouped
  const SystemClock clock;
  std::uint64_t begun = 0;
  {
    auto ledger = Ledger::open(fresh(folder, url), Ledger::Mode::write, clock);
    if (!ledger.ok()) return false;
    begun = ledger.value().size();
    const Watch watch;
    while (ledger.value().size() < entries) {
      std::vector<Draft> drafts;
      for (std::size_t i = 0; i < kBatch; ++i) drafts.push_back(draft(ledger.value().size() + i));
      if (!ledger.value().append(drafts).ok()) return false;
    }
    const auto added = static_cast<double>(ledger.value().size() - begun);
    if (added > 0) watch.print("one producer, 64 at a time: each", added, "us", 1e6);
  }
  const Watch opening;
  const auto ledger = Ledger::open({folder / "state", url}, Ledger::Mode::read, clock);
  if (!ledger.ok()) return false;
  const std::uint64_t size = ledger.value().size();
  opening.print(cat("open with ", size, " entries").c_str(), 1, "ms", 1e3);
  constexpr std::uint64_t kProofs = 1000;
  const Watch proving;
  for (std::uint64_t i = 0; i < kProofs; ++i) {
    if (!ledger.value().prove(i * size / kProofs).ok()) return false;
  }
  proving.print("one proof", kProofs, "ms", 1e3);
  Task task;
  const Watch verifying;
  const auto found = ledger.value().verify({}, {}, task);
  if (!found.ok() || !found.value().self_consistent) return false;
  verifying.print("verify");
  if (size > 2'000'000) return true;  // an export is held in memory
  const Watch exporting;
  if (!ledger.value().export_to(folder / "export.jsonl", task).ok()) return false;
  exporting.print("export");
  const auto text = read_text(folder / "export.jsonl", 1ULL << 40U);
  const Watch reading;
  if (!text.ok() || !read_export(text.value()).problems.empty()) return false;
  reading.print("read and verify the export");
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: ledger_bench DIR [ENTRIES] [URL]\n");
    return 2;
  }
  const std::filesystem::path folder = std::filesystem::path(argv[1]) / "ledger-bench";
  const std::uint64_t entries = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const std::string url = argc > 3 ? argv[3] : "";
  std::filesystem::create_directories(folder);
  bench_disk(folder);
  const bool done = bench_producers(folder, url) && bench_long_log(folder, url, entries);
  std::filesystem::remove_all(folder);
  return done ? 0 : 1;
}
