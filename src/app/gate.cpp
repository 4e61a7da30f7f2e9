// SPDX-License-Identifier: Apache-2.0
#include "app/gate.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel {
namespace {

// The phases of the standard, and the gate that stands at the end of each.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kGates = {{
    {"design", "design"},
    {"release", "development"},
    {"deploy", "deployment"},
    {"operate", "maintenance"},
    {"retire", "end-of-life"},
}};

std::size_t phase_rank(std::string_view phase) {
  const auto found = std::ranges::find(kGates, phase, [](const auto& gate) { return gate.second; });
  return static_cast<std::size_t>(found - kGates.begin());
}

std::size_t gate_rank(std::string_view gate) {
  if (gate.empty()) return kGates.size();
  const auto found = std::ranges::find(kGates, gate, [](const auto& entry) { return entry.first; });
  return static_cast<std::size_t>(found - kGates.begin());
}

int goodness(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail:
      return 0;
    case Verdict::inconclusive:
      return 1;
    case Verdict::pass:
    case Verdict::not_applicable:
      return 2;
  }
  return 0;
}

}  // namespace

Exit gate(const Assessment& assessment, const Catalogue& /*catalogue*/, std::string_view phase,
          std::string_view level, Terminal& terminal) {
  int failed = 0;
  int open = 0;
  for (const auto& provision : assessment.provisions) {
    if (level == "never" || (level == "shall" && provision.level != Level::shall)) continue;
    if (phase_rank(provision.phase) > gate_rank(phase)) continue;
    if (provision.verdict == Verdict::fail) ++failed;
    if (provision.verdict == Verdict::inconclusive) ++open;
  }
  if (failed != 0 && open != 0) {
    terminal.note(cat("exit 1: ", count_of(static_cast<std::uint64_t>(failed), "provision"),
                      " failed; besides, ", open, " could not be judged"));
  } else if (failed != 0) {
    terminal.note(
        cat("exit 1: ", count_of(static_cast<std::uint64_t>(failed), "provision"), " failed"));
  } else if (open != 0) {
    terminal.note(cat("exit 3: nothing failed, but ",
                      count_of(static_cast<std::uint64_t>(open), "provision"),
                      " could not be judged"));
  }
  if (failed != 0) return Exit::failed;
  return open != 0 ? Exit::incomplete : Exit::ok;
}

Exit compare_gate(const Assessment& before, const Assessment& now, Terminal& terminal) {
  bool worse = false;
  for (const auto& provision : now.provisions) {
    const auto old = std::ranges::find(before.provisions, provision.id, &ProvisionResult::id);
    // What the earlier one did not know is compared with an honest "not judged".
    const Verdict was = old == before.provisions.end() ? Verdict::inconclusive : old->verdict;
    if (goodness(provision.verdict) >= goodness(was)) continue;
    worse = true;
    terminal.note(cat("worse: ", provision.id, " was ", to_text(was), ", is ",
                      to_text(provision.verdict), ": ", provision.reason));
  }
  if (!worse) terminal.note(cat("no provision is worse than in cycle ", before.cycle.id));
  return worse ? Exit::failed : Exit::ok;
}

}  // namespace cupel
