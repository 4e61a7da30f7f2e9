// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/collection.h"

#include <array>

#include "provenance/member_reader.h"

namespace cupel {

extern const RecordKind kCollectionRecord;

namespace {

constexpr std::array<std::string_view, 3> kSigners = {"owner", "developer", "data-custodian"};

std::string check(const InTotoStatement& statement, Timestamp& made_at) {
  const auto reading = read_collection(statement.predicate);
  if (reading.collection) made_at = reading.collection->retrieved;
  return reading.problem;
}

}  // namespace

Json to_json(const CollectionRecord& collection) {
  Json sources = Json::array();
  for (const auto& source : collection.sources) sources.add(to_json(source));
  Json json = Json::object({{"sources", std::move(sources)},
                            {"retrieved", to_rfc3339(collection.retrieved)},
                            {"method", collection.method}});
  if (!collection.custodian.empty()) json.set("custodian", collection.custodian);
  if (!collection.licence.empty()) json.set("licence", collection.licence);
  if (collection.bytes) json.set("bytes", *collection.bytes);
  if (!collection.opt_out.empty()) json.set("optOut", collection.opt_out);
  if (collection.metadata) json.set("metadata", to_json(*collection.metadata));
  return json;
}

CollectionReading read_collection(const Json& predicate) {
  CollectionReading reading;
  CollectionRecord collection;
  MemberReader members(predicate, "", reading.problem);
  collection.sources = members.descriptors_if("sources");
  collection.retrieved = members.time("retrieved");
  collection.method = members.text("method");
  collection.custodian = members.text_if("custodian");
  collection.licence = members.text_if("licence");
  collection.bytes = members.integer_if("bytes");
  collection.opt_out = members.text_if("optOut");
  collection.metadata = members.descriptor_if("metadata");
  members.nothing_else();
  if (collection.sources.empty()) members.fail("sources", "is missing or empty");
  for (const auto& source : collection.sources) {
    if (!is_uri(source.uri)) members.fail("sources", "holds one that is no address with a scheme");
  }
  if (collection.bytes && *collection.bytes < 0) members.fail("bytes", "is less than nothing");
  if (members.ok()) reading.collection = std::move(collection);
  return reading;
}

constinit const RecordKind kCollectionRecord = {
    .name = "collection",
    .predicate_type = "https://cupel.dev/dataset-collection/v1",
    .says = "where a dataset was taken from, when and how",
    .signers = kSigners,
    .not_signed_by = {},
    .check = check};

}  // namespace cupel
