// SPDX-License-Identifier: Apache-2.0
#include "vocab/asset.h"

#include <algorithm>
#include <array>

namespace cupel {
namespace {

constexpr std::array<std::string_view, 8> kKinds = {
    "model", "dataset", "prompt", "configuration", "endpoint", "document", "code", "other"};

Json to_json(const FileEntry& file) {
  Json json = Json::object({{"path", file.path},
                            {"kind", to_text(file.kind)},
                            {"size_bytes", file.size_bytes},
                            {"mode", file.mode}});
  if (!file.format.empty()) json.set("format", file.format);
  if (!file.sha256.empty()) json.set("sha256", file.sha256);
  if (!file.problem.empty()) json.set("problem", file.problem);
  return json;
}

std::optional<FileEntry> file_from(const Json& json) {
  const auto kind = asset_kind_from(json["kind"].text());
  if (!kind || !json["path"].is_text()) return {};
  return FileEntry{.path = json["path"].text(),
                   .kind = *kind,
                   .format = json["format"].text(),
                   .size_bytes = static_cast<std::uint64_t>(json["size_bytes"].integer()),
                   .sha256 = json["sha256"].text(),
                   .mode = static_cast<std::uint32_t>(json["mode"].integer()),
                   .problem = json["problem"].text()};
}

Json to_json(const Asset& asset) {
  Json::Array files;
  for (const auto index : asset.files) files.emplace_back(index);
  return Json::object({{"declared", to_json(asset.declared)},
                       {"is_declared", asset.is_declared},
                       {"is_present", asset.is_present},
                       {"files", std::move(files)},
                       {"size_bytes", asset.size_bytes},
                       {"digest", asset.digest}});
}

std::optional<Asset> asset_from(const Json& json, std::size_t file_count) {
  auto declared = declared_asset_from(json["declared"]);
  if (!declared) return {};
  Asset asset{.declared = std::move(*declared),
              .is_declared = json["is_declared"].boolean(),
              .is_present = json["is_present"].boolean(),
              .files = {},
              .size_bytes = static_cast<std::uint64_t>(json["size_bytes"].integer()),
              .digest = json["digest"].text()};
  for (const auto& index : json["files"].items()) {
    const auto at = static_cast<std::uint64_t>(index.integer(-1));
    if (at >= file_count) return {};
    asset.files.push_back(static_cast<std::size_t>(at));
  }
  return asset;
}

}  // namespace

std::string_view to_text(AssetKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::optional<AssetKind> asset_kind_from(std::string_view text) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds.at(i) == text) return static_cast<AssetKind>(i);
  }
  return {};
}

const Asset* Inventory::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(assets, [&](const Asset& asset) { return asset.declared.name == name; });
  return found == assets.end() ? nullptr : &*found;
}

const FileEntry* Inventory::file(std::string_view path) const {
  const auto found = std::ranges::lower_bound(files, path, {}, &FileEntry::path);
  return found == files.end() || found->path != path ? nullptr : &*found;
}

Json to_json(const DeclaredAsset& asset) {
  Json json = Json::object({{"name", asset.name}, {"kind", to_text(asset.kind)}});
  const auto put = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) json.set(key, value);
  };
  put("path", asset.path);
  put("url", asset.url);
  put("origin", asset.origin);
  put("sensitivity", asset.sensitivity);
  put("licence", asset.licence);
  put("custodian", asset.custodian);
  put("lifecycle", asset.lifecycle);
  put("sha256", asset.sha256);
  if (asset.released) json.set("released", true);
  put("source", asset.source);
  put("collected", asset.collected);
  put("card", asset.card);
  put("known_good", asset.known_good);
  put("known_good_sha256", asset.known_good_sha256);
  put("signature", asset.signature);
  put("signature_key", asset.signature_key);
  put("signature_ca", asset.signature_ca);
  put("signature_identity", asset.signature_identity);
  put("signature_issuer", asset.signature_issuer);
  if (!asset.uses.empty()) json.set("uses", Json::texts(asset.uses));
  put("attacker", asset.attacker);
  if (!asset.declared_at.path.empty()) json.set("declared_at", to_json(asset.declared_at));
  return json;
}

std::optional<DeclaredAsset> declared_asset_from(const Json& json) {
  const auto kind = asset_kind_from(json["kind"].text());
  if (!kind || !json["name"].is_text()) return {};
  DeclaredAsset asset{.name = json["name"].text(),
                      .kind = *kind,
                      .path = json["path"].text(),
                      .url = json["url"].text(),
                      .origin = json["origin"].text(),
                      .sensitivity = json["sensitivity"].text(),
                      .licence = json["licence"].text(),
                      .custodian = json["custodian"].text(),
                      .lifecycle = json["lifecycle"].text(),
                      .sha256 = json["sha256"].text(),
                      .released = json["released"].boolean(),
                      .source = json["source"].text(),
                      .collected = json["collected"].text(),
                      .card = json["card"].text(),
                      .known_good = json["known_good"].text(),
                      .known_good_sha256 = json["known_good_sha256"].text(),
                      .signature = json["signature"].text(),
                      .signature_key = json["signature_key"].text(),
                      .signature_ca = json["signature_ca"].text(),
                      .signature_identity = json["signature_identity"].text(),
                      .signature_issuer = json["signature_issuer"].text(),
                      .uses = {},
                      .attacker = json["attacker"].text(),
                      .declared_at = place_from(json["declared_at"]).value_or(Place{})};
  for (const auto& name : json["uses"].items()) asset.uses.push_back(name.text());
  return asset;
}

Json to_json(const Inventory& inventory) {
  Json::Array files;
  files.reserve(inventory.files.size());
  for (const auto& file : inventory.files) files.push_back(to_json(file));
  Json::Array assets;
  for (const auto& asset : inventory.assets) assets.push_back(to_json(asset));
  Json::Array diagnostics;
  for (const auto& diagnostic : inventory.diagnostics) diagnostics.push_back(to_json(diagnostic));
  return Json::object({{"files", std::move(files)},
                       {"assets", std::move(assets)},
                       {"diagnostics", std::move(diagnostics)},
                       {"complete", inventory.complete}});
}

std::optional<Inventory> inventory_from(const Json& json) {
  if (!json["files"].is_array() || !json["assets"].is_array()) return {};
  Inventory inventory;
  inventory.files.reserve(json["files"].items().size());
  for (const auto& item : json["files"].items()) {
    auto file = file_from(item);
    if (!file) return {};
    inventory.files.push_back(std::move(*file));
  }
  for (const auto& item : json["assets"].items()) {
    auto asset = asset_from(item, inventory.files.size());
    if (!asset) return {};
    inventory.assets.push_back(std::move(*asset));
  }
  for (const auto& item : json["diagnostics"].items()) {
    auto diagnostic = diagnostic_from(item);
    if (!diagnostic) return {};
    inventory.diagnostics.push_back(std::move(*diagnostic));
  }
  inventory.complete = json["complete"].boolean();
  return inventory;
}

}  // namespace cupel
