// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "scan/scan.h"

namespace cupel::scan {
namespace {

Json to_json(const Finding& finding) {
  Json json = cupel::to_json(static_cast<const Diagnostic&>(finding));
  if (!finding.excerpt.empty()) {
    json.set("excerpt", to_hex(as_bytes(finding.excerpt)));
    json.set("excerpt_begin", finding.excerpt_begin);
  }
  return json;
}

Json to_json(const Import& import) {
  return Json::object(
      {{"name", import.name}, {"standing", import.standing}, {"count", import.count}});
}

Json to_json(const Statement& statement) {
  return Json::object({{"key", statement.key},
                       {"value", statement.value},
                       {"place", cupel::to_json(statement.place)}});
}

template <class T>
Json list_of(const std::vector<T>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.add(to_json(item));
  return list;
}

std::vector<std::string> texts_of(const Json& json) {
  std::vector<std::string> texts;
  for (const auto& item : json.items()) texts.push_back(item.text());
  return texts;
}

std::uint64_t number_of(const Json& json) {
  return static_cast<std::uint64_t>(json.integer());
}

bool read_lists(const Json& json, Report& report) {
  for (const auto& each : json["findings"].items()) {
    auto diagnostic = diagnostic_from(each);
    if (!diagnostic) return false;
    Finding finding{{std::move(*diagnostic)}};
    if (const auto bytes = from_hex(each["excerpt"].text())) finding.excerpt = as_text(*bytes);
    finding.excerpt_begin = number_of(each["excerpt_begin"]);
    report.findings.push_back(std::move(finding));
  }
  for (const auto& each : json["imports"].items()) {
    report.imports.push_back({.name = each["name"].text(),
                              .standing = each["standing"].text(),
                              .count = number_of(each["count"])});
  }
  for (const auto& each : json["statements"].items()) {
    auto place = place_from(each["place"]);
    if (!place) return false;
    report.statements.push_back(
        {.key = each["key"].text(), .value = each["value"].text(), .place = std::move(*place)});
  }
  return true;
}

}  // namespace

Json to_json(const Report& report) {
  return Json::object({{"format", report.format},
                       {"formats", Json::texts(report.formats)},
                       {"size_bytes", report.size_bytes},
                       {"missed_bytes", report.missed_bytes},
                       {"shortfalls", Json::texts(report.shortfalls)},
                       {"findings", list_of(report.findings)},
                       {"findings_untold", report.findings_untold},
                       {"imports", list_of(report.imports)},
                       {"statements", list_of(report.statements)},
                       {"layers", report.layers}});
}

std::optional<Report> report_from(const Json& json) {
  Report report;
  if (!json.is_object() || !json.has("findings") || !json.has("shortfalls")) return {};
  report.format = json["format"].text();
  report.formats = texts_of(json["formats"]);
  report.size_bytes = number_of(json["size_bytes"]);
  report.missed_bytes = number_of(json["missed_bytes"]);
  report.shortfalls = texts_of(json["shortfalls"]);
  report.findings_untold = number_of(json["findings_untold"]);
  report.layers = number_of(json["layers"]);
  if (!read_lists(json, report)) return {};
  return report;
}

}  // namespace cupel::scan
