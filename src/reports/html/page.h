// SPDX-License-Identifier: Apache-2.0
// Page: the HTML report under construction, section by section.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/html/markup.h"
#include "reports/view/findings.h"

namespace cupel {

// What is cut is said where it is cut, with where the rest stands: assessment.json.
struct PageLimits {
  static constexpr std::size_t kPerUnit = 5;          // findings told with a unit
  static constexpr std::size_t kPerObservation = 50;  // diagnostics told with an observation
  static constexpr std::size_t kDiagnostics = 1500;   // of all observations together
  static constexpr std::size_t kObservations = 500;   // told at all
  static constexpr std::size_t kSubjects = 20;        // of one observation
  static constexpr std::size_t kFacts = 40;           // members of one observation's facts
  static constexpr std::size_t kFactBytes = 400;      // of one of them
  static constexpr std::size_t kFailures = 12;        // before they are folded
  static constexpr std::size_t kSteps = 8;
};

struct Page {
  Page(const Assessment& an_assessment, const Catalogue& a_catalogue);

  const Assessment& assessment;
  const Catalogue& catalogue;
  EvidenceIndex index;
  std::vector<Finding> findings;
  std::vector<PrincipleView> principles;
  std::unordered_map<const ProvisionResult*, const Finding*> worst;  // per provision
  std::size_t diagnostics_left = PageLimits::kDiagnostics;
  Markup out;
};

// "pass", "fail", "open", "na": the class that colours and marks a verdict.
[[nodiscard]] std::string_view class_of(Verdict verdict);
// "pass", "fail", "inconclusive", "not applicable".
[[nodiscard]] std::string_view words_of(Verdict verdict);
// "2026-11-22 17:15 UTC".
[[nodiscard]] std::string minute(Timestamp at);

// The square with its sign; decoration beside words that say the same.
void put_mark(Page& page, Verdict verdict);
void put_mark_and_word(Page& page, Verdict verdict);
void put_finding(Page& page, const Diagnostic& diagnostic);

// The sections, in their order on the page.
void put_masthead(Page& page);
void put_summary(Page& page);
void put_wheel(Page& page);  // a part of the summary
void put_phases(Page& page);
void put_failing(Page& page);
void put_principles(Page& page);
[[nodiscard]] bool has_assets(const Page& page);  // the graph of them was observed
void put_assets(Page& page);
void put_evidence(Page& page);
void put_verification(Page& page);

}  // namespace cupel
