// SPDX-License-Identifier: Apache-2.0
// cupel explain: what a provision asks, what a code means, what a check looks at.

#include <algorithm>

#include "app/catalogue.h"
#include "app/command.h"
#include "base/text.h"
#include "checks/check.h"

namespace cupel {
namespace {

constexpr std::size_t kWidth = 78;

std::string paragraph(std::string_view heading, std::string_view text) {
  if (text.empty()) return {};
  std::string out = cat("\n", heading, "\n");
  for (const auto& line : wrap(text, kWidth - 2)) out += cat("  ", line, "\n");
  return out;
}

std::string bullets(std::string_view heading, const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string out = cat("\n", heading, "\n");
  for (const auto& item : items) {
    std::string_view mark = "  - ";
    for (const auto& line : wrap(item, kWidth - 4)) {
      out += cat(mark, line, "\n");
      mark = "    ";
    }
  }
  return out;
}

std::string explain_provision(const Provision& provision, const Catalogue& catalogue) {
  const auto principle =
      std::ranges::find(catalogue.principles, provision.principle, &Principle::id);
  std::string out = cat(provision.id, "  ", provision.title, "\n", to_text(provision.level), ", ",
                        to_text(provision.kind), ", phase ", provision.phase, "; borne by ",
                        join(provision.roles, ", "), "\n");
  if (principle != catalogue.principles.end()) {
    out += cat("Principle ", principle->number, ": ", principle->title, "\n");
  }
  out += paragraph("What it asks (our words)", provision.requirement);
  out += paragraph("When", provision.condition);
  std::vector<std::string> units;
  for (const auto& unit : catalogue.units) {
    if (unit.provision != provision.id) continue;
    units.push_back(cat(unit.id, " (", to_text(unit.kind),
                        unit.rule == Rule::attested ? ", signed by a person" : "",
                        "): ", unit.criterion));
  }
  out += units.empty() ? "\nTest units\n  none in this version: it stays inconclusive\n"
                       : bullets("Test units", units);
  out += bullets("Not looked at by this version", provision.not_looked_at);
  out += paragraph("Beyond software", provision.beyond_software);
  out += paragraph("What usually satisfies it", provision.guide);
  std::vector<std::string> scenarios;
  scenarios.reserve(provision.guide_by_scenario.size());
  for (const auto& [scenario, note] : provision.guide_by_scenario) {
    scenarios.push_back(cat(scenario, ": ", note));
  }
  out += bullets("By scenario", scenarios);
  out += bullets("Threats it answers", provision.threats);
  out += cat("\nETSI EN 304 223 V2.1.1, clause ", provision.principle, "; UK Code of Practice ",
             provision.code_of_practice,
             "\nhttps://www.etsi.org/deliver/etsi_en/304200_304299/304223/\n");
  return out;
}

std::string explain_check(const Check& check) {
  std::string out = cat(check.id, "\n");
  out += paragraph("It asks", check.question);
  std::vector<std::string> units;
  units.reserve(check.units.size());
  for (const auto& unit : check.units) units.push_back(cat(unit.id, ": ", unit.criterion));
  out += bullets("Test units", units);
  const std::vector<std::string> codes(check.codes.begin(), check.codes.end());
  out += paragraph("It may tell", join(codes, ", "));
  return out;
}

// Pages are Markdown; wrapped, but code blocks stand as they are.
std::string explain_code(std::string_view page) {
  std::string out;
  bool code = false;
  for (const auto line : split(page, '\n')) {
    if (line.starts_with("```")) code = !code;
    if (code || line.starts_with("```") || columns(line) <= kWidth) {
      out += cat(line, "\n");
      continue;
    }
    const auto indent = line.find_first_not_of(" -*");
    const std::string pad(indent == std::string_view::npos ? 0 : indent, ' ');
    std::string_view first = line.substr(0, pad.size());
    for (const auto& piece : wrap(line.substr(pad.size()), kWidth - pad.size())) {
      out += cat(first, piece, "\n");
      first = pad;
    }
  }
  return cat(trim(out), "\n");
}

Result<Exit> run(const Context& context) {
  if (context.options.words().size() != 1) {
    return fail(Fault::usage, "explain takes one id",
                "cupel explain 5.2.4-1.2, cupel explain PKL001");
  }
  const std::string& id = context.options.words().front();
  const Catalogue catalogue = built_in_catalogue();
  std::vector<std::string_view> known = all_codes();
  if (const auto page = code_page(id)) {
    context.terminal.out(explain_code(*page));
    return Exit::ok;
  }
  if (const Provision* provision = catalogue.find(id)) {
    context.terminal.out(explain_provision(*provision, catalogue));
    return Exit::ok;
  }
  for (const auto* check : all_checks()) {
    known.push_back(check->id);
    if (check->id != id) continue;
    context.terminal.out(explain_check(*check));
    return Exit::ok;
  }
  for (const auto& provision : catalogue.provisions) known.emplace_back(provision.id);
  const auto near = nearest(id, known);
  return fail(
      Fault::usage, cat("nothing is known of `", printable(id, 80), "`"),
      near ? cat("did you mean `", *near, "`?") : "cupel list provisions, cupel list checks");
}

}  // namespace

extern const Command kExplainCommand;
constinit const Command kExplainCommand = {
    .name = "explain",
    .arguments = "ID",
    .summary = "what a provision asks, a code means, a check looks at",
    .details =
        "ID is a provision (5.2.4-1.2), a diagnostic code (PKL001) or a check "
        "(artifact.pickle-imports).",
    .options = {},
    .run = run,
};

}  // namespace cupel
