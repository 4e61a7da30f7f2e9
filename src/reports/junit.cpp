// SPDX-License-Identifier: Apache-2.0
// JUnit: one suite per principle, one case per provision, so that a pipeline counts 72.
//
// There is no schema, only what readers accept: attributes are few, control
// characters are spelled out, and what cannot be told in a line stands in
// assessment.json.
#include <algorithm>

#include "base/text.h"
#include "reports/report.h"
#include "reports/view/findings.h"

namespace cupel {
namespace {

constexpr std::size_t kFindings = 20;  // told with one case

// Printable text without what XML 1.0 cannot hold at all.
std::string xml(std::string_view text, std::size_t limit = 1000) {
  std::string out;
  const std::string clean = printable(text, limit);
  for (std::string_view rest = clean; !rest.empty();) {
    if (rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf")) {
      out += rest[2] == '\xbe' ? "\\u{fffe}" : "\\u{ffff}";
      rest.remove_prefix(3);
      continue;
    }
    switch (rest.front()) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += rest.front();
    }
    rest.remove_prefix(1);
  }
  return out;
}

// "1.204": milliseconds as seconds.
std::string seconds(std::int64_t ms) {
  const std::string digits = cat(std::max<std::int64_t>(ms, 0) % 1000);
  return cat(std::max<std::int64_t>(ms, 0) / 1000, ".", std::string(3 - digits.size(), '0'),
             digits);
}

std::string counts(const Tally& tally) {
  return cat(" tests=\"", tally.total(), "\" failures=\"", tally.fail, "\" errors=\"",
             tally.inconclusive, "\" skipped=\"", tally.not_applicable, "\"");
}

// Units that do not pass, then the findings that bear on the provision.
std::string body(const ProvisionResult& result, const std::vector<Finding>& findings) {
  std::string out;
  for (const auto& unit : result.units) {
    if (unit.verdict == Verdict::pass) continue;
    out += cat(xml(unit.id, 100), ": ", to_text(unit.verdict), ": ", xml(unit.reason), "\n");
  }
  std::size_t told = 0;
  for (const auto& finding : findings) {
    if (std::ranges::find(finding.provisions, &result) == finding.provisions.end()) continue;
    if (++told > kFindings) continue;
    out +=
        cat(to_text(finding.diagnostic->severity), "[", xml(finding.diagnostic->code, 40), "] ",
            xml(finding.diagnostic->title), " -- ", xml(to_text(finding.diagnostic->place)), "\n");
  }
  if (told > kFindings) {
    out += cat("and ", told - kFindings, " findings more, in assessment.json\n");
  }
  if (!result.next.empty()) out += cat("next: ", xml(result.next), "\n");
  return out;
}

void put_case(std::string& out, const ProvisionResult& result,
              const std::vector<Finding>& findings) {
  std::string group = xml(result.principle, 40);
  std::ranges::replace(group, '.', '_');
  out += cat("    <testcase classname=\"EN304223.", group, "\" name=\"", xml(result.id, 40), " ",
             xml(result.title, 200), " (", to_text(result.level), ")\"");
  const std::string message = xml(result.reason);
  switch (result.verdict) {
    case Verdict::pass:
      out += "/>\n";
      return;
    case Verdict::fail:
      out += cat(">\n      <failure type=\"FAIL\" message=\"", message, "\">",
                 body(result, findings), "</failure>\n    </testcase>\n");
      return;
    case Verdict::inconclusive:
      out += cat(">\n      <error type=\"INCONCLUSIVE\" message=\"", message, "\">",
                 body(result, findings), "</error>\n    </testcase>\n");
      return;
    case Verdict::not_applicable:
      out += cat(">\n      <skipped message=\"", message, "\"/>\n    </testcase>\n");
      return;
  }
}

std::string render(const Assessment& assessment, const Catalogue& catalogue) {
  const auto findings = findings_of(assessment, catalogue);
  const Cycle& cycle = assessment.cycle;
  const std::string timestamp = to_rfc3339(cycle.started).substr(0, 19);
  Tally all;
  for (const auto* tally : {&assessment.shall, &assessment.should}) {
    all.pass += tally->pass;
    all.fail += tally->fail;
    all.inconclusive += tally->inconclusive;
    all.not_applicable += tally->not_applicable;
  }
  std::string out = cat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ETSI EN 304 223 V2.1.1"
      " self-assessment: ",
      xml(assessment.system_name, 200), " ", xml(assessment.system_version, 80), "\"", counts(all),
      " time=\"", seconds(cycle.finished.value_or(cycle.started).ms - cycle.started.ms), "\">\n");
  for (const auto& view : by_principle(assessment, catalogue)) {
    out += cat("  <testsuite name=\"", xml(view.principle->id, 40), " ",
               xml(view.principle->title, 200), "\"", counts(view.tally()), " timestamp=\"",
               timestamp, "\">\n    <properties><property name=\"ledger-root\" value=\"",
               xml(assessment.ledger.root, 64), "\"/></properties>\n");
    for (const auto* result : view.provisions) put_case(out, *result, findings);
    out += "  </testsuite>\n";
  }
  return out += "</testsuites>\n";
}

}  // namespace

extern constinit const Report kJunitReport = {
    .id = "junit",
    .file = "junit.xml",
    .title = "JUnit XML for pipelines: one test case per provision",
    .render = render};

}  // namespace cupel
