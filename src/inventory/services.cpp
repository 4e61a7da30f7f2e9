// SPDX-License-Identifier: Apache-2.0
#include "inventory/services.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/imports.h"

namespace cupel {
namespace {

// A short list of literals that lives in a constant.
class Words {
 public:
  template <class... Word>
  constexpr explicit Words(Word... words)
      : items_{std::string_view(words)...}, size_(sizeof...(words)) {}
  [[nodiscard]] constexpr const std::string_view* begin() const { return items_.data(); }
  [[nodiscard]] constexpr const std::string_view* end() const { return items_.data() + size_; }

 private:
  std::array<std::string_view, 8> items_;
  std::size_t size_;
};

struct Service {
  std::string_view name;
  std::string_view url;
  Words packages;  // modules and packages that speak to this service alone
  Words hosts;     // parts of its addresses
  Words marks;     // names in code that mean this service and no other
};

constexpr std::array kServices = std::to_array<Service>({
    {"openai-api", "https://api.openai.com",
     Words("openai", "langchain_openai", "langchain-openai", "@langchain/openai",
           "llama-index-llms-openai", "llama-index-embeddings-openai", "@ai-sdk/openai"),
     Words("api.openai.com"), Words()},
    {"azure-openai", "https://RESOURCE.openai.azure.com", Words("@azure/openai"),
     Words("openai.azure.com"), Words("AzureOpenAI", "AzureChatOpenAI")},
    {"anthropic-api", "https://api.anthropic.com",
     Words("anthropic", "langchain_anthropic", "langchain-anthropic", "@anthropic-ai/sdk",
           "@langchain/anthropic", "@ai-sdk/anthropic"),
     Words("api.anthropic.com"), Words()},
    {"cohere-api", "https://api.cohere.com",
     Words("cohere", "langchain_cohere", "langchain-cohere", "cohere-ai", "@langchain/cohere"),
     Words("api.cohere.com", "api.cohere.ai"), Words()},
    {"mistral-api", "https://api.mistral.ai",
     Words("mistralai", "langchain_mistralai", "langchain-mistralai", "@mistralai/mistralai",
           "@langchain/mistralai"),
     Words("api.mistral.ai"), Words()},
    {"google-gemini-api", "https://generativelanguage.googleapis.com",
     Words("google.generativeai", "google.genai", "google-generativeai", "google-genai",
           "langchain_google_genai", "langchain-google-genai", "@google/generative-ai",
           "@google/genai"),
     Words("generativelanguage.googleapis.com"), Words()},
    {"google-vertex-ai", "https://aiplatform.googleapis.com",
     Words("vertexai", "google.cloud.aiplatform", "google-cloud-aiplatform",
           "langchain_google_vertexai", "langchain-google-vertexai", "@google-cloud/vertexai"),
     Words("aiplatform.googleapis.com"), Words()},
    {"amazon-bedrock", "https://bedrock-runtime.REGION.amazonaws.com",
     Words("langchain_aws", "langchain-aws", "@aws-sdk/client-bedrock-runtime"),
     Words("bedrock-runtime."), Words("\"bedrock-runtime\"", "'bedrock-runtime'")},
    {"huggingface-inference", "https://router.huggingface.co", Words("@huggingface/inference"),
     Words("api-inference.huggingface.co", "router.huggingface.co"),
     Words("InferenceClient", "HuggingFaceEndpoint", "HuggingFaceHub")},
    {"replicate-api", "https://api.replicate.com", Words("replicate"), Words("api.replicate.com"),
     Words()},
    {"together-api", "https://api.together.xyz",
     Words("together", "langchain_together", "langchain-together", "together-ai"),
     Words("api.together.xyz"), Words()},
    {"groq-api", "https://api.groq.com",
     Words("groq", "langchain_groq", "langchain-groq", "groq-sdk"), Words("api.groq.com"), Words()},
    {"fireworks-api", "https://api.fireworks.ai",
     Words("fireworks-ai", "langchain_fireworks", "langchain-fireworks"), Words("api.fireworks.ai"),
     Words()},
    {"deepseek-api", "https://api.deepseek.com", Words("langchain_deepseek", "langchain-deepseek"),
     Words("api.deepseek.com"), Words()},
    {"openrouter-api", "https://openrouter.ai", Words(), Words("openrouter.ai/api"), Words()},
    {"anyscale-endpoints", "https://api.endpoints.anyscale.com", Words(),
     Words("api.endpoints.anyscale.com"), Words()},
    {"octoai-api", "https://text.octoai.run", Words("octoai", "octoai-sdk"),
     Words("text.octoai.run"), Words()},
    {"jina-api", "https://api.jina.ai", Words(), Words("api.jina.ai"), Words()},
    {"voyage-api", "https://api.voyageai.com",
     Words("voyageai", "langchain_voyageai", "langchain-voyageai"), Words("api.voyageai.com"),
     Words()},
    {"pinecone", "https://api.pinecone.io",
     Words("pinecone", "pinecone-client", "langchain_pinecone", "langchain-pinecone",
           "@pinecone-database/pinecone", "@langchain/pinecone"),
     Words("api.pinecone.io"), Words()},
    {"weaviate-cloud", "https://CLUSTER.weaviate.cloud", Words(),
     Words(".weaviate.cloud", ".weaviate.network"),
     Words("connect_to_weaviate_cloud", "connect_to_wcs")},
    {"qdrant-cloud", "https://CLUSTER.cloud.qdrant.io", Words(), Words("cloud.qdrant.io"), Words()},
    {"chroma-cloud", "https://api.trychroma.com", Words(), Words("api.trychroma.com"),
     Words("chromadb.CloudClient")},
});

bool begins_word(char before) {
  return before == '/' || before == '"' || before == '\'' || before == '`' || before == '.' ||
         before == '=';
}

// The address, not a page about it: "docs.endpoints.anyscale.com" is none of the hosts.
bool names_host(std::string_view text, std::string_view host) {
  for (auto at = text.find(host); at != std::string_view::npos; at = text.find(host, at + 1)) {
    if (at != 0 && begins_word(text[at - 1])) return true;
    if (host.starts_with('.') && at != 0 && text[at - 1] != ' ') return true;
  }
  return false;
}

// "AzureOpenAI(" and "AsyncAzureOpenAI", not "AzureOpenAIEncoder", which is somebody's own class.
bool names_mark(std::string_view text, std::string_view mark) {
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const auto end = at + mark.size();
    const char next = end < text.size() ? text[end] : ' ';
    const bool goes_on = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
                         (next >= '0' && next <= '9') || next == '_';
    if (!goes_on) return true;
  }
  return false;
}

std::string named_in_text(const Service& service, SourceKind kind, std::string_view text) {
  for (const auto host : service.hosts) {
    if (names_host(text, host)) return std::string(host);
  }
  if (kind == SourceKind::none || kind == SourceKind::manifest) return {};
  for (const auto mark : service.marks) {
    if (names_mark(text, mark)) return std::string(mark);
  }
  return {};
}

bool is_of(std::string_view name, std::string_view package) {
  return name == package || imports::package_of(name) == package ||
         (name.starts_with(package) && name[package.size()] == '.');
}

std::string named_as_package(const Service& service, const std::vector<std::string>& names) {
  for (const auto package : service.packages) {
    for (const auto& name : names) {
      if (is_of(name, package)) return std::string(package);
    }
  }
  return {};
}

}  // namespace

std::vector<ServiceUse> services_in(SourceKind kind, std::string_view path, std::string_view text) {
  std::vector<ServiceUse> found;
  if (kind != SourceKind::manifest) {
    for (const auto& service : kServices) {
      auto sign = named_in_text(service, kind, text);
      if (sign.empty()) continue;
      found.push_back({.service = service.name, .url = service.url, .sign = std::move(sign)});
    }
  }
  const bool other_address = !found.empty();
  const auto names = names_in(kind, path, text);
  for (const auto& service : kServices) {
    if (std::ranges::find(found, service.name, &ServiceUse::service) != found.end()) continue;
    auto sign = named_as_package(service, names);
    if (sign.empty() || (sign == kCommonSdk && other_address)) continue;
    found.push_back({.service = service.name, .url = service.url, .sign = std::move(sign)});
  }
  return found;
}

}  // namespace cupel
