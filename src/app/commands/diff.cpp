// SPDX-License-Identifier: Apache-2.0
// cupel diff: what changed between two bills of materials, or between two assessments.

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "app/command.h"
#include "app/cycle.h"
#include "app/document.h"
#include "app/evidence.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "bom/build.h"
#include "bom/compare.h"
#include "bom/read.h"
#include "ledger/export.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr Option kOptions[] = {
    {.name = "--format", .argument = "FORMAT", .help = "how to print", .choices = kFormats},
};
constexpr std::uint64_t kLimit = 4ULL << 30U;

// What stands on one side.
struct Side {
  std::string what;  // "CycloneDX 1.6", "cycle 5f3c…"
  std::optional<bom::Document> document;
  std::optional<Assessment> assessment;
};

// An assessment alone does not have the inventory: what its observations were made of stands in.
bom::Document subjects_of(const Assessment& assessment) {
  bom::Document document;
  document.system = {
      .ref = "system", .kind = bom::Kind::system, .name = assessment.system_name, .facts = {}};
  document.system.add("version", assessment.system_version, bom::Truth::declared, "");
  std::map<std::string, bom::Component> parts;
  for (const auto& observation : assessment.observations) {
    for (const auto& subject : observation.subjects) {
      if (subject.digest.empty() || subject.kind == "system") continue;
      auto& part = parts[cat(subject.kind, "/", subject.name)];
      part.ref = cat(subject.kind, "/", subject.name);
      part.kind = bom::kind_from(subject.kind).value_or(bom::Kind::file);
      part.name = subject.name;
      part.add("sha256", subject.digest, bom::Truth::observed, observation.id);
    }
  }
  for (auto& [ref, part] : parts) document.components.push_back(std::move(part));
  return document;
}

Side side_of(Assessment assessment) {
  Side side{.what = cat("cycle ", assessment.cycle.id),
            .document = subjects_of(assessment),
            .assessment = {}};
  side.assessment = std::move(assessment);
  return side;
}

// The newest completed cycle of an export.
Result<Side> side_of_export(const std::string& word, const std::string& text) {
  const auto reading = read_export(text);
  for (const auto& problem : reading.problems) {
    return fail(Fault::integrity,
                cat("`", printable(word), "`: ", problem.where, ": ", problem.what));
  }
  const auto cycles = cycles_in(reading.entries);
  const auto last =
      std::ranges::find(cycles.rbegin(), cycles.rend(), "completed", &CycleSpan::outcome);
  if (last == cycles.rend()) {
    return fail(Fault::usage, cat("`", printable(word), "` holds no completed cycle"));
  }
  const std::span<const Entry> all = reading.entries;
  const auto part = all.subspan(last->begin, last->end - last->begin);
  const auto system = system_from(TRY(body_of(part, entry_type::kDeclaration)));
  const auto inventory = inventory_from(TRY(body_of(part, entry_type::kInventory)));
  auto assessment = assessment_from(TRY(body_of(part, entry_type::kAssessment)));
  if (!system || !inventory || !assessment) {
    return fail(Fault::integrity, cat("`", printable(word), "`: its last cycle cannot be read"));
  }
  Side side{.what = cat("cycle ", last->id), .document = {}, .assessment = std::move(assessment)};
  side.document = bom::build({.system = *system, .inventory = *inventory});
  return side;
}

Result<Side> side_of_file(const Context& context, const std::string& word) {
  const std::string text = TRY(read_text(word, kLimit));
  const auto first = std::string_view(text).substr(0, text.find('\n'));
  if (first.find("\"cupel/ledger-export/1\"") != std::string_view::npos) {
    return side_of_export(word, text);
  }
  if (const auto json = read_json(text).value) {
    if ((*json)["schema"].text() == "cupel/assessment/1") {
      auto assessment = assessment_from(*json);
      if (assessment) return side_of(std::move(*assessment));
    }
  }
  auto reading = bom::read_bom(text);
  if (reading.document) {
    return Side{.what = reading.format, .document = std::move(reading.document), .assessment = {}};
  }
  for (const auto& problem : reading.problems) {
    context.terminal.problem(cat(printable(word), ": ", problem.pointer,
                                 problem.pointer.empty() ? "" : " ", problem.what, "\n"));
  }
  return fail(Fault::usage, cat("`", printable(word),
                                "` is neither a bill of materials, nor an assessment.json, "
                                "nor an export"));
}

Result<Side> side_of_word(const Context& context, const std::string& word) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(word, ignored)) return side_of_file(context, word);
  const auto state = state_folder(context.options);
  if (!std::filesystem::exists(state / "ledger.db", ignored)) {
    return fail(Fault::usage, cat("there is no file `", printable(word), "`"),
                "a cycle needs --state, the folder of the ledger that has it");
  }
  const auto ledger = TRY(Ledger::open(state, Ledger::Mode::read, context.clock));
  return side_of(TRY(stored_assessment(ledger, word)));
}

struct VerdictChange {
  std::string id;
  Verdict before = Verdict::inconclusive;
  Verdict after = Verdict::inconclusive;
};

std::vector<VerdictChange> verdict_changes(const Side& before, const Side& after) {
  std::vector<VerdictChange> changes;
  if (!before.assessment || !after.assessment) return changes;
  for (const auto& now : after.assessment->provisions) {
    const auto& all = before.assessment->provisions;
    const auto old = std::ranges::find(all, now.id, &ProvisionResult::id);
    if (old != all.end() && old->verdict != now.verdict) {
      changes.push_back({.id = now.id, .before = old->verdict, .after = now.verdict});
    }
  }
  return changes;
}

std::string part_line(std::string_view sign, const bom::PartChange& part) {
  return cat(sign, " ", bom::to_text(part.kind), " ", printable(part.name, 200),
             part.version.empty() ? "" : " ", printable(part.version, 80), "\n");
}

std::string text_of(const bom::Difference& difference, const std::vector<VerdictChange>& verdicts) {
  std::string out;
  for (const auto& part : difference.added) out += part_line("+", part);
  for (const auto& part : difference.removed) out += part_line("-", part);
  for (const auto& part : difference.changed) {
    out += part_line("~", part);
    for (const auto& field : part.fields) {
      out += cat("    ", printable(field.key, 80), ": ",
                 field.before.empty() ? "nothing" : printable(field.before, 200), " → ",
                 field.after.empty() ? "nothing" : printable(field.after, 200), "\n");
    }
  }
  const auto edge_line = [](std::string_view sign, const bom::EdgeChange& edge) {
    return cat(sign, " ", printable(edge.from, 200), " ", bom::to_text(edge.relation), " ",
               printable(edge.to, 200), "\n");
  };
  for (const auto& edge : difference.edges_added) out += edge_line("+", edge);
  for (const auto& edge : difference.edges_removed) out += edge_line("-", edge);
  for (const auto& change : verdicts) {
    out += cat("~ provision ", change.id, ": ", to_text(change.before), " → ",
               to_text(change.after), "\n");
  }
  return out.empty() ? "no difference\n" : out;
}

Json json_of(const Context& context, const Side& before, const Side& after,
             const bom::Difference& difference, const std::vector<VerdictChange>& verdicts) {
  const Timestamp now = context.clock.now();
  Json json = document("cupel/diff/1", now, now);
  json.set("before", before.what).set("after", after.what);
  const Json changes = bom::to_json(difference);
  for (const auto& [key, value] : changes.members()) json.set(key, value);
  Json list = Json::array();
  for (const auto& change : verdicts) {
    list.add(Json::object(
        {{"id", change.id}, {"before", to_text(change.before)}, {"after", to_text(change.after)}}));
  }
  return json.set("provisions", std::move(list));
}

Result<Exit> run(const Context& context) {
  const auto& words = context.options.words();
  if (words.size() != 2) {
    return fail(Fault::usage, "diff takes two of a kind", "cupel diff OLD.json NEW.json");
  }
  const Side before = TRY(side_of_word(context, words[0]));
  const Side after = TRY(side_of_word(context, words[1]));
  if (before.assessment.has_value() != after.assessment.has_value()) {
    return fail(Fault::usage,
                cat("`", printable(words[0]), "` is ", before.what, " and `", printable(words[1]),
                    "` is ", after.what),
                "compare two bills of materials, or two assessments");
  }
  const auto difference = bom::compare(*before.document, *after.document);
  const auto verdicts = verdict_changes(before, after);
  if (context.options.value("--format") == "json") {
    context.terminal.out(json_of(context, before, after, difference, verdicts).pretty());
  } else {
    context.terminal.out(text_of(difference, verdicts));
  }
  return difference.is_empty() && verdicts.empty() ? Exit::ok : Exit::failed;
}

}  // namespace

extern const Command kDiffCommand;
constinit const Command kDiffCommand = {
    .name = "diff",
    .arguments = "A B",
    .summary = "say what changed between two bills of materials, or two cycles",
    .details =
        "Takes two bills of materials (CycloneDX 1.4 to 1.7 or SPDX 3.0.1, whoever wrote them), "
        "or\n"
        "two of: assessment.json, an export of a ledger, the id of a cycle in the ledger of "
        "--state.\n"
        "Names what was added, removed and changed: versions, digests, licences, relations, and "
        "of\n"
        "assessments the verdicts. Two exports are compared by their inventories, an "
        "assessment.json\n"
        "by the subjects of its observations.\n\n"
        "Exit codes: 0 no difference, 1 there is one, 2 the command line is wrong or one of the "
        "two\n"
        "is no such document, 3 one could not be read.",
    .options = kOptions,
    .run = run};

}  // namespace cupel
