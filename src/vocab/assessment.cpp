// SPDX-License-Identifier: Apache-2.0
#include "vocab/assessment.h"

#include "base/text.h"

namespace cupel {
namespace {

std::vector<std::string> texts_of(const Json& array) {
  std::vector<std::string> texts;
  for (const auto& item : array.items()) texts.push_back(item.text());
  return texts;
}

Json to_json(const UnitResult& unit) {
  Json json = Json::object({{"id", unit.id},
                            {"check", unit.check},
                            {"kind", to_text(unit.kind)},
                            {"verdict", to_text(unit.verdict)},
                            {"criterion", unit.criterion},
                            {"measured", unit.measured}});
  if (!unit.reason.empty()) json.set("reason", unit.reason);
  json.set("observations", Json::texts(unit.observations));
  if (!unit.attested_by.empty()) json.set("attested_by", Json::texts(unit.attested_by));
  return json;
}

std::optional<UnitResult> unit_from(const Json& json) {
  const auto verdict = verdict_from(json["verdict"].text());
  if (!verdict || json["id"].text().empty()) return {};
  return UnitResult{
      .id = json["id"].text(),
      .check = json["check"].text(),
      .kind = json["kind"].text() == "conceptual" ? UnitKind::conceptual : UnitKind::functional,
      .verdict = *verdict,
      .criterion = json["criterion"].text(),
      .measured = json["measured"].text(),
      .reason = json["reason"].text(),
      .observations = texts_of(json["observations"]),
      .attested_by = texts_of(json["attested_by"])};
}

Json to_json(const ProvisionResult& result) {
  Json::Array units;
  for (const auto& unit : result.units) units.push_back(to_json(unit));
  Json json = Json::object({{"id", result.id},
                            {"principle", result.principle},
                            {"title", result.title},
                            {"level", to_text(result.level)},
                            {"kind", to_text(result.kind)},
                            {"phase", result.phase},
                            {"verdict", to_text(result.verdict)},
                            {"reason", result.reason}});
  if (!result.next.empty()) json.set("next", result.next);
  json.set("decided_by", to_text(result.decided_by));
  json.set("test_units", std::move(units));
  return json;
}

ProvisionKind kind_from(std::string_view text) {
  if (text == "technical") return ProvisionKind::technical;
  return text == "hybrid" ? ProvisionKind::hybrid : ProvisionKind::organisational;
}

DecidedBy decided_by_from(std::string_view text) {
  if (text == "machine") return DecidedBy::machine;
  return text == "people" ? DecidedBy::people : DecidedBy::nobody;
}

std::optional<ProvisionResult> provision_result_from(const Json& json) {
  const auto verdict = verdict_from(json["verdict"].text());
  if (!verdict || json["id"].text().empty()) return {};
  ProvisionResult result{.id = json["id"].text(),
                         .principle = json["principle"].text(),
                         .title = json["title"].text(),
                         .level = json["level"].text() == "shall" ? Level::shall : Level::should,
                         .kind = kind_from(json["kind"].text()),
                         .phase = json["phase"].text(),
                         .verdict = *verdict,
                         .reason = json["reason"].text(),
                         .next = json["next"].text(),
                         .decided_by = decided_by_from(json["decided_by"].text()),
                         .units = {}};
  for (const auto& item : json["test_units"].items()) {
    auto unit = unit_from(item);
    if (!unit) return {};
    result.units.push_back(std::move(*unit));
  }
  return result;
}

Json to_json(const Tally& tally) {
  return Json::object({{"pass", tally.pass},
                       {"fail", tally.fail},
                       {"inconclusive", tally.inconclusive},
                       {"not_applicable", tally.not_applicable}});
}

Tally tally_from(const Json& json) {
  const auto count = [&](std::string_view key) { return static_cast<int>(json[key].integer()); };
  return {.pass = count("pass"),
          .fail = count("fail"),
          .inconclusive = count("inconclusive"),
          .not_applicable = count("not_applicable")};
}

// "cupel 0.0.2" → {"name": "cupel", "version": "0.0.2"}
Json tool_json(const std::string& tool) {
  const auto space = tool.find(' ');
  return Json::object(
      {{"name", tool.substr(0, space)},
       {"version", space == std::string::npos ? std::string() : tool.substr(space + 1)}});
}

Json to_json(const EntryReceipt& receipt) {
  Json json = Json::object({{"entry", receipt.index},
                            {"type", receipt.type},
                            {"leaf", receipt.leaf},
                            {"salt", receipt.salt},
                            {"proof", Json::texts(receipt.proof)}});
  if (!receipt.observation.empty()) json.set("observation", receipt.observation);
  if (!receipt.body.empty()) json.set("body", receipt.body);
  return json;
}

Json to_json(const LedgerHead& head) {
  Json::Array receipts;
  for (const auto& receipt : head.receipts) receipts.push_back(to_json(receipt));
  return Json::object({{"size", head.size},
                       {"root", head.root},
                       {"checkpoint", head.checkpoint},
                       {"receipts", std::move(receipts)}});
}

LedgerHead ledger_head_from(const Json& json) {
  LedgerHead head{.size = static_cast<std::uint64_t>(json["size"].integer()),
                  .root = json["root"].text(),
                  .checkpoint = json["checkpoint"].text(),
                  .receipts = {}};
  for (const auto& item : json["receipts"].items()) {
    head.receipts.push_back({.index = static_cast<std::uint64_t>(item["entry"].integer()),
                             .type = item["type"].text(),
                             .observation = item["observation"].text(),
                             .body = item["body"].text(),
                             .leaf = item["leaf"].text(),
                             .salt = item["salt"].text(),
                             .proof = texts_of(item["proof"])});
  }
  return head;
}

}  // namespace

Json to_json(const Cycle& cycle) {
  Json json = Json::object(
      {{"id", cycle.id}, {"trigger", cycle.trigger}, {"started", to_rfc3339(cycle.started)}});
  if (cycle.finished) json.set("finished", to_rfc3339(*cycle.finished));
  json.set("tool", cycle.tool);
  json.set("catalogue_digest", cycle.catalogue_digest);
  if (!cycle.only.empty()) json.set("only", Json::texts(cycle.only));
  if (!cycle.previous.empty()) json.set("previous", cycle.previous);
  return json;
}

std::optional<Cycle> cycle_from(const Json& json) {
  const auto started = parse_timestamp(json["started"].text());
  if (!started || json["id"].text().empty()) return {};
  return Cycle{.id = json["id"].text(),
               .trigger = json["trigger"].text(),
               .started = *started,
               .finished = parse_timestamp(json["finished"].text()),
               .tool = json["tool"].text(),
               .catalogue_digest = json["catalogue_digest"].text(),
               .only = texts_of(json["only"]),
               .previous = json["previous"].text()};
}

Json to_json(const Assessment& assessment) {
  Json::Array provisions;
  for (const auto& provision : assessment.provisions) provisions.push_back(to_json(provision));
  Json::Array observations;
  for (const auto& observation : assessment.observations) {
    observations.push_back(to_json(observation));
  }
  Json json = Json::object(
      {{"schema", "cupel/assessment/1"},
       {"tool", tool_json(assessment.tool)},
       {"started", to_rfc3339(assessment.cycle.started)},
       {"finished", to_rfc3339(assessment.cycle.finished.value_or(assessment.cycle.started))},
       {"nature", "self-assessment"},
       {"standard", "ETSI EN 304 223 V2.1.1"},
       {"system", Json::object({{"name", assessment.system_name},
                                {"version", assessment.system_version},
                                {"digest", assessment.system_digest}})},
       {"cycle", to_json(assessment.cycle)},
       {"profile", Json::object({{"scenario", assessment.scenario},
                                 {"roles", Json::texts(assessment.roles)}})},
       {"provisions", std::move(provisions)},
       {"summary",
        Json::object({{"shall", to_json(assessment.shall)},
                      {"should", to_json(assessment.should)},
                      {"decided_by", Json::object({{"machine", assessment.decided_by_machine},
                                                   {"people", assessment.decided_by_people}})}})},
       {"observations", std::move(observations)}});
  if (assessment.ledger.size != 0) json.set("ledger", to_json(assessment.ledger));
  return json;
}

std::optional<Assessment> assessment_from(const Json& json) {
  auto cycle = cycle_from(json["cycle"]);
  if (json["schema"].text() != "cupel/assessment/1" || !cycle) return {};
  Assessment assessment;
  assessment.tool = json["tool"]["name"].text() + " " + json["tool"]["version"].text();
  assessment.system_name = json["system"]["name"].text();
  assessment.system_version = json["system"]["version"].text();
  assessment.system_digest = json["system"]["digest"].text();
  assessment.scenario = json["profile"]["scenario"].text();
  assessment.roles = texts_of(json["profile"]["roles"]);
  assessment.cycle = std::move(*cycle);
  for (const auto& item : json["provisions"].items()) {
    auto result = provision_result_from(item);
    if (!result) return {};
    assessment.provisions.push_back(std::move(*result));
  }
  for (const auto& item : json["observations"].items()) {
    auto observation = observation_from(item);
    if (!observation) return {};
    assessment.observations.push_back(std::move(*observation));
  }
  const Json& summary = json["summary"];
  assessment.shall = tally_from(summary["shall"]);
  assessment.should = tally_from(summary["should"]);
  assessment.decided_by_machine = static_cast<int>(summary["decided_by"]["machine"].integer());
  assessment.decided_by_people = static_cast<int>(summary["decided_by"]["people"].integer());
  assessment.ledger = ledger_head_from(json["ledger"]);
  return assessment;
}

std::string tlog_proof(const EntryReceipt& receipt, const LedgerHead& head) {
  std::string text = cat("c2sp.org/tlog-proof@v1\nindex ", receipt.index, "\n");
  for (const auto& hash : receipt.proof) text += cat(hash, "\n");
  return cat(text, "\n", head.checkpoint);
}

}  // namespace cupel
