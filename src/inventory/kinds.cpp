// SPDX-License-Identifier: Apache-2.0
#include "inventory/kinds.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view format;
  AssetKind kind;
  std::size_t offset;
  std::string_view bytes;
};

constexpr auto kSignatures = std::to_array<Signature>({
    {"catboost", AssetKind::model, 0, "CBM1"sv},
    {"faiss", AssetKind::dataset, 0, "IxF"sv},
    {"faiss", AssetKind::dataset, 0, "IxHN"sv},
    {"faiss", AssetKind::dataset, 0, "IwFl"sv},
    {"sqlite", AssetKind::dataset, 0, "SQLite format 3\0"sv},
});

struct Extension {
  std::string_view extension;
  AssetKind kind;
};

constexpr auto kExtensions = std::to_array<Extension>({
    // Models whose format is not always to be seen in the first bytes.
    {".onnx", AssetKind::model},
    {".safetensors", AssetKind::model},
    {".pt", AssetKind::model},
    {".pth", AssetKind::model},
    {".ckpt", AssetKind::model},
    {".pkl", AssetKind::model},
    {".pickle", AssetKind::model},
    {".joblib", AssetKind::model},
    {".dill", AssetKind::model},
    {".skops", AssetKind::model},
    {".h5", AssetKind::model},
    {".hdf5", AssetKind::model},
    {".keras", AssetKind::model},
    {".gguf", AssetKind::model},
    {".ggml", AssetKind::model},
    {".tflite", AssetKind::model},
    {".pb", AssetKind::model},
    {".mlmodel", AssetKind::model},
    {".pmml", AssetKind::model},
    {".ubj", AssetKind::model},
    {".cbm", AssetKind::model},
    {".mar", AssetKind::model},
    {".llamafile", AssetKind::model},
    {".csv", AssetKind::dataset},
    {".tsv", AssetKind::dataset},
    {".parquet", AssetKind::dataset},
    {".jsonl", AssetKind::dataset},
    {".ndjson", AssetKind::dataset},
    {".arrow", AssetKind::dataset},
    {".feather", AssetKind::dataset},
    {".avro", AssetKind::dataset},
    {".orc", AssetKind::dataset},
    {".tfrecord", AssetKind::dataset},
    {".npy", AssetKind::dataset},
    {".npz", AssetKind::dataset},
    {".arff", AssetKind::dataset},
    {".faiss", AssetKind::dataset},
    {".xlsx", AssetKind::dataset},
    {".prompt", AssetKind::prompt},
    {".md", AssetKind::document},
    {".rst", AssetKind::document},
    {".pdf", AssetKind::document},
    {".docx", AssetKind::document},
    {".odt", AssetKind::document},
    {".html", AssetKind::document},
    {".yaml", AssetKind::configuration},
    {".yml", AssetKind::configuration},
    {".toml", AssetKind::configuration},
    {".ini", AssetKind::configuration},
    {".cfg", AssetKind::configuration},
    {".conf", AssetKind::configuration},
    {".env", AssetKind::configuration},
    {".properties", AssetKind::configuration},
    {".py", AssetKind::code},
    {".pyc", AssetKind::code},
    {".ipynb", AssetKind::code},
    {".js", AssetKind::code},
    {".ts", AssetKind::code},
    {".tsx", AssetKind::code},
    {".go", AssetKind::code},
    {".rs", AssetKind::code},
    {".java", AssetKind::code},
    {".c", AssetKind::code},
    {".cc", AssetKind::code},
    {".cpp", AssetKind::code},
    {".h", AssetKind::code},
    {".r", AssetKind::code},
    {".sh", AssetKind::code},
    {".sql", AssetKind::code},
    {".so", AssetKind::code},
});

constexpr auto kModelConfigurations =
    std::to_array<std::string_view>({"config.json",
                                     "generation_config.json",
                                     "tokenizer.json",
                                     "tokenizer_config.json",
                                     "tokenizer.model",
                                     "special_tokens_map.json",
                                     "added_tokens.json",
                                     "vocab.json",
                                     "vocab.txt",
                                     "merges.txt",
                                     "spiece.model",
                                     "sentencepiece.bpe.model",
                                     "chat_template.json",
                                     "chat_template.jinja",
                                     "preprocessor_config.json",
                                     "processor_config.json",
                                     "adapter_config.json",
                                     "model_index.json",
                                     "modules.json",
                                     "quantize_config.json",
                                     "config_sentence_transformers"
                                     ".json",
                                     "sentence_bert_config.json"});

constexpr auto kInstalled =
    std::to_array<std::string_view>({"node_modules", "site-packages", "dist-packages", ".venv",
                                     "venv", ".tox", ".nox", "__pycache__"});

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<AssetKind> kind_of_format(std::string_view format) {
  if (format.empty()) return {};
  for (const auto* known : all_formats()) {
    if (known->id == format) return known->kind;
  }
  const auto at = std::ranges::find(kSignatures, format, &Signature::format);
  if (at == kSignatures.end()) return {};
  return at->kind;
}

bool has_folder(std::string_view path, std::initializer_list<std::string_view> names) {
  const std::string folder = lower(folder_name(path));
  const auto parts = split(folder, '/');
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return std::ranges::find(names, part) != names.end(); });
}

// "prompt.txt", "prompts.md", "prompt_v2.txt"; not "prompting.md".
bool named_prompt(std::string_view name) {
  return name.starts_with("prompt.") || name.starts_with("prompts.") ||
         name.starts_with("prompt_") || name.starts_with("prompt-");
}

bool is_prompt(std::string_view path, std::string_view name, std::string_view ending) {
  const bool text = ending == ".txt" || ending == ".md" || ending == ".j2" || ending == ".jinja" ||
                    ending == ".jinja2" || ending == ".tmpl" || ending == ".prompty" ||
                    ending == ".yaml" || ending == ".yml" || ending == ".json" || ending.empty();
  if (ending == ".prompt" || ending == ".prompty") return true;
  if (!text || name.starts_with("readme")) return false;
  return has_folder(path, {"prompts", "prompt", "system_prompts", "prompt_templates"}) ||
         name.find("system_prompt") != std::string::npos ||
         name.find("system-prompt") != std::string::npos ||
         name.find(".prompt.") != std::string_view::npos ||
         (named_prompt(name) && (ending == ".txt" || ending == ".md"));
}

bool is_data(std::string_view path, std::string_view name, std::string_view ending) {
  const bool in_data = has_folder(path, {"data", "dataset", "datasets", "corpus", "corpora",
                                         "knowledge", "knowledge_base", "knowledge-base"});
  if (in_data && !name.starts_with("readme") && !name.starts_with("licen")) {
    constexpr auto kData = std::to_array<std::string_view>(
        {".json", ".txt", ".md", ".html", ".xml", ".pdf", ".docx", ".png", ".jpg", ".jpeg", ".gif",
         ".tif", ".webp", ".wav", ".mp3", ".flac", ".gz", ".zip"});
    return among(kData, ending);
  }
  return false;
}

}  // namespace

std::string_view folder_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string extension(std::string_view path) {
  const auto name = file_name(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string() : lower(name.substr(dot));
}

std::string_view installed_in(std::string_view path) {
  std::size_t at = 0;
  for (const auto part : split(path, '/')) {
    at += part.size();
    if (at == path.size()) break;  // the name itself
    if (among(kInstalled, part)) return path.substr(0, at);
    ++at;
  }
  return {};
}

bool configures_a_model(std::string_view path) {
  const auto name = file_name(path);
  return among(kModelConfigurations, name) || name.ends_with(".safetensors.index.json") ||
         name.ends_with(".bin.index.json");
}

bool is_hub_weights(std::string_view path, std::string_view format) {
  const std::string ending = extension(path);
  const auto name = file_name(path);
  if (format == "safetensors" || ending == ".safetensors" || ending == ".onnx") return true;
  return name.starts_with("pytorch_model") || name.starts_with("adapter_model") ||
         name == "tf_model.h5" || name == "flax_model.msgpack" || name == "rust_model.ot";
}

std::string recognise_format(const Sniff& file) {
  if (const Format* format = recognise(file)) return std::string(format->id);
  const std::string_view head = as_text(file.head);
  for (const auto& signature : kSignatures) {
    if (head.size() >= signature.offset + signature.bytes.size() &&
        head.substr(signature.offset, signature.bytes.size()) == signature.bytes) {
      return std::string(signature.format);
    }
  }
  return {};
}

AssetKind guess_kind(std::string_view path, std::string_view format) {
  if (!installed_in(path).empty()) return AssetKind::code;
  const std::string name = lower(file_name(path));
  const std::string ending = extension(path);
  const auto by_format = kind_of_format(format);
  if (by_format == AssetKind::model || by_format == AssetKind::dataset) return *by_format;
  if (configures_a_model(path)) return AssetKind::configuration;
  if (path.starts_with("attestations/")) return AssetKind::document;
  if (is_prompt(path, name, ending)) return AssetKind::prompt;
  if (is_data(path, name, ending)) return AssetKind::dataset;
  const auto at = std::ranges::find(kExtensions, ending, &Extension::extension);
  if (at != kExtensions.end()) return at->kind;
  if (name.starts_with("pytorch_model") || is_hub_weights(path, format)) return AssetKind::model;
  if (name.starts_with("dockerfile") || name == "makefile") return AssetKind::code;
  if (name.starts_with("requirements") || name.starts_with(".env") || ending == ".lock" ||
      ending == ".json") {
    return AssetKind::configuration;
  }
  if (has_folder(path, {"docs", "doc"}) || name.starts_with("licen") || name == "notice") {
    return AssetKind::document;
  }
  return AssetKind::other;
}

}  // namespace cupel
