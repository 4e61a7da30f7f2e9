// SPDX-License-Identifier: Apache-2.0
#include "inventory/services.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

// "service by sign, …".
std::string found(std::string_view path, std::string_view text) {
  std::string out;
  for (const auto& use : services_in(source_kind(path), path, text)) {
    out += cat(out.empty() ? "" : ", ", use.service, " by ", use.sign);
  }
  return out;
}

TEST(Services, AreKnownByTheirImports) {
  EXPECT_EQ(found("a.py", "import openai\n"), "openai-api by openai");
  EXPECT_EQ(found("a.py", "from google import genai\n"), "google-gemini-api by google.genai");
  EXPECT_EQ(found("a.py", "from google.cloud import storage\n"), "");
  EXPECT_EQ(found("a.ts", "import Anthropic from '@anthropic-ai/sdk'"),
            "anthropic-api by @anthropic-ai/sdk");
  EXPECT_EQ(found("a.py", "import openair\nfrom .openai import x\n"), "");
}

TEST(Services, AreKnownByWhatAManifestAsksFor) {
  EXPECT_EQ(found("requirements.txt", "cohere>=5\nnumpy\n"), "cohere-api by cohere");
  EXPECT_EQ(
      found("pkg-1.dist-info/METADATA",
            "Name: pkg\nRequires-Dist: pinecone-client (>=3.0,<4)\n\nRequires-Dist: openai\n"),
      "pinecone by pinecone-client");
  EXPECT_EQ(found("package.json", R"({"dependencies": {"groq-sdk": "1.0.0"}})"),
            "groq-api by groq-sdk");
}

TEST(Services, AreKnownByTheirAddress) {
  EXPECT_EQ(found("c.yaml", "url: https://api.mistral.ai/v1"), "mistral-api by api.mistral.ai");
  EXPECT_EQ(found("c.yaml", "see docsapi.mistral.ai"), "");
}

TEST(Services, TheCommonSdkSpeaksToOthersToo) {
  EXPECT_EQ(found("a.py", "from openai import AzureOpenAI\n"), "azure-openai by AzureOpenAI");
  EXPECT_EQ(
      found("a.py", "import openai\nx = openai.OpenAI(base_url=\"https://api.groq.com/v1\")\n"),
      "groq-api by api.groq.com");
  EXPECT_EQ(found("a.py", "class AzureOpenAIEncoder:\n"), "") << "a name of one's own";
}

TEST(Services, WhatMayRunLocallyNeedsItsHostedForm) {
  EXPECT_EQ(found("a.py", "import chromadb\nchromadb.PersistentClient()\n"), "");
  EXPECT_EQ(found("a.py", "import chromadb\nchromadb.CloudClient()\n"),
            "chroma-cloud by chromadb.CloudClient");
  EXPECT_EQ(found("requirements.txt", "qdrant-client\nweaviate-client\n"), "");
}

TEST(Packages, AreKnownByTheirPurpose) {
  EXPECT_TRUE(answers_requests("fastapi.responses"));
  EXPECT_TRUE(answers_requests("http.server"));
  EXPECT_FALSE(answers_requests("http.client"));
  EXPECT_FALSE(answers_requests_with("http", "http.get()"));
  EXPECT_TRUE(answers_requests_with("http", "http.createServer()"));
  EXPECT_TRUE(runs_models("sentence_transformers.util"));
  EXPECT_TRUE(runs_models("llama_cpp"));
  EXPECT_FALSE(runs_models("openai"));
}

}  // namespace
}  // namespace cupel
