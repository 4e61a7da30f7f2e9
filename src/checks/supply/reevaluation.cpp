// SPDX-License-Identifier: Apache-2.0
// supply.reevaluation: was each released model that is in use evaluated again, these very bytes?
//
// A report is evidence of one digest: of other bytes it says nothing. What Cupel can evaluate by
// itself, what loading the model does, it does again in every cycle (artifact.model-files).
#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "checks/governance/document.h"
#include "checks/material.h"

namespace cupel {

extern const Check kReevaluation;

namespace {

constexpr std::string_view kProvision = "5.2.3-3";
constexpr std::string_view kLeast = "least_";  // `least_roc_auc: 0.99` of the claim
constexpr std::string_view kReport = "reevaluation-report";
constexpr std::array<std::string_view, 4> kCodes = {"EVL001", "EVL002", "EVL003", "EVL004"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.3-3/reevaluation",
     .provision = kProvision,
     .kind = UnitKind::functional,
     .rule = Rule::attested,
     .check = "supply.reevaluation",
     .criterion = "each model that others released, or that is released to others, has a signed "
                  "evaluation of exactly its bytes, above the declared thresholds and not too old",
     .codes = kCodes},
}};

// Models made here that nobody else gets are tested before use (5.2.5), not evaluated again.
bool is_released(const Asset& asset) {
  return asset.declared.kind == AssetKind::model && asset.is_declared &&
         (asset.declared.released || asset.declared.origin != "internal");
}

class Evaluation {
 public:
  Evaluation(const CheckInput& input, const Asset& asset)
      : input_(input),
        asset_(asset),
        name_(cat("`", printable(asset.declared.name, 200), "`")),
        seen_(observe(kReevaluation, input)) {}

  Observation of(const std::vector<Document>& documents) {
    seen_.provision = kProvision;
    seen_.subjects = {{.kind = "model", .name = asset_.declared.name, .digest = asset_.digest}};
    if (asset_.digest.empty()) {
      miss(seen_.coverage, name_, "its bytes cannot be compared with those that were evaluated");
      seen_.measured = cat(name_, ": no bytes to compare");
      return std::move(seen_);
    }
    hit(seen_.coverage);
    const Document* report = report_of(documents);
    if (report == nullptr) {
      tell("EVL002", Severity::medium, place_of(asset_),
           cat("no evaluation of the model ", name_, " is declared"),
           cat("evaluate it again and declare the ", kReport, " under ", kProvision,
               ": `cupel explain EVL002`"));
      seen_.measured = cat(name_, ": no evaluation is declared");
    } else {
      judge(*report);
    }
    return std::move(seen_);
  }

 private:
  // Of several the one of these bytes; else any of this model.
  const Document* report_of(const std::vector<Document>& documents) const {
    const Document* other = nullptr;
    for (const auto& document : documents) {
      if (document.kind() != kReport || document.field("model") != asset_.declared.name) continue;
      if (lower(document.field("sha256")) == asset_.digest) return &document;
      if (other == nullptr) other = &document;
    }
    return other;
  }

  void judge(const Document& report) {
    // People sign the report, not the model that it is about.
    seen_.subjects = {subject_of(*report.file)};
    const auto digest = report.field("sha256");
    const auto evaluated = report.date("evaluated");
    seen_.facts = Json::object({{"model", asset_.declared.name},
                                {"sha256", asset_.digest},
                                {"evaluated_sha256", printable(digest, 64)},
                                {"author", printable(report.field("author"), 200)}});
    seen_.measured =
        cat(name_, ": evaluated ", evaluated ? cat("on ", to_date(*evaluated)) : "on no date", ", ",
            lower(digest) == asset_.digest ? "these bytes" : "other bytes");
    if (digest.empty()) {
      tell("EVL003", Severity::medium, place(report, "model"),
           "the evaluation does not say which bytes were evaluated",
           cat("add `sha256:` of what was evaluated to its front matter; now it is ",
               asset_.digest));
    } else if (lower(digest) != asset_.digest) {
      tell("EVL001", Severity::high, place(report, "sha256"),
           cat("the evaluation of ", name_, " is of other bytes than those in use"),
           "evaluate the model that is in use, or restore the one that was evaluated");
    }
    when(report, evaluated);
    // `thresholds` are of the adversarial tests: a report that says nothing of one was no such
    // test.
    for (const auto& [measure, least] : input_.system.thresholds.members()) {
      if (!report.field(measure).empty()) measured(report, measure, least);
    }
    const Claim* claim = input_.system.claim(kProvision);
    if (claim == nullptr) return;
    for (const auto& [name, least] : claim->parameters.members()) {
      if (name.starts_with(kLeast)) measured(report, name.substr(kLeast.size()), least);
    }
  }

  void when(const Document& report, const std::optional<Timestamp>& evaluated) {
    if (!evaluated || *evaluated > input_.now) {
      return tell("EVL003", Severity::medium, place(report, "evaluated"),
                  evaluated ? "the evaluation lies in the future"
                            : "the evaluation does not say when it was made",
                  "add `evaluated:`, a date, to its front matter");
    }
    const Claim* claim = input_.system.claim(kProvision);
    const auto interval =
        claim == nullptr ? std::nullopt : interval_of(*claim, "evaluation_interval", kYear);
    if (interval) {
      seen_.valid_until = evaluated->plus_days(*interval);
    } else if (claim != nullptr) {
      tell("EVL003", Severity::medium, place_of(*claim),
           "the declared `evaluation_interval` is not a duration",
           "write it like `365 days` in cupel.yaml");
    }
  }

  void measured(const Document& report, const std::string& measure, const Json& least) {
    const auto value = read_json(report.field(measure)).value.value_or(Json());
    const auto shown = printable(measure, 100);
    if (!value.is_number()) {
      tell("EVL003", Severity::medium, place(report, measure),
           cat("the evaluation of ", name_, " has no figure for `", shown,
               "`, for which a threshold is declared"),
           cat("measure it and add `", shown, ":` to the front matter of the report"));
    } else if (value.number() < least.number()) {
      tell("EVL004", Severity::high, place(report, measure),
           cat("the evaluation of ", name_, " measured a `", shown,
               "` below the declared threshold"),
           "do not use this model, or have the threshold changed by who answers for it");
    }
  }

  static Place place(const Document& report, std::string_view key) {
    return place_of(*report.file, report.line_of(key));
  }

  void tell(std::string_view code, Severity severity, Place at, std::string title,
            std::string help) {
    seen_.diagnostics.push_back({.code = std::string(code),
                                 .severity = severity,
                                 .title = std::move(title),
                                 .place = std::move(at),
                                 .help = std::move(help)});
  }

  const CheckInput& input_;
  const Asset& asset_;
  std::string name_;
  Observation seen_;
};

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  const auto documents = TRY(documents_of(input, kProvision));
  std::size_t models = 0;
  for (const auto& asset : input.inventory.assets) {
    if (!is_released(asset)) continue;
    TRY(task.step(1));
    ++models;
    TRY(emit(Evaluation(input, asset).of(documents)));
  }
  if (models != 0) return {};
  Observation seen = observe(kReevaluation, input);
  seen.provision = kProvision;
  seen.measured = "no released model is declared";
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kReevaluation = {
    .id = "supply.reevaluation",
    .question = "was each released model that is in use evaluated again, exactly its bytes?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
