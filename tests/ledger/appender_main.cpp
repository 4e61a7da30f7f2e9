// SPDX-License-Identifier: Apache-2.0
// ledger_appender STATE COUNT: appends COUNT commits (0: until it is killed) and says on
// stdout, in one write each, what was acknowledged: "<index> <leaf hash>". Bodies repeat
// and grow, so that every path of a commit is taken. Exit 3 when the world refused.
// ledger_appender STATE verify: opens for reading, verifies, and says how many entries there are.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "ledger/ledger.h"

namespace {

int refuse(const cupel::Error& error) {
  std::fprintf(stderr, "error: %s\nhint: %s\n", error.what.c_str(), error.hint.c_str());
  return 3;
}

int verify(const char* state, const cupel::Clock& clock) {
  const auto ledger = cupel::Ledger::open(state, cupel::Ledger::Mode::read, clock, 100);
  if (!ledger.ok()) return refuse(ledger.error());
  cupel::Task task;
  const auto found = ledger.value().verify({}, {}, task);
  if (!found.ok()) return refuse(found.error());
  std::printf("%llu\n", static_cast<unsigned long long>(found.value().size));
  return found.value().self_consistent ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace cupel;
  if (argc != 3) return 2;
  const SystemClock clock;
  if (std::string_view(argv[2]) == "verify") return verify(argv[1], clock);
  auto ledger = Ledger::open(argv[1], Ledger::Mode::write, clock, 5000);
  if (!ledger.ok()) return refuse(ledger.error());
  const long count = std::strtol(argv[2], nullptr, 10);
  for (long i = 0; count == 0 || i < count; ++i) {
    const std::uint64_t at = ledger.value().size();
    std::vector<Draft> drafts;
    for (std::uint64_t k = 0; k <= at % 3; ++k) {
      const auto size = static_cast<std::size_t>((at + k) % 5 * 3000 + 10);
      drafts.push_back(
          {.type = entry_type::kObservation,
           .actor = "appender",
           .subjects = {},
           .body = cat("{\"n\":", k == 2 ? 0 : at, R"(,"pad":")", std::string(size, 'x'), "\"}")});
    }
    const auto receipts = ledger.value().append(drafts);
    if (!receipts.ok()) return refuse(receipts.error());
    std::string said;
    for (const auto& receipt : receipts.value()) {
      said += cat(receipt.index, " ", receipt.leaf_hash, "\n");
    }
    if (::write(STDOUT_FILENO, said.data(), said.size()) != static_cast<ssize_t>(said.size())) {
      return 4;
    }
  }
  return 0;
}
