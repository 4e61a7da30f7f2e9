// SPDX-License-Identifier: Apache-2.0
#include "app/records/maker.h"

#include "app/roster_signer.h"
#include "base/text.h"
#include "inventory/asset_root.h"

namespace cupel {

std::string RecordRequest::root() const {
  return asset == nullptr ? std::string() : asset_root(inventory, *asset);
}

Result<std::vector<Descriptor>> subjects_of(const RecordRequest& request) {
  const std::string root = request.root();
  if (root.empty()) {
    return fail(Fault::usage, cat("`", printable(request.name, 200), "` has no digest"),
                "it must have files here that can be read and are no links");
  }
  std::vector<Descriptor> subjects = {described(request.name, root)};
  const auto file = asset_file_digest(request.inventory, *request.asset);
  if (!file.empty()) {
    subjects.push_back(described(file_name(request.asset->declared.path), file));
  }
  return subjects;
}

Result<Descriptor> referred(const RecordRequest& request, const std::string& name) {
  const Asset* asset = request.inventory.find(name);
  if (asset != nullptr && asset->is_declared) {
    auto root = asset_root(request.inventory, *asset);
    if (root.empty()) {
      return fail(Fault::usage, cat("`", printable(name, 200), "` has no digest"),
                  "it must have files here that can be read and are no links");
    }
    Descriptor descriptor = described(name, root);
    descriptor.uri = asset->declared.url;
    return descriptor;
  }
  const auto path = path_inside(request.paths.root, name);
  const FileEntry* file = path.ok() ? request.inventory.file(path.value()) : nullptr;
  if (file == nullptr) file = request.inventory.file(name);
  if (file == nullptr || file->sha256.empty()) {
    return fail(Fault::usage,
                cat("`", printable(name, 200), "` is no asset of cupel.yaml and no file here"));
  }
  return described(file->path, file->sha256);
}

Result<std::string> required(const RecordRequest& request, std::string_view option) {
  auto value = request.options().value(option);
  if (value.empty()) {
    return fail(Fault::usage, cat("this record needs ", option), "cupel record --help");
  }
  return value;
}

Result<Timestamp> moment(const RecordRequest& request, std::string_view option,
                         Timestamp fallback) {
  if (!request.options().has(option)) return fallback;
  const auto at = parse_timestamp(request.options().value(option));
  if (!at || *at > request.context.clock.now()) {
    return fail(Fault::usage, cat(option,
                                  " takes a moment that has been, such as "
                                  "2026-03-01T09:30:00Z"));
  }
  return *at;
}

Result<Json> pairs(const RecordRequest& request, std::string_view option) {
  Json object = Json::object();
  for (const auto& pair : request.options().values(option)) {
    const auto equals = pair.find('=');
    const std::string key = pair.substr(0, equals);
    if (equals == std::string::npos || key.empty() || object.has(key)) {
      return fail(Fault::usage, cat(option, " takes KEY=VALUE, each key once"));
    }
    const std::string value = pair.substr(equals + 1);
    const auto json = read_json(value, {.depth = 1, .values = 1});
    const bool plain = json.value && (json.value->is_number() || json.value->is_bool());
    object.set(key, plain ? *json.value : Json(value));
  }
  return object;
}

}  // namespace cupel
