// SPDX-License-Identifier: Apache-2.0
// manifest: which files a model is made of, as a signature states it: the in-toto statement of
// OpenSSF Model Signing v1.0 (§5, §6). Pure; the disk is read in inventory/model_folder.h.
//
//   {"_type":"https://in-toto.io/Statement/v1",
//    "subject":[{"name":MODEL,"digest":{"sha256":ROOT}}],
//    "predicateType":"https://model_signing/signature/v1.0",
//    "predicate":{"resources":[{"name":…,"digest":…,"algorithm":…}, …],
//                 "serialization":{"method":"files","hash_type":"sha256",…}}}
//
// ROOT is SHA-256 over the raw digests of the resources in their order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hasher.h"
#include "provenance/statement.h"

namespace cupel {

inline constexpr std::string_view kModelPredicate = "https://model_signing/signature/v1.0";
inline constexpr std::uint64_t kShardSize = 1'000'000'000;  // what the specification suggests

struct Resource {
  std::string name;    // a path with '/', or "path:begin:end" of a shard
  std::string digest;  // lower-case hex
  bool operator==(const Resource&) const = default;
};

struct ModelManifest {
  std::string model;  // the subject's name
  std::string root;   // lower-case hex; empty in versions before 0.3, which had none
  HashKind hash = HashKind::sha256;
  std::uint64_t shard_size = 0;  // in bytes; 0: files are hashed as a whole
  bool allow_symlinks = false;
  std::vector<std::string> ignore_paths = {};
  std::vector<Resource> resources = {};
};

// A shard's place in its file: what stands behind the last two colons.
struct Shard {
  std::string_view path;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // exclusive
};
[[nodiscard]] std::optional<Shard> shard_of(std::string_view name);

// A relative path without empty parts, "." and "..", in valid UTF-8.
[[nodiscard]] bool is_canonical_name(std::string_view path);

[[nodiscard]] std::string root_of(const std::vector<Resource>& resources);
// By the code points of their names, as the specification demands.
void sort_resources(std::vector<Resource>& resources);

// Compact JSON; resources in the order in which they stand.
[[nodiscard]] std::string write_manifest(const ModelManifest& manifest);

struct ModelManifestReading {
  std::optional<ModelManifest> manifest;
  std::string problem;
  std::vector<std::string> notes;  // deviations of known writers, which are read all the same
};
// Refuses what a strict reader of the specification must: duplicate keys or names, names that are
// not canonical, an order that is neither that of the specification nor that of the Python
// reference, upper-case hex, no resources, other methods and digests, a root that does not fit.
[[nodiscard]] ModelManifestReading read_manifest(std::string_view payload);

}  // namespace cupel
