// SPDX-License-Identifier: Apache-2.0
// model_folder: a model on disk → the files that a signature names, with their digests.
//
// A model is one file or a folder with all below it, without what rules leave out. Anything that
// is no regular file is an error: a signature that skips it silently would say too much.
// Source: OpenSSF Model Signing v1.0 §6.1 to §6.3.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "crypto/hasher.h"
#include "provenance/manifest.h"

namespace cupel {

enum class Links {
  refuse,
  follow,        // within the model; a link's target is named as the link is
  hugging_face,  // snapshots/REVISION/* → blobs/*, as its cache lays models out
};

struct ModelRules {
  HashKind hash = HashKind::sha256;
  std::uint64_t shard_size = 0;  // 0: files as a whole
  Links links = Links::refuse;
  std::vector<std::string> ignore = {};  // relative paths, each with all below it
  std::filesystem::path remember = {};   // where digests of whole files are kept; empty: nowhere
  bool rehash = false;                   // read every file whatever is remembered
};

struct ModelFiles {
  std::vector<Resource> resources;  // in no particular order
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  bool single = false;           // the model is one file, not a folder
  std::uint64_t remembered = 0;  // files whose digest was not computed anew
  std::string note;              // of the memory, when it could not be used
};

// Git's own files at the top, which are never signed.
[[nodiscard]] const std::vector<std::string>& default_ignored();
// Adds them to `ignored`, as signers leave them out, but for those that were signed all the same.
void ignore_defaults(const ModelManifest& manifest, std::vector<std::string>& ignored);

// A path that may be ignored: of the model's folder, as a relative path without ".." and patterns.
// Fault::usage otherwise.
[[nodiscard]] Result<std::string> ignored_path(const std::filesystem::path& model,
                                               const std::filesystem::path& path);

[[nodiscard]] Result<ModelFiles> read_model(const std::filesystem::path& model,
                                            const ModelRules& rules, Task& task);

}  // namespace cupel
