// SPDX-License-Identifier: Apache-2.0
// cupel replay: recomputes every unit and verdict from an export, offline, and compares.

#include <algorithm>

#include "app/asset_reader.h"
#include "app/catalogue.h"
#include "app/command.h"
#include "app/cycle.h"
#include "app/evidence.h"
#include "app/outside.h"
#include "assess/assess.h"
#include "base/file.h"
#include "base/text.h"
#include "checks/runner.h"
#include "inventory/inventory.h"
#include "ledger/export.h"

namespace cupel {
namespace {

constexpr std::uint64_t kExportLimit = 4ULL << 30U;

constexpr Option kOptions[] = {
    {.name = "--trust",
     .argument = "KEY",
     .help = "the ledger's key (vkey text or a file with it); without it the export is only "
             "self-consistent"},
    {.name = "--checkpoint",
     .argument = "FILE",
     .help = "an earlier checkpoint kept elsewhere, to detect a rebuilt history"},
    {.name = "--assets",
     .argument = "DIR",
     .help = "observe the bytes in this folder again and compare"},
    {.name = "--advisories",
     .argument = "PATH",
     .help = "with --assets: the export of vulnerability data that the cycle was given"},
};

Result<std::string> text_or_file(const std::string& word) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(word, ignored)) return word;
  return std::string(trim(TRY(read_text(word))));
}

bool same_criteria(const Evidence& evidence, const Catalogue& catalogue, const std::string& id) {
  const Provision* provision = catalogue.find(id);
  return provision != nullptr && std::ranges::any_of(evidence.criteria, [&](const auto& locked) {
           return locked.first == id && locked.second == provision->digest;
         });
}

// What differs between two results for one provision, one line each.
void compare_provision(const ProvisionResult& old, const ProvisionResult& now,
                       std::vector<std::string>& lines) {
  if (old.verdict != now.verdict) {
    lines.push_back(cat(now.id, ": recorded ", to_text(old.verdict), ", recomputed ",
                        to_text(now.verdict), ": ", now.reason));
    return;
  }
  for (const auto& unit : now.units) {
    const auto twin = std::ranges::find(old.units, unit.id, &UnitResult::id);
    if (twin == old.units.end() || twin->verdict != unit.verdict) {
      lines.push_back(cat(unit.id, ": recorded ",
                          twin == old.units.end() ? "nothing" : to_text(twin->verdict),
                          ", recomputed ", to_text(unit.verdict)));
    }
  }
}

// What a comparison found: differences, one line each, and how many provisions this program
// judges by other criteria than those that were locked when the cycle began.
struct Comparison {
  std::vector<std::string> lines;
  std::size_t other_criteria = 0;
};

Comparison compare(const Assessment& recorded, const Assessment& recomputed,
                   const Evidence& evidence, const Catalogue& catalogue) {
  Comparison comparison;
  for (const auto& now : recomputed.provisions) {
    const auto old = std::ranges::find(recorded.provisions, now.id, &ProvisionResult::id);
    if (old == recorded.provisions.end()) {
      comparison.lines.push_back(cat(now.id, ": not recorded at all"));
    } else if (same_criteria(evidence, catalogue, now.id)) {
      compare_provision(*old, now, comparison.lines);
    } else {
      ++comparison.other_criteria;
    }
  }
  if (recorded.provisions.size() > recomputed.provisions.size()) {
    comparison.lines.push_back(cat("recorded ", recorded.provisions.size(),
                                   " provisions, recomputed ", recomputed.provisions.size()));
  }
  // Verdicts agree; then every other word must too, or the record was not made by this judgement.
  // Another version may word its reasons and advice in other ways.
  if (comparison.lines.empty() && comparison.other_criteria == 0 && recorded.tool == tool_name() &&
      to_json(recorded).canonical() != to_json(recomputed).canonical()) {
    comparison.lines.emplace_back(
        "the verdicts agree, but the recorded assessment says something else besides");
  }
  return comparison;
}

// An observation without what must differ between two looks at the same bytes.
std::string essence(const Observation& observation) {
  Observation bare = observation;
  bare.id.clear();
  bare.collector.clear();
  bare.observed_at = {};
  return to_json(bare).canonical();
}

// Asks every check of the cycle again, over the bytes in `folder`.
Result<std::vector<std::string>> observe_again(const Context& context, const Evidence& evidence,
                                               const std::filesystem::path& folder,
                                               const Baseline& baseline) {
  const Timestamp before = SystemClock().now();  // compared with ctimes of files
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "observing", ProgressLine::Unit::bytes);
  const Inventory inventory = TRY(take_inventory(evidence.system, folder, {}, task));
  const DiskReader reader(folder, before);
  NoRecall recall;  // the bytes themselves are asked
  Outside outside;
  if (context.options.has("--advisories")) {
    outside = TRY(open_outside(context.options.value("--advisories"), task));
  }
  const CheckInput input{.system = evidence.system,
                         .inventory = inventory,
                         .baseline = baseline,
                         .reader = reader,
                         .recall = recall,
                         .now = evidence.cycle.finished.value_or(evidence.cycle.started),
                         .collector = evidence.cycle.tool,
                         .advisories = outside.reader ? &outside.files : nullptr};
  std::vector<std::string> again;
  const Emit emit = [&](const Observation& observation) -> Result<void> {
    again.push_back(essence(observation));
    return {};
  };
  std::vector<const Check*> checks;
  for (const auto* check : all_checks()) {
    if (selected(*check, evidence.cycle.only)) checks.push_back(check);
  }
  TRY(run_checks(checks, input, emit, task, 1));
  std::ranges::sort(again);
  std::vector<std::string> lines;
  for (const auto& observation : evidence.observations) {
    const auto key = essence(observation);
    const auto found = std::ranges::lower_bound(again, key);
    if (found != again.end() && *found == key) {
      again.erase(found);
    } else {
      lines.push_back(cat(observation.check, " recorded \"", printable(observation.measured, 200),
                          "\", which is not seen in these bytes"));
    }
  }
  for (const auto& key : again) {
    const auto json = read_json(key).value.value_or(Json());
    lines.push_back(cat(json["check"].text(), " now sees \"",
                        printable(json["measured"].text(), 200), "\", which is not recorded"));
  }
  return lines;
}

Baseline baseline_for(std::span<const Entry> entries, const std::vector<CycleSpan>& cycles,
                      const std::string& previous) {
  Baseline baseline;
  const auto found = std::ranges::find(cycles, previous, &CycleSpan::id);
  if (previous.empty() || found == cycles.end()) return baseline;
  const auto part = entries.subspan(found->begin, found->end - found->begin);
  const auto declaration = body_of(part, entry_type::kDeclaration);
  const auto inventory = body_of(part, entry_type::kInventory);
  const auto finished = body_of(part, entry_type::kCycleEnd);
  if (!declaration.ok() || !inventory.ok() || !finished.ok()) return baseline;
  baseline.cycle = previous;
  baseline.system = system_from(declaration.value()).value_or(System{});
  baseline.inventory = inventory_from(inventory.value()).value_or(Inventory{});
  baseline.finished = parse_timestamp(finished.value()["finished"].text()).value_or(Timestamp{});
  return baseline;
}

Result<Exit> replay_cycle(const Context& context, std::span<const Entry> entries,
                          const std::vector<CycleSpan>& cycles, const CycleSpan& cycle,
                          const Catalogue& catalogue, bool newest) {
  const auto part = entries.subspan(cycle.begin, cycle.end - cycle.begin);
  const std::string name = cat("cycle ", cycle.id, " of ", to_date(cycle.started));
  if (cycle.outcome != "completed") {
    context.terminal.out(
        cat(name, ": ", cycle.outcome.empty() ? "interrupted" : cycle.outcome, ", no verdicts\n"));
    return Exit::ok;
  }
  const Evidence evidence = TRY(evidence_from(part));
  const auto recorded = assessment_from(TRY(body_of(part, entry_type::kAssessment)));
  if (!recorded || !evidence.cycle.finished) {
    return fail(Fault::integrity, cat(name, ": its recorded assessment cannot be read"));
  }
  const Assessment recomputed = assess(evidence, catalogue, *evidence.cycle.finished);
  auto [lines, other_criteria] = compare(*recorded, recomputed, evidence, catalogue);
  if (newest && context.options.has("--assets")) {
    const Baseline baseline = baseline_for(entries, cycles, evidence.cycle.previous);
    for (auto& line :
         TRY(observe_again(context, evidence, context.options.value("--assets"), baseline))) {
      lines.push_back(std::move(line));
    }
  }
  context.terminal.out(cat(name, ": ", recomputed.provisions.size(), " verdicts recomputed from ",
                           count_of(evidence.observations.size(), "observation"), " and ",
                           count_of(evidence.attestations.size(), "attestation"), ", ",
                           lines.empty() ? "all as recorded" : "NOT as recorded", "\n"));
  for (const auto& line : lines) context.terminal.out(cat("  ", line, "\n"));
  if (other_criteria != 0) {
    context.terminal.out(
        cat("  ", other_criteria, " of ", recomputed.provisions.size(),
            " provisions were judged by other criteria than this program's, and are not compared; ",
            printable(evidence.cycle.tool, 80), " can\n"));
  }
  if (!lines.empty()) return Exit::failed;
  return other_criteria == 0 ? Exit::ok : Exit::incomplete;
}

Result<Exit> run(const Context& context) {
  if (context.options.words().size() != 1) {
    return fail(Fault::usage, "replay takes one export", "cupel ledger export FILE makes one");
  }
  const std::string text = TRY(read_text(context.options.words().front(), kExportLimit));
  std::optional<std::string> trust;
  std::optional<std::string> earlier;
  if (context.options.has("--trust")) trust = TRY(text_or_file(context.options.value("--trust")));
  if (context.options.has("--checkpoint")) {
    earlier = TRY(read_text(context.options.value("--checkpoint")));
  }
  const auto reading = read_export(text, trust, earlier);
  for (const auto& problem : reading.problems) {
    context.terminal.out(cat("refused: ", problem.where, ": ", problem.what, "\n"));
  }
  if (!reading.problems.empty()) return Exit::failed;
  context.terminal.out(
      cat("ledger ", printable(reading.origin, 200), ", ",
          count_of(reading.entries.size(), "entry", "entries"), ", root ", reading.root, ": ",
          reading.trusted ? "signed by the trusted key" : "self-consistent only (give --trust KEY)",
          reading.extends_checkpoint ? ", extends the earlier checkpoint" : "", "\n"));
  const Catalogue catalogue = built_in_catalogue();
  const auto cycles = cycles_in(reading.entries);
  if (cycles.empty()) {
    context.terminal.out("it holds no assessment cycle\n");
    return Exit::incomplete;
  }
  Exit worst = Exit::ok;
  for (const auto& cycle : cycles) {
    const Exit code = TRY(
        replay_cycle(context, reading.entries, cycles, cycle, catalogue, &cycle == &cycles.back()));
    if (code == Exit::failed || worst == Exit::ok) worst = code;
  }
  return worst;
}

}  // namespace

extern const Command kReplayCommand;
constinit const Command kReplayCommand = {
    .name = "replay",
    .arguments = "EXPORT",
    .summary = "recompute every verdict from exported evidence, offline",
    .details =
        "Checks an export of a ledger byte by byte, recomputes all test units and verdicts of each "
        "cycle in it from the observations and signed attestations, never from stored results, and "
        "compares. With --assets it also observes the bytes of the newest cycle again.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
