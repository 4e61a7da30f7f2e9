// SPDX-License-Identifier: Apache-2.0
// cupel assess: one assessment cycle per system, from cupel.yaml to reports.

#include <algorithm>
#include <array>

#include "app/bill.h"
#include "app/catalogue.h"
#include "app/command.h"
#include "app/cycle.h"
#include "app/gate.h"
#include "app/outside.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "checks/check.h"
#include "reports/report.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 5> kGates = {"design", "release", "deploy", "operate",
                                                    "retire"};
constexpr std::array<std::string_view, 3> kFailOn = {"shall", "should", "never"};

constexpr Option kOptions[] = {
    {.name = "--output",
     .argument = "DIR",
     .help = "write the reports there (default: reports in the state folder)"},
    {.name = "--report",
     .argument = "NAME",
     .help = "which report to make; one alone without --output goes to standard output (default: "
             "html and json; cupel list reports)",
     .repeats = true},
    {.name = "--only",
     .argument = "ID",
     .help = "look only at this provision or check; the others stay inconclusive",
     .repeats = true},
    {.name = "--gate",
     .argument = "PHASE",
     .help = "count only provisions up to this gate of the life cycle",
     .choices = kGates},
    {.name = "--fail-on",
     .argument = "LEVEL",
     .help = "which provisions make the exit code",
     .choices = kFailOn},
    {.name = "--not-worse-than",
     .argument = "CYCLE|FILE",
     .help = "exit 0 when no provision is worse than in that cycle or assessment.json"},
    {.name = "--advisories",
     .argument = "PATH",
     .help = "an export of vulnerability data (OSV): a folder or a ZIP archive of records"},
    {.name = "--rehash", .argument = "", .help = "read every file again, whatever the cache says"},
};

// --only takes ids of provisions and checks, and nothing else.
Result<void> check_only(const std::vector<std::string>& only, const Catalogue& catalogue) {
  std::vector<std::string_view> known;
  known.reserve(catalogue.provisions.size() + all_checks().size());
  for (const auto& provision : catalogue.provisions) known.emplace_back(provision.id);
  for (const auto* check : all_checks()) known.push_back(check->id);
  for (const auto& id : only) {
    if (std::ranges::find(known, id) != known.end()) continue;
    const auto near = nearest(id, known);
    return fail(
        Fault::usage, cat("`", printable(id, 80), "` is no provision and no check"),
        near ? cat("did you mean `", *near, "`?") : "cupel list provisions, cupel list checks");
  }
  return {};
}

Result<std::vector<const Report*>> wanted_reports(const Options& options) {
  auto names = options.values("--report");
  if (names.empty()) names = {"html", "json"};
  std::vector<const Report*> reports;
  for (const auto& name : names) {
    std::vector<std::string_view> known;
    for (const auto* report : all_reports()) known.push_back(report->id);
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) {
      const auto near = nearest(name, known);
      return fail(Fault::usage, cat("there is no report `", printable(name, 80), "`"),
                  near ? cat("did you mean `", *near, "`?") : "cupel list reports");
    }
    reports.push_back(all_reports()[static_cast<std::size_t>(found - known.begin())]);
  }
  return reports;
}

// The reports' folder, or nothing when the only report goes to standard output.
std::optional<std::filesystem::path> output_folder(const Options& options, const SystemPaths& paths,
                                                   bool several_systems) {
  if (options.has("--output")) {
    const std::filesystem::path folder(options.value("--output"));
    return several_systems ? folder / std::filesystem::weakly_canonical(paths.root).filename()
                           : folder;
  }
  if (options.values("--report").size() == 1) return {};
  return paths.state / "reports";
}

// The bill first: the reports lead to it.
Result<void> write_reports(const std::vector<const Report*>& reports, const CycleOutcome& outcome,
                           const Catalogue& catalogue, const std::filesystem::path& folder) {
  const Assessment& assessment = outcome.assessment;
  TRY(make_folders(folder));
  if (!outcome.bill.empty()) TRY(replace_file(folder / kBillFile, outcome.bill));
  for (const auto* report : reports) {
    TRY(replace_file(folder / report->file, report->render(assessment, catalogue)));
  }
  return {};
}

Result<Assessment> reference(const std::string& word, const Ledger& ledger) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(word, ignored)) return stored_assessment(ledger, word);
  const auto reading = read_json(TRY(read_text(word, 256U << 20U)));
  auto assessment = reading.value ? assessment_from(*reading.value) : std::nullopt;
  if (!assessment) {
    return fail(Fault::usage, cat("`", printable(word), "` is not an assessment.json of Cupel"));
  }
  return std::move(*assessment);
}

Result<Exit> assess_one(const Context& context, const std::string& word,
                        const std::vector<const Report*>& reports, const Catalogue& catalogue,
                        bool several) {
  const SystemPaths paths = TRY(locate_system(word, context.options));
  const System system = TRY(load_system(paths, context.terminal));
  auto ledger = TRY(Ledger::open(paths.ledger(), Ledger::Mode::write, context.clock));
  std::optional<Assessment> before;
  if (context.options.has("--not-worse-than")) {
    before = TRY(reference(context.options.value("--not-worse-than"), ledger));
  }
  CycleOptions options{.only = context.options.values("--only"),
                       .rehash = context.options.has("--rehash")};
  Outside outside;
  if (context.options.has("--advisories")) {
    Task task(context.stop, Task::Clock::time_point::max());
    outside = TRY(open_outside(context.options.value("--advisories"), task));
    options.advisories = &outside.files;
  }
  auto ran = run_cycle(context, paths, system, catalogue, ledger, options);
  if (!ran.ok()) {
    Error error = std::move(ran).error();
    if (error.fault == Fault::cancelled) {
      error.what = "cancelled; what was seen so far is in the ledger, and no verdict was reached";
      error.hint = "run cupel assess again; files already hashed are not hashed again";
    }
    return error;
  }
  CycleOutcome outcome = std::move(ran).value();
  const auto folder = output_folder(context.options, paths, several);
  if (folder) {
    TRY(write_reports(reports, outcome, catalogue, *folder));
    if (!context.terminal.is_quiet()) {
      context.terminal.out(render_screen(outcome.assessment, catalogue, context.terminal.screen()));
    }
    for (const auto* report : reports) {
      context.terminal.note(cat("wrote ", printable((*folder / report->file).string())));
    }
  } else {
    // Nothing may lead to a file that is not written.
    std::erase_if(outcome.assessment.ledger.receipts,
                  [](const EntryReceipt& receipt) { return receipt.type == entry_type::kBill; });
    context.terminal.out(reports.front()->render(outcome.assessment, catalogue));
  }
  for (const auto& [check, error] : outcome.refused) {
    context.terminal.error(
        fail(error.fault, cat("check ", check, " could not run: ", error.what), error.hint));
  }
  if (before) return compare_gate(*before, outcome.assessment, context.terminal);
  const Exit code = gate(outcome.assessment, catalogue, context.options.value("--gate"),
                         context.options.value("--fail-on", "shall"), context.terminal);
  return code == Exit::ok && !outcome.refused.empty() ? Exit::incomplete : code;
}

Result<Exit> run(const Context& context) {
  const Catalogue catalogue = built_in_catalogue();
  TRY(check_only(context.options.values("--only"), catalogue));
  const auto reports = TRY(wanted_reports(context.options));
  auto words = context.options.words();
  if (words.empty()) words.emplace_back(".");
  Exit worst = Exit::ok;
  for (const auto& word : words) {
    const Exit code = TRY(assess_one(context, word, reports, catalogue, words.size() > 1));
    // A failure outranks what could not be judged.
    if (code == Exit::failed || worst == Exit::ok) worst = code;
  }
  return worst;
}

}  // namespace

extern const Command kAssessCommand;
constinit const Command kAssessCommand = {
    .name = "assess",
    .arguments = "[DIR|cupel.yaml]…",
    .summary = "one assessment cycle: look, record, judge, report",
    .details =
        "Reads cupel.yaml, takes an inventory of the system's folder, asks every check, writes "
        "what "
        "was seen to the ledger, computes a verdict for each of the 72 provisions from the ledger "
        "alone, and writes the reports. The result is a self-assessment.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
