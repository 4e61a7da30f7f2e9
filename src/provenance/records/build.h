// SPDX-License-Identifier: Apache-2.0
// BuildRecord: how a model (or an index) was made: SLSA provenance v1 of our own build type.
//
//   predicateType https://slsa.dev/provenance/v1
//   predicate     {"buildDefinition":{"buildType":…,"externalParameters":{…},
//                  "internalParameters":{…},"resolvedDependencies":[…]},
//                  "runDetails":{"builder":{"id":…,"version":{…}},"metadata":{…},"byproducts":[…]}}
//
// The build type is described in docs/buildtypes/model-v1.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "provenance/record.h"

namespace cupel {

inline constexpr std::string_view kModelBuildType = "https://cupel.dev/buildtypes/model/v1";

// What was done.
inline constexpr std::array<std::string_view, 7> kBuildOperations = {
    "train", "fine-tune", "quantise", "merge", "distil", "convert", "embed-index"};

struct BuildRecord {
  std::string operation;
  std::string entry_point;           // what was run: a path of the source, or an address
  std::string config = {};           // the file of settings, if there was one
  std::vector<std::string> data;     // names of materials that are datasets
  std::vector<std::string> models;   // names of materials that are models: the base, the teacher
  Json parameters = Json::object();  // hyperparameters, in the maker's words
  std::optional<std::int64_t> seed;
  Json environment = Json::object();  // internalParameters: accelerators, determinism, world size
  std::vector<Descriptor> materials;  // resolvedDependencies
  std::string builder;                // builder.id, a URI
  Json builder_version = Json::object();
  std::string invocation = {};  // metadata.invocationId
  std::optional<Timestamp> started;
  Timestamp finished;
  std::vector<Descriptor> byproducts = {};
};
[[nodiscard]] Json to_json(const BuildRecord& build);

struct BuildReading {
  std::optional<BuildRecord> build;
  std::string problem;
};
// Refuses other build types, unknown external parameters, and names of data or models that are no
// materials with a digest. What SLSA allows besides is ignored.
[[nodiscard]] BuildReading read_build(const Json& predicate);

}  // namespace cupel
