// SPDX-License-Identifier: Apache-2.0
#include "assess/unit.h"

#include <algorithm>

#include "assess/trust.h"
#include "base/text.h"

namespace cupel {
namespace {

bool counts(const TestUnit& unit, const Diagnostic& diagnostic) {
  return unit.codes.empty() || std::ranges::find(unit.codes, diagnostic.code) != unit.codes.end();
}

// Those observations of the cycle that speak for this unit.
std::vector<const Observation*> observations_of(const TestUnit& unit, const Evidence& evidence) {
  std::vector<const Observation*> found;
  for (const auto& observation : evidence.observations) {
    if (observation.check != unit.check) continue;
    if (!observation.provision.empty() && observation.provision != unit.provision) continue;
    // A condition of a whole provision is judged with the provision, not with a unit.
    if (observation.condition && !observation.condition->provision.empty()) continue;
    found.push_back(&observation);
  }
  return found;
}

std::string told(const Diagnostic& diagnostic) {
  const std::string place = to_text(diagnostic.place);
  return place.empty() ? diagnostic.title : cat(diagnostic.title, " (", place, ")");
}

// The worst diagnostic that counts, and how many of its weight there are.
struct Worst {
  const Diagnostic* diagnostic = nullptr;
  std::size_t others = 0;
};
Worst worst_of(const TestUnit& unit, const std::vector<const Observation*>& observations) {
  Worst worst;
  std::size_t weighty = 0;
  for (const auto* observation : observations) {
    for (const auto& diagnostic : observation->diagnostics) {
      if (!counts(unit, diagnostic) || diagnostic.severity < Severity::medium) continue;
      ++weighty;
      if (worst.diagnostic == nullptr || diagnostic.severity > worst.diagnostic->severity) {
        worst.diagnostic = &diagnostic;
      }
    }
  }
  worst.others = weighty == 0 ? 0 : weighty - 1;
  return worst;
}

std::string reason_of(const Worst& worst) {
  return worst.others == 0 ? told(*worst.diagnostic)
                           : cat(told(*worst.diagnostic), ", and ", worst.others, " more");
}

// Freshness, coverage and signatures: why an observation without findings may still
// not carry a pass. Empty when it does.
std::string shortfall(const Observation& observation, Timestamp as_of) {
  if (observation.observed_at > as_of) return "it is dated after the moment of judgement";
  if (observation.valid_until && *observation.valid_until <= as_of) {
    return cat("the evidence is out of date since ", to_date(*observation.valid_until));
  }
  const Coverage& coverage = observation.coverage;
  if (coverage.examined < coverage.population) {
    const std::string how_many =
        cat(coverage.population - coverage.examined, " of ", coverage.population, " not examined");
    return coverage.shortfall.empty() ? how_many : cat(how_many, ": ", coverage.shortfall);
  }
  return {};
}

void withhold_pass(UnitResult& result, std::string why) {
  result.verdict = Verdict::inconclusive;
  if (result.reason.empty()) result.reason = std::move(why);
}

void require_signature(const Provision& provision, const Observation& observation,
                       const Evidence& evidence, Timestamp as_of, UnitResult& result) {
  for (const auto& subject : observation.subjects) {
    const auto found =
        signed_by(evidence, provision, subject.digest, observation.facts["author"].text(), as_of);
    if (found.by.empty()) {
      withhold_pass(result, cat(subject.name, ": ", found.reason));
    } else if (std::ranges::find(result.attested_by, found.by) == result.attested_by.end()) {
      result.attested_by.push_back(found.by);
    }
  }
}

// A pass stands on evidence that is fresh, complete and, where the rule asks for it, signed.
void require_support(const TestUnit& unit, const Provision& provision,
                     const std::vector<const Observation*>& observations, const Evidence& evidence,
                     Timestamp as_of, UnitResult& result) {
  const bool by_people = unit.rule == Rule::attested;
  for (const auto* observation : observations) {
    std::string why = shortfall(*observation, as_of);
    if (!why.empty()) withhold_pass(result, std::move(why));
    if (by_people) require_signature(provision, *observation, evidence, as_of, result);
  }
  if (by_people && !result.attested_by.empty()) {
    std::string why = roster_problem(evidence, as_of);
    if (!why.empty()) withhold_pass(result, std::move(why));
  }
}

std::string missing_reason(const TestUnit& unit, const Provision& provision,
                           const Evidence& evidence) {
  const auto& only = evidence.cycle.only;
  const auto named = [&](std::string_view id) { return std::ranges::find(only, id) != only.end(); };
  if (!only.empty() && !named(unit.check) && !named(unit.provision)) {
    return "not asked for in this cycle (--only)";
  }
  if (unit.rule == Rule::attested && unit.kind == UnitKind::conceptual) {
    return cat("no document is declared for ", provision.id);
  }
  return cat("the check ", unit.check, " left no observation in this cycle");
}

}  // namespace

UnitResult judge_unit(const TestUnit& unit, const Provision& provision, const Evidence& evidence,
                      Timestamp as_of) {
  UnitResult result{.id = std::string(unit.id),
                    .check = std::string(unit.check),
                    .kind = unit.kind,
                    .verdict = Verdict::inconclusive,
                    .criterion = std::string(unit.criterion),
                    .measured = {},
                    .reason = {},
                    .observations = {},
                    .attested_by = {}};
  const auto observations = observations_of(unit, evidence);
  if (observations.empty()) {
    result.reason = missing_reason(unit, provision, evidence);
    return result;
  }
  std::uint64_t population = 0;
  std::string no_subject;
  std::vector<std::string> measured;
  for (const auto* observation : observations) {
    result.observations.push_back(observation->id);
    population += observation->coverage.population;
    if (!observation->measured.empty()) measured.push_back(observation->measured);
    if (observation->condition && !observation->condition->met) {
      no_subject = observation->condition->why;
    }
  }
  result.measured = join(measured, "; ");

  const Worst worst = worst_of(unit, observations);
  if (worst.diagnostic != nullptr && worst.diagnostic->severity >= Severity::high) {
    result.verdict = Verdict::fail;
    result.reason = reason_of(worst);
    return result;
  }
  if (population == 0) {
    result.verdict = no_subject.empty() ? Verdict::inconclusive : Verdict::not_applicable;
    result.reason = no_subject.empty() ? "there was nothing to look at" : no_subject;
    return result;
  }
  result.verdict = Verdict::pass;
  if (worst.diagnostic != nullptr) {
    result.verdict = Verdict::inconclusive;
    result.reason = reason_of(worst);
  }
  require_support(unit, provision, observations, evidence, as_of, result);
  return result;
}

}  // namespace cupel
