// SPDX-License-Identifier: Apache-2.0
// cupel list: what this program knows.

#include <algorithm>
#include <array>

#include "app/catalogue.h"
#include "app/command.h"
#include "app/document.h"
#include "base/text.h"
#include "checks/check.h"
#include "formats/format.h"
#include "reports/report.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr Option kOptions[] = {
    {.name = "--coverage",
     .argument = "",
     .help = "provisions: also the test units that judge each"},
    {.name = "--format", .argument = "FORMAT", .help = "how to print", .choices = kFormats},
};

// A line of the list: id, what it is, and more for machines.
struct Row {
  std::string id;
  std::string text;
  Json more = Json::object();
};

std::vector<Row> check_rows() {
  std::vector<Row> rows;
  for (const auto* check : all_checks()) {
    Json codes = Json::array();
    for (const auto code : check->codes) codes.add(code);
    Json units = Json::array();
    for (const auto& unit : check->units) units.add(unit.id);
    rows.push_back({std::string(check->id), std::string(check->question),
                    Json::object({{"question", check->question},
                                  {"codes", std::move(codes)},
                                  {"test_units", std::move(units)}})});
  }
  return rows;
}

std::vector<Row> format_rows() {
  std::vector<Row> rows;
  for (const auto* format : all_formats()) {
    rows.push_back({std::string(format->id), std::string(format->title),
                    Json::object({{"title", format->title}, {"kind", to_text(format->kind)}})});
  }
  return rows;
}

std::vector<Row> report_rows() {
  std::vector<Row> rows;
  for (const auto* report : all_reports()) {
    rows.push_back({std::string(report->id), cat(report->title, " (", report->file, ")"),
                    Json::object({{"title", report->title}, {"file", report->file}})});
  }
  return rows;
}

std::vector<Row> scenario_rows() {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kScenarios = {{
      {"chatbot", "an application over a language model that somebody else runs"},
      {"fraud-detection", "a predictive model, trained and run by the same organisation"},
      {"llm-platform", "a provider of a large, possibly multimodal, model with an API"},
      {"open-access-llm", "a small team that adapts and publishes an open model"},
      {"hospital-chatbot", "chatbot, with health data"},
      {"law-firm", "open-access-llm, joined with confidential casework"},
  }};
  std::vector<Row> rows;
  rows.reserve(kScenarios.size());
  for (const auto& [id, text] : kScenarios) {
    rows.push_back({std::string(id), std::string(text), Json::object({{"title", text}})});
  }
  return rows;
}

Json provision_json(const Provision& provision, const Catalogue& catalogue, bool coverage) {
  Json json = Json::object({{"title", provision.title},
                            {"level", to_text(provision.level)},
                            {"kind", to_text(provision.kind)},
                            {"phase", provision.phase},
                            {"roles", Json::texts(provision.roles)},
                            {"requirement", provision.requirement},
                            {"digest", provision.digest}});
  if (!coverage) return json;
  Json units = Json::array();
  for (const auto& unit : catalogue.units) {
    if (unit.provision != provision.id) continue;
    units.add(Json::object({{"id", unit.id}, {"kind", to_text(unit.kind)}, {"check", unit.check}}));
  }
  return json.set("test_units", std::move(units));
}

std::vector<Row> provision_rows(bool coverage) {
  const Catalogue catalogue = built_in_catalogue();
  std::vector<Row> rows;
  for (const auto& provision : catalogue.provisions) {
    std::string text = cat(to_text(provision.level), provision.level == Level::shall ? "   " : "  ",
                           provision.title);
    if (coverage) {
      for (const auto& unit : catalogue.units) {
        if (unit.provision == provision.id) {
          text += cat("\n", unit.kind == UnitKind::functional ? "functional  " : "conceptual  ",
                      unit.check);
        }
      }
    }
    rows.push_back({provision.id, std::move(text), provision_json(provision, catalogue, coverage)});
  }
  return rows;
}

void print(const Context& context, const std::string& kind, const std::vector<Row>& rows) {
  const Timestamp now = context.clock.now();  // a list takes no time
  if (context.options.value("--format") == "json") {
    Json items = Json::array();
    for (const auto& row : rows) {
      Json item = Json::object({{"id", row.id}});
      for (const auto& [key, value] : row.more.members()) item.set(key, value);
      items.add(std::move(item));
    }
    context.terminal.out(document("cupel/list/1", now, now).set(kind, std::move(items)).pretty());
    return;
  }
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.id.size());
  for (const auto& row : rows) {
    std::string left = row.id;
    for (const auto& line : wrap(row.text, 78 - width)) {
      left.resize(width + 2, ' ');
      context.terminal.out(cat(left, line, "\n"));
      left.clear();
    }
  }
}

Result<Exit> run(const Context& context) {
  const std::string kind =
      context.options.words().size() == 1 ? context.options.words().front() : "";
  if (kind == "checks") {
    print(context, kind, check_rows());
  } else if (kind == "formats") {
    print(context, kind, format_rows());
  } else if (kind == "reports") {
    print(context, kind, report_rows());
  } else if (kind == "scenarios") {
    print(context, kind, scenario_rows());
  } else if (kind == "provisions") {
    print(context, kind, provision_rows(context.options.has("--coverage")));
  } else {
    const auto near = nearest(kind, {"checks", "formats", "reports", "provisions", "scenarios"});
    return fail(Fault::usage, "list takes one of: checks, formats, reports, provisions, scenarios",
                near ? cat("did you mean `cupel list ", *near, "`?") : "cupel list provisions");
  }
  return Exit::ok;
}

}  // namespace

extern const Command kListCommand;
constinit const Command kListCommand = {
    .name = "list",
    .arguments = "checks|formats|reports|provisions|scenarios",
    .summary = "what this program knows",
    .details = "Prints one list, for people or as JSON.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
