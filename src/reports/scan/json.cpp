// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "reports/scan_report.h"

namespace cupel {
namespace {

Json finding_json(const scan::Finding& finding) {
  Json place = Json::object({{"path", Json::texts(finding.place.path)}});
  if (finding.place.span) {
    place.set("begin", finding.place.span->begin);
    place.set("end", finding.place.span->end);
  }
  if (finding.place.line != 0) place.set("line", finding.place.line);
  if (finding.place.column != 0) place.set("column", finding.place.column);
  if (!finding.place.pointer.empty()) place.set("pointer", finding.place.pointer);
  Json json = Json::object({{"code", finding.code},
                            {"severity", to_text(finding.severity)},
                            {"title", finding.title},
                            {"place", std::move(place)}});
  if (!finding.label.empty()) json.set("label", finding.label);
  json.set("notes", Json::texts(finding.notes));
  json.set("help", finding.help);
  return json;
}

Json subject_json(const ScanSubject& subject) {
  const auto& report = subject.report;
  Json findings = Json::array();
  for (const auto& finding : report.findings) findings.add(finding_json(finding));
  Json imports = Json::array();
  for (const auto& import : report.imports) {
    imports.add(Json::object(
        {{"name", import.name}, {"standing", import.standing}, {"count", import.count}}));
  }
  Json statements = Json::array();
  for (const auto& statement : report.statements) {
    statements.add(Json::object({{"key", statement.key},
                                 {"value", statement.value},
                                 {"path", Json::texts(statement.place.path)}}));
  }
  Json suppressed = Json::array();
  for (const auto& each : subject.suppressed) {
    suppressed.add(Json::object({{"code", each.code},
                                 {"title", each.title},
                                 {"reason", each.reason},
                                 {"expires", each.expires}}));
  }
  return Json::object({{"path", printable(subject.path, 4'096)},
                       {"format", report.format},
                       {"formats", Json::texts(report.formats)},
                       {"size_bytes", report.size_bytes},
                       {"examined_bytes", report.size_bytes - report.missed_bytes},
                       {"sha256", subject.sha256.empty() ? Json(nullptr) : Json(subject.sha256)},
                       {"verdict", to_text(subject.verdict)},
                       {"shortfalls", Json::texts(report.shortfalls)},
                       {"findings", std::move(findings)},
                       {"findings_untold", report.findings_untold},
                       {"suppressed", std::move(suppressed)},
                       {"imports", std::move(imports)},
                       {"statements", std::move(statements)}});
}

}  // namespace

std::string render_scan_json(const ScanResult& result) {
  Json subjects = Json::array();
  std::uint64_t pass = 0;
  std::uint64_t fail = 0;
  std::uint64_t open = 0;
  for (const auto& subject : result.subjects) {
    subjects.add(subject_json(subject));
    ++(subject.verdict == Verdict::pass ? pass : subject.verdict == Verdict::fail ? fail : open);
  }
  const auto space = result.tool.find(' ');
  return Json::object({{"schema", "cupel/scan/1"},
                       {"tool", Json::object({{"name", result.tool.substr(0, space)},
                                              {"version", result.tool.substr(space + 1)}})},
                       {"started", to_rfc3339(result.started)},
                       {"finished", to_rfc3339(result.finished)},
                       {"subjects", std::move(subjects)},
                       {"summary", Json::object({{"pass", pass},
                                                 {"fail", fail},
                                                 {"inconclusive", open},
                                                 {"files", result.files},
                                                 {"bytes", result.bytes}})},
                       {"notes", Json::texts(result.notes)}})
             .pretty() +
         "\n";
}

}  // namespace cupel
