// SPDX-License-Identifier: Apache-2.0
// CollectionRecord: where a dataset was taken from, when, how and by what right.
//
//   predicateType https://cupel.dev/dataset-collection/v1
//   predicate     {"sources":[{"uri":…,"name":…,"digest":{…}}],"retrieved":…,"method":…,
//                  "custodian":…,"licence":…,"bytes":…,"optOut":…,"metadata":{…}}
//
// docs/records.md says what each member means, and where it stands in Croissant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "provenance/record.h"

namespace cupel {

struct CollectionRecord {
  std::vector<Descriptor> sources;  // addresses; with the digest of what was there, if it is known
  Timestamp retrieved;
  std::string method;          // "download over HTTPS, unchanged"
  std::string custodian = {};  // a person
  std::string licence = {};    // as the source states it: an SPDX identifier, or an address
  std::optional<std::int64_t> bytes = {};
  std::string opt_out = {};                 // what the source says of mining and training
  std::optional<Descriptor> metadata = {};  // the Croissant file that it was read from
};
[[nodiscard]] Json to_json(const CollectionRecord& collection);

struct CollectionReading {
  std::optional<CollectionRecord> collection;
  std::string problem;
};
// Refuses unknown members, and sources that are no addresses.
[[nodiscard]] CollectionReading read_collection(const Json& predicate);

}  // namespace cupel
