// SPDX-License-Identifier: Apache-2.0
// findings: what every report derives from an assessment before it writes a line.
//
// A Finding is a diagnostic with the provisions whose verdicts it bears on; a Step
// is something to do, with the provisions that it would settle. Both point into
// the assessment, which must outlive them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vocab/assessment.h"

namespace cupel {

struct Finding {
  const Diagnostic* diagnostic = nullptr;
  const Observation* observation = nullptr;
  std::vector<const ProvisionResult*> provisions;  // those with a unit that counts this code
};

// critical and high make a unit fail, medium leaves it inconclusive.
[[nodiscard]] inline bool fails(const Diagnostic& diagnostic) {
  return diagnostic.severity >= Severity::high;
}

// The same thing told by several observations (one per unit) is one finding.
// Worst severity first, then by place; the order depends on nothing else.
[[nodiscard]] std::vector<Finding> findings_of(const Assessment& assessment,
                                               const Catalogue& catalogue);

// A step that reads alike for many provisions but for their ids is one step: `text`
// is that of the first.
struct Step {
  std::string text;
  Verdict verdict = Verdict::inconclusive;         // the worst that it settles
  std::vector<const ProvisionResult*> provisions;  // catalogue order
};

// Failures before what is undecided, shall before should, then what settles most.
[[nodiscard]] std::vector<Step> next_steps(const Assessment& assessment);

// Failing provisions: shall before should, in the catalogue's order.
[[nodiscard]] std::vector<const ProvisionResult*> failures(const Assessment& assessment);

// What to say of a failure beside the place of its worst finding (which may be null):
// the finding's title, or the reason when that says something else.
[[nodiscard]] std::string_view headline(const ProvisionResult& provision, const Diagnostic* worst);

// One of the 13 principles with its results.
struct PrincipleView {
  const Principle* principle = nullptr;
  std::vector<const ProvisionResult*> provisions;
  [[nodiscard]] Tally tally() const;
};
[[nodiscard]] std::vector<PrincipleView> by_principle(const Assessment& assessment,
                                                      const Catalogue& catalogue);

struct PhaseView {
  std::string name;
  Tally tally;
};
// The life-cycle phases in the order in which the catalogue's principles name them.
[[nodiscard]] std::vector<PhaseView> by_phase(const Assessment& assessment,
                                              const Catalogue& catalogue);

// "Supply chain": two or three words of ours where a title does not fit.
[[nodiscard]] std::string_view short_title(const Principle& principle);

// Observations by id, and the codes that count for a unit.
class EvidenceIndex {
 public:
  EvidenceIndex(const Assessment& assessment, const Catalogue& catalogue);
  // Nothing when the assessment does not hold the observation.
  [[nodiscard]] const Observation* observation(std::string_view id) const;
  [[nodiscard]] bool counts(const UnitResult& unit, std::string_view code) const;
  // What leads from the observation to the ledger's root; null in a pure computation.
  [[nodiscard]] const EntryReceipt* receipt(std::string_view observation) const;
  // Where the signature of the asset, or of the file that it is, was looked at; or null.
  [[nodiscard]] const Observation* signature(const SubjectRef& subject) const;

 private:
  std::unordered_map<std::string_view, const Observation*> observations_;
  std::unordered_map<std::string_view, const TestUnit*> units_;
  std::unordered_map<std::string_view, const EntryReceipt*> receipts_;
  std::unordered_map<std::string_view, const Observation*> signatures_;  // by name and by digest
};

}  // namespace cupel
