// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "base/text.h"
#include "crypto/digest.h"
#include "inventory/inventory.h"
#include "inventory/system_file.h"
#include "support/support.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

Inventory take(const fs::path& root, const System& system = {}) {
  Task task;
  auto inventory = take_inventory(system, root, {}, task);
  EXPECT_TRUE(inventory.ok());
  return inventory.ok() ? std::move(inventory).value() : Inventory{};
}

std::string draft(const TemporaryFolder& folder, const std::string& name = "demo") {
  return draft_system_file(
      take(folder.path()),
      {.name = name, .scenario = {}, .roles = {}, .read = [&](std::string_view path) {
         return test::slurp(folder / path);
       }});
}

// The draft must be readable, and must leave nothing undeclared that it could have named.
System read_back(const std::string& text) {
  auto reading = read_system(text, "cupel.yaml", {});
  for (const auto& diagnostic : reading.diagnostics) {
    ADD_FAILURE() << to_text(diagnostic.place) << ": " << diagnostic.title << "\n" << text;
  }
  return reading.system.value_or(System{});
}

const DeclaredAsset* asset(const System& system, std::string_view name) {
  const auto at = std::ranges::find(system.assets, name, &DeclaredAsset::name);
  return at == system.assets.end() ? nullptr : &*at;
}

TEST(Draft, AnEmptyFolderGivesAFileThatCanBeRead) {
  const TemporaryFolder folder;
  const System system = read_back(draft(folder));
  EXPECT_EQ(system.name, "demo");
  EXPECT_TRUE(system.assets.empty());
}

TEST(Draft, AModelHubsFolderIsOneModelWithTheLicenceOfItsCard) {
  const TemporaryFolder folder;
  folder.write("config.json", "{}");
  folder.write("model.safetensors", "w");
  folder.write("tokenizer.json", "{}");
  folder.write("README.md", "---\nlicense: apache-2.0\n---\n# Card\n");
  const System system = read_back(draft(folder, "Tiny BERT"));
  EXPECT_EQ(system.name, "Tiny BERT");
  EXPECT_EQ(system.scenario, "open-access-llm");
  EXPECT_EQ(system.roles, std::vector<std::string>{"developer"});
  ASSERT_EQ(system.assets.size(), 1U);
  const DeclaredAsset& model = system.assets[0];
  EXPECT_EQ(model.name, "tiny-bert");
  EXPECT_EQ(model.path, ".");
  EXPECT_EQ(model.licence, "apache-2.0");
  EXPECT_EQ(model.card, "README.md");
  EXPECT_EQ(model.origin, "public");
  EXPECT_EQ(model.sensitivity, "public");
  EXPECT_EQ(model.source, "") << "the card does not say";
  EXPECT_EQ(model.sha256, take(folder.path(), system).assets.at(0).digest);
}

TEST(Draft, AServiceWithAPickledModelLooksLikeFraudDetection) {
  const TemporaryFolder folder;
  folder.write("app/main.py", "x");
  folder.write("app/model.pkl", "w");
  folder.write("other/model.pkl", "v");
  folder.write("data/train.csv", "1,2\n");
  const System system = read_back(draft(folder));
  EXPECT_EQ(system.scenario, "fraud-detection");
  ASSERT_EQ(system.assets.size(), 3U);
  ASSERT_NE(asset(system, "model"), nullptr);
  ASSERT_NE(asset(system, "model-2"), nullptr);
  ASSERT_NE(asset(system, "train"), nullptr);
  EXPECT_EQ(asset(system, "train")->kind, AssetKind::dataset);
}

TEST(Draft, PromptsAndAVectorStoreLookLikeAChatbot) {
  const TemporaryFolder folder;
  folder.write("prompts/system.md", "You are …");
  folder.write("store/index.faiss", "IxFI");
  folder.write("app.py", "x");
  const System system = read_back(draft(folder));
  EXPECT_EQ(system.scenario, "chatbot");
  ASSERT_NE(asset(system, "system"), nullptr);
  EXPECT_EQ(asset(system, "system")->kind, AssetKind::prompt);
  EXPECT_EQ(asset(system, "system")->sha256, sha256_hex("You are …"));
}

TEST(Draft, AModelWithoutALicenceIsOfUnknownOrigin) {
  const TemporaryFolder folder;
  folder.write("config.json", "{}");
  folder.write("model.safetensors", "w");
  folder.write("README.md", "# Card\n");
  const System system = read_back(draft(folder));
  ASSERT_EQ(system.assets.size(), 1U);
  EXPECT_EQ(system.assets[0].origin, "unknown");
  EXPECT_EQ(system.assets[0].sensitivity, "");
}

TEST(Draft, ACardThatLoadsItsOwnModelNamesItsSource) {
  const TemporaryFolder folder;
  folder.write("config.json", "{}");
  folder.write("model.safetensors", "w");
  folder.write("README.md",
               "---\nlicense: mit\n---\n# tiny\n\n    m = AutoModel.from_pretrained('org/tiny')\n");
  const System system = read_back(draft(folder));
  ASSERT_EQ(system.assets.size(), 1U);
  EXPECT_EQ(system.assets[0].source, "https://huggingface.co/org/tiny");
}

TEST(Draft, TheRolesFollowFromAServerOrFromFilesThatDeployOne) {
  const auto roles = [](std::string_view path, std::string_view text) {
    const TemporaryFolder folder;
    folder.write("model.onnx", "w");
    folder.write(path, text);
    return read_back(draft(folder)).roles.size();
  };
  EXPECT_EQ(roles("run.py", "import numpy\n"), 1U);
  EXPECT_EQ(roles("app.py", "from fastapi import FastAPI\n"), 2U);
  EXPECT_EQ(roles("requirements.txt", "Flask==3.0\n"), 2U);
  EXPECT_EQ(roles("Dockerfile", "FROM scratch\n"), 2U);
  EXPECT_EQ(roles("k8s/app.yaml", "apiVersion: apps/v1\nkind: Deployment\n"), 2U);
  EXPECT_EQ(roles("deploy/app.service", "[Service]\n"), 2U);
  EXPECT_EQ(roles("tests/app.py", "import flask\n"), 1U) << "a server of the tests";
  EXPECT_EQ(roles("venv/lib/app.py", "import flask\n"), 1U) << "a library that was installed";
}

TEST(Draft, AnApplicationOfALanguageModelHasItsServicesPromptsAndConfiguration) {
  const TemporaryFolder folder;
  const std::string code =
      "from openai import OpenAI\n"
      "SYSTEM_PROMPT = \"\"\"You answer questions about trains, and nothing else.\"\"\"\n";
  folder.write("app/chat.py", code);
  folder.write("config/rag.yaml", "llm: &a\n  model_name: gpt-4o\nother: *a\n");
  folder.write("config/deploy.yaml", "name: x\n");
  const System system = read_back(draft(folder));
  EXPECT_EQ(system.scenario, "chatbot");
  ASSERT_EQ(system.assets.size(), 3U);
  ASSERT_NE(asset(system, "chat"), nullptr);
  EXPECT_EQ(asset(system, "chat")->kind, AssetKind::prompt);
  EXPECT_EQ(asset(system, "chat")->sha256, sha256_hex(code));
  ASSERT_NE(asset(system, "rag"), nullptr);
  EXPECT_EQ(asset(system, "rag")->kind, AssetKind::configuration);
  ASSERT_NE(asset(system, "openai-api"), nullptr);
  EXPECT_EQ(asset(system, "openai-api")->kind, AssetKind::endpoint);
  EXPECT_EQ(asset(system, "openai-api")->origin, "supplier");
  for (const auto& each : take(folder.path(), system).assets) {
    EXPECT_TRUE(each.is_declared && each.is_present) << each.declared.name;
  }
}

TEST(Draft, AFileThatIsTooLargeToLookIntoIsCounted) {
  const TemporaryFolder folder;
  folder.write("app.py", "import openai\n" + std::string(2U << 20U, '#'));
  const std::string text = draft(folder);
  EXPECT_TRUE(read_back(text).assets.empty());
  EXPECT_NE(text.find("because of their size or number: 1 file"), std::string::npos) << text;
}

TEST(Draft, WhatThePersonSaidIsNoGuess) {
  const TemporaryFolder folder;
  const std::string text = draft_system_file(
      take(folder.path()),
      {.name = "x", .scenario = "law-firm", .roles = {"data-custodian", "developer"}, .read = {}});
  const System system = read_back(text);
  EXPECT_EQ(system.scenario, "law-firm");
  EXPECT_EQ(system.roles, (std::vector<std::string>{"data-custodian", "developer"}));
  EXPECT_EQ(text.find("A guess"), std::string::npos);
}

// Names that people, tools and enemies give to files and folders.
TEST(Draft, AnyNameOfAFileOrFolderGivesAFileThatCanBeRead) {
  const std::vector<std::string> names = {"plain",       "with space",
                                          "quote\"s",    "it's",
                                          "# hash",      "- dash",
                                          "a: b",        "true",
                                          "null",        "1.10",
                                          "@at",         "`tick`",
                                          "%percent",    "&anchor",
                                          "*alias",      "!tag",
                                          "{brace}",     "[bracket]",
                                          "naïve",       "日本語",
                                          "emoji😀",     "tab\there",
                                          "line\nbreak", "rtl\u202eoverride",
                                          "back\\slash", "~",
                                          "~home",       "..dots",
                                          "...",         "null\u200bwidth",
                                          "\x7f",        "|",
                                          ">",           "?",
                                          ",",           "é: ü",
                                          "yes",         std::string(200, 'n'),
                                          "\xff\xfe"};
  const TemporaryFolder folder;
  for (const auto& name : names) folder.write(cat(name, "/", name, ".csv"), name);
  for (const auto& name : names) {
    const std::string text = draft(folder, name);
    const System system = read_back(text);
    const Inventory again = take(folder.path(), system);
    for (const auto& each : again.assets) {
      EXPECT_TRUE(each.is_present) << each.declared.path;
    }
  }
  // Every name that can be written is declared; the others are told in a comment.
  const std::string text = draft(folder);
  const Inventory again = take(folder.path(), read_back(text));
  std::size_t left = 0;
  for (const auto& each : again.assets) left += each.is_declared ? 0U : 1U;
  std::size_t comments = 0;
  for (const auto line : split(text, '\n')) comments += line.starts_with("# not listed") ? 1U : 0U;
  EXPECT_EQ(left, comments);
  EXPECT_EQ(left, 7U) << text;  // tab, line break, U+202E, backslash, "~/", U+200B, delete
}

TEST(Draft, AThousandAssetsAreEnoughForOnePerson) {
  const TemporaryFolder folder;
  for (int i = 0; i < 1010; ++i) folder.write(cat("m", i, "/net.onnx"), "w");
  const System system = read_back(draft(folder));
  EXPECT_EQ(system.assets.size(), 1000U);
}

}  // namespace
}  // namespace cupel
