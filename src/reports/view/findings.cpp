// SPDX-License-Identifier: Apache-2.0
#include "reports/view/findings.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace cupel {
namespace {

void count(Tally& tally, Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      ++tally.pass;
      return;
    case Verdict::fail:
      ++tally.fail;
      return;
    case Verdict::inconclusive:
      ++tally.inconclusive;
      return;
    case Verdict::not_applicable:
      ++tally.not_applicable;
      return;
  }
}

// What makes two tellings the same finding, in the order people read them.
using Key =
    std::tuple<int, const std::vector<std::string>&, std::uint32_t, std::uint32_t, std::uint64_t,
               std::uint64_t, std::string_view, std::string_view, std::string_view>;

Key key(const Diagnostic& d) {
  const Span span = d.place.span.value_or(Span{});
  return {-static_cast<int>(d.severity),
          d.place.path,
          d.place.line,
          d.place.column,
          span.begin,
          span.end,
          d.place.pointer,
          d.code,
          d.title};
}

using Unit = std::pair<const ProvisionResult*, const UnitResult*>;

void sort_unique(std::vector<const ProvisionResult*>& provisions) {
  std::ranges::sort(provisions, std::less<>{});  // they stand in one vector, in catalogue order
  const auto twins = std::ranges::unique(provisions);
  provisions.erase(twins.begin(), twins.end());
}

// 0 is most urgent.
int urgency(const ProvisionResult& provision) {
  return (provision.verdict == Verdict::fail ? 0 : 2) + (provision.level == Level::shall ? 0 : 1);
}

// The text with every occurrence of the id taken out.
std::string without(std::string_view text, std::string_view id) {
  std::string out;
  for (auto at = id.empty() ? std::string_view::npos : text.find(id); at != std::string_view::npos;
       at = text.find(id)) {
    out += text.substr(0, at);
    text.remove_prefix(at + id.size());
  }
  return out += text;
}

}  // namespace

EvidenceIndex::EvidenceIndex(const Assessment& assessment, const Catalogue& catalogue) {
  for (const auto& observation : assessment.observations) {
    observations_.emplace(observation.id, &observation);
    const bool of_signature = observation.check == "artifact.signature";
    if (!of_signature || observation.subjects.empty()) continue;
    const auto& asset = observation.subjects.front();
    signatures_.emplace(asset.name, &observation);
    if (!asset.digest.empty()) signatures_.emplace(asset.digest, &observation);
  }
  for (const auto& unit : catalogue.units) units_.emplace(unit.id, &unit);
  for (const auto& receipt : assessment.ledger.receipts) {
    if (!receipt.observation.empty()) receipts_.emplace(receipt.observation, &receipt);
  }
}

const EntryReceipt* EvidenceIndex::receipt(std::string_view observation) const {
  const auto found = receipts_.find(observation);
  return found != receipts_.end() ? found->second : nullptr;
}

const Observation* EvidenceIndex::signature(const SubjectRef& subject) const {
  auto found = signatures_.find(subject.name);
  if (found == signatures_.end()) found = signatures_.find(subject.digest);
  return found != signatures_.end() ? found->second : nullptr;
}

const Observation* EvidenceIndex::observation(std::string_view id) const {
  const auto found = observations_.find(id);
  return found != observations_.end() ? found->second : nullptr;
}

bool EvidenceIndex::counts(const UnitResult& unit, std::string_view code) const {
  const auto found = units_.find(unit.id);
  if (found == units_.end() || found->second->codes.empty()) return true;
  return std::ranges::find(found->second->codes, code) != found->second->codes.end();
}

namespace {

// Which units, and of which provisions, read an observation.
std::unordered_map<std::string_view, std::vector<Unit>> readers_of(const Assessment& assessment) {
  std::unordered_map<std::string_view, std::vector<Unit>> readers;
  for (const auto& provision : assessment.provisions) {
    for (const auto& unit : provision.units) {
      for (const auto& id : unit.observations) readers[id].emplace_back(&provision, &unit);
    }
  }
  return readers;
}

}  // namespace

std::vector<Finding> findings_of(const Assessment& assessment, const Catalogue& catalogue) {
  const EvidenceIndex index(assessment, catalogue);
  const auto readers = readers_of(assessment);
  std::vector<Finding> told;
  for (const auto& observation : assessment.observations) {
    const auto units = readers.find(observation.id);
    for (const auto& diagnostic : observation.diagnostics) {
      Finding finding{.diagnostic = &diagnostic, .observation = &observation, .provisions = {}};
      if (units != readers.end()) {
        for (const auto& [provision, unit] : units->second) {
          if (index.counts(*unit, diagnostic.code)) finding.provisions.push_back(provision);
        }
      }
      told.push_back(std::move(finding));
    }
  }
  std::ranges::stable_sort(
      told, [](const auto& a, const auto& b) { return key(*a.diagnostic) < key(*b.diagnostic); });
  std::vector<Finding> findings;
  for (auto& finding : told) {
    if (!findings.empty() && key(*findings.back().diagnostic) == key(*finding.diagnostic)) {
      auto& provisions = findings.back().provisions;
      provisions.insert(provisions.end(), finding.provisions.begin(), finding.provisions.end());
    } else {
      findings.push_back(std::move(finding));
    }
  }
  for (auto& finding : findings) sort_unique(finding.provisions);
  return findings;
}

namespace {

// What a check asks for comes first, then the documents of people, then the guide's words about
// what this version does not look at: whoever reads the first line should be able to act on it.
int concreteness(const Step& step) {
  const std::string_view id = step.provisions.front()->id;
  if (step.text.ends_with("(cupel explain " + std::string(id) + ")")) return 2;
  return step.text.find("cupel attest") != std::string::npos ? 1 : 0;
}

}  // namespace

std::vector<Step> next_steps(const Assessment& assessment) {
  std::vector<Step> steps;
  std::unordered_map<std::string, std::size_t> known;
  for (const auto& provision : assessment.provisions) {
    if (provision.next.empty() || provision.verdict == Verdict::pass) continue;
    const auto [at, fresh] = known.emplace(without(provision.next, provision.id), steps.size());
    if (fresh) steps.push_back({.text = provision.next, .provisions = {}});
    Step& step = steps[at->second];
    step.provisions.push_back(&provision);
    if (provision.verdict == Verdict::fail) step.verdict = Verdict::fail;
  }
  const auto rank = [](const Step& step) {
    int best = 4;
    for (const auto* provision : step.provisions) best = std::min(best, urgency(*provision));
    return std::tuple(best < 2 ? best : 2, concreteness(step), best,
                      -static_cast<int>(step.provisions.size()));
  };
  std::ranges::stable_sort(steps, [&](const Step& a, const Step& b) { return rank(a) < rank(b); });
  return steps;
}

std::vector<const ProvisionResult*> failures(const Assessment& assessment) {
  std::vector<const ProvisionResult*> failed;
  for (const auto& provision : assessment.provisions) {
    if (provision.verdict == Verdict::fail) failed.push_back(&provision);
  }
  std::ranges::stable_sort(failed,
                           [](const auto* a, const auto* b) { return urgency(*a) < urgency(*b); });
  return failed;
}

std::string_view headline(const ProvisionResult& provision, const Diagnostic* worst) {
  return worst != nullptr && provision.reason.starts_with(worst->title) ? worst->title
                                                                        : provision.reason;
}

Tally PrincipleView::tally() const {
  Tally tally;
  for (const auto* provision : provisions) count(tally, provision->verdict);
  return tally;
}

std::vector<PrincipleView> by_principle(const Assessment& assessment, const Catalogue& catalogue) {
  std::vector<PrincipleView> views;
  std::unordered_map<std::string_view, std::size_t> index;
  for (const auto& principle : catalogue.principles) {
    index.emplace(principle.id, views.size());
    views.push_back({.principle = &principle, .provisions = {}});
  }
  for (const auto& provision : assessment.provisions) {
    const auto found = index.find(provision.principle);
    if (found != index.end()) views[found->second].provisions.push_back(&provision);
  }
  return views;
}

std::vector<PhaseView> by_phase(const Assessment& assessment, const Catalogue& catalogue) {
  std::vector<PhaseView> phases;
  const auto named = [&](const std::string& name) -> PhaseView& {
    const auto found = std::ranges::find(phases, name, &PhaseView::name);
    if (found != phases.end()) return *found;
    return phases.emplace_back(PhaseView{.name = name, .tally = {}});
  };
  for (const auto& principle : catalogue.principles) named(principle.phase);
  for (const auto& provision : assessment.provisions) {
    count(named(provision.phase).tally, provision.verdict);
  }
  return phases;
}

std::string_view short_title(const Principle& principle) {
  constexpr std::array<std::string_view, 13> kShort = {
      "Awareness", "Secure design",  "Threats and risks", "Human responsibility",
      "Assets",    "Infrastructure", "Supply chain",      "Documentation",
      "Testing",   "End users",      "Updates",           "Monitoring",
      "Disposal"};
  const auto number = static_cast<std::size_t>(principle.number);
  return number >= 1 && number <= kShort.size() ? kShort.at(number - 1) : principle.title;
}

}  // namespace cupel
