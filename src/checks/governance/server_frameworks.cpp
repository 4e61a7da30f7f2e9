// SPDX-License-Identifier: Apache-2.0
#include "checks/governance/server_frameworks.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/material.h"
#include "checks/supply/manifests.h"

namespace cupel {
namespace {

// Packages whose purpose is to answer requests, by their normalised name.
constexpr std::array<std::string_view, 38> kPackages = {
    "flask",     "fastapi",  "django",   "starlette",  "uvicorn",  "gunicorn",     "hypercorn",
    "tornado",   "aiohttp",  "sanic",    "bottle",     "litestar", "falcon",       "pyramid",
    "streamlit", "gradio",   "bentoml",  "torchserve", "vllm",     "tritonserver", "grpcio",
    "quart",     "cherrypy", "robyn",    "chainlit",   "dash",     "panel",        "mlserver",
    "express",   "koa",      "fastify",  "hapi",       "next",     "restify",      "socket-io",
    "nest",      "hono",     "langserve"};
// What Python itself offers.
constexpr std::array<std::string_view, 3> kModules = {"http.server", "socketserver",
                                                      "wsgiref.simple_server"};

bool is_framework(std::string_view package) {
  return std::ranges::find(kPackages, package) != kPackages.end();
}

bool has_extension(std::string_view path, std::span<const std::string_view> extensions) {
  return std::ranges::any_of(extensions,
                             [&](std::string_view each) { return path.ends_with(each); });
}

bool is_python(std::string_view path) {
  constexpr std::array<std::string_view, 2> kPython = {".py", ".ipynb"};
  return has_extension(path, kPython);
}

bool is_script(std::string_view path) {
  constexpr std::array<std::string_view, 6> kScripts = {".js", ".mjs", ".cjs",
                                                        ".ts", ".jsx", ".tsx"};
  return has_extension(path, kScripts);
}

// Languages that this search cannot read: they may serve without our seeing it.
bool is_foreign(std::string_view path) {
  constexpr std::array<std::string_view, 14> kOthers = {".go",    ".java", ".kt",    ".rs", ".rb",
                                                        ".php",   ".cs",   ".c",     ".cc", ".cpp",
                                                        ".scala", ".ex",   ".swift", ".lua"};
  return has_extension(path, kOthers);
}

// "import flask", "from fastapi.responses import X" → the module; also in notebooks, where the
// line stands in quotes.
std::string_view imported_module(std::string_view line) {
  line = trim(line);
  if (line.starts_with('"')) line = trim(line.substr(1));
  for (const std::string_view start : {"import ", "from "}) {
    if (!line.starts_with(start)) continue;
    const auto rest = trim(line.substr(start.size()));
    return rest.substr(0, rest.find_first_of(" ,;\\\"#"));
  }
  return {};
}

std::string_view python_server(std::string_view text) {
  for (const auto line : split(text, '\n')) {
    const auto module = imported_module(line);
    if (module.empty()) continue;
    if (is_framework(module.substr(0, module.find('.')))) return module;
    if (std::ranges::find(kModules, module) != kModules.end()) return module;
  }
  return {};
}

// require('express'), from "fastify".
std::string_view script_server(std::string_view text) {
  for (const std::string_view start : {"require(", "from ", "import "}) {
    for (auto at = text.find(start); at != std::string_view::npos;
         at = text.find(start, at + start.size())) {
      auto rest = text.substr(at + start.size(), 80);
      if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
      const auto end = rest.find(rest[0], 1);
      if (end == std::string_view::npos) continue;
      auto module = rest.substr(1, end - 1);
      if (module.starts_with("node:")) module.remove_prefix(5);
      const bool built_in = module == "http" || module == "https" || module == "net";
      if (is_framework(module) ||
          (built_in && text.find("createServer") != std::string_view::npos)) {
        return module;
      }
    }
  }
  return {};
}

void note(ServerSearch& search, std::string_view name, std::string_view path) {
  if (search.found.empty()) {
    search.found = cat("`", printable(name, 60), "` in ", printable(path, 200));
  }
}

Result<void> search_code(const CheckInput& input, ServerSearch& search, Task& task) {
  for (const auto& file : input.inventory.files) {
    if (is_vendored(file.path)) continue;
    if (is_foreign(file.path)) {
      search.blind = cat("`", printable(file.path, 200), "` is in a language that is not read");
      continue;
    }
    const bool python = is_python(file.path);
    if (!python && !is_script(file.path)) continue;
    TRY(task.step(1));
    const auto problem = TRY(examine(input, file, [&](Bytes bytes) {
      const auto text = as_text(bytes);
      const auto server = python ? python_server(text) : script_server(text);
      if (!server.empty()) note(search, server, file.path);
    }));
    if (problem.empty()) {
      ++search.files;
    } else {
      search.blind = cat("`", printable(file.path, 200), "` could not be read");
    }
  }
  return {};
}

}  // namespace

Result<ServerSearch> search_server_frameworks(const CheckInput& input, Task& task) {
  ServerSearch search;
  if (!input.inventory.complete) search.blind = "parts of the folder could not be listed";
  for (const auto& manifest : TRY(read_manifests(input, task))) {
    ++search.files;
    if (!manifest.problem.empty()) {
      search.blind = cat("`", printable(manifest.file->path, 200), "`: ", manifest.problem);
    }
    for (const auto& each : manifest.listing.dependencies) {
      if (is_framework(each.name)) note(search, each.name, manifest.file->path);
    }
  }
  TRY(search_code(input, search, task));
  return search;
}

}  // namespace cupel
