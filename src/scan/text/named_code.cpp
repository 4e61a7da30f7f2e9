// SPDX-License-Identifier: Apache-2.0
#include "scan/text/named_code.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/keras/python_modules.h"

namespace cupel::scan::named_code {
namespace {

struct Key {
  std::string_view name;
  std::string_view who;  // acts on it
};
// Keys whose value is a dotted name that is imported and called.
constexpr std::array<Key, 11> kImported = {{
    {"_target_", "Hydra"},
    {"__target__", "Hydra"},
    {"loader_module", "MLflow"},
    {"parent_library", "PEFT"},
    {"custom_objects", "the loader"},
    {"handler", "TorchServe"},
    {"serviceFile", "TorchServe"},
    {"python_model", "MLflow"},
    {"entry_point", "the loader"},
    {"custom_pipelines", "transformers"},
    {"custom_pipeline", "diffusers"},
}};
// Packages whose classes are what such keys name in honest files.
constexpr std::array<std::string_view, 35> kVetted = {"accelerate",
                                                      "catboost",
                                                      "diffusers",
                                                      "fastai",
                                                      "flax",
                                                      "gluonts",
                                                      "h2o",
                                                      "keras",
                                                      "langchain",
                                                      "lightgbm",
                                                      "lightning",
                                                      "mlflow",
                                                      "monai",
                                                      "nemo",
                                                      "onnx",
                                                      "openai",
                                                      "optimum",
                                                      "peft",
                                                      "prophet",
                                                      "pytorch_lightning",
                                                      "sentence_transformers",
                                                      "sklearn",
                                                      "spacy",
                                                      "stable_diffusion",
                                                      "statsmodels",
                                                      "tensorflow",
                                                      "timm",
                                                      "tokenizers",
                                                      "torch",
                                                      "torchmetrics",
                                                      "torchvision",
                                                      "transformers",
                                                      "xgboost",
                                                      "hydra",
                                                      "omegaconf"};
constexpr std::array<std::string_view, 5> kHandlers = {
    "image_classifier", "text_classifier", "object_detector", "image_segmenter", "base_handler"};
// Functions of vetted packages that load or run what they are given.
constexpr std::array<std::string_view, 14> kLoaders = {
    "load",        "loads",      "from_pretrained", "load_model", "hub", "get_file", "call",
    "instantiate", "get_method", "get_class",       "get_object", "run", "compile",  "load_url"};

bool is_vetted(std::string_view dotted) {
  const auto root = dotted.substr(0, dotted.find('.'));
  const auto last =
      dotted.substr(dotted.rfind('.') == std::string_view::npos ? 0 : dotted.rfind('.') + 1);
  const bool loads = std::ranges::find(kLoaders, last) != kLoaders.end() && last != dotted;
  return std::ranges::find(kVetted, root) != kVetted.end() && !loads &&
         dotted.find("__") == std::string_view::npos && !is_dangerous_name(last) &&
         dotted.find(".os.") == std::string_view::npos &&
         dotted.find(".hub.") == std::string_view::npos;
}

void tell(const Layer& layer, Session& session, std::string_view code, Severity severity,
          Place place, std::string title, std::string help) {
  session.tell(layer, finding(code, severity, std::move(place), std::move(title), help));
}

void imported(const Layer& layer, Session& session, const Key& key, std::string_view name,
              const Place& place) {
  if (name.empty() || name == "null" || is_vetted(name)) return;
  if (std::ranges::find(kHandlers, name) != kHandlers.end()) return;
  const auto last =
      name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1);
  const bool runs = is_dangerous_module(name) || (last != name && is_dangerous_name(last)) ||
                    name.find("__") != std::string_view::npos;
  session.import(printable(name, 300), runs ? "dangerous" : "unknown");
  tell(layer, session, "SET001", runs ? Severity::critical : Severity::medium, place,
       cat(key.who, " would import ", quote(name), " because ", quote(layer.name()), " says so"),
       runs ? "do not load it: no honest model names this"
            : "review that code before loading the model, or take a model that needs none");
}

void path(const Layer& layer, Session& session, std::string_view value, const Place& place) {
  if (!leads_out(value)) return;
  tell(layer, session, "SET002", Severity::high, place,
       cat(quote(layer.name()), " names the file ", quote(value), ", outside of its folder"),
       "do not load it: a model needs no file from elsewhere on the machine");
}

bool is_path_key(std::string_view key) {
  constexpr std::array<std::string_view, 12> kKeys = {
      "weight_map", "vocab_file", "merges_file",   "tokenizer_file",
      "spm_file",   "model_file", "modelFile",     "serializedFile",
      "data_path",  "extraFiles", "artifact_path", "location"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

Place place_of(const Layer& layer, Span span, std::string_view key) {
  Place out = layer.place(span.begin, span.end);
  out.pointer = std::string(key);
  return out;
}

void auto_map(const Layer& layer, Session& session, const loose_json::Value& value) {
  std::vector<std::string> names;
  for (const auto& item : value.items()) {
    if (item.is_text()) names.push_back(item.text());
    for (const auto& part : item.items()) {
      if (part.is_text()) names.push_back(part.text());
    }
  }
  if (names.empty()) return;
  const bool elsewhere = std::ranges::any_of(
      names, [](const std::string& name) { return name.find("--") != std::string::npos; });
  tell(layer, session, "SET001", elsewhere ? Severity::high : Severity::medium,
       place_of(layer, value.span(), "auto_map"),
       cat("loading with trust_remote_code runs ", name_some(names),
           elsewhere ? ", from another repository" : ", which stands beside ",
           elsewhere ? "" : quote(layer.name())),
       "review that code, or load without trust_remote_code");
}

}  // namespace

bool may_name_code(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords = {
      "_target_",      "loader_module", "parent_library", "auto_map",       "trust_remote_code",
      "chat_template", "weight_map",    "_file\"",        "custom_pipeline"};
  const auto found = [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  };
  constexpr std::array<std::string_view, 9> kMore = {
      "\"handler\"", "python_model",   "serviceFile", "\"type\"", "\"__module__\"",
      "entry_point", "serializedFile", "_class_name", "\\u00"};
  return std::ranges::any_of(kWords, found) || std::ranges::any_of(kMore, found);
}

bool leads_out(std::string_view path) {
  if (path.starts_with('/') || path.starts_with('\\') || path.starts_with("file:") ||
      path.starts_with('~')) {
    return true;
  }
  if (path.size() > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/')) return true;
  std::size_t depth = 0;
  std::size_t at = 0;
  while (at <= path.size()) {
    const auto end = std::min(path.find_first_of("/\\", at), path.size());
    const auto part = path.substr(at, end - at);
    if (part == "..") {
      if (depth == 0) return true;
      --depth;
    } else if (!part.empty() && part != ".") {
      ++depth;
    }
    at = end + 1;
  }
  return false;
}

void examine_text(const Layer& layer, Session& session, std::string_view key,
                  std::string_view value, Span span, std::uint32_t line) {
  Place place = place_of(layer, span, key);
  place.line = line;
  for (const auto& imports : kImported) {
    if (imports.name == key) imported(layer, session, imports, value, place);
  }
  if (is_path_key(key)) path(layer, session, value, place);
  if (key == "trust_remote_code" && (value == "true" || value == "True")) {
    tell(layer, session, "SET001", Severity::medium, place,
         cat(quote(layer.name()), " asks for trust_remote_code"),
         "review the code that the model brings before loading it");
  }
}

void examine_member(const Layer& layer, Session& session, std::string_view key,
                    const loose_json::Value& value) {
  const auto name = lower(file_name(layer.name()));
  if (key == "auto_map") return auto_map(layer, session, value);
  if (key == "weight_map" && value.is_object()) {
    for (const auto& item : value.items()) {
      path(layer, session, item.text(), place_of(layer, item.span(), key));
    }
    return;
  }
  if (key == "trust_remote_code" && value.kind() == loose_json::Kind::boolean) {
    return examine_text(layer, session, key, value.raw(), value.span(), 0);
  }
  if (key == "type" && name == "modules.json") {  // sentence-transformers imports it
    return imported(layer, session, {"type", "sentence-transformers"}, value.text(),
                    place_of(layer, value.span(), key));
  }
  if (key == "__module__" && value.is_text()) {  // skops
    return imported(layer, session, {"__module__", "skops"}, value.text(),
                    place_of(layer, value.span(), key));
  }
  if (name == "model_index.json" && value.is_array()) {  // diffusers: [library, class]
    const auto parts = value.items();
    if (parts.size() != 2 || !parts[0].is_text() || !parts[1].is_text()) return;
    return imported(layer, session, {key, "diffusers"}, cat(parts[0].text(), ".", parts[1].text()),
                    place_of(layer, value.span(), key));
  }
  if (value.is_text()) examine_text(layer, session, key, value.text(), value.span(), 0);
}

}  // namespace cupel::scan::named_code
