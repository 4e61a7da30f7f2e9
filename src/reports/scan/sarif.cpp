// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "base/text.h"
#include "reports/sarif/parts.h"
#include "reports/scan_report.h"

namespace cupel {
namespace {

std::string_view sarif_level(Severity severity) {
  if (severity >= Severity::high) return "error";
  return severity == Severity::medium ? "warning" : "note";
}

std::string innermost(const Place& place) {
  return join(place.path, "!");
}

// A member of an archive is no file of the repository: the location is the file's, the member is
// told as a logical location.
Json location_of(const Place& place, const std::string& path, SarifReader reader) {
  Json physical = Json::object({{"artifactLocation", Json::object({{"uri", uri_of(path)}})}});
  if (reader == SarifReader::github && (place.line == 0 || place.path.size() > 1)) {
    physical.set("region", Json::object({{"startLine", 1}}));
  } else if (place.path.size() <= 1) {
    const auto region = region_of(place);
    if (!region.empty()) physical.set("region", read_json(region).value.value_or(Json()));
  }
  Json location = Json::object({{"physicalLocation", std::move(physical)}});
  if (place.path.size() > 1 || !place.pointer.empty()) {
    const auto name =
        place.pointer.empty() ? innermost(place) : cat(innermost(place), "#", place.pointer);
    location.set("logicalLocations",
                 Json::array({Json::object(
                     {{"fullyQualifiedName", printable(name, 1'000)}, {"kind", "member"}})}));
  }
  return location;
}

// Stays the same while what is found, and where, does; the digest of the file is not in it.
std::string key_of(const ScanSubject& subject, const scan::Finding& finding) {
  return cat(subject.path, "\n", innermost(finding.place), "\n", finding.code, "\n",
             finding.place.pointer, "\n", finding.title);
}

// Of a folder's finding the file that it stands in.
const std::string& file_of(const ScanSubject& subject, const scan::Finding& finding) {
  const bool is_folder = subject.path.ends_with('/');
  return is_folder && !finding.place.path.empty() ? finding.place.path.front() : subject.path;
}

Json result_of(const ScanSubject& subject, const scan::Finding& finding, std::size_t rule,
               SarifReader reader) {
  const std::string where =
      reader == SarifReader::github ? cat(" (", to_text(finding.place), ")") : "";
  return Json::object(
      {{"ruleId", finding.code},
       {"ruleIndex", rule},
       {"level", sarif_level(finding.severity)},
       {"message", message(cat(finding.title, where, ". ", finding.help))},
       {"locations", Json::array({location_of(finding.place, file_of(subject, finding), reader)})},
       {"partialFingerprints",
        Json::object({{"cupelFinding/v1", fingerprint(key_of(subject, finding))}})},
       {"properties", Json::object({{"severity", to_text(finding.severity)},
                                    {"notes", Json::texts(finding.notes)}})}});
}

Json open_result_of(const ScanSubject& subject, SarifReader reader) {
  Json result = Json::object(
      {{"ruleId", "SCN002"},
       {"kind", "open"},
       {"level", "none"},
       {"message",
        message(cat("not examined to its end: ", join(subject.report.shortfalls, "; ")))},
       {"locations", Json::array({location_of({}, subject.path, reader)})},
       {"partialFingerprints",
        Json::object({{"cupelFinding/v1", fingerprint(cat(subject.path, "\nopen"))}})}});
  if (reader == SarifReader::github) {  // which knows no kinds, and would not show it
    result.set("kind", "fail");
    result.set("level", "warning");
  }
  return result;
}

}  // namespace

std::string render_scan_sarif(const ScanResult& result, SarifReader reader) {
  std::map<std::string, Severity> severities;
  for (const auto& subject : result.subjects) {
    if (!subject.report.complete()) severities.try_emplace("SCN002", Severity::medium);
    for (const auto& finding : subject.report.findings) {
      auto& worst = severities.try_emplace(finding.code, finding.severity).first->second;
      worst = std::max(worst, finding.severity);
    }
  }
  std::map<std::string, std::size_t> index;
  Json rules = Json::array();
  for (const auto& [code, severity] : severities) {
    index.emplace(code, index.size());
    rules.add(Json::object(
        {{"id", code},
         {"shortDescription", message(cat("cupel explain ", code, " says more"))},
         {"properties", Json::object({{"security-severity", security_severity(severity)},
                                      {"tags", Json::array({"security", "EN304223-5.2.3-1"})}})}}));
  }
  Json results = Json::array();
  for (const auto& subject : result.subjects) {
    for (const auto& finding : subject.report.findings) {
      results.add(result_of(subject, finding, index.at(finding.code), reader));
    }
    if (!subject.report.complete()) results.add(open_result_of(subject, reader));
  }
  const auto space = result.tool.find(' ');
  Json driver = Json::object({{"name", result.tool.substr(0, space)},
                              {"version", result.tool.substr(space + 1)},
                              {"rules", std::move(rules)}});
  Json run = Json::object(
      {{"tool", Json::object({{"driver", std::move(driver)}})},
       {"invocations", Json::array({Json::object({{"executionSuccessful", true},
                                                  {"startTimeUtc", to_rfc3339(result.started)},
                                                  {"endTimeUtc", to_rfc3339(result.finished)}})})},
       {"columnKind", "unicodeCodePoints"},
       {"results", std::move(results)}});
  return Json::object({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                       {"version", "2.1.0"},
                       {"runs", Json::array({std::move(run)})}})
             .pretty() +
         "\n";
}

}  // namespace cupel
