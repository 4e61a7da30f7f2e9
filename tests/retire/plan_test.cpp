// SPDX-License-Identifier: Apache-2.0
#include "retire/plan.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "support/support.h"

namespace cupel::retire {
namespace {

// A system with a model, its data, a second model that was made from it, and files on a disk.
struct Scene {
  System system;
  Inventory inventory;
  std::map<std::string, FileFacts> facts;

  Scene() {
    system.name = "cards";
    system.version = "2";
    asset("fraud", AssetKind::model, "models/fraud.bin");
    system.assets.back().uses = {"payments"};
    asset("payments", AssetKind::dataset, "data/payments.csv");
    asset("distilled", AssetKind::model, "models/small.bin");
    system.assets.back().uses = {"fraud"};
    system.endpoints.push_back({.name = "scoring",
                                .url = "http://127.0.0.1:1/score",
                                .exposure = "internal",
                                .declared_at = {}});
    for (std::size_t i = 0; i < system.assets.size(); ++i) {
      Asset found;
      found.declared = system.assets[i];
      found.is_declared = found.is_present = true;
      found.files = {i};
      found.digest = sha256_hex(found.declared.name);
      inventory.assets.push_back(found);
    }
  }

  void asset(std::string name, AssetKind kind, std::string path) {
    DeclaredAsset declared;
    declared.name = std::move(name);
    declared.kind = kind;
    declared.path = path;
    declared.custodian = "Bea";
    system.assets.push_back(declared);
    file(path, kind);
  }

  void file(const std::string& path, AssetKind kind = AssetKind::other) {
    FileEntry entry;
    entry.path = path;
    entry.kind = kind;
    entry.sha256 = sha256_hex(path);
    entry.size_bytes = 100;
    inventory.files.push_back(entry);
    facts[path] = {.size_bytes = 100, .sha256 = entry.sha256, .names = {path}};
  }

  [[nodiscard]] PlanInput input(std::vector<std::string> assets = {"fraud"}) const {
    PlanInput made{.system = system, .inventory = inventory, .assets = std::move(assets)};
    made.facts = facts;
    return made;
  }
};

Likeness copy(std::string path, LikenessKind kind, bool nothing_else = false) {
  Likeness likeness{.kind = kind, .path = std::move(path), .of = "models/fraud.bin"};
  likeness.nothing_else = nothing_else;
  likeness.found = 1;
  likeness.total = 2;
  return likeness;
}

const PlanItem* item_of(const RetirementPlan& plan, std::string_view name) {
  const auto found = std::ranges::find_if(plan.items, [&](const PlanItem& item) {
    return std::ranges::find(item.names, name) != item.names.end();
  });
  return found == plan.items.end() ? nullptr : &*found;
}

RetirementPlan made(const PlanInput& input) {
  auto plan = make_plan(input);
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().what);
  return plan.ok() ? std::move(plan).value() : RetirementPlan{};
}

Action action_of(const RetirementPlan& plan, std::string_view name) {
  const PlanItem* item = item_of(plan, name);
  EXPECT_NE(item, nullptr) << name;
  return item == nullptr ? Action::by_hand : item->action;
}

TEST(Plan, ErasesTheAssetsFilesAndItsCertainCopies) {
  Scene scene;
  for (const char* path : {"a", "b.tar", "c.zip", "d.npz", "e.bin"}) scene.file(path);
  auto input = scene.input();
  input.copies = {copy("a", LikenessKind::same), copy("b.tar", LikenessKind::inside, true),
                  copy("c.zip", LikenessKind::inside), copy("d.npz", LikenessKind::converted),
                  copy("e.bin", LikenessKind::partly)};
  const auto plan = made(input);
  EXPECT_EQ(action_of(plan, "models/fraud.bin"), Action::erase);
  EXPECT_EQ(action_of(plan, "a"), Action::erase);
  EXPECT_EQ(action_of(plan, "b.tar"), Action::erase);
  EXPECT_EQ(action_of(plan, "c.zip"), Action::by_hand);  // it holds other things, too
  EXPECT_EQ(action_of(plan, "d.npz"), Action::erase);
  EXPECT_EQ(action_of(plan, "e.bin"), Action::by_hand);
  EXPECT_EQ(item_of(plan, "data/payments.csv"), nullptr);
  input.include = {"c.zip"};
  EXPECT_EQ(action_of(made(input), "c.zip"), Action::erase);
}

TEST(Plan, NeverErasesWhatReachesOutOfTheFolder) {
  Scene scene;
  scene.facts["models/fraud.bin"].links = 2;
  auto input = scene.input();
  input.copies_outside = {copy("/cache/blob", LikenessKind::same)};
  const auto plan = made(input);
  EXPECT_EQ(action_of(plan, "models/fraud.bin"), Action::by_hand);
  EXPECT_EQ(action_of(plan, "/cache/blob"), Action::by_hand);
  EXPECT_EQ(plan.count(Action::erase), 0U);
}

TEST(Plan, TakesHardLinksAsOneFileAndRemovesLinksToIt) {
  Scene scene;
  auto& facts = scene.facts["models/fraud.bin"];
  facts.links = 2;
  facts.names = {"again.bin", "models/fraud.bin"};
  auto input = scene.input();
  input.links = {{"latest", "models/fraud.bin"}, {"other", "data/payments.csv"}};
  const auto plan = made(input);
  ASSERT_NE(item_of(plan, "again.bin"), nullptr);
  EXPECT_EQ(item_of(plan, "again.bin"), item_of(plan, "models/fraud.bin"));
  EXPECT_EQ(action_of(plan, "latest"), Action::unlink);
  EXPECT_EQ(item_of(plan, "other"), nullptr);
}

TEST(Plan, LeavesWhatAnotherAssetDeclaresAndWhatBelongsToTheRecord) {
  Scene scene;
  scene.file("disposals/old.json");
  auto input = scene.input();
  input.copies = {copy("models/small.bin", LikenessKind::same),
                  copy("disposals/old.json", LikenessKind::same)};
  const auto plan = made(input);
  EXPECT_EQ(action_of(plan, "models/small.bin"), Action::by_hand);
  EXPECT_EQ(action_of(plan, "disposals/old.json"), Action::by_hand);
  EXPECT_EQ(action_of(made(scene.input({"fraud", "distilled"})), "models/small.bin"),
            Action::erase);
  for (const char* path : {"cupel.yaml", "attestations/a.json", ".cupel/ledger.db"}) {
    EXPECT_TRUE(is_protected(path)) << path;
  }
  auto wrong = scene.input();
  wrong.include = {"disposals/old.json"};
  EXPECT_EQ(make_plan(wrong).error().fault, Fault::usage);
  wrong.include = {"nowhere"};
  EXPECT_EQ(make_plan(wrong).error().fault, Fault::usage);
}

TEST(Plan, SuspectsFilesByTheirNames) {
  Scene scene;
  scene.file("checkpoints/fraud.epoch3.bin", AssetKind::model);
  scene.file("docs/fraud.md", AssetKind::document);
  const auto plan = made(scene.input());
  EXPECT_EQ(action_of(plan, "checkpoints/fraud.epoch3.bin"), Action::by_hand);
  EXPECT_EQ(item_of(plan, "docs/fraud.md"), nullptr);
}

TEST(Plan, NamesWhatWasMadeFromItAndWhereItIsServed) {
  Scene scene;
  const auto of_data = made(scene.input({"payments"}));
  ASSERT_EQ(of_data.derivatives.size(), 2U);  // fraud, and what was distilled from it
  EXPECT_TRUE(of_data.endpoints.empty());
  auto input = scene.input();
  EXPECT_EQ(made(input).endpoints.size(), 1U);
  input.still_serving = {"scoring"};
  EXPECT_TRUE(made(input).endpoints.empty());
  input.still_serving = {"nothing"};
  EXPECT_EQ(make_plan(input).error().fault, Fault::usage);
}

TEST(Plan, AsksPeopleForWhatNobodyHereSees) {
  Scene scene;
  scene.inventory.assets[0].declared.released = true;
  scene.inventory.assets[0].declared.origin = "supplier";
  auto input = scene.input();
  input.recipient = "Bank of B";
  std::vector<std::string> ids;
  for (const auto& one : made(input).by_hand) ids.push_back(one.id);
  EXPECT_EQ(join(ids, " "), "recipients:fraud supplier:fraud received backups");
}

TEST(Plan, NeedsACustodian) {
  Scene scene;
  scene.inventory.assets[0].declared.custodian.clear();
  EXPECT_EQ(make_plan(scene.input()).error().fault, Fault::usage);
}

TEST(Plan, ItsTextIsReadAsItWasWrittenAndNotOtherwise) {
  Scene scene;
  scene.file("c.zip");
  auto input = scene.input();
  input.copies = {copy("c.zip", LikenessKind::inside)};
  input.recipient = "Bank of B";
  input.keys = {"Ana"};
  input.vaults = {"customer 7"};
  input.unseen = {"x: damaged"};
  const auto text = text_of(made(input));
  EXPECT_EQ(text, text_of(made(input)));
  const auto read = read_plan(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(text_of(*read), text);
  EXPECT_EQ(read->items.size(), 2U);
  EXPECT_FALSE(read_plan(text + "\n").has_value());
  EXPECT_FALSE(read_plan(cat(text.substr(0, text.size() - 2), ",\"more\":1}\n")).has_value());
  EXPECT_FALSE(read_plan("{}").has_value());
  EXPECT_FALSE(read_plan("").has_value());
}

TEST(Plan, ANameThatIsNoTextIsLeftToPeople) {
  Scene scene;
  const std::string odd = "models/\xff.bin";
  scene.file(odd);
  auto input = scene.input();
  input.copies = {copy(odd, LikenessKind::same)};
  const auto plan = made(input);
  EXPECT_TRUE(read_plan(text_of(plan)).has_value());
  EXPECT_EQ(plan.count(Action::by_hand), 1U);
}

}  // namespace
}  // namespace cupel::retire
