// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kModelCard;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

std::string structured(const std::vector<std::string>& titles) {
  std::string text = "---\nkind: model-card\nmodel: m\n---\n# Card\n";
  for (const auto& title : titles) text += cat("\n## ", title, "\n\nSaid.\n");
  return text;
}

void with_model(Workbench& desk, std::string_view card) {
  desk.file("m/m.onnx", "x", AssetKind::model);
  desk.declare("m", AssetKind::model, "m/m.onnx", [&](DeclaredAsset& asset) { asset.card = card; });
}

TEST(ModelCard, IsCompleteWithItsSevenSections) {
  Workbench desk;
  with_model(desk, "card.md");
  desk.file("card.md", structured({"Intended use", "Limits", "Training data", "Guardrails",
                                   "Retention", "Review frequency", "Failure modes"}));
  const auto seen = desk.run(kModelCard);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].measured, "`card.md` (structured): 7 of 7 fields");
  EXPECT_EQ(seen[0].subjects.size(), 2U) << "the card and the model";
}

TEST(ModelCard, TellsWhatIsMissingAndLimitsApart) {
  Workbench desk;
  with_model(desk, "card.md");
  desk.file("card.md",
            structured({"Intended use", "Training data", "Guardrails", "Review frequency"}));
  const auto seen = desk.run(kModelCard);
  EXPECT_EQ(told(seen),
            (Told{"CRD001: the model card does not say: `Retention`",
                  "CRD003: the model card does not say: `Limits` and `Failure modes`"}));
  EXPECT_EQ(seen[0].diagnostics[0].severity, Severity::high);
}

TEST(ModelCard, ReadsAFreeTextCardBesideTheModelMoreGently) {
  Workbench desk;
  with_model(desk, "");
  desk.file("m/README.md",
            "---\nlicense: mit\n---\n# BERT\n## Intended uses & limitations\nText.\n"
            "### Limitations and bias\nText.\n## Training data\nBooks.\n## Known issues\nSome.\n");
  const auto seen = desk.run(kModelCard);
  EXPECT_EQ(told(seen),
            Told{"CRD001: the model card does not say: `Guardrails`, `Retention` and `Review "
                 "frequency`"});
  EXPECT_EQ(seen[0].diagnostics[0].severity, Severity::medium);
}

TEST(ModelCard, IsMissedWhereThereIsNone) {
  Workbench desk;
  with_model(desk, "");
  EXPECT_EQ(told(desk.run(kModelCard)), Told{"CRD002: the model `m` has no card"});
  Workbench other;
  with_model(other, "gone.md");
  EXPECT_EQ(told(other.run(kModelCard)),
            Told{"CRD002: the card `gone.md` of the model `m` is not there"});
}

TEST(ModelCard, IsAskedOnceWhenModelsShareIt) {
  Workbench desk;
  with_model(desk, "card.md");
  desk.declare("n", AssetKind::model, "n.onnx",
               [](DeclaredAsset& asset) { asset.card = "card.md"; });
  desk.file("card.md", structured({"Limits"}));
  EXPECT_EQ(desk.run(kModelCard).size(), 1U);
}

TEST(ModelCard, IsNotJudgedUnread) {
  Workbench desk;
  with_model(desk, "card.md");
  desk.unreadable("card.md", AssetKind::document, "permission denied");
  const auto seen = desk.run(kModelCard);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage.shortfall, "`card.md`: permission denied");
}

}  // namespace
}  // namespace cupel
