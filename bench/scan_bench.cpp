// SPDX-License-Identifier: Apache-2.0
// scan_bench [FILE]: examines a file, or a made pickle of 12 million opcodes in 44 MB, and says
// what it took.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

#include <sys/resource.h>

#include "base/file.h"
#include "base/text.h"
#include "scan/scan.h"

namespace {

// Lists of numbers, texts and tuples: what large honest pickles consist of.
std::string many_opcodes() {
  constexpr std::size_t kOpcodes = 12'000'000;
  constexpr std::size_t kBytes = 44'500'000;
  std::string out = "\x80\4]";
  std::size_t opcodes = 2;
  while (opcodes + 30 < kOpcodes && out.size() < kBytes) {
    out += "(";
    for (int i = 0; i < 9; ++i)
      out +=
          "\x8c\7weights\x94"
          "0K\1M\2\3\x86"
          "0";
    out += "Ne";
    opcodes += 9 * 7 + 3;
  }
  return out + ".";
}

}  // namespace

int main(int argc, char** argv) {
  std::string made;
  std::vector<std::byte> read;
  if (argc > 1) {
    auto bytes = cupel::read_file(argv[1], 4ULL << 30U);
    if (!bytes.ok()) {
      std::fprintf(stderr, "error: %s\n", bytes.error().what.c_str());
      return 3;
    }
    read = std::move(bytes).value();
  } else {
    made = many_opcodes();
  }
  const auto bytes = argc > 1 ? cupel::Bytes(read) : cupel::as_bytes(made);
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  double best = 1e9;
  double best_cpu = 1e9;
  cupel::scan::Report report;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto cpu = std::clock();
    report = cupel::scan::examine("model.pkl", bytes);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
    best_cpu = std::min(best_cpu, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  }
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  std::printf(
      "%zu bytes, %zu findings, %zu shortfalls, best of 5: %.3f s (%.3f s of processor, %.2f "
      "GB/s), %ld MiB more\n",
      bytes.size(), report.findings.size(), report.shortfalls.size(), best, best_cpu,
      static_cast<double>(bytes.size()) / best_cpu / 1e9,
      (after.ru_maxrss - before.ru_maxrss) / 1024);
  return 0;
}
