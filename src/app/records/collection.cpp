// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/collection.h"

#include <algorithm>

#include "app/records/maker.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "formats/croissant.h"

namespace cupel {

extern const RecordMaker kCollectionMaker;

namespace {

constexpr std::uint64_t kCroissantLimit = 64U << 20U;

// The file of the dataset that is called like this.
const FileEntry* file_of(const RecordRequest& request, std::string_view name) {
  for (const auto index : request.asset->files) {
    const FileEntry& file = request.inventory.files[index];
    if (file_name(file.path) == file_name(name)) return &file;
  }
  return nullptr;
}

// What the publisher states fills what nobody gave; what contradicts the bytes here is refused.
Result<void> fill_from(const croissant::Dataset& dataset, const RecordRequest& request,
                       CollectionRecord& into) {
  for (const auto& file : dataset.files) {
    const FileEntry* here = file_of(request, file.name);
    if (here == nullptr) continue;
    if (!file.sha256.empty() && here->sha256 != file.sha256) {
      return fail(
          Fault::integrity,
          cat("`", printable(here->path, 200), "` is not what the publisher states: SHA-256 ",
              here->sha256, ", stated ", file.sha256),
          "fetch it again, or say what was done to it and record it without --croissant");
    }
    const bool address = file.url.find("://") != std::string::npos;
    if (!address || request.options().has("--source")) continue;
    Descriptor source{.name = file.name, .uri = file.url};
    if (!file.sha256.empty()) source.digest.emplace("sha256", file.sha256);
    into.sources.push_back(std::move(source));
  }
  if (into.sources.empty() && !dataset.url.empty()) into.sources.push_back({.uri = dataset.url});
  if (into.licence.empty()) into.licence = join(dataset.licences, ", ");
  if (into.opt_out.empty()) into.opt_out = dataset.usage;
  return {};
}

Result<void> read_croissant(const RecordRequest& request, CollectionRecord& into,
                            RecordContent& content) {
  const std::string file = request.options().value("--croissant");
  const std::string text = TRY(read_text(file, kCroissantLimit));
  const auto reading = croissant::read(text);
  if (!reading.dataset) {
    return fail(Fault::usage, cat("`", printable(file), "` cannot be used: ", reading.problem));
  }
  TRY(fill_from(*reading.dataset, request, into));
  content.notes.insert(content.notes.end(), reading.notes.begin(), reading.notes.end());
  into.metadata = described(file_name(file), sha256_hex(text));
  into.metadata->uri = reading.dataset->url;
  return {};
}

// What is given counts; then what the publisher states; then what cupel.yaml declares.
void fill_from_declaration(const DeclaredAsset& declared, CollectionRecord& into) {
  if (into.custodian.empty()) into.custodian = declared.custodian;
  if (into.licence.empty()) into.licence = declared.licence;
  const bool address = declared.source.find("://") != std::string::npos;
  if (into.sources.empty() && address) into.sources.push_back({.uri = declared.source});
}

Result<Timestamp> retrieved(const RecordRequest& request) {
  const auto& declared = request.asset->declared;
  const auto collected = parse_timestamp(declared.collected);
  if (!request.options().has("--retrieved") && !collected) {
    return fail(Fault::usage, "this record needs --retrieved",
                "or `collected:` of the dataset in cupel.yaml");
  }
  return moment(request, "--retrieved", collected.value_or(Timestamp{}));
}

Result<RecordContent> make(const RecordRequest& request) {
  const auto& options = request.options();
  RecordContent content;
  content.subjects = TRY(subjects_of(request));
  CollectionRecord collection;
  collection.method = TRY(required(request, "--method"));
  collection.custodian = options.value("--custodian");
  collection.licence = options.value("--licence");
  collection.opt_out = options.value("--opt-out");
  for (const auto& uri : options.values("--source")) collection.sources.push_back({.uri = uri});
  if (options.has("--croissant")) TRY(read_croissant(request, collection, content));
  fill_from_declaration(request.asset->declared, collection);
  collection.retrieved = TRY(retrieved(request));
  collection.bytes = static_cast<std::int64_t>(request.asset->size_bytes);
  if (collection.sources.empty()) {
    return fail(Fault::usage, "this record needs --source",
                "or --croissant, or an address as `source:` of the dataset in cupel.yaml");
  }
  content.predicate = to_json(collection);
  content.notes.push_back(cat("collected ", to_date(collection.retrieved), " from ",
                              printable(collection.sources.front().uri, 200)));
  return content;
}

}  // namespace

constinit const RecordMaker kCollectionMaker = {.kind = "collection", .make = make};

}  // namespace cupel
