// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kApplicability;

namespace {

using test::Workbench;

// What is said of one provision: "unmet: why", "met: why", "not yet: why" or "" for silence.
std::string said(Workbench& desk, std::string_view provision) {
  for (const auto& observation : desk.run(kApplicability)) {
    if (observation.provision != provision) continue;
    const auto& condition = observation.condition.value();
    EXPECT_EQ(condition.provision, provision);
    const char* word = condition.met ? "met: " : condition.triggered ? "unmet: " : "not yet: ";
    return word + condition.why;
  }
  return {};
}

void add_model(Workbench& desk, std::string_view origin = "internal") {
  desk.file("m.onnx", "weights", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx", [&](DeclaredAsset& asset) {
    asset.origin = origin;
    asset.uses = {"data"};
    asset.sensitivity = "internal";
  });
}

TEST(Applicability, IsSilentAboutAnEmptyFolder) {
  Workbench desk;
  for (const char* provision :
       {"5.2.4-1.2", "5.2.4-2", "5.2.1-4.2", "5.2.3-2", "5.4.2-3", "5.1.2-1.1"}) {
    EXPECT_EQ(said(desk, provision), "") << provision;
  }
}

TEST(Applicability, KnowsThatNothingIsReleased) {
  Workbench desk;
  add_model(desk);
  EXPECT_EQ(said(desk, "5.2.4-1.2"),
            "unmet: none of 1 declared model is released to other parties");
  desk.file("x.onnx", "y", AssetKind::model);
  desk.find("x.onnx", AssetKind::model);
  EXPECT_EQ(said(desk, "5.2.4-1.2"), "") << "nobody said whether x.onnx is released";
}

TEST(Applicability, SaysWhatIsReleased) {
  Workbench desk;
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.released = true; });
  EXPECT_EQ(said(desk, "5.2.4-1.2"), "met: the model `m` is released to other parties");
}

void add_service(Workbench& desk) {
  desk.declare("api", AssetKind::endpoint, "", [](DeclaredAsset& asset) {
    asset.url = "https://api.example.com";
    asset.origin = "supplier";
  });
}

TEST(Applicability, KnowsASystemWithoutModelsAndDataOfItsOwn) {
  Workbench desk;
  add_service(desk);
  EXPECT_EQ(said(desk, "5.2.4-1.2"),
            "unmet: no model is declared, and none of 1 declared asset is released to other "
            "parties");
  EXPECT_EQ(said(desk, "5.2.4-2"),
            "unmet: no dataset belongs to the system, and no model is made here");
  EXPECT_EQ(said(desk, "5.2.1-4.2"), "unmet: no training data and no weights belong to the system");
  desk.inventory.complete = false;
  for (const char* provision : {"5.2.4-1.2", "5.2.4-2", "5.2.1-4.2", "5.4.2-3"}) {
    EXPECT_EQ(said(desk, provision), "") << provision;
  }
}

TEST(Applicability, IsSilentAboutReleasesWhileSomethingIsUndeclared) {
  Workbench desk;
  add_service(desk);
  desk.file("p.md", "be kind", AssetKind::prompt);
  desk.find("p.md", AssetKind::prompt);
  EXPECT_EQ(said(desk, "5.2.4-1.2"), "");
}

TEST(Applicability, KnowsModelsThatOthersRun) {
  Workbench desk;
  desk.file("app.py", "import openai\n", AssetKind::code);
  EXPECT_EQ(said(desk, "5.4.2-3"), "") << "nobody declared whose model it is";
  add_service(desk);
  EXPECT_EQ(said(desk, "5.4.2-3"),
            "unmet: the models are run by others (1 endpoint of suppliers, no model file, no "
            "library that runs models in 1 code and dependency file): their internal states "
            "cannot be seen");
  desk.file("local.py", "import torch\n", AssetKind::code);
  EXPECT_EQ(said(desk, "5.4.2-3"), "") << "a model may run here";
}

TEST(Applicability, IsSilentAboutInternalStatesWhereAModelMayRunHere) {
  for (const char* origin : {"internal", ""}) {
    Workbench desk;
    add_service(desk);
    desk.inventory.assets.back().declared.origin = origin;
    EXPECT_EQ(said(desk, "5.4.2-3"), "") << origin;
  }
  Workbench with_file;
  add_service(with_file);
  add_model(with_file);
  EXPECT_EQ(said(with_file, "5.4.2-3"), "");
  Workbench with_metadata;
  add_service(with_metadata);
  with_metadata.file("x.dist-info/METADATA", "Name: x\nRequires-Dist: gpt4all (>=1)\n");
  EXPECT_EQ(said(with_metadata, "5.4.2-3"), "");
}

TEST(Applicability, ASuppliersEndpointIsUsedAndNotOffered) {
  Workbench desk;
  add_service(desk);
  EXPECT_TRUE(said(desk, "5.2.2-2").starts_with("unmet: no endpoint is declared"));
  desk.inventory.assets.back().declared.origin = "internal";
  EXPECT_EQ(said(desk, "5.2.2-2"), "");
}

TEST(Applicability, KnowsWhetherTheCustodianIsInTheOrganisation) {
  Workbench desk;
  EXPECT_EQ(said(desk, "5.1.2-1.1"), "") << "no role is declared";
  desk.system.roles = {"developer"};
  EXPECT_TRUE(said(desk, "5.1.2-1.1").starts_with("unmet: the organisation does not hold"));
  Person bea;
  bea.roles = {"data-custodian"};
  desk.system.people.push_back(bea);
  EXPECT_EQ(said(desk, "5.1.2-1.1"), "");
  desk.system.people.clear();
  desk.system.roles.emplace_back("data-custodian");
  EXPECT_EQ(said(desk, "5.1.2-1.1"), "");
}

TEST(Applicability, AsksForTheOriginOfEveryDataset) {
  Workbench desk;
  add_model(desk);
  desk.file("d.csv", "x", AssetKind::dataset);
  desk.declare("data", AssetKind::dataset, "d.csv",
               [](DeclaredAsset& asset) { asset.origin = "internal"; });
  EXPECT_EQ(said(desk, "5.2.4-2"), "unmet: none of 1 dataset is of public or unknown origin");
  desk.inventory.assets.back().declared.origin = "unknown";
  EXPECT_EQ(said(desk, "5.2.4-2"), "");
  desk.inventory.assets.back().declared.origin = "public";
  EXPECT_EQ(said(desk, "5.2.4-2.1"), "met: the dataset `data` is of public origin");
}

TEST(Applicability, DoesNotTrustAModelWhoseDataNobodyNames) {
  Workbench desk;
  add_model(desk);
  desk.inventory.assets.back().declared.uses.clear();
  EXPECT_EQ(said(desk, "5.2.4-2"), "");
}

TEST(Applicability, NeedsADeclaredSensitivityOfEverything) {
  Workbench desk;
  add_model(desk);
  EXPECT_EQ(said(desk, "5.2.1-4.2"),
            "unmet: every model and dataset is declared to be public or internal");
  desk.inventory.assets.back().declared.sensitivity.clear();
  EXPECT_EQ(said(desk, "5.2.1-4.2"), "");
  desk.inventory.assets.back().declared.sensitivity = "secret";
  EXPECT_EQ(said(desk, "5.2.1-4.2"), "met: the model `m` is secret");
}

TEST(Applicability, AsksForLicenceAndOriginOfWhatComesFromOutside) {
  Workbench desk;
  add_model(desk, "public");
  auto& asset = desk.inventory.assets.back().declared;
  EXPECT_EQ(said(desk, "5.2.3-2"), "met: the model `m` has no licence on record");
  asset.licence = "Apache-2.0";
  EXPECT_EQ(said(desk, "5.2.3-2.1"),
            "met: the model `m` has neither a card nor a source on record");
  asset.card = "README.md";
  EXPECT_EQ(said(desk, "5.2.3-2.2"),
            "unmet: each of 1 model or dataset from outside has a licence and a card or a source "
            "on record");
  asset.origin.clear();
  EXPECT_EQ(said(desk, "5.2.3-2"), "");
}

TEST(Applicability, AsksWhichModelsWereReleasedBySomebody) {
  Workbench desk;
  EXPECT_EQ(said(desk, "5.2.3-3"), "") << "nobody said that there are no models";
  add_model(desk, "internal");
  auto& asset = desk.inventory.assets.back().declared;
  EXPECT_EQ(said(desk, "5.2.3-3"),
            "unmet: each of 1 model is made here, and none is released to other parties");
  asset.released = true;
  EXPECT_EQ(said(desk, "5.2.3-3"), "met: the model `m` is released to other parties");
  asset.released = false;
  asset.origin = "public";
  EXPECT_EQ(said(desk, "5.2.3-3"), "met: the model `m` was released by others");
  asset.origin.clear();
  EXPECT_EQ(said(desk, "5.2.3-3"), "");
}

TEST(Applicability, LooksForAServerBeforeItSaysThatThereIsNone) {
  Workbench desk;
  desk.file("run.py", "import numpy\n", AssetKind::code);
  EXPECT_EQ(
      said(desk, "5.2.2-2"),
      "unmet: no endpoint is declared, and none of 1 code and dependency file names a server");
  desk.file("app.py", "  from fastapi.responses import X\n", AssetKind::code);
  EXPECT_EQ(said(desk, "5.2.2-2"), "");
}

TEST(Applicability, IsSilentAboutServersInCodeThatItCannotRead) {
  Workbench desk;
  desk.file("main.go", "package main", AssetKind::code);
  EXPECT_EQ(said(desk, "5.2.2-2"), "");
}

TEST(Applicability, FindsAServerInTheManifestsToo) {
  Workbench desk;
  desk.file("package.json", R"({"dependencies": {"express": "4.19.2"}})");
  EXPECT_EQ(said(desk, "5.2.2-2"), "");
}

TEST(Applicability, BelievesDeclaredEndpoints) {
  Workbench desk;
  Endpoint endpoint;
  endpoint.name = "api";
  endpoint.exposure = "internal";
  desk.system.endpoints.push_back(endpoint);
  EXPECT_EQ(said(desk, "5.2.2-2"), "unmet: all of 1 declared endpoint serve internal callers only");
  desk.system.endpoints[0].exposure = "partners";
  EXPECT_EQ(said(desk, "5.2.2-2"), "met: the endpoint `api` is open to partners");
}

TEST(Applicability, SeesUpdatesSinceTheLastCycle) {
  Workbench desk;
  add_model(desk);
  EXPECT_EQ(said(desk, "5.2.3-4"),
            "not yet: no update of a model was seen: this is the first cycle");
  desk.run(kApplicability);
  desk.baseline.cycle = "c1";
  desk.baseline.inventory = desk.inventory;
  desk.baseline.system = desk.system;
  EXPECT_EQ(said(desk, "5.3.1-2.2"),
            "not yet: no model, prompt or configuration changed since the last cycle");
  EXPECT_EQ(said(desk, "5.4.1-2"), "not yet: no model changed since the last cycle");
  desk.system.version = "2.0";
  EXPECT_EQ(said(desk, "5.4.1-2"), "met: version 1.0 of the last cycle became 2.0");
  desk.inventory.files[0].sha256 = sha256_hex("other weights");
  EXPECT_EQ(said(desk, "5.2.3-4"), "met: the model `m` was changed since the last cycle");
  EXPECT_EQ(said(desk, "5.3.1-2.2"), "met: the model `m` was changed since the last cycle");
  EXPECT_TRUE(said(desk, "5.1.3-1.1").starts_with("not yet")) << "a model is no setting";
}

TEST(Applicability, TakesAnEditedPromptForAnUpdateButNotForAMajorOne) {
  Workbench desk;
  desk.file("p.txt", "be kind", AssetKind::prompt);
  desk.declare("p", AssetKind::prompt, "p.txt");
  desk.run(kApplicability);
  desk.baseline.cycle = "c1";
  desk.baseline.system = desk.system;
  desk.baseline.inventory = desk.inventory;
  desk.inventory.files[0].sha256 = sha256_hex("be evil");
  EXPECT_EQ(said(desk, "5.3.1-2.2"), "met: the prompt `p` was changed since the last cycle");
  EXPECT_EQ(said(desk, "5.1.3-1.1"), "met: the prompt `p` was changed since the last cycle");
  EXPECT_TRUE(said(desk, "5.4.1-2").starts_with("not yet"));
}

TEST(Applicability, SeesWhatIsRetiredOrGone) {
  Workbench desk;
  add_model(desk);
  EXPECT_TRUE(said(desk, "5.5.1-1").starts_with("not yet"));
  desk.baseline.cycle = "c1";
  desk.baseline.inventory = desk.inventory;
  desk.inventory = {};
  EXPECT_EQ(said(desk, "5.5.1-2"), "met: the model `m` was removed since the last cycle");
  desk.system.assets[0].lifecycle = "end-of-life";
  EXPECT_EQ(said(desk, "5.5.1-1"), "met: `m` is at the end of its life");
}

TEST(Applicability, IsSilentWhenTheWalkWasNotComplete) {
  Workbench desk;
  add_model(desk);
  desk.inventory.complete = false;
  for (const char* provision :
       {"5.2.4-1.2", "5.2.1-4.2", "5.2.2-2", "5.2.3-2", "5.2.3-4", "5.5.1-1"}) {
    EXPECT_EQ(said(desk, provision), "") << provision;
  }
}

}  // namespace
}  // namespace cupel
