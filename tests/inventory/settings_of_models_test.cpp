// SPDX-License-Identifier: Apache-2.0
#include "inventory/settings_of_models.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cupel {
namespace {

TEST(SettingsOfModels, AreSeenInAnyForm) {
  EXPECT_EQ(model_settings_in("a.yaml", "llm:\n  params:\n    - model_name: x\n"),
            "llm and model_name");
  EXPECT_EQ(model_settings_in("a.toml", "[m]\ntemperature = 0.1\nmax-tokens = 5\n"),
            "max_tokens and temperature");
  EXPECT_EQ(model_settings_in("a.json", R"({"model":"x","a":{"top_k":4}})"), "top_k and model");
}

TEST(SettingsOfModels, OneWordIsNoConfiguration) {
  EXPECT_EQ(model_settings_in("a.yaml", "temperature: 20\nhumidity: 3\n"), "");
  EXPECT_EQ(model_settings_in("a.yaml", "model: T\nprovider: ford\n"), "");
  EXPECT_EQ(model_settings_in("a.yaml", "# temperature and model: see the manual\n"), "");
  EXPECT_EQ(model_settings_in("package.json", R"({"llm": 1, "model": 2})"), "");
  EXPECT_EQ(model_settings_in("a.md", "llm: x\nmodel: y\n"), "");
}

TEST(Prompts, AreSeenInConstants) {
  const std::string words = "You answer questions about trains and nothing else.";
  for (const auto& text :
       std::vector<std::string>{"SYSTEM_PROMPT = \"" + words + "\"\n",
                                "x = 1\nQA_PROMPT_TEMPLATE: str = '" + words + "'",
                                R"(DEFAULT_SYSTEM_PROMPT = (
    "You answer questions "
    f"about trains and no more"))",
                                "SYSTEM_PROMPT = dedent(\"\"\"\n" + words + R"("""))",
                                "export const systemPrompt = `" + words + "`;"}) {
    EXPECT_NE(prompt_constant_in(text), "") << text;
  }
}

TEST(Prompts, AreNotSeenInShortOrComputedText) {
  for (const auto& text : std::vector<std::string>{
           "SYSTEM_PROMPT = \"be kind\"",
           "SYSTEM_PROMPT = load('a file whose name is longer than forty')",
           "SYSTEM_PROMPT == \"a comparison with a text that is long enough\"",
           ">>> system_prompt = \"an example in a comment that is long enough\"",
           "GREETING = \"a text that is long enough but is no prompt at all\"",
           R"(SYSTEM_PROMPT = """without an end, however long it may be, it is nothing)"}) {
    EXPECT_EQ(prompt_constant_in(text), "") << text;
  }
}

}  // namespace
}  // namespace cupel
