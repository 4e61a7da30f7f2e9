// SPDX-License-Identifier: Apache-2.0
// croissant: what a dataset's publisher says of it in Croissant 1.0 or 1.1 (JSON-LD of schema.org):
// its name, address, licence, dates, and its files with their digests.
//
// Pure. The usual context is taken for granted: terms are known by their usual names, with or
// without the prefixes `sc:` and `cr:`; JSON-LD that renames them is not understood, and nothing
// is fetched.
// Source: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::croissant {

struct File {
  std::string name;
  std::string url;     // contentUrl; empty for a file inside of another
  std::string sha256;  // lower-case hex; empty when none is stated, or none that could be one
};

struct Dataset {
  std::string version;  // of the format: "1.0", "1.1"
  std::string name;
  std::string url;
  std::vector<std::string> licences;
  std::string created;    // dateCreated, as it is written
  std::string published;  // datePublished
  std::string usage;      // rai: or odrl: what its use is bound to, in the publisher's words
  std::vector<File> files;
};

struct Reading {
  std::optional<Dataset> dataset;
  std::string problem;             // why there is none
  std::vector<std::string> notes;  // what is odd and was left out: digests that are none
};
// Refuses text that is no JSON, other versions, datasets without a name, and more than 100,000
// files.
[[nodiscard]] Reading read(std::string_view text);

}  // namespace cupel::croissant
