// SPDX-License-Identifier: Apache-2.0
#include "reports/sarif/log.h"

#include <algorithm>

#include "base/text.h"
#include "reports/sarif/parts.h"
#include "reports/sarif/record.h"
#include "reports/view/findings.h"

namespace cupel {
namespace {

constexpr std::size_t kGithubResults = 25'000;  // GitHub refuses a file with more
constexpr std::string_view kSystemFile = "cupel.yaml";

bool in(const std::vector<const ProvisionResult*>& list, const ProvisionResult& provision) {
  return std::ranges::find(list, &provision) != list.end();
}

// The log under construction. Rules are numbered as results first name them.
class Log {
 public:
  Log(const Assessment& assessment, const Catalogue& catalogue, SarifReader reader)
      : assessment_(assessment),
        catalogue_(catalogue),
        github_(reader == SarifReader::github),
        findings_(findings_of(assessment, catalogue)),
        taxonomy_(assessment),
        artifacts_(assessment) {}

  std::string write() {
    std::string results;
    std::size_t written = 0;
    const auto put = [&](const std::string& result) {
      if (github_ && ++written > kGithubResults) return;
      results += results.empty() ? "\n" : ",\n";
      results += result;
    };
    for (const auto& finding : findings_) {
      if (!github_ || is_failure(finding)) put(result_of(finding));
    }
    for (const auto& provision : assessment_.provisions) {
      if (!github_ || (provision.verdict == Verdict::fail && !has_finding(provision))) {
        put(result_of(provision));
      }
    }
    const std::size_t cut = written > kGithubResults ? written - kGithubResults : 0;
    return cat(
        "{\"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json\",\n\"version\": \"2.1.0\",\n\"runs\": [{\n\"tool\": ",
        tool().canonical(), ",\n\"automationDetails\": ", automation().canonical(),
        ",\n\"invocations\": [", invocation(cut).canonical(), "],\n\"columnKind\": ",
        "\"unicodeCodePoints\",\n\"originalUriBaseIds\": ", base().canonical(),
        ",\n\"taxonomies\": [", taxonomy_.component().canonical(), "],\n",
        github_ ? std::string() : cat("\"artifacts\": ", array_of(artifacts_.list()), ",\n"),
        "\"properties\": ", properties().canonical(), ",\n\"results\": [", results, "]\n}]}\n");
  }

 private:
  // A finding that by itself makes a provision fail.
  static bool is_failure(const Finding& finding) {
    return fails(*finding.diagnostic) &&
           std::ranges::any_of(finding.provisions, [](const ProvisionResult* provision) {
             return provision->verdict == Verdict::fail;
           });
  }

  bool has_finding(const ProvisionResult& provision) const {
    return std::ranges::any_of(findings_, [&](const Finding& finding) {
      return is_failure(finding) && in(finding.provisions, provision);
    });
  }

  std::size_t rule(std::string id, Json facts) {
    const auto [known, fresh] = rule_index_.emplace(std::move(id), rules_.size());
    if (fresh) rules_.push_back(std::move(facts));
    return known->second;
  }

  Json relationships(const std::vector<const ProvisionResult*>& provisions) const {
    Json::Array list;
    for (const auto* provision : provisions) {
      list.push_back(Json::object(
          {{"target", taxonomy_.reference(*provision)}, {"kinds", Json::array({"relevant"})}}));
    }
    return list;
  }

  std::size_t rule_of(const Finding& finding) {
    const Diagnostic& diagnostic = *finding.diagnostic;
    const std::string code = printable(diagnostic.code, 40);
    const auto known = rule_index_.find(code);
    if (known != rule_index_.end()) return known->second;
    // Worst first: the first finding of a code has the severity that ranks it.
    return rule(
        code,
        Json::object(
            {{"id", code},
             {"shortDescription",
              message(cat(diagnostic.code, ", found by ", finding.observation->check))},
             {"help", message(cat("cupel explain ", diagnostic.code))},
             {"defaultConfiguration",
              Json::object({{"level", diagnostic.severity >= Severity::high ? "error" : "note"}})},
             {"relationships", relationships(finding.provisions)},
             {"properties",
              Json::object({{"tags", Json::array({"security", "artificial-intelligence"})},
                            {"security-severity", security_severity(diagnostic.severity)}})}}));
  }

  std::size_t rule_of(const ProvisionResult& provision) {
    const Provision* entry = catalogue_.find(provision.id);
    Json facts = Json::object(
        {{"id", printable(provision.id, 40)}, {"shortDescription", message(provision.title)}});
    if (entry != nullptr) facts.set("fullDescription", message(entry->requirement));
    facts.set("help", message(cat("cupel explain ", provision.id)));
    facts.set("defaultConfiguration", Json::object({{"level", level_of(provision.level)}}));
    facts.set("relationships", relationships({&provision}));
    facts.set("properties",
              Json::object({{"tags", Json::array({"security", "provision"})},
                            {"security-severity", security_severity(provision.level == Level::shall
                                                                        ? Severity::high
                                                                        : Severity::medium)}}));
    return rule(printable(provision.id, 40), std::move(facts));
  }

  std::string location_of(const Place& place) {
    Record physical;
    if (github_) {
      // GitHub shows lines of files of the repository, and nothing inside an archive.
      Record file;
      const std::string uri = uri_of(place.path.empty() ? kSystemFile : place.path.front());
      physical.json("artifactLocation", std::move(file.text("uri", uri, uri.size())).done());
      physical.json("region", place.line != 0 && place.path.size() == 1 ? region_of(place)
                                                                        : "{\"startLine\":1}");
    } else {
      physical.json("artifactLocation", artifacts_.location(place));
      if (const auto region = region_of(place); !region.empty()) physical.json("region", region);
    }
    Record location;
    location.json("physicalLocation", std::move(physical).done());
    if (!place.pointer.empty()) {
      Record pointer;
      pointer.text("fullyQualifiedName", place.pointer, 300);
      location.json("logicalLocations", array_of({std::move(pointer).done()}));
    }
    return std::move(location).done();
  }

  static std::string_view kind_of(const Diagnostic& diagnostic) {
    if (fails(diagnostic)) return "fail";
    return diagnostic.severity == Severity::medium ? "review" : "informational";
  }

  std::string result_of(const Finding& finding) {
    const Diagnostic& diagnostic = *finding.diagnostic;
    const auto kind = kind_of(diagnostic);
    const bool shall = std::ranges::any_of(finding.provisions,
                                           [](const auto* p) { return p->level == Level::shall; });
    std::string key = cat(diagnostic.code, "\n", join(diagnostic.place.path, "\n"), "\n\n",
                          diagnostic.place.pointer, "\n", diagnostic.title);
    key += cat("\n", seen_[key]++);  // the same thing twice in one file is two findings
    Record result;
    result.text("ruleId", diagnostic.code, 40)
        .number("ruleIndex", rule_of(finding))
        .text("kind", kind)
        .text("level", kind != "fail" ? "none" : level_of(shall ? Level::shall : Level::should))
        .json("message",
              message_text(cat(diagnostic.title, ". ", place_note(diagnostic), diagnostic.help)));
    if (github_ || !diagnostic.place.path.empty()) {
      result.json("locations", array_of({location_of(diagnostic.place)}));
    }
    Record prints;
    prints.text("cupelFinding/v1", fingerprint(key));
    result.json("partialFingerprints", std::move(prints).done());
    if (!finding.provisions.empty()) result.json("taxa", taxa(finding.provisions));
    Record properties;
    properties.text("severity", to_text(diagnostic.severity))
        .text("observation", finding.observation->id, 64);
    return std::move(result.json("properties", std::move(properties).done())).done();
  }

  // A reader of GitHub's alert sees no member of an archive, so the message says it.
  std::string place_note(const Diagnostic& diagnostic) const {
    const bool lost = github_ && (diagnostic.place.path.size() > 1 || diagnostic.place.span);
    return lost ? cat("It stands in ", to_text(diagnostic.place), ". ") : std::string();
  }

  static std::string_view kind_of(const ProvisionResult& provision) {
    switch (provision.verdict) {
      case Verdict::pass:
        return "pass";
      case Verdict::fail:
        return "fail";
      case Verdict::inconclusive:  // what only people can settle waits for their review
        return provision.kind == ProvisionKind::organisational ? "review" : "open";
      case Verdict::not_applicable:
        return "notApplicable";
    }
    return {};
  }

  std::string result_of(const ProvisionResult& provision) {
    const auto kind = kind_of(provision);
    std::vector<std::string> units;
    for (const auto& unit : provision.units) {
      Record record;
      record.text("id", unit.id, 100)
          .text("kind", to_text(unit.kind))
          .text("verdict", to_text(unit.verdict))
          .text("criterion", unit.criterion, 1000)
          .text("measured", unit.measured, 1000);
      units.push_back(std::move(record).done());
    }
    Record result;
    result.text("ruleId", provision.id, 40)
        .number("ruleIndex", rule_of(provision))
        .text("kind", kind)
        .text("level", kind == "fail" ? level_of(provision.level) : "none")
        .json("message",
              message_text(provision.reason.empty() ? provision.title : provision.reason));
    if (github_) result.json("locations", array_of({location_of({})}));
    Record prints;
    prints.text("cupelProvision/v1",
                fingerprint(cat("provision\n", assessment_.system_name, "\n", provision.id)));
    Record properties;
    properties.text("verdict", to_text(provision.verdict))
        .text("decidedBy", to_text(provision.decided_by))
        .json("testUnits", array_of(units));
    result.json("partialFingerprints", std::move(prints).done())
        .json("taxa", taxa({&provision}))
        .json("properties", std::move(properties).done());
    return std::move(result).done();
  }

  std::string taxa(const std::vector<const ProvisionResult*>& provisions) const {
    std::vector<std::string> list;
    list.reserve(provisions.size());
    for (const auto* provision : provisions) list.push_back(taxonomy_.reference_text(*provision));
    return array_of(list);
  }

  Json tool() const {
    const auto space = assessment_.tool.find(' ');
    Json driver = Json::object({{"name", printable(assessment_.tool.substr(0, space), 80)}});
    if (space != std::string::npos) {
      driver.set("version", printable(assessment_.tool.substr(space + 1), 80));
    }
    driver.set("rules", Json::array(rules_));
    driver.set("supportedTaxonomies",
               Json::array({Json::object({{"name", "EN304223"}, {"index", 0}})}));
    return Json::object({{"driver", std::move(driver)}});
  }

  Json automation() const {
    std::string name = printable(assessment_.system_name, 200);
    std::ranges::replace(name, '/', '-');
    return Json::object({{"id", cat("cupel/", name, "/", printable(assessment_.cycle.id, 64))}});
  }

  Json invocation(std::size_t cut) const {
    const Cycle& cycle = assessment_.cycle;
    Json invocation = Json::object({{"executionSuccessful", cycle.finished.has_value()},
                                    {"startTimeUtc", to_rfc3339(cycle.started)}});
    if (cycle.finished) invocation.set("endTimeUtc", to_rfc3339(*cycle.finished));
    if (cut != 0) {
      invocation.set("toolExecutionNotifications",
                     Json::array({Json::object(
                         {{"level", "warning"},
                          {"message", message(cat(cut,
                                                  " results more than GitHub accepts; all stand"
                                                  " in results.sarif"))}})}));
    }
    return invocation;
  }

  static Json base() {
    return Json::object(
        {{"SYSTEM", Json::object({{"description", message("the folder of cupel.yaml")}})}});
  }

  Json properties() const {
    const auto tally = [](const Tally& t) {
      return Json::object({{"pass", t.pass},
                           {"fail", t.fail},
                           {"inconclusive", t.inconclusive},
                           {"not_applicable", t.not_applicable}});
    };
    return Json::object({{"nature", "self-assessment"},
                         {"systemDigest", printable(assessment_.system_digest, 64)},
                         {"ledgerRoot", printable(assessment_.ledger.root, 64)},
                         {"shall", tally(assessment_.shall)},
                         {"should", tally(assessment_.should)}});
  }

  const Assessment& assessment_;
  const Catalogue& catalogue_;
  bool github_;
  std::vector<Finding> findings_;
  Taxonomy taxonomy_;
  Artifacts artifacts_;
  Json::Array rules_;
  std::unordered_map<std::string, std::size_t> rule_index_;
  std::unordered_map<std::string, std::size_t> seen_;
};

}  // namespace

std::string sarif_log(const Assessment& assessment, const Catalogue& catalogue,
                      SarifReader reader) {
  return Log(assessment, catalogue, reader).write();
}

}  // namespace cupel
