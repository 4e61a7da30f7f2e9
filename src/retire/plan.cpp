// SPDX-License-Identifier: Apache-2.0
#include "retire/plan.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace cupel::retire {
namespace {

// Whether `asset` was made from one of `names`, directly or through others.
bool made_from(const System& system, const DeclaredAsset& asset,
               const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  std::vector<const DeclaredAsset*> pending = {&asset};
  while (!pending.empty()) {
    const DeclaredAsset* next = pending.back();
    pending.pop_back();
    for (const auto& used : next->uses) {
      if (std::ranges::find(names, used) != names.end()) return true;
      const auto found = std::ranges::find(system.assets, used, &DeclaredAsset::name);
      if (found != system.assets.end() && seen.insert(used).second) pending.push_back(&*found);
    }
  }
  return false;
}

// "fraud" of "models/fraud.v2.safetensors": what checkpoints and exports are named after.
std::string_view stem_of(std::string_view path) {
  const auto name = file_name(path);
  return name.substr(0, name.find('.'));
}

bool is_utf8_name(std::string_view name) {
  return is_utf8(name);
}

class Planner {
 public:
  explicit Planner(const PlanInput& input) : input_(input) {}

  Result<RetirementPlan> make() {
    plan_.system = input_.system.name;
    plan_.system_version = input_.system.version;
    plan_.recipient = input_.recipient;
    plan_.keys = input_.keys;
    plan_.vaults = input_.vaults;
    plan_.unseen = input_.unseen;
    TRY(check_names());
    for (const auto& name : input_.assets) TRY(take_asset(name));
    for (const auto& copy : input_.copies) take_copy(copy);
    TRY(take_included());
    suspect_names();
    for (const auto& copy : input_.copies_outside) take_outside(copy);
    take_links();
    name_derivatives();
    name_endpoints();
    name_by_hand();
    std::ranges::sort(plan_.items, {}, &PlanItem::names);
    std::ranges::sort(plan_.unseen);
    return std::move(plan_);
  }

 private:
  Result<void> check_names() const {
    for (const auto& name : input_.still_serving) {
      if (std::ranges::find(input_.system.endpoints, name, &Endpoint::name) ==
          input_.system.endpoints.end()) {
        return fail(Fault::usage, cat("there is no endpoint `", printable(name, 100),
                                      "` under `endpoints:` of cupel.yaml"));
      }
    }
    return {};
  }

  [[nodiscard]] bool retires(std::string_view asset) const {
    return std::ranges::find(input_.assets, asset) != input_.assets.end();
  }

  // The asset that declares a path and stays, if any.
  [[nodiscard]] const Asset* staying_owner(std::string_view path) const {
    for (const auto& asset : input_.inventory.assets) {
      if (!asset.is_declared || retires(asset.declared.name)) continue;
      for (const auto index : asset.files) {
        if (input_.inventory.files[index].path == path) return &asset;
      }
    }
    return nullptr;
  }

  Result<void> take_asset(const std::string& name) {
    const Asset* asset = input_.inventory.find(name);
    require(asset != nullptr);
    const auto& declared = asset->declared;
    if (declared.custodian.empty()) {
      return fail(Fault::usage, cat("`", printable(name, 100), "` has no custodian"),
                  "name the person who answers for it as `custodian:` in cupel.yaml");
    }
    plan_.assets.push_back({.name = name,
                            .kind = std::string(to_text(declared.kind)),
                            .digest = asset->digest,
                            .custodian = declared.custodian,
                            .sensitivity = declared.sensitivity});
    for (const auto index : asset->files) {
      const auto& file = input_.inventory.files[index];
      const std::string why = cat("a file of `", printable(name, 100), "`");
      if (!file.problem.empty()) {
        plan_.unseen.push_back(cat(printable(file.path, 300), ": ", file.problem));
        add({.action = Action::by_hand, .names = {file.path}, .sha256 = {}, .why = why});
      } else {
        add_file(file.path, why);
      }
    }
    return {};
  }

  void take_copy(const Likeness& copy) {
    const std::string why = describe(copy);
    const bool other_things = copy.kind == LikenessKind::inside && !copy.nothing_else;
    const bool certain = copy.kind != LikenessKind::partly && !other_things;
    if (const Asset* owner = staying_owner(copy.path)) {
      return add({.action = Action::by_hand,
                  .names = {copy.path},
                  .sha256 = copy.sha256,
                  .size_bytes = copy.size_bytes,
                  .why = cat(why, "; it belongs to `", printable(owner->declared.name, 100),
                             "`, which is not retired")});
    }
    if (certain || included(copy.path)) return add_file(copy.path, why);
    add({.action = Action::by_hand,
         .names = {copy.path},
         .sha256 = copy.sha256,
         .size_bytes = copy.size_bytes,
         .why = cat(why, "; --include erases the whole file")});
  }

  [[nodiscard]] bool included(std::string_view path) const {
    return std::ranges::find(input_.include, path) != input_.include.end();
  }

  Result<void> take_included() {
    for (const auto& path : input_.include) {
      const auto* file = input_.inventory.file(path);
      if (file == nullptr && !input_.facts.contains(path)) {
        return fail(
            Fault::usage,
            cat("--include: there is no file `", printable(path, 200), "` in the system's folder"),
            "give the path as it stands in the plan, relative to the system's folder");
      }
      if (is_protected(path)) {
        return fail(Fault::usage,
                    cat("--include: `", printable(path, 200), "` belongs to the record and stays"));
      }
      add_file(path, "included by whoever made the plan");
    }
    return {};
  }

  // Checkpoints and exports hold other bytes; their names may tell them.
  void suspect_names() {
    std::set<std::string_view> stems;
    for (const auto& name : input_.assets) {
      for (const auto index : input_.inventory.find(name)->files) {
        const auto stem = stem_of(input_.inventory.files[index].path);
        if (stem.size() >= 4) stems.insert(stem);
      }
    }
    for (const auto& file : input_.inventory.files) {
      if (file.kind != AssetKind::model && file.kind != AssetKind::dataset) continue;
      if (taken_.contains(file.path) || staying_owner(file.path) != nullptr) continue;
      const auto alike = std::ranges::find_if(
          stems, [&](std::string_view stem) { return file_name(file.path).starts_with(stem); });
      if (alike == stems.end() || is_protected(file.path)) continue;
      add({.action = Action::by_hand,
           .names = {file.path},
           .sha256 = file.sha256,
           .size_bytes = file.size_bytes,
           .why = cat("named like `", printable(*alike, 100),
                      "`, with other bytes: a checkpoint, an export? --include erases it")});
    }
  }

  void take_outside(const Likeness& copy) {
    add({.action = Action::by_hand,
         .names = {copy.path},
         .sha256 = copy.sha256,
         .size_bytes = copy.size_bytes,
         .why = cat(describe(copy), "; outside the system's folder, where nothing is erased")});
  }

  // A file that goes, under all its names.
  void add_file(const std::string& path, std::string why) {
    if (taken_.contains(path)) return;
    const auto found = input_.facts.find(path);
    PlanItem item{.action = Action::erase, .names = {path}, .sha256 = {}, .why = std::move(why)};
    if (is_protected(path)) {
      item.action = Action::by_hand;
      item.why += "; it belongs to the record";
      return add(std::move(item));
    }
    if (found == input_.facts.end()) {
      item.action = Action::by_hand;
      item.why += "; it cannot be opened";
      return add(std::move(item));
    }
    const auto& facts = found->second;
    item.names = facts.names;
    item.sha256 = facts.sha256;
    item.size_bytes = facts.size_bytes;
    if (item.names.size() > 1) item.why += cat("; one file under ", item.names.size(), " names");
    if (facts.links > item.names.size()) {
      // Overwriting it would reach a name that is not under the folder.
      item.action = Action::by_hand;
      item.why += cat("; it has ", facts.links - item.names.size(),
                      " more names outside the system's folder, and erasing it would reach them");
    }
    if (facts.shares_blocks) {
      item.why += "; it shares blocks with another file (reflink, snapshot), which stay";
    }
    add(std::move(item));
  }

  void add(PlanItem item) {
    if (taken_.contains(item.names.front())) return;
    // What is signed is text: a name that is none can only be shown.
    if (!std::ranges::all_of(item.names, is_utf8_name)) {
      taken_.insert(item.names.begin(), item.names.end());
      for (auto& name : item.names) name = printable(name);
      item.action = Action::by_hand;
      item.why += "; its name is no text";
    }
    taken_.insert(item.names.begin(), item.names.end());
    if (item.action == Action::erase) gone_.insert(item.names.begin(), item.names.end());
    plan_.items.push_back(std::move(item));
  }

  void take_links() {
    for (const auto& [link, target] : input_.links) {
      if (!gone_.contains(target) || is_protected(link)) continue;
      add({.action = Action::unlink,
           .names = {link},
           .sha256 = {},
           .why = cat("a symbolic link to `", printable(target, 200), "`")});
    }
  }

  void name_derivatives() {
    for (const auto& asset : input_.system.assets) {
      if (retires(asset.name) || !made_from(input_.system, asset, input_.assets)) continue;
      plan_.derivatives.push_back(cat("the ", to_text(asset.kind), " `", printable(asset.name, 100),
                                      "` uses it and stays; retire it by name if it must go"));
    }
    for (const auto& name : input_.assets) {
      const auto& declared = input_.inventory.find(name)->declared;
      if (declared.known_good.empty() || gone_.contains(declared.known_good)) continue;
      plan_.derivatives.push_back(cat("the earlier version `", printable(declared.known_good, 200),
                                      "` of `", printable(name, 100),
                                      "` stays; --include erases it"));
    }
  }

  void name_endpoints() {
    bool serves = false;
    for (const auto& name : input_.assets) {
      const auto kind = input_.inventory.find(name)->declared.kind;
      serves = serves || kind == AssetKind::model || kind == AssetKind::endpoint;
    }
    for (const auto& asset : input_.system.assets) {
      const bool ours = retires(asset.name) || made_from(input_.system, asset, input_.assets);
      if (asset.kind == AssetKind::endpoint && ours && !asset.url.empty()) {
        plan_.endpoints.push_back({.name = asset.name, .url = asset.url});
      }
    }
    if (!serves) return;
    for (const auto& endpoint : input_.system.endpoints) {
      const auto& others = input_.still_serving;
      if (std::ranges::find(others, endpoint.name) != others.end()) continue;
      plan_.endpoints.push_back({.name = endpoint.name, .url = endpoint.url});
    }
  }

  void name_by_hand() {
    for (const auto& name : input_.assets) {
      const auto& declared = input_.inventory.find(name)->declared;
      if (declared.released) {
        plan_.by_hand.push_back(
            {.id = cat("recipients:", name),
             .what = cat("that those who got `", name, "` when it was released were told")});
      }
      if (declared.origin == "supplier" || !declared.url.empty()) {
        plan_.by_hand.push_back(
            {.id = cat("supplier:", name),
             .what = cat("that the supplier of `", name,
                         "` deleted our copies, fine-tunes, batch files and logs")});
      }
    }
    if (!input_.recipient.empty()) {
      plan_.by_hand.push_back(
          {.id = "received", .what = cat("that ", input_.recipient, " has received the assets")});
    }
    plan_.by_hand.push_back(
        {.id = "backups", .what = "that backups, snapshots and replicas hold no copy, or expire"});
  }

  const PlanInput& input_;
  RetirementPlan plan_;
  std::set<std::string, std::less<>> taken_;  // names that stand in the plan
  std::set<std::string, std::less<>> gone_;   // those that will be erased
};

}  // namespace

bool is_protected(std::string_view path) {
  return path == "cupel.yaml" || path.starts_with("attestations/") ||
         path.starts_with("disposals/") || path.starts_with(".cupel/ledger") ||
         path.starts_with(".cupel/retire/");
}

Result<RetirementPlan> make_plan(const PlanInput& input) {
  return Planner(input).make();
}

std::size_t RetirementPlan::count(Action action) const {
  return static_cast<std::size_t>(std::ranges::count(items, action, &PlanItem::action));
}

}  // namespace cupel::retire
