// SPDX-License-Identifier: Apache-2.0
#include "app/cycle.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include "app/asset_reader.h"
#include "app/bill.h"
#include "app/catalogue.h"
#include "app/evidence.h"
#include "app/recall.h"
#include "assess/assess.h"
#include "base/file.h"
#include "base/text.h"
#include "bom/write.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/note.h"
#include "inventory/inventory.h"
#include "provenance/record.h"

namespace cupel {
namespace {

constexpr std::uint64_t kEnvelopeLimit = 1U << 20U;

class CycleRun {
 public:
  CycleRun(const Context& context, const SystemPaths& paths, const System& system,
           const Catalogue& catalogue, Ledger& ledger, const CycleOptions& options)
      : context_(context),
        paths_(paths),
        system_(system),
        catalogue_(catalogue),
        ledger_(ledger),
        options_(options) {}

  Result<CycleOutcome> run() {
    baseline_ = TRY(read_baseline(ledger_));
    TRY(begin());
    auto looked = look();
    if (!looked.ok()) {
      if (looked.error().fault == Fault::cancelled) TRY(end("cancelled"));
      return std::move(looked).error();
    }
    TRY(end("completed"));
    return conclude();
  }

 private:
  Draft draft(std::string_view type, const Json& body,
              std::vector<std::string> subjects = {}) const {
    return {.type = type,
            .actor = tool_name(),
            .subjects = std::move(subjects),
            .media_type = "application/json",
            .body = body.canonical()};
  }

  // What will be judged, by which criteria, is fixed before anything is looked at.
  Result<void> begin() {
    cycle_ = {.id = random_uuid(),
              .trigger = options_.trigger,
              .started = context_.clock.now(),
              .finished = {},
              .tool = tool_name(),
              .catalogue_digest = catalogue_.digest,
              .only = options_.only,
              .previous = baseline_.cycle};
    Json digests = Json::object();
    for (const auto& provision : catalogue_.provisions) digests.set(provision.id, provision.digest);
    const Json criteria = Json::object({{"catalogue", catalogue_.digest},
                                        {"provisions", std::move(digests)},
                                        {"thresholds", system_.thresholds}});
    const std::vector<Draft> drafts = {
        draft(entry_type::kCycleStart, to_json(cycle_)),
        draft(entry_type::kCriteria, criteria, {catalogue_.digest}),
        draft(entry_type::kDeclaration, to_json(system_), {system_.digest}),
    };
    const auto receipts = TRY(ledger_.append(drafts));
    first_entry_ = receipts.front().index;
    return {};
  }

  Result<void> look() {
    // The disk's clock, not the one by which is judged: it is compared with ctimes.
    const Timestamp before = SystemClock().now();
    TRY(look_at_assets());
    TRY(collect_attestations());
    return ask_checks(before);
  }

  Result<void> look_at_assets() {
    Task task(context_.stop, Task::Clock::time_point::max());
    const ProgressLine line(context_.terminal, task, "hashing", ProgressLine::Unit::bytes);
    InventoryOptions options;
    options.cache = paths_.state / "cache";
    options.rehash = options_.rehash;
    options.threads = options_.threads;
    // The state may stand inside the root under another name; it changes while we look.
    options.exclude.push_back(paths_.state.filename().string());
    inventory_ = TRY(take_inventory(system_, paths_.root, options, task));
    TRY(ledger_.append(draft(entry_type::kInventory, to_json(inventory_))));
    return {};
  }

  // Every envelope of attestations/, as it stands: whether it counts is judged later, anew each
  // time.
  Result<void> collect_attestations() {
    std::vector<Draft> drafts;
    for (const auto& file : inventory_.files) {
      if (!is_statement_file(file.path)) continue;
      auto text = read_text(paths_.root / file.path, kEnvelopeLimit);
      const std::string envelope = text.ok() ? text.value() : std::string();
      const bool record = record_kind_in(envelope) != nullptr;
      drafts.push_back(draft(record ? entry_type::kRecord : entry_type::kAttestation,
                             Json::object({{"file", file.path}, {"envelope", envelope}}),
                             {file.sha256}));
    }
    if (!drafts.empty()) TRY(ledger_.append(drafts));
    return {};
  }

  Result<void> ask_checks(Timestamp before) {
    std::vector<const Check*> checks;
    for (const auto* check : all_checks()) {
      if (selected(*check, options_.only)) checks.push_back(check);
    }
    const DiskReader reader(paths_.root, before);
    CachedRecall recall(paths_.state / "results", options_.rehash);
    if (!recall.note().empty()) tell_results("cannot be used", recall.note());
    const std::string collector = tool_name();
    const CheckInput input{.system = system_,
                           .inventory = inventory_,
                           .baseline = baseline_,
                           .reader = reader,
                           .recall = recall,
                           .now = context_.clock.now(),
                           .collector = collector,
                           .advisories = options_.advisories};
    const Emit emit = [this](Observation observation) { return record(std::move(observation)); };
    Task task(context_.stop, Task::Clock::time_point::max());
    const ProgressLine line(context_.terminal, task, "examining", ProgressLine::Unit::bytes);
    const unsigned threads = options_.threads == 0
                                 ? std::max(1U, std::thread::hardware_concurrency())
                                 : options_.threads;
    auto report = run_checks(checks, input, emit, task, threads);
    TRY(write_observations());  // also those of a cancelled run
    // Also after a cancelled run: what was examined need not be examined again.
    if (const auto saved = recall.save(); !saved.ok()) {
      tell_results("was not written", saved.error().what);
    }
    report_ = TRY(std::move(report));
    return options_.only.empty() ? bill(input, task) : Result<void>();
  }

  // The bill itself is written beside the reports: it can be as long as the inventory.
  Result<void> bill(const CheckInput& input, Task& task) {
    const Assessed by{
        .by = cat("ETSI EN 304 223, cycle ", cycle_.id, ", ", to_rfc3339(cycle_.started)),
        .vulnerabilities = vulnerabilities_};
    const auto document = TRY(bill_of(input, paths_, by, task));
    bill_ = bom::to_cyclonedx(document).pretty();
    const auto digest = sha256_hex(bill_);
    const Json body = Json::object({{"cycle", cycle_.id},
                                    {"format", "CycloneDX 1.6"},
                                    {"file", kBillFile},
                                    {"sha256", digest},
                                    {"size_bytes", bill_.size()}});
    TRY(ledger_.append(draft(entry_type::kBill, body, {digest})));
    return {};
  }

  // Waiting for the disk after each of many small observations would take longer than making
  // them: they become durable together, within a quarter of a second and before the cycle ends.
  // The runner calls this from one thread at a time.
  Result<void> record(Observation observation) {
    using Clock = std::chrono::steady_clock;
    constexpr auto kPatience = std::chrono::milliseconds(250);
    constexpr std::size_t kMany = 256;
    identify(observation);
    if (observation.check == "supply.vulnerabilities" && observation.coverage.examined > 0) {
      vulnerabilities_ = cat(observation.measured, ", observation ", observation.id);
    }
    std::vector<std::string> digests;
    for (const auto& subject : observation.subjects) {
      if (!subject.digest.empty() && digests.size() < 16) digests.push_back(subject.digest);
    }
    if (unwritten_.empty()) unwritten_since_ = Clock::now();
    unwritten_.push_back(draft(entry_type::kObservation, to_json(observation), std::move(digests)));
    if (unwritten_.size() < kMany && Clock::now() - unwritten_since_ < kPatience) return {};
    return write_observations();
  }

  Result<void> write_observations() {
    if (unwritten_.empty()) return {};
    const auto drafts = std::exchange(unwritten_, {});
    TRY(ledger_.append(drafts));
    return {};
  }

  void tell_results(std::string_view what, std::string_view why) {
    told_.push_back({.code = "INV008",
                     .severity = Severity::info,
                     .title = cat("the cache of results ", what, ": ", why),
                     .place = {.path = {printable((paths_.state / "results").string())}},
                     .help = "nothing is wrong with the results; the next run takes longer"});
  }

  Result<void> end(std::string_view outcome) {
    const Timestamp finished = context_.clock.now();
    const Json body = Json::object(
        {{"cycle", cycle_.id}, {"outcome", outcome}, {"finished", to_rfc3339(finished)}});
    TRY(ledger_.append(draft(entry_type::kCycleEnd, body)));
    return {};
  }

  // From the ledger, not from memory: what is judged is what is recorded.
  Result<CycleOutcome> conclude() {
    const auto entries = TRY(ledger_.entries(first_entry_, ledger_.size()));
    const Evidence evidence = TRY(evidence_from(entries));
    if (!evidence.cycle.finished) {
      return fail(Fault::integrity, cat("the records of cycle ", cycle_.id, " cannot be read"),
                  "cupel ledger verify says what is wrong");
    }
    CycleOutcome outcome;
    outcome.assessment = assess(evidence, catalogue_, *evidence.cycle.finished);
    TRY(ledger_.append(draft(entry_type::kAssessment, to_json(outcome.assessment),
                             {outcome.assessment.system_digest})));
    outcome.assessment.ledger = TRY(head_with_receipts(entries));
    outcome.bill = std::move(bill_);
    outcome.inventory_diagnostics = inventory_.diagnostics;
    std::ranges::move(told_, std::back_inserter(outcome.inventory_diagnostics));
    outcome.refused = std::move(report_.refused);
    return outcome;
  }

  // The ledger as it stands now, and the proofs that lead from what was seen to its signed root.
  Result<LedgerHead> head_with_receipts(std::span<const Entry> entries) {
    LedgerHead head{.size = 0, .root = {}, .checkpoint = TRY(ledger_.checkpoint()), .receipts = {}};
    const auto signed_one = TRY(note::read_unverified(head.checkpoint));
    head.size = signed_one.size;
    head.root = to_hex(signed_one.root);
    for (const auto& entry : entries) {
      const bool seen = entry.type == entry_type::kObservation;
      if (!seen && entry.type != entry_type::kBill && entry.type != entry_type::kInventory) {
        continue;
      }
      EntryReceipt receipt{.index = entry.index,
                           .type = entry.type,
                           .observation = {},
                           .body = {},
                           .leaf = entry.leaf,
                           .salt = entry.salt,
                           .proof = TRY(ledger_.inclusion(entry.index, head.size))};
      const auto body = read_json(entry.body);
      if (seen && body.value) receipt.observation = (*body.value)["id"].text();
      if (entry.type == entry_type::kBill) receipt.body = entry.body;
      head.receipts.push_back(std::move(receipt));
    }
    return head;
  }

  const Context& context_;
  const SystemPaths& paths_;
  const System& system_;
  const Catalogue& catalogue_;
  Ledger& ledger_;
  const CycleOptions& options_;
  Baseline baseline_;
  Cycle cycle_;
  Inventory inventory_;
  RunReport report_;
  std::vector<Draft> unwritten_;
  std::chrono::steady_clock::time_point unwritten_since_;
  std::vector<Diagnostic> told_;  // of the cache of results
  std::string vulnerabilities_;   // what was seen of the packages, for the bill
  std::string bill_;
  std::uint64_t first_entry_ = 0;
};

// The newest span that ended as asked for, walking back from the end of the log.
Result<std::vector<CycleSpan>> all_cycles(const Ledger& ledger) {
  // Bodies are read only of the two small types that tell cycles apart.
  auto entries = TRY(ledger.entries(0, ledger.size(), false));
  std::vector<Entry> marks;
  for (auto& entry : entries) {
    const bool tells = entry.type == entry_type::kCycleStart || entry.type == entry_type::kCycleEnd;
    if (tells) entry = TRY(ledger.entry(entry.index));
    marks.push_back(std::move(entry));
  }
  return cycles_in(marks);
}

}  // namespace

Result<CycleOutcome> run_cycle(const Context& context, const SystemPaths& paths,
                               const System& system, const Catalogue& catalogue, Ledger& ledger,
                               const CycleOptions& options) {
  return CycleRun(context, paths, system, catalogue, ledger, options).run();
}

Result<std::vector<Entry>> last_completed(const Ledger& ledger) {
  const auto cycles = TRY(all_cycles(ledger));
  const auto last =
      std::ranges::find(cycles.rbegin(), cycles.rend(), "completed", &CycleSpan::outcome);
  if (last == cycles.rend()) return std::vector<Entry>{};
  return ledger.entries(last->begin, last->end);
}

Result<Baseline> read_baseline(const Ledger& ledger) {
  Baseline baseline;
  const auto entries = TRY(last_completed(ledger));
  if (entries.empty()) return baseline;
  auto cycle = cycle_from(TRY(body_of(entries, entry_type::kCycleStart)));
  auto system = system_from(TRY(body_of(entries, entry_type::kDeclaration)));
  auto inventory = inventory_from(TRY(body_of(entries, entry_type::kInventory)));
  const auto finished =
      parse_timestamp(TRY(body_of(entries, entry_type::kCycleEnd))["finished"].text());
  if (!cycle || !system || !inventory || !finished) {
    return fail(Fault::integrity, "the records of the last cycle cannot be read",
                "cupel ledger verify says what is wrong");
  }
  baseline.cycle = cycle->id;
  baseline.finished = *finished;
  baseline.system = std::move(*system);
  baseline.inventory = std::move(*inventory);
  return baseline;
}

Result<Assessment> stored_assessment(const Ledger& ledger, const std::string& cycle) {
  for (const auto& span : TRY(all_cycles(ledger))) {
    if (span.id != cycle) continue;
    const auto entries = TRY(ledger.entries(span.begin, span.end));
    auto assessment = assessment_from(TRY(body_of(entries, entry_type::kAssessment)));
    if (assessment) return std::move(*assessment);
  }
  return fail(Fault::missing, cat("there is no completed cycle `", printable(cycle, 80), "`"),
              "cupel ledger list shows the cycles");
}

void identify(Observation& observation) {
  observation.id.clear();
  observation.id = sha256_hex(to_json(observation).canonical()).substr(0, 32);
}

}  // namespace cupel
