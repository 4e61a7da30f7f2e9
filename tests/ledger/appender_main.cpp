// SPDX-License-Identifier: Apache-2.0
// ledger_appender STATE COUNT [THREADS]: each of THREADS (1) appends COUNT commits (0: until it is
// killed) and says on stdout, in one write each, what was acknowledged: "<index> <leaf hash>".
// Bodies repeat and grow, and now and then a vault is erased, so that every path of a commit is
// taken. Exit 3 when the world refused.
// ledger_appender STATE verify: verifies, names every problem, says how many entries there are.
// ledger_appender STATE dump: all that a reader can get, for comparing; exit 3 when it gets an
// error. ledger_appender STATE export FILE; ledger_appender FILE verify-export; ledger_appender
// STATE erase VAULT STATE is a folder, or "FOLDER URL" in one word for a ledger on a server.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "ledger/export.h"
#include "ledger/ledger.h"

namespace {

using namespace cupel;

int refuse(const Error& error) {
  std::fprintf(stderr, "error: %s\nhint: %s\n", error.what.c_str(), error.hint.c_str());
  return 3;
}

LedgerPlace place(std::string_view word) {
  const auto space = word.find(' ');
  const std::filesystem::path folder(word.substr(0, space));
  if (space == std::string_view::npos) return {folder};
  return {folder, std::string(word.substr(space + 1))};
}

int name_problems(const std::vector<LedgerProblem>& problems) {
  for (const auto& [where, what] : problems) {
    std::printf("problem: %s: %s\n", where.c_str(), what.c_str());
  }
  return problems.empty() ? 0 : 1;
}

int verify(const LedgerPlace& at, const Clock& clock) {
  const auto ledger = Ledger::open(at, Ledger::Mode::examine, clock, 5000);
  if (!ledger.ok()) return refuse(ledger.error());
  Task task;
  const auto found = ledger.value().verify({}, {}, task);
  if (!found.ok()) return refuse(found.error());
  std::printf("%llu\n", static_cast<unsigned long long>(found.value().size));
  return name_problems(found.value().problems);
}

int verify_export(const char* file) {
  const auto text = read_text(file);
  if (!text.ok()) return refuse(text.error());
  return name_problems(read_export(text.value()).problems);
}

int dump(const LedgerPlace& at, const Clock& clock) {
  const auto ledger = Ledger::open(at, Ledger::Mode::read, clock, 5000);
  if (!ledger.ok()) return refuse(ledger.error());
  const auto entries = ledger.value().entries(0, ledger.value().size());
  if (!entries.ok()) return refuse(entries.error());
  for (const auto& entry : entries.value()) {
    std::printf("%s|%s|%s|%d\n", entry.leaf.c_str(), entry.salt.c_str(),
                to_hex(as_bytes(entry.body)).c_str(), entry.erased ? 1 : 0);
    const auto proof = ledger.value().prove(entry.index);
    if (!proof.ok()) return refuse(proof.error());
    std::printf("%s", proof.value().c_str());
  }
  return 0;
}

std::vector<Draft> drafts(std::uint64_t at) {
  std::vector<Draft> all;
  for (std::uint64_t k = 0; k <= at % 3; ++k) {
    const auto size = static_cast<std::size_t>((at + k) % 5 * 3000 + 10);
    all.push_back(
        {.type = entry_type::kObservation,
         .actor = "appender",
         .subjects = {},
         .body = cat("{\"n\":", k == 2 ? 0 : at, R"(,"pad":")", std::string(size, 'x'), "\"}"),
         .vault = cat("subject ", at % 7)});
  }
  return all;
}

bool say(const std::vector<Receipt>& receipts) {
  std::string said;
  for (const auto& receipt : receipts) said += cat(receipt.index, " ", receipt.leaf_hash, "\n");
  return ::write(STDOUT_FILENO, said.data(), said.size()) == static_cast<ssize_t>(said.size());
}

int append(Ledger& ledger, long count) {
  for (long i = 0; count == 0 || i < count; ++i) {
    const auto receipts = ledger.append(drafts(ledger.size()));
    if (!receipts.ok()) return refuse(receipts.error());
    if (!say(receipts.value())) return 4;
    if (ledger.size() % 97 == 0) {
      const auto erased = ledger.erase("subject 3", "appender", "drill");
      if (!erased.ok() && erased.error().fault != Fault::missing) return refuse(erased.error());
      if (erased.ok() && !say({erased.value().receipt})) return 4;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) return 2;
  const SystemClock clock;
  const std::string_view verb = argv[2];
  if (verb == "verify") return verify(place(argv[1]), clock);
  if (verb == "dump") return dump(place(argv[1]), clock);
  if (verb == "verify-export") return verify_export(argv[1]);
  const auto mode = verb == "export" ? Ledger::Mode::read : Ledger::Mode::write;
  auto ledger = Ledger::open(place(argv[1]), mode, clock, 5000);
  if (!ledger.ok()) return refuse(ledger.error());
  Task task;
  if (verb == "export") {
    const auto done = ledger.value().export_to(argv[3], task);
    return done.ok() ? 0 : refuse(done.error());
  }
  if (verb == "erase") {
    const auto erased = ledger.value().erase(argv[3], "appender", "drill");
    if (!erased.ok()) return refuse(erased.error());
    return say({erased.value().receipt}) ? 0 : 4;
  }
  const long count = std::strtol(argv[2], nullptr, 10);
  const long threads = argc == 4 ? std::strtol(argv[3], nullptr, 10) : 1;
  std::atomic<int> worst = 0;
  {
    std::vector<std::jthread> others;
    for (long i = 1; i < threads; ++i) {
      others.emplace_back([&] {
        if (const int code = append(ledger.value(), count); code != 0) worst = code;
      });
    }
    if (const int code = append(ledger.value(), count); code != 0) worst = code;
  }
  return worst;
}
