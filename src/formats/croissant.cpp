// SPDX-License-Identifier: Apache-2.0
#include "formats/croissant.h"

#include <array>

#include "base/json.h"
#include "base/text.h"

namespace cupel::croissant {
namespace {

constexpr JsonLimits kLimits = {.depth = 64, .values = 5'000'000};
constexpr std::size_t kFiles = 100'000;
constexpr std::string_view kConformsTo = "http://mlcommons.org/croissant/";

// A term by its usual name or with its prefix.
const Json& term(const Json& json, std::string_view name) {
  for (const std::string_view prefix : {"", "sc:", "cr:", "dct:"}) {
    const std::string key = cat(prefix, name);
    if (json.has(key)) return json[key];
  }
  return json[name];  // null
}

// JSON-LD writes one value alone and several as a list; a value may be a text, a text with a
// language, or a thing with an address or a name.
std::string text_of(const Json& json) {
  if (json.is_text()) return json.text();
  if (json.is_array()) return json.items().empty() ? std::string() : text_of(json.items().front());
  for (const std::string_view key : {"@value", "@id", "url", "name"}) {
    if (json[key].is_text()) return json[key].text();
  }
  return {};
}

std::vector<std::string> texts_of(const Json& json) {
  if (!json.is_array()) {
    auto text = text_of(json);
    return text.empty() ? std::vector<std::string>{} : std::vector{std::move(text)};
  }
  std::vector<std::string> texts;
  for (const auto& item : json.items()) {
    if (item.is_array()) continue;
    if (auto text = text_of(item); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

bool is_a(const Json& json, std::string_view type) {
  for (const auto& name : texts_of(json["@type"])) {
    const auto local = name.find_last_of(":/#");
    if (std::string_view(name).substr(local == std::string::npos ? 0 : local + 1) == type) {
      return true;
    }
  }
  return false;
}

// The specification's own examples state MD5 as `sha256`: a checker must look at it.
std::string digest_of(const Json& json, std::string_view file, Reading& reading) {
  const auto digest = text_of(term(json, "sha256"));
  if (digest.empty()) return {};
  const auto plain = lower(digest);
  if (const auto bytes = from_hex(plain); bytes && bytes->size() == 32) return plain;
  reading.notes.push_back(
      cat("the `sha256` of `", printable(file, 200), "` is none: `", printable(digest, 80), "`"));
  return {};
}

// Why the files cannot be had; "" when they are read.
std::string read_files(const Json& list, Dataset& dataset, Reading& reading) {
  const std::array<Json, 1> one = {list};  // a single file may stand alone
  const std::span<const Json> files = list.is_array() ? std::span(list.items()) : std::span(one);
  if (files.size() > kFiles) return cat("it lists more than ", kFiles, " files");
  for (const auto& json : files) {
    if (!is_a(json, "FileObject")) continue;  // sets of files have no digest
    File file{.name = text_of(term(json, "name")),
              .url = text_of(term(json, "contentUrl")),
              .sha256 = {}};
    if (file.name.empty()) file.name = json["@id"].text();
    file.sha256 = digest_of(json, file.name, reading);
    dataset.files.push_back(std::move(file));
  }
  return {};
}

std::string read_dataset(const Json& json, Dataset& dataset, Reading& reading) {
  if (!is_a(json, "Dataset")) return "it describes no dataset (`@type`)";
  for (const auto& standard : texts_of(term(json, "conformsTo"))) {
    if (standard.starts_with(kConformsTo)) dataset.version = standard.substr(kConformsTo.size());
  }
  if (dataset.version != "1.0" && dataset.version != "1.1") {
    return cat("it is not Croissant 1.0 or 1.1 (`conformsTo`)",
               dataset.version.empty() ? "" : cat(": `", printable(dataset.version, 20), "`"));
  }
  dataset.name = text_of(term(json, "name"));
  if (dataset.name.empty()) return "the dataset has no name";
  dataset.url = text_of(term(json, "url"));
  dataset.licences = texts_of(term(json, "license"));
  dataset.created = text_of(term(json, "dateCreated"));
  dataset.published = text_of(term(json, "datePublished"));
  dataset.usage = text_of(term(json, "usageInfo"));
  return read_files(term(json, "distribution"), dataset, reading);
}

}  // namespace

Reading read(std::string_view text) {
  Reading reading;
  const auto json = read_json(text, kLimits);
  if (!json.value) {
    reading.problem = cat("byte ", json.offset, ": ", json.problem);
    return reading;
  }
  Dataset dataset;
  reading.problem = read_dataset(*json.value, dataset, reading);
  if (reading.problem.empty()) reading.dataset = std::move(dataset);
  return reading;
}

}  // namespace cupel::croissant
