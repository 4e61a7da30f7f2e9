// SPDX-License-Identifier: Apache-2.0
// Asset: a thing the system is made of; FileEntry: a file that was found on disk;
// Inventory: all of both, as one cycle saw them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "vocab/diagnostic.h"

namespace cupel {

enum class AssetKind { model, dataset, prompt, configuration, endpoint, document, code, other };
[[nodiscard]] std::string_view to_text(AssetKind kind);
[[nodiscard]] std::optional<AssetKind> asset_kind_from(std::string_view text);

// One entry of `assets:` in cupel.yaml, as it was written.
struct DeclaredAsset {
  std::string name;
  AssetKind kind = AssetKind::other;
  std::string path;  // relative to the system's folder; a file or a folder; empty for a URL
  std::string url;
  std::string origin;       // internal, public, supplier, generated
  std::string sensitivity;  // public, internal, confidential, secret
  std::string licence;
  std::string custodian;          // a person of the roster
  std::string lifecycle;          // design, development, deployment, maintenance, end-of-life
  std::string sha256;             // expected, hex; empty when none is declared
  bool released = false;          // made available to other parties
  std::string source;             // datasets: where it came from
  std::string collected;          // datasets: when, RFC 3339
  std::string card;               // models: path of the model card
  std::string known_good;         // models: path of the earlier version to fall back to
  std::string known_good_sha256;  // and its digest
  std::string signature;  // path of an OpenSSF Model Signing bundle; empty: none is declared
  // Whom it must be from: one of these.
  std::string signature_key;       // path of a public key
  std::string signature_ca;        // path of certificates that may vouch for the signer
  std::string signature_identity;  // who signed keyless, and
  std::string signature_issuer;    // who vouched for that name
  std::vector<std::string> uses;   // names of assets that this one depends on
  std::string attacker;            // models: what the attacker of the tests may do
  Place declared_at;
};

struct FileEntry {
  std::string path;  // relative to the system's folder, '/' between parts
  AssetKind kind = AssetKind::other;
  std::string format;  // "pickle", "safetensors", … by content; empty when none was recognised
  std::uint64_t size_bytes = 0;
  std::string sha256;      // hex; empty when the file was not examined
  std::uint32_t mode = 0;  // permission bits
  std::string
      problem;  // why it was not examined ("symbolic link out of the root"); empty when it was
};

struct Asset {
  DeclaredAsset
      declared;  // for what was not declared: name and path are the file's, declared_at is empty
  bool is_declared = false;
  bool is_present = false;
  std::vector<std::size_t> files;  // indices into Inventory::files
  std::uint64_t size_bytes = 0;
  std::string digest;  // of the file; of a folder, SHA-256 over its sorted "sha256  path\n" lines
};

struct Inventory {
  std::vector<FileEntry> files;  // sorted by path
  std::vector<Asset> assets;  // the declared first, in their order, then what was found undeclared
  std::vector<Diagnostic>
      diagnostics;       // what the walk met: links, special files, unreadable folders
  bool complete = true;  // false when the walk itself could not look everywhere

  [[nodiscard]] const Asset* find(std::string_view name) const;
  [[nodiscard]] const FileEntry* file(std::string_view path) const;
};

[[nodiscard]] Json to_json(const DeclaredAsset& asset);
[[nodiscard]] std::optional<DeclaredAsset> declared_asset_from(const Json& json);
[[nodiscard]] Json to_json(const Inventory& inventory);
[[nodiscard]] std::optional<Inventory> inventory_from(const Json& json);

}  // namespace cupel
