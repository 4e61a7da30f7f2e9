// SPDX-License-Identifier: Apache-2.0
// governance.model-card: does each model's documentation say what a user has to know?
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "checks/governance/document.h"
#include "checks/material.h"

namespace cupel {

extern const Check kModelCard;

namespace {

constexpr std::array<std::string_view, 3> kCodes = {"CRD001", "CRD002", "CRD003"};
constexpr std::array<std::string_view, 2> kLimits = {"CRD002", "CRD003"};
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.4-1.1/model-card",
     .provision = "5.2.4-1.1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "governance.model-card",
     .criterion = "each declared model has a card that says its use, limits, training data, "
                  "guardrails, retention, review frequency and failure modes",
     .codes = kCodes},
    {.id = "5.3.1-2.1/limits",
     .provision = "5.3.1-2.1",
     .kind = UnitKind::conceptual,
     .rule = Rule::clean,
     .check = "governance.model-card",
     .criterion = "each declared model has a card that says its limits and failure modes",
     .codes = kLimits},
}};

// What a card has to say, and the headings under which free text says it. A heading fits
// when it holds one of the words.
struct Field {
  std::string_view title;  // the section of a structured card
  bool is_limit = false;   // CRD003 when missing, CRD001 otherwise
  std::array<std::string_view, 6> words;
};
constexpr std::array kFields = std::to_array<Field>({
    {"Intended use", false, {"intended use", "use case", "direct use", "uses", "usage", "purpose"}},
    {"Limits",
     true,
     {"limit", "out-of-scope", "out of scope", "bias, risks", "risks and", "caveats"}},
    {"Training data",
     false,
     {"training data", "training dataset", "dataset", "training corpus", "pretraining data",
      "pre-training data"}},
    {"Guardrails",
     false,
     {"guardrail", "safety", "safeguard", "ethical", "mitigation", "security"}},
    {"Retention", false, {"retention", "retain", "storage period", "how long", "kept", "deletion"}},
    {"Review frequency",
     false,
     {"review", "update frequency", "maintenance", "update schedule", "updates", "support period"}},
    {"Failure modes",
     true,
     {"failure", "known issue", "failure mode", "risks", "error analysis", "known problem"}},
});

bool says(const Document& card, const Field& field, bool structured) {
  if (structured) {
    const auto* section = card.section(field.title);
    return section != nullptr && markdown::says_something(section->body);
  }
  return std::ranges::any_of(card.sections, [&](const markdown::Section& section) {
    const std::string title = markdown::plain_title(section.title);
    const bool fits = std::ranges::any_of(
        field.words, [&](std::string_view word) { return title.find(word) != std::string::npos; });
    return fits && markdown::says_something(section.body);
  });
}

// Hugging Face cards have front matter too, of another kind: they are free text.
bool is_structured(const Document& card) {
  return card.kind() == "model-card";
}

void tell_missing(const Document& card, bool limits, const std::vector<std::string>& missing,
                  Severity severity, Observation& seen) {
  if (missing.empty()) return;
  seen.diagnostics.push_back(
      {.code = limits ? "CRD003" : "CRD001",
       .severity = severity,
       .title = cat("the model card does not say: ", name_some(missing, 7)),
       .place = place_of(*card.file, 1),
       .help = cat("add `## ", missing.front(), "` with what users have to know")});
}

void inspect(const Document& card, Observation& seen) {
  const bool structured = is_structured(card);
  const Severity severity = structured ? Severity::high : Severity::medium;
  std::vector<std::string> missing;
  std::vector<std::string> missing_limits;
  for (const auto& field : kFields) {
    if (says(card, field, structured)) continue;
    (field.is_limit ? missing_limits : missing).emplace_back(field.title);
  }
  tell_missing(card, false, missing, severity, seen);
  tell_missing(card, true, missing_limits, severity, seen);
  const std::size_t said = kFields.size() - missing.size() - missing_limits.size();
  seen.facts = Json::object({{"structured", structured}, {"fields", said}});
  seen.measured =
      cat("`", printable(card.file->path, 300), "` (", structured ? "structured" : "free text",
          "): ", said, " of ", kFields.size(), " fields");
}

// The declared card; else the README beside the model, as model hubs have it.
std::string card_of(const Inventory& inventory, const DeclaredAsset& model) {
  if (!model.card.empty()) return model.card;
  const std::string folder(inventory.file(model.path) == nullptr ? model.path
                                                                 : folder_of(model.path));
  for (const std::string_view name : {"README.md", "MODEL_CARD.md", "model_card.md"}) {
    const std::string path = join_path(folder, name);
    // The README of the whole system speaks of the system, unless it is a hub's model folder.
    if (inventory.file(path) != nullptr) return path;
  }
  return {};
}

void tell_none(const Asset& asset, std::string title, Observation& seen) {
  seen.diagnostics.push_back(
      {.code = "CRD002",
       .severity = Severity::medium,
       .title = std::move(title),
       .place = place_of(asset),
       .help = "write a document of kind model-card and name it as `card:` of the model"});
}

Observation about_none(const CheckInput& input, const Asset& asset, const std::string& path) {
  Observation seen = observe(kModelCard, input);
  seen.subjects.push_back(subject_of(asset));
  hit(seen.coverage);
  const std::string name = printable(asset.declared.name, 200);
  tell_none(asset,
            path.empty() ? cat("the model `", name, "` has no card")
                         : cat("the card `", printable(path, 300), "` of the model `", name,
                               "` is not there"),
            seen);
  seen.measured = cat("`", name, "`: no card");
  return seen;
}

Result<Observation> about_card(const CheckInput& input, const std::string& path) {
  Observation seen = observe(kModelCard, input);
  auto reading = TRY(read_document(input, path));
  const FileEntry* file = input.inventory.file(path);
  if (file != nullptr) seen.subjects.push_back(subject_of(*file));
  if (!reading.ok()) {
    miss(seen.coverage, path, reading.problem);
    seen.measured = cat("`", printable(path, 300), "` could not be examined");
    return seen;
  }
  hit(seen.coverage);
  inspect(reading.document, seen);
  return seen;
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  // Several models may share one card: it is asked once.
  std::map<std::string, std::vector<const Asset*>> cards;
  std::size_t models = 0;
  for (const auto& asset : input.inventory.assets) {
    if (asset.declared.kind != AssetKind::model || !asset.is_declared) continue;
    if (is_retired(asset)) continue;
    TRY(task.step(1));
    ++models;
    const std::string path = card_of(input.inventory, asset.declared);
    if (path.empty() || input.inventory.file(path) == nullptr) {
      TRY(emit(about_none(input, asset, path)));
    } else {
      cards[path].push_back(&asset);
    }
  }
  for (const auto& [path, of_models] : cards) {
    Observation seen = TRY(about_card(input, path));
    for (const auto* model : of_models) seen.subjects.push_back(subject_of(*model));
    TRY(emit(std::move(seen)));
  }
  if (models != 0) return {};
  Observation seen = observe(kModelCard, input);
  seen.measured = "no model is declared";
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kModelCard = {
    .id = "governance.model-card",
    .question = "does each model's documentation say what a user has to know?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
