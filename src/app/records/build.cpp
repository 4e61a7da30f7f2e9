// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/build.h"

#include <algorithm>
#include <charconv>

#include "app/records/maker.h"
#include "base/text.h"
#include "crypto/key.h"

namespace cupel {

extern const RecordMaker kBuildMaker;

namespace {

// Where builds happen that name no builder: the machine of whoever signs.
constexpr std::string_view kByHand = "https://cupel.dev/builders/by-hand";

// NAME=URI, or NAME=URI@ALGORITHM:HEX, of what is no part of the system.
Result<Descriptor> dependency(const std::string& text) {
  const auto wrong =
      fail(Fault::usage, cat("--dependency takes NAME=URI or NAME=URI@sha256:DIGEST, not `",
                             printable(text, 200), "`"));
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return wrong;
  Descriptor descriptor{.name = text.substr(0, equals), .uri = text.substr(equals + 1)};
  const auto at = descriptor.uri.rfind('@');
  const auto colon = at == std::string::npos ? at : descriptor.uri.find(':', at);
  if (colon != std::string::npos && descriptor.uri.find('/', at) == std::string::npos) {
    descriptor.digest.emplace(descriptor.uri.substr(at + 1, colon - at - 1),
                              descriptor.uri.substr(colon + 1));
    descriptor.uri.resize(at);
  }
  auto read = read_descriptor(to_json(descriptor));
  if (!read.descriptor || descriptor.uri.find(':') == std::string::npos) return wrong;
  return *std::move(read.descriptor);
}

// The materials: what is named, else what cupel.yaml says that the model uses.
Result<void> fill_materials(const RecordRequest& request, BuildRecord& build) {
  auto names = request.options().values("--material");
  if (names.empty()) {
    for (const auto& name : request.asset->declared.uses) {
      const Asset* used = request.inventory.find(name);
      const bool counts = used != nullptr && (used->declared.kind == AssetKind::dataset ||
                                              used->declared.kind == AssetKind::model);
      if (counts) names.push_back(name);
    }
  }
  for (const auto& name : names) {
    Descriptor material = TRY(referred(request, name));
    const Asset* asset = request.inventory.find(material.name);
    if (asset != nullptr && asset->declared.kind == AssetKind::dataset) {
      build.data.push_back(material.name);
    } else if (asset != nullptr && asset->declared.kind == AssetKind::model) {
      build.models.push_back(material.name);
    }
    build.materials.push_back(std::move(material));
  }
  for (const auto& text : request.options().values("--dependency")) {
    build.materials.push_back(TRY(dependency(text)));
  }
  return {};
}

// What was run, and with which settings: files of the system are materials, too.
Result<void> fill_program(const RecordRequest& request, BuildRecord& build) {
  build.entry_point = TRY(required(request, "--entry-point"));
  build.config = request.options().value("--config");
  for (auto* name : {&build.entry_point, &build.config}) {
    if (name->empty() || name->find("://") != std::string::npos) continue;
    Descriptor file = TRY(referred(request, *name));
    *name = file.name;
    build.materials.push_back(std::move(file));
  }
  return {};
}

Result<std::optional<std::int64_t>> seed(const RecordRequest& request) {
  if (!request.options().has("--seed")) return std::optional<std::int64_t>();
  const auto text = request.options().value("--seed");
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Fault::usage, "--seed takes a whole number");
  }
  return std::optional(value);
}

Result<RecordContent> make(const RecordRequest& request) {
  const auto& options = request.options();
  RecordContent content;
  content.subjects = TRY(subjects_of(request));
  BuildRecord build;
  build.operation = TRY(required(request, "--operation"));
  TRY(fill_program(request, build));
  TRY(fill_materials(request, build));
  build.parameters = TRY(pairs(request, "--parameter"));
  build.seed = TRY(seed(request));
  build.environment = TRY(pairs(request, "--environment"));
  build.builder = options.value("--builder", kByHand);
  build.invocation = options.value("--invocation", random_uuid());
  build.finished = TRY(moment(request, "--finished", request.context.clock.now()));
  if (options.has("--begun")) build.started = TRY(moment(request, "--begun", {}));
  for (const auto& file : options.values("--byproduct")) {
    build.byproducts.push_back(TRY(referred(request, file)));
  }
  content.predicate = to_json(build);
  content.notes.push_back(
      cat(build.operation, " from ", count_of(build.materials.size(), "material")));
  return content;
}

}  // namespace

constinit const RecordMaker kBuildMaker = {.kind = "build", .make = make};

}  // namespace cupel
