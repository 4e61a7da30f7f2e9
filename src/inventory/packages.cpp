// SPDX-License-Identifier: Apache-2.0
#include "inventory/packages.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/dependencies.h"
#include "formats/imports.h"
#include "inventory/kinds.h"

namespace cupel {
namespace {

// By their normalised name.
constexpr auto kServers = std::to_array<std::string_view>(
    {"flask",     "fastapi",  "django",   "starlette",  "uvicorn",  "gunicorn",     "hypercorn",
     "tornado",   "aiohttp",  "sanic",    "bottle",     "litestar", "falcon",       "pyramid",
     "streamlit", "gradio",   "bentoml",  "torchserve", "vllm",     "tritonserver", "grpcio",
     "quart",     "cherrypy", "robyn",    "chainlit",   "dash",     "panel",        "mlserver",
     "express",   "koa",      "fastify",  "hapi",       "next",     "restify",      "socket-io",
     "nest",      "hono",     "langserve"});
// What Python itself offers.
constexpr auto kServerModules =
    std::to_array<std::string_view>({"http.server", "socketserver", "wsgiref.simple_server"});

constexpr auto kRuntimes = std::to_array<std::string_view>({"torch",
                                                            "transformers",
                                                            "sentence-transformers",
                                                            "tensorflow",
                                                            "keras",
                                                            "jax",
                                                            "flax",
                                                            "onnxruntime",
                                                            "onnxruntime-gpu",
                                                            "llama-cpp",
                                                            "llama-cpp-python",
                                                            "gpt4all",
                                                            "ctransformers",
                                                            "vllm",
                                                            "mlx",
                                                            "mlx-lm",
                                                            "ollama",
                                                            "sklearn",
                                                            "scikit-learn",
                                                            "xgboost",
                                                            "lightgbm",
                                                            "catboost",
                                                            "joblib",
                                                            "spacy",
                                                            "fasttext",
                                                            "gensim",
                                                            "diffusers",
                                                            "peft",
                                                            "tflite-runtime",
                                                            "openvino",
                                                            "fastembed",
                                                            "exllamav2",
                                                            "autogptq",
                                                            "auto-gptq",
                                                            "flagembedding",
                                                            "tritonclient",
                                                            "paddle",
                                                            "paddlepaddle",
                                                            "mxnet",
                                                            "node-llama-cpp",
                                                            "onnxruntime-node",
                                                            "@xenova/transformers",
                                                            "@huggingface/transformers",
                                                            "@tensorflow/tfjs",
                                                            "@tensorflow/tfjs-node"});

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool ends_with_any(std::string_view ending, std::initializer_list<std::string_view> endings) {
  return std::ranges::find(endings, ending) != endings.end();
}

bool is_metadata(std::string_view path) {
  const auto name = file_name(path);
  const auto folder = folder_name(path);
  return (name == "METADATA" && folder.ends_with(".dist-info")) || name == "PKG-INFO";
}

dependencies::Listing listing_of(std::string_view path, std::string_view text) {
  const auto name = file_name(path);
  if (is_metadata(path)) return dependencies::read_metadata(text);
  if (name == "pyproject.toml") return dependencies::read_pyproject(text);
  if (name == "Pipfile") return dependencies::read_pipfile(text);
  if (name == "setup.cfg") return dependencies::read_setup_cfg(text);
  if (name == "package.json") return dependencies::read_package_json(text);
  if (name.ends_with(".yml") || name.ends_with(".yaml")) {
    return dependencies::read_environment(text);
  }
  return dependencies::read_requirements(text);
}

bool is_manifest(std::string_view path) {
  const auto name = file_name(path);
  const bool requirements = lower(name).find("requirements") != std::string::npos ||
                            file_name(folder_name(path)) == "requirements";
  return is_metadata(path) || name == "pyproject.toml" || name == "Pipfile" ||
         name == "setup.cfg" || name == "package.json" || name == "environment.yml" ||
         name == "environment.yaml" || name == "conda.yaml" || name == "conda.yml" ||
         (requirements && ends_with_any(extension(path), {".txt", ".in"}));
}

}  // namespace

SourceKind source_kind(std::string_view path) {
  if (is_manifest(path)) return SourceKind::manifest;
  const std::string ending = extension(path);
  if (ends_with_any(ending, {".py", ".ipynb"})) return SourceKind::python;
  if (ends_with_any(ending, {".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx"})) {
    return SourceKind::script;
  }
  return SourceKind::none;
}

std::vector<std::string> names_in(SourceKind kind, std::string_view path, std::string_view text) {
  switch (kind) {
    case SourceKind::python:
      return imports::of_python(text);
    case SourceKind::script:
      return imports::of_script(text);
    case SourceKind::manifest: {
      std::vector<std::string> names;
      for (auto& each : listing_of(path, text).dependencies) names.push_back(std::move(each.name));
      return names;
    }
    case SourceKind::none:
      break;
  }
  return {};
}

bool answers_requests(std::string_view name) {
  return among(kServers, name) || among(kServers, imports::package_of(name)) ||
         among(kServerModules, name);
}

bool answers_requests_with(std::string_view name, std::string_view text) {
  const bool built_in = name == "http" || name == "https" || name == "net";
  return answers_requests(name) ||
         (built_in && text.find("createServer") != std::string_view::npos);
}

bool runs_models(std::string_view name) {
  const std::string package = dependencies::plain_name(imports::package_of(name));
  return among(kRuntimes, name) || among(kRuntimes, package);
}

}  // namespace cupel
