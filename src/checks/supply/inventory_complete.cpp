// SPDX-License-Identifier: Apache-2.0
// supply.inventory: is everything that the system is made of declared, there, and traceable?
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "bom/build.h"
#include "checks/material.h"

namespace cupel {

extern const Check kInventoryComplete;

namespace {

constexpr std::array<std::string_view, 4> kCodes = {"INV001", "INV002", "INV003", "INV004"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.1-1/inventory",
     .provision = "5.2.1-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "supply.inventory",
     .criterion = "every model, dataset and prompt on disk is declared, every declared asset is "
                  "there and readable, and each model made here names its data",
     .codes = kCodes},
}};

bool must_be_declared(AssetKind kind) {
  return kind == AssetKind::model || kind == AssetKind::dataset || kind == AssetKind::prompt;
}

// Files that the description names in another role than as an asset of their own.
std::set<std::string_view> named_otherwise(const System& system) {
  std::set<std::string_view> names;
  for (const auto& asset : system.assets) {
    names.insert(asset.card);
    names.insert(asset.known_good);
  }
  for (const auto& claim : system.declares) {
    names.insert(claim.documents.begin(), claim.documents.end());
  }
  return names;
}

bool names_a_dataset(const DeclaredAsset& asset, const Inventory& inventory) {
  return std::ranges::any_of(asset.uses, [&](const std::string& name) {
    const Asset* used = inventory.find(name);
    return used != nullptr && used->declared.kind == AssetKind::dataset;
  });
}

struct Count {
  std::size_t undeclared = 0;
  std::size_t missing = 0;
  std::size_t unreadable = 0;
  std::size_t untraced = 0;
};

void look_at(const Asset& asset, const CheckInput& input, const std::set<std::string_view>& named,
             Observation& seen, Count& count) {
  const auto& declared = asset.declared;
  const auto kind = to_text(declared.kind);
  const std::string name = printable(declared.name, 200);
  if (!asset.is_declared) {
    if (!must_be_declared(declared.kind) || named.contains(declared.path)) return;
    ++count.undeclared;
    seen.diagnostics.push_back(
        {.code = "INV001",
         .severity = Severity::high,
         .title = cat("the ", kind, " `", name, "` is not declared"),
         .place = place_of(asset),
         .help = "add it to `assets:` of cupel.yaml, or remove it from the system's folder"});
    return;
  }
  if (is_retired(asset)) return;
  if (!asset.is_present && !declared.path.empty()) {
    ++count.missing;
    seen.diagnostics.push_back(
        {.code = "INV002",
         .severity = Severity::high,
         .title = cat("the ", kind, " `", name, "` is declared but not there"),
         .place = place_of(asset),
         .notes = {cat("there is no `", printable(declared.path, 300), "`")},
         .help = "correct its `path:`, restore the file, or remove the entry"});
  }
  if (declared.kind == AssetKind::model && declared.origin == "internal" &&
      !names_a_dataset(declared, input.inventory)) {
    ++count.untraced;
    seen.diagnostics.push_back(
        {.code = "INV004",
         .severity = Severity::medium,
         .title = cat("the model `", name, "` names no dataset that it was made from"),
         .place = place_of(asset),
         .help = "name its datasets under `uses:` of the asset"});
  }
}

void tell_unexamined(const CheckInput& input, Observation& seen, Count& count) {
  for (const auto& file : input.inventory.files) {
    if (file.problem.empty() || is_vendored(file.path)) continue;
    ++count.unreadable;
    seen.diagnostics.push_back(
        {.code = "INV003",
         .severity = Severity::medium,
         .title = cat("`", printable(file.path, 300), "` could not be examined"),
         .place = place_of(file),
         .notes = {printable(file.problem, 300)},
         .help = "make it a readable regular file inside the system's folder, or move it out"});
  }
  if (input.inventory.complete) return;
  ++count.unreadable;
  seen.diagnostics.push_back({.code = "INV003",
                              .severity = Severity::medium,
                              .title = "parts of the system's folder could not be listed",
                              .place = {.path = {"."}},
                              .help = "give the assessing user the right to read every folder"});
}

void count_coverage(const Inventory& inventory, Observation& seen) {
  for (const auto& asset : inventory.assets) {
    const auto unread = std::ranges::find_if(asset.files, [&](std::size_t index) {
      return index < inventory.files.size() && !inventory.files[index].problem.empty();
    });
    if (unread == asset.files.end()) {
      hit(seen.coverage);
    } else {
      miss(seen.coverage, asset.declared.name, inventory.files[*unread].problem);
    }
    seen.subjects.push_back(subject_of(asset));
  }
}

// The assets and their relations, for those who draw them; packages and files are left out.
Json graph_of(const CheckInput& input) {
  constexpr std::size_t kNodes = 400;
  const auto document = bom::build({.system = input.system, .inventory = input.inventory});
  std::map<std::string_view, std::size_t> places;
  Json nodes = Json::array();
  for (const auto& part : document.components) {
    const bool is_asset = part.kind != bom::Kind::package && part.kind != bom::Kind::file;
    if (!is_asset || nodes.items().size() >= kNodes) continue;
    places.emplace(part.ref, nodes.items().size());
    nodes.add(Json::object({{"name", part.name}, {"kind", bom::to_text(part.kind)}}));
  }
  Json edges = Json::array();
  for (const auto& edge : document.edges) {
    const auto from = places.find(edge.from);
    const auto to = places.find(edge.to);
    if (from == places.end() || to == places.end()) continue;
    edges.add(Json::object(
        {{"from", from->second}, {"to", to->second}, {"relation", bom::to_text(edge.relation)}}));
  }
  return Json::object({{"nodes", std::move(nodes)}, {"edges", std::move(edges)}});
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation seen = observe(kInventoryComplete, input);
  const auto named = named_otherwise(input.system);
  Count count;
  for (const auto& asset : input.inventory.assets) {
    TRY(task.step(1));
    look_at(asset, input, named, seen, count);
  }
  tell_unexamined(input, seen, count);
  count_coverage(input.inventory, seen);
  seen.facts = Json::object({{"assets", input.inventory.assets.size()},
                             {"files", input.inventory.files.size()},
                             {"undeclared", count.undeclared},
                             {"missing", count.missing},
                             {"unreadable", count.unreadable},
                             {"untraced", count.untraced},
                             {"graph", graph_of(input)}});
  seen.measured = cat(count_of(input.inventory.assets.size(), "asset"), " in ",
                      count_of(input.inventory.files.size(), "file"), ": ", count.undeclared,
                      " undeclared, ", count.missing, " missing, ", count.unreadable,
                      " not readable, ", count.untraced, " without their data");
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kInventoryComplete = {
    .id = "supply.inventory",
    .question = "is everything that the system is made of declared, there and traceable?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
