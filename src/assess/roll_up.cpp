// SPDX-License-Identifier: Apache-2.0
// From unit verdicts to a verdict per provision, and to the sums that head a report.

#include <algorithm>

#include "assess/assess.h"
#include "assess/trust.h"
#include "assess/unit.h"
#include "base/text.h"

namespace cupel {
namespace {

// The duty is somebody else's when none of its roles is held. What binds every
// organisation, and what End-users owe, stays with whoever runs the assessment.
bool role_held(const Provision& provision, const System& system) {
  return std::ranges::any_of(provision.roles, [&](const std::string& role) {
    return role == "organisation" || std::ranges::find(system.roles, role) != system.roles.end();
  });
}

// The machine's word on the condition of a provision; a word that it is met wins.
const Condition* condition_of(const Provision& provision, const Evidence& evidence) {
  const Condition* found = nullptr;
  for (const auto& observation : evidence.observations) {
    if (!observation.condition || observation.condition->provision != provision.id) continue;
    if (found == nullptr || observation.condition->met) found = &*observation.condition;
  }
  return found;
}

const UnitResult* first_with(const ProvisionResult& result, Verdict verdict) {
  const auto found = std::ranges::find(result.units, verdict, &UnitResult::verdict);
  return found == result.units.end() ? nullptr : &*found;
}

bool passes(const ProvisionResult& result, UnitKind kind) {
  return std::ranges::any_of(result.units, [&](const UnitResult& unit) {
    return unit.kind == kind && unit.verdict == Verdict::pass;
  });
}

bool attested(const ProvisionResult& result) {
  return std::ranges::any_of(result.units,
                             [](const UnitResult& unit) { return !unit.attested_by.empty(); });
}

// What the observations of a unit leave to be done.
struct Grounds {
  bool observed = false;
  const Observation* partial = nullptr;
  const Diagnostic* worst = nullptr;  // of those that weigh
};
Grounds grounds_of(const UnitResult& unit, const Evidence& evidence) {
  Grounds grounds;
  for (const auto& observation : evidence.observations) {
    if (std::ranges::find(unit.observations, observation.id) == unit.observations.end()) continue;
    grounds.observed = true;
    const Coverage& coverage = observation.coverage;
    if (coverage.examined < coverage.population && !coverage.shortfall.empty()) {
      grounds.partial = &observation;
    }
    for (const auto& diagnostic : observation.diagnostics) {
      const bool heavier =
          grounds.worst == nullptr || diagnostic.severity > grounds.worst->severity;
      if (diagnostic.severity >= Severity::medium && heavier) grounds.worst = &diagnostic;
    }
  }
  return grounds;
}

// What to do about it: the help of the diagnostic that stands behind the reason.
std::string next_step(const ProvisionResult& result, const Catalogue& catalogue,
                      const Evidence& evidence) {
  if (const UnitResult* blocking = first_with(result, result.verdict); blocking != nullptr) {
    const Grounds grounds = grounds_of(*blocking, evidence);
    if (grounds.worst != nullptr && !grounds.worst->help.empty()) {
      const Diagnostic& worst = *grounds.worst;
      return worst.place.path.empty() ? worst.help : cat(to_text(worst.place), ": ", worst.help);
    }
    if (blocking->kind == UnitKind::conceptual) {
      const std::string first = grounds.observed
                                    ? "bring the document up to date"
                                    : cat("write what ", result.id,
                                          " asks for (cupel init puts templates into assurance/) "
                                          "and name it in cupel.yaml");
      return cat(first, ", then sign it: cupel attest ", result.id,
                 " --document FILE --by NAME --key PEM");
    }
    if (grounds.partial != nullptr) {
      return cat("complete what could not be examined: ", grounds.partial->coverage.shortfall);
    }
  }
  const Provision* provision = catalogue.find(result.id);
  return provision == nullptr || provision->guide.empty()
             ? cat("see cupel explain ", result.id)
             : cat(provision->guide, " (cupel explain ", result.id, ")");
}

void not_applicable(ProvisionResult& result, std::string reason, DecidedBy by) {
  result.verdict = Verdict::not_applicable;
  result.reason = std::move(reason);
  result.decided_by = by;
}

// Exclusions and conditions: whether the provision binds at all. True when that
// settled the verdict.
bool settle_applicability(ProvisionResult& result, const Provision& provision,
                          const Evidence& evidence, Timestamp as_of) {
  const Condition* condition = condition_of(provision, evidence);
  const UnitResult* contradiction = first_with(result, Verdict::fail);
  const Claim* claim = evidence.system.claim(provision.id);
  if (claim != nullptr && claim->excluded) {
    if (contradiction != nullptr || (condition != nullptr && condition->met)) {
      result.verdict = Verdict::fail;
      result.reason = cat("declared not to apply (\"", printable(*claim->excluded, 120),
                          "\"), but the evidence contradicts it: ",
                          contradiction != nullptr ? contradiction->reason : condition->why);
      result.decided_by = DecidedBy::machine;
      return true;
    }
    if (provision.level == Level::shall && !provision.conditional) {
      result.verdict = Verdict::inconclusive;
      result.reason = "declared not to apply, but this shall binds without a condition";
      return true;
    }
    const auto found = exclusion_signed_by(evidence, provision, *claim->excluded, as_of);
    const std::string roster = roster_problem(evidence, as_of);
    if (found.by.empty() || !roster.empty()) {
      result.verdict = Verdict::inconclusive;
      result.reason = cat("declared not to apply, but ", found.by.empty() ? found.reason : roster);
      return true;
    }
    not_applicable(
        result, cat("excluded: ", printable(*claim->excluded, 160), " (signed by ", found.by, ")"),
        DecidedBy::people);
    return true;
  }
  if (condition == nullptr || condition->met || contradiction != nullptr || !provision.conditional)
    return false;
  not_applicable(result,
                 cat(condition->triggered ? "its condition does not hold: " : "not triggered yet: ",
                     condition->why),
                 DecidedBy::machine);
  return true;
}

// The house rule for each kind of provision: what a pass must rest on.
std::string unearned(const ProvisionResult& result, const Provision& provision) {
  const bool functional = passes(result, UnitKind::functional);
  switch (provision.kind) {
    case ProvisionKind::technical:
      if (!functional) return "a technical provision needs a functional unit that passes";
      break;
    case ProvisionKind::hybrid:
      if (!functional && provision.beyond_software.empty()) {
        return "a hybrid provision needs functional evidence";
      }
      break;
    case ProvisionKind::organisational:
      if (!attested(result)) return "an organisational provision needs a signed document";
      break;
  }
  if (!provision.not_looked_at.empty()) {
    return cat("what was looked at passes; not looked at by this version: ",
               join(provision.not_looked_at, "; "));
  }
  return {};
}

void judge(ProvisionResult& result, const Provision& provision, const Evidence& evidence,
           Timestamp as_of) {
  if (result.units.empty()) {
    result.reason = "no test unit of this version judges it";
    return;
  }
  Verdict verdict = Verdict::not_applicable;
  for (const auto& unit : result.units) verdict = roll_up(verdict, unit.verdict);
  if (settle_applicability(result, provision, evidence, as_of)) return;
  if (verdict == Verdict::not_applicable) {
    // Every unit found nothing of its kind: nothing was seen that could carry a pass.
    result.reason = cat("nothing was there to look at: ", result.units.front().reason);
    return;
  }
  result.verdict = verdict;
  if (verdict == Verdict::pass) {
    if (std::string why = unearned(result, provision); !why.empty()) {
      result.verdict = Verdict::inconclusive;
      result.reason = std::move(why);
      return;
    }
    const UnitResult* unit = first_with(result, Verdict::pass);
    result.reason = unit->measured.empty() ? unit->criterion : unit->measured;
  } else {
    result.reason = first_with(result, verdict)->reason;
  }
  if (verdict == Verdict::pass) {
    result.decided_by = attested(result) ? DecidedBy::people : DecidedBy::machine;
  } else if (verdict == Verdict::fail) {
    result.decided_by = DecidedBy::machine;
  }
}

bool criteria_hold(const Provision& provision, const Evidence& evidence) {
  return std::ranges::any_of(evidence.criteria, [&](const auto& locked) {
    return locked.first == provision.id && locked.second == provision.digest;
  });
}

ProvisionResult judge_provision(const Provision& provision, const Evidence& evidence,
                                const Catalogue& catalogue, Timestamp as_of) {
  ProvisionResult result{.id = provision.id,
                         .principle = provision.principle,
                         .title = provision.title,
                         .level = provision.level,
                         .kind = provision.kind,
                         .phase = provision.phase,
                         .verdict = Verdict::inconclusive,
                         .reason = {},
                         .next = {},
                         .decided_by = DecidedBy::nobody,
                         .units = {}};
  for (const auto& unit : catalogue.units) {
    if (unit.provision == provision.id) {
      result.units.push_back(judge_unit(unit, provision, evidence, as_of));
    }
  }
  if (!criteria_hold(provision, evidence)) {
    result.reason = "its criteria are not those that were locked when the cycle began";
  } else if (!role_held(provision, evidence.system)) {
    not_applicable(
        result,
        cat("the duty of the ", join(provision.roles, " and "), ", a role that is not held here"),
        DecidedBy::machine);
  } else if (result.units.empty() && condition_of(provision, evidence) != nullptr) {
    if (!settle_applicability(result, provision, evidence, as_of)) {
      result.reason = "no test unit of this version judges it";
    }
  } else {
    judge(result, provision, evidence, as_of);
  }
  if (result.verdict == Verdict::fail || result.verdict == Verdict::inconclusive) {
    result.next = next_step(result, catalogue, evidence);
  }
  return result;
}

void count(Tally& tally, Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      ++tally.pass;
      break;
    case Verdict::fail:
      ++tally.fail;
      break;
    case Verdict::inconclusive:
      ++tally.inconclusive;
      break;
    case Verdict::not_applicable:
      ++tally.not_applicable;
      break;
  }
}

}  // namespace

Assessment assess(const Evidence& evidence, const Catalogue& catalogue, Timestamp as_of) {
  Assessment assessment;
  assessment.tool = evidence.cycle.tool;
  assessment.system_name = evidence.system.name;
  assessment.system_version = evidence.system.version;
  assessment.system_digest = evidence.system_digest;
  assessment.scenario = evidence.system.scenario;
  assessment.roles = evidence.system.roles;
  assessment.cycle = evidence.cycle;
  assessment.observations = evidence.observations;
  for (const auto& provision : catalogue.provisions) {
    auto result = judge_provision(provision, evidence, catalogue, as_of);
    count(provision.level == Level::shall ? assessment.shall : assessment.should, result.verdict);
    if (result.decided_by == DecidedBy::machine) ++assessment.decided_by_machine;
    if (result.decided_by == DecidedBy::people) ++assessment.decided_by_people;
    assessment.provisions.push_back(std::move(result));
  }
  return assessment;
}

}  // namespace cupel
