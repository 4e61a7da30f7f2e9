// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/build.h"

#include <algorithm>

#include "base/text.h"
#include "provenance/member_reader.h"

namespace cupel {

extern const RecordKind kBuildRecord;

namespace {

constexpr std::array<std::string_view, 2> kSigners = {"owner", "developer"};

Json list_of(const std::vector<Descriptor>& descriptors) {
  Json list = Json::array();
  for (const auto& descriptor : descriptors) list.add(to_json(descriptor));
  return list;
}

// What the build was asked to do. Whoever verifies must know every parameter.
void read_parameters(const Json& json, BuildRecord& into, std::string& problem) {
  MemberReader members(json, "externalParameters.", problem);
  into.operation = members.text("operation");
  if (members.ok() && std::ranges::find(kBuildOperations, into.operation) == kBuildOperations.end())
    members.fail("operation", cat("is unknown: `", printable(into.operation, 40), "`"));
  into.entry_point = members.text("entryPoint");
  into.config = members.text_if("config");
  into.data = members.texts_if("datasets");
  into.models = members.texts_if("models");
  into.parameters = members.object_if("hyperparameters");
  into.seed = members.integer_if("seed");
  members.nothing_else();
}

void read_definition(const Json& json, BuildRecord& into, std::string& problem) {
  MemberReader members(json, "buildDefinition.", problem);
  const auto type = members.uri("buildType");
  if (members.ok() && type != kModelBuildType) {
    members.fail("buildType", cat("is not ours: `", printable(type, 200), "`"));
  }
  const Json& parameters = members.object("externalParameters");
  if (members.ok()) read_parameters(parameters, into, problem);
  into.environment = members.object_if("internalParameters");
  into.materials = members.descriptors_if("resolvedDependencies");
}

void read_run(const Json& json, BuildRecord& into, std::string& problem) {
  MemberReader members(json, "runDetails.", problem);
  const Json& builder = members.object("builder");
  const Json metadata = members.object_if("metadata");
  into.byproducts = members.descriptors_if("byproducts");
  if (!members.ok()) return;
  MemberReader who(builder, "builder.", problem);
  into.builder = who.uri("id");
  into.builder_version = who.object_if("version");
  MemberReader run(metadata, "metadata.", problem);
  into.invocation = run.text_if("invocationId");
  into.started = run.time_if("startedOn");
  into.finished = run.time("finishedOn");
  if (run.ok() && into.started && into.finished < *into.started) {
    run.fail("finishedOn", "lies before startedOn");
  }
}

// What the parameters name is among the materials, by its digest.
std::string unfounded(const BuildRecord& build) {
  for (const auto* names : {&build.data, &build.models}) {
    for (const auto& name : *names) {
      const bool there = std::ranges::any_of(build.materials, [&](const Descriptor& material) {
        return material.name == name && !material.sha256().empty();
      });
      if (!there) {
        return cat("`", printable(name, 100), "` is named, but is no material with a digest");
      }
    }
  }
  return {};
}

std::string check(const InTotoStatement& statement, Timestamp& made_at) {
  const auto reading = read_build(statement.predicate);
  if (reading.build) made_at = reading.build->finished;
  return reading.problem;
}

}  // namespace

Json to_json(const BuildRecord& build) {
  Json asked = Json::object({{"operation", build.operation}, {"entryPoint", build.entry_point}});
  if (!build.config.empty()) asked.set("config", build.config);
  if (!build.data.empty()) asked.set("datasets", Json::texts(build.data));
  if (!build.models.empty()) asked.set("models", Json::texts(build.models));
  if (!build.parameters.members().empty()) asked.set("hyperparameters", build.parameters);
  if (build.seed) asked.set("seed", *build.seed);
  Json definition =
      Json::object({{"buildType", kModelBuildType}, {"externalParameters", std::move(asked)}});
  if (!build.environment.members().empty()) {
    definition.set("internalParameters", build.environment);
  }
  definition.set("resolvedDependencies", list_of(build.materials));
  Json builder = Json::object({{"id", build.builder}});
  if (!build.builder_version.members().empty()) builder.set("version", build.builder_version);
  Json metadata = Json::object();
  if (!build.invocation.empty()) metadata.set("invocationId", build.invocation);
  if (build.started) metadata.set("startedOn", to_rfc3339(*build.started));
  metadata.set("finishedOn", to_rfc3339(build.finished));
  Json run = Json::object({{"builder", std::move(builder)}, {"metadata", std::move(metadata)}});
  if (!build.byproducts.empty()) run.set("byproducts", list_of(build.byproducts));
  return Json::object({{"buildDefinition", std::move(definition)}, {"runDetails", std::move(run)}});
}

BuildReading read_build(const Json& predicate) {
  BuildReading reading;
  BuildRecord build;
  MemberReader members(predicate, "", reading.problem);
  const Json& definition = members.object("buildDefinition");
  const Json& run = members.object("runDetails");
  if (members.ok()) read_definition(definition, build, reading.problem);
  if (members.ok()) read_run(run, build, reading.problem);
  if (members.ok()) reading.problem = unfounded(build);
  if (members.ok()) reading.build = std::move(build);
  return reading;
}

constinit const RecordKind kBuildRecord = {.name = "build",
                                           .predicate_type = "https://slsa.dev/provenance/v1",
                                           .says = "how a model was made, and from what",
                                           .signers = kSigners,
                                           .not_signed_by = {},
                                           .check = check};

}  // namespace cupel
