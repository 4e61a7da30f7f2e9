// SPDX-License-Identifier: Apache-2.0
// governance.applicability: which conditional provisions have no occasion here?
//
// Each rule rests on facts of the inventory and the description, and says nothing when a fact
// is missing: an undeclared origin is not "internal", an unreadable file is not "no server".
#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "checks/changes_since.h"
#include "checks/governance/code_search.h"
#include "checks/material.h"

namespace cupel {

extern const Check kApplicability;

namespace {

bool is_model_or_dataset(const Asset& asset) {
  return asset.declared.kind == AssetKind::model || asset.declared.kind == AssetKind::dataset;
}

bool is_external(const Asset& asset) {
  return asset.declared.origin == "public" || asset.declared.origin == "supplier";
}

bool origin_is_unknown(const Asset& asset) {
  return !asset.is_declared || asset.declared.origin.empty() || asset.declared.origin == "unknown";
}

// What a rule found: a condition, or silence.
struct Finding {
  bool says_something = false;
  bool met = false;
  bool triggered = true;
  std::string why;
};
const Finding kSilence = {};

Finding met(std::string why) {
  return {.says_something = true, .met = true, .triggered = true, .why = std::move(why)};
}
Finding unmet(std::string why) {
  return {.says_something = true, .met = false, .triggered = true, .why = std::move(why)};
}
Finding not_triggered(std::string why) {
  return {.says_something = true, .met = false, .triggered = false, .why = std::move(why)};
}

std::string named(const Asset& asset) {
  return cat("the ", to_text(asset.declared.kind), " `", printable(asset.declared.name, 200), "`");
}

// What an inventory without models and data must hold for that to say anything: an empty
// description has not said that there are none.
bool something_is_declared(const Inventory& inventory) {
  return std::ranges::any_of(inventory.assets, &Asset::is_declared);
}

// 5.2.4-1.2: components made available to other parties.
Finding released(const Inventory& inventory) {
  std::size_t declared = 0;
  std::size_t models = 0;
  bool unsaid = false;
  for (const auto& asset : inventory.assets) {
    if (asset.declared.released) return met(cat(named(asset), " is released to other parties"));
    const bool model = asset.declared.kind == AssetKind::model;
    declared += asset.is_declared ? 1 : 0;
    models += model ? 1 : 0;
    unsaid = unsaid || !asset.is_declared;  // nobody said whether it is
  }
  if (declared == 0 || unsaid || !inventory.complete) return kSilence;
  return unmet(
      models == 0
          ? cat("no model is declared, and none of ", count_of(declared, "declared asset"),
                " is released to other parties")
          : cat("none of ", count_of(models, "declared model"), " is released to other parties"));
}

// 5.2.4-2, 5.2.4-2.1: training data from public sources.
Finding public_data(const Inventory& inventory) {
  std::size_t datasets = 0;
  for (const auto& asset : inventory.assets) {
    if (asset.declared.kind != AssetKind::dataset) continue;
    if (asset.declared.origin == "public") return met(cat(named(asset), " is of public origin"));
    ++datasets;
  }
  for (const auto& asset : inventory.assets) {
    const bool dataset = asset.declared.kind == AssetKind::dataset;
    if (dataset && origin_is_unknown(asset)) return kSilence;
    // A model made here from data that nobody names may have been made from anything.
    const bool model = asset.declared.kind == AssetKind::model;
    if (model && origin_is_unknown(asset)) return kSilence;
    if (model && asset.declared.origin == "internal" && asset.declared.uses.empty()) {
      return kSilence;
    }
  }
  const bool nothing = std::ranges::none_of(inventory.assets, is_model_or_dataset);
  if ((nothing && !something_is_declared(inventory)) || !inventory.complete) return kSilence;
  return unmet(
      datasets == 0
          ? std::string("no dataset belongs to the system, and no model is made here")
          : cat("none of ", count_of(datasets, "dataset"), " is of public or unknown origin"));
}

// 5.2.1-4.2: training data or weights that may be confidential.
Finding confidential(const Inventory& inventory) {
  std::size_t known = 0;
  bool unknown = false;
  for (const auto& asset : inventory.assets) {
    if (!is_model_or_dataset(asset)) continue;
    const auto& sensitivity = asset.declared.sensitivity;
    if (sensitivity == "confidential" || sensitivity == "secret") {
      return met(cat(named(asset), " is ", sensitivity));
    }
    ++known;
    unknown = unknown || !asset.is_declared || sensitivity.empty();
  }
  if (unknown || !inventory.complete || !something_is_declared(inventory)) return kSilence;
  if (known == 0) return unmet("no training data and no weights belong to the system");
  return unmet("every model and dataset is declared to be public or internal");
}

// 5.2.3-2 and below: models or components that are badly documented.
Finding badly_documented(const Inventory& inventory) {
  std::size_t external = 0;
  bool unknown = !inventory.complete;
  for (const auto& asset : inventory.assets) {
    if (!is_model_or_dataset(asset)) continue;
    if (origin_is_unknown(asset)) unknown = true;
    if (!is_external(asset)) continue;
    ++external;
    if (asset.declared.licence.empty()) return met(cat(named(asset), " has no licence on record"));
    if (asset.declared.card.empty() && asset.declared.source.empty()) {
      return met(cat(named(asset), " has neither a card nor a source on record"));
    }
  }
  const bool nothing = std::ranges::none_of(inventory.assets, is_model_or_dataset);
  if (unknown || nothing) return kSilence;
  return unmet(external == 0
                   ? std::string("no model and no dataset comes from outside")
                   : cat("each of ", count_of(external, "model or dataset", "models and datasets"),
                         " from outside has a licence and a card or a source on record"));
}

// 5.2.3-3: models that somebody released and that are used here.
Finding released_models(const Inventory& inventory) {
  std::size_t models = 0;
  bool unknown = !inventory.complete;
  for (const auto& asset : inventory.assets) {
    if (asset.declared.kind != AssetKind::model) continue;
    ++models;
    unknown = unknown || origin_is_unknown(asset);
    if (asset.declared.released) return met(cat(named(asset), " is released to other parties"));
    if (is_external(asset)) return met(cat(named(asset), " was released by others"));
  }
  if (unknown || !something_is_declared(inventory)) return kSilence;
  return unmet(models == 0 ? std::string("no model belongs to the system")
                           : cat("each of ", count_of(models, "model"),
                                 " is made here, and none is released to other parties"));
}

// 5.2.3-4, 5.3.1-2.2: an update.
Finding updated(const CheckInput& input, std::span<const AssetKind> kinds, std::string_view what) {
  const auto changes = changes_since(input.baseline, input.inventory, kinds);
  if (!changes.found.empty()) {
    return met(cat(describe(changes.found.front()), " since the last cycle"));
  }
  if (!changes.unknown.empty() || !input.inventory.complete) return kSilence;
  if (changes.first_cycle) {
    return not_triggered(cat("no update of a ", what, " was seen: this is the first cycle"));
  }
  return not_triggered(cat("no ", what, " changed since the last cycle"));
}

// 5.4.1-2: a major update: another model, or another version of the system. An edited prompt
// alone is a change to be recorded and assessed (5.2.4-3, 5.1.3-1.1), not a new version.
Finding updated_majorly(const CheckInput& input) {
  constexpr std::array<AssetKind, 1> kModels = {AssetKind::model};
  const auto& then = input.baseline.system.version;
  if (!input.baseline.cycle.empty() && then != input.system.version) {
    return met(cat("version ", printable(then, 60), " of the last cycle became ",
                   printable(input.system.version, 60)));
  }
  return updated(input, kModels, "model");
}

// 5.5.1-1, 5.5.1-2: a transfer or the end of life.
Finding retired(const CheckInput& input) {
  for (const auto& asset : input.system.assets) {
    if (asset.lifecycle == "end-of-life") {
      return met(cat("`", printable(asset.name, 200), "` is at the end of its life"));
    }
  }
  if (!input.inventory.complete) return kSilence;
  constexpr std::array<AssetKind, 2> kKinds = {AssetKind::model, AssetKind::dataset};
  const auto changes = changes_since(input.baseline, input.inventory, kKinds);
  for (const auto& change : changes.found) {
    if (change.kind == ChangeKind::removed) {
      return met(cat(describe(change), " since the last cycle"));
    }
  }
  return not_triggered(changes.first_cycle
                           ? "no asset is at the end of its life, and this is the first cycle"
                           : "no asset is at the end of its life, and none is gone since the last "
                             "cycle");
}

// 5.1.3-1.1: a setting that was introduced or changed.
Finding reconfigured(const CheckInput& input) {
  constexpr std::array<AssetKind, 2> kKinds = {AssetKind::prompt, AssetKind::configuration};
  return updated(input, kKinds, "prompt or configuration");
}

// Searches the code once, when a rule asks for it.
class Code {
 public:
  Code(const CheckInput& input, Task& task) : input_(input), task_(task) {}
  Result<const CodeSearch*> look() {
    if (!search_) search_ = TRY(search_code(input_, task_));
    return &*search_;
  }

 private:
  const CheckInput& input_;
  Task& task_;
  std::optional<CodeSearch> search_;
};

// 5.2.2-2: an interface that outsiders reach.
Result<Finding> exposed(const CheckInput& input, Code& code) {
  for (const auto& endpoint : input.system.endpoints) {
    if (endpoint.exposure == "partners" || endpoint.exposure == "public") {
      return met(cat("the endpoint `", printable(endpoint.name, 200), "` is open to ",
                     endpoint.exposure == "public" ? "the public" : "partners"));
    }
    if (endpoint.exposure != "internal") return kSilence;
  }
  const auto& assets = input.inventory.assets;
  const bool other = std::ranges::any_of(assets, [&](const Asset& asset) {
    // A supplier's endpoint is used, not offered.
    return asset.declared.kind == AssetKind::endpoint && asset.is_declared &&
           asset.declared.origin != "supplier";
  });
  if (other && input.system.endpoints.empty()) return kSilence;  // its exposure is not declared
  if (!input.system.endpoints.empty()) {
    return unmet(cat("all of ", count_of(input.system.endpoints.size(), "declared endpoint"),
                     " serve internal callers only"));
  }
  const CodeSearch& search = *TRY(code.look());
  if (!search.server.empty() || !search.blind.empty()) return kSilence;
  return unmet(cat("no endpoint is declared, and none of ",
                   count_of(search.files, "code and dependency file"), " names a server"));
}

// 5.1.2-1.1: a custodian of the data within the developer's own organisation.
Finding custodian_within(const System& system) {
  if (system.roles.empty()) return kSilence;
  const auto custodian = [](const std::string& role) { return role == "data-custodian"; };
  if (std::ranges::any_of(system.roles, custodian)) return kSilence;
  for (const auto& person : system.people) {
    if (std::ranges::any_of(person.roles, custodian)) return kSilence;
  }
  return unmet(
      "the organisation does not hold the role of data custodian, and nobody in `people` "
      "has it");
}

// 5.4.2-3: models whose internal states can be watched.
Result<Finding> run_by_others(const Inventory& inventory, Code& code) {
  std::size_t remote = 0;
  for (const auto& asset : inventory.assets) {
    const bool model = asset.declared.kind == AssetKind::model;
    if (!model && asset.declared.kind != AssetKind::endpoint) continue;
    const bool elsewhere = asset.is_declared && asset.declared.path.empty();
    if (!elsewhere || asset.declared.origin != "supplier") return kSilence;
    ++remote;
  }
  const bool file = std::ranges::any_of(
      inventory.files, [](const FileEntry& each) { return each.kind == AssetKind::model; });
  if (remote == 0 || file || !inventory.complete) return kSilence;
  const CodeSearch& search = *TRY(code.look());
  if (!search.runtime.empty() || !search.blind.empty()) return kSilence;
  return unmet(cat("the models are run by others (", count_of(remote, "endpoint"),
                   " of suppliers, no model file, no library that runs models in ",
                   count_of(search.files, "code and dependency file"),
                   "): their internal states cannot be seen"));
}

class Answers {
 public:
  Answers(const CheckInput& input, const Emit& emit) : input_(input), emit_(emit) {}

  Result<void> give(std::string_view provision, const Finding& finding) {
    if (!finding.says_something) return {};
    Observation seen = observe(kApplicability, input_);
    seen.provision = provision;
    seen.subjects.push_back(
        {.kind = "system", .name = input_.system.name, .digest = input_.system.digest});
    hit(seen.coverage);
    seen.condition = Condition{.provision = std::string(provision),
                               .met = finding.met,
                               .triggered = finding.triggered,
                               .why = finding.why};
    seen.measured = finding.why;
    return emit_(std::move(seen));
  }

 private:
  const CheckInput& input_;
  const Emit& emit_;
};

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  constexpr std::array<AssetKind, 1> kModels = {AssetKind::model};
  constexpr std::array<AssetKind, 3> kSteering = {AssetKind::model, AssetKind::prompt,
                                                  AssetKind::configuration};
  const auto& inventory = input.inventory;
  Answers answers(input, emit);
  Code code(input, task);
  TRY(answers.give("5.1.2-1.1", custodian_within(input.system)));
  TRY(answers.give("5.1.3-1.1", reconfigured(input)));
  TRY(answers.give("5.2.1-4.2", confidential(inventory)));
  TRY(answers.give("5.2.2-2", TRY(exposed(input, code))));
  for (const std::string_view provision : {"5.2.3-2", "5.2.3-2.1", "5.2.3-2.2"}) {
    TRY(answers.give(provision, badly_documented(inventory)));
  }
  TRY(answers.give("5.2.3-3", released_models(inventory)));
  TRY(answers.give("5.2.3-4", updated(input, kModels, "model")));
  TRY(answers.give("5.2.4-1.2", released(inventory)));
  for (const std::string_view provision : {"5.2.4-2", "5.2.4-2.1"}) {
    TRY(answers.give(provision, public_data(inventory)));
  }
  TRY(answers.give("5.3.1-2.2", updated(input, kSteering, "model, prompt or configuration")));
  TRY(answers.give("5.4.1-2", updated_majorly(input)));
  TRY(answers.give("5.4.2-3", TRY(run_by_others(inventory, code))));
  for (const std::string_view provision : {"5.5.1-1", "5.5.1-2"}) {
    TRY(answers.give(provision, retired(input)));
  }
  return {};
}

}  // namespace

constinit const Check kApplicability = {
    .id = "governance.applicability",
    .question = "which conditional provisions have no occasion here?",
    .codes = {},
    .units = {},
    .run = run};

}  // namespace cupel
