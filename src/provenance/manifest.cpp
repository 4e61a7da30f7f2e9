// SPDX-License-Identifier: Apache-2.0
#include "provenance/manifest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "base/json.h"
#include "base/require.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace cupel {
namespace {

constexpr std::string_view kOldPredicate = "https://model_signing/Digests/v0.1";
constexpr std::size_t kPathLimit = 4096;

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool canonical = !text.empty() && (text.size() == 1 || text[0] != '0');
  if (error != std::errc() || end != text.data() + text.size() || !canonical) return {};
  return value;
}

bool is_digest(std::string_view text, std::size_t size) {
  return text.size() == 2 * size && from_hex(text).has_value();
}

// Path by path as pathlib compares: part by part, so that "a/b" stands before "a-b/c".
bool before_in_parts(std::string_view a, std::string_view b) {
  const auto key = [](char c) { return c == '/' ? 0 : 1 + static_cast<unsigned char>(c); };
  return std::ranges::lexicographical_compare(a, b, {}, key, key);
}

using ShardKey = std::tuple<std::string_view, std::uint64_t, std::uint64_t>;
ShardKey shard_key(const Resource& resource) {
  const auto shard = shard_of(resource.name).value_or(Shard{.path = resource.name});
  return {shard.path, shard.begin, shard.end};
}

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  ModelManifestReading read() {
    if (!json_.is_object()) return refuse("the signed payload is no statement");
    if (json_["_type"].text() != kStatementType) {
      return refuse(cat("the signed payload is of the type `", shown(json_["_type"]), "`, not ",
                        kStatementType));
    }
    const std::string& type = json_["predicateType"].text();
    if (type == kOldPredicate) return read_old();
    if (type != kModelPredicate) {
      return refuse(cat("what was signed is `", shown(json_["predicateType"]),
                        "`, not the files of a model"));
    }
    if (!read_subject()) return std::move(reading_);
    const Json& predicate = json_["predicate"];
    if (!predicate.is_object()) return refuse("the statement has no predicate");
    for (const auto& member : predicate.members()) {
      if (member.key != "resources" && member.key != "serialization") {
        note(cat("the unknown member `", printable(member.key, 80), "` is not relied upon"));
      }
    }
    if (!read_serialization(predicate["serialization"])) return std::move(reading_);
    if (!read_resources(predicate["resources"])) return std::move(reading_);
    if (!check_order()) return std::move(reading_);
    if (root_of(manifest_.resources) != manifest_.root) {
      return refuse("the root digest is not that of the files that are listed");
    }
    reading_.manifest = std::move(manifest_);
    return std::move(reading_);
  }

 private:
  static std::string shown(const Json& json) {
    return json.is_text() ? printable(json.text(), 100) : "";
  }

  ModelManifestReading refuse(std::string why) {
    fail(std::move(why));
    return std::move(reading_);
  }
  bool fail(std::string why) {
    reading_.problem = std::move(why);
    return false;
  }
  void note(std::string what) { reading_.notes.push_back(std::move(what)); }

  bool read_subject() {
    const auto& subjects = json_["subject"].items();
    if (subjects.size() != 1) {
      return fail(cat("the statement has ", subjects.size(), " subjects where one belongs"));
    }
    manifest_.model = subjects[0]["name"].text();
    manifest_.root = subjects[0]["digest"]["sha256"].text();
    if (manifest_.model.empty()) return fail("the subject has no name");
    if (!is_digest(manifest_.root, 32)) {
      return fail("the subject has no SHA-256 digest of 64 lower-case hex digits");
    }
    return true;
  }

  bool read_serialization(const Json& json) {
    const std::string& method = json["method"].text();
    if (method != "files" && method != "shards") {
      return fail(cat("files are listed by the unknown method `", shown(json["method"]), "`"));
    }
    const auto hash = hash_kind(json["hash_type"].text());
    if (!hash) return fail(cat("the digest `", shown(json["hash_type"]), "` is not known here"));
    manifest_.hash = *hash;
    if (!json["allow_symlinks"].is_bool()) return fail("allow_symlinks is missing");
    manifest_.allow_symlinks = json["allow_symlinks"].boolean();
    return read_shard_size(json, method == "shards") && read_ignored(json["ignore_paths"]);
  }

  bool read_shard_size(const Json& json, bool shards) {
    if (!shards) {
      return json["shard_size"].is_null() || fail("files as a whole have no shard_size");
    }
    const double size = json["shard_size"].number();
    if (!(size >= 1) || size > 9e15 || size != std::floor(size)) {
      return fail("shard_size is not a positive number of bytes");
    }
    if (!json["shard_size"].is_integer()) note("shard_size is written as a fraction");
    manifest_.shard_size = static_cast<std::uint64_t>(size);
    return true;
  }

  bool read_ignored(const Json& json) {
    if (!json.is_null() && !json.is_array()) return fail("ignore_paths is not a list");
    for (const auto& path : json.items()) {
      if (!is_canonical_name(path.text()) ||
          path.text().find_first_of("*?[") != std::string::npos) {
        return fail(cat("the ignored path `", shown(path), "` is not a plain relative path"));
      }
      manifest_.ignore_paths.push_back(path.text());
    }
    return true;
  }

  bool read_resources(const Json& json) {
    const auto& items = json.items();
    if (items.empty()) return fail("no files are listed");
    std::unordered_set<std::string_view> names;
    manifest_.resources.reserve(items.size());
    for (const auto& item : items) {
      const Resource resource{.name = item["name"].text(), .digest = item["digest"].text()};
      if (!read_name(resource.name, items.size())) return false;
      if (!is_digest(resource.digest, digest_size(manifest_.hash))) {
        return fail(cat("the digest of `", printable(resource.name, 200),
                        "` is not lower-case hex of the right length"));
      }
      if (!read_algorithm(item["algorithm"])) return false;
      manifest_.resources.push_back(resource);
    }
    for (const auto& resource : manifest_.resources) {
      if (!names.insert(resource.name).second) {
        return fail(cat("`", printable(resource.name, 200), "` is listed twice"));
      }
    }
    return true;
  }

  bool read_name(std::string_view name, std::size_t count) {
    std::string_view path = name;
    if (manifest_.shard_size != 0) {
      const auto shard = shard_of(name);
      const bool placed = shard && shard->begin % manifest_.shard_size == 0 &&
                          shard->begin < shard->end &&
                          shard->end - shard->begin <= manifest_.shard_size;
      if (!placed) return fail(cat("`", printable(name, 200), "` is no shard of this size"));
      path = shard->path;
    }
    // What the Python reference calls a model that is one file.
    if (path == "." && (count == 1 || manifest_.shard_size != 0)) {
      note_once("the only file is called `.`, as the Python reference does");
      return true;
    }
    return is_canonical_name(path) ||
           fail(cat("`", printable(name, 200), "` is not a canonical relative path"));
  }

  bool read_algorithm(const Json& json) {
    const std::string_view name = json.text();
    if (name == name_of(manifest_.hash)) return true;
    if (manifest_.shard_size != 0 &&
        name == cat(name_of(manifest_.hash), "-sharded-", manifest_.shard_size)) {
      note_once("shards name their algorithm as the Python reference does");
      return true;
    }
    return fail(cat("the algorithm `", shown(json), "` is not that of the serialization"));
  }

  void note_once(std::string what) {
    if (std::ranges::find(reading_.notes, what) == reading_.notes.end()) note(std::move(what));
  }

  bool check_order() {
    const auto& all = manifest_.resources;
    const bool shards = manifest_.shard_size != 0;
    if (std::ranges::is_sorted(all, {}, &Resource::name)) return true;
    const bool reference = std::ranges::is_sorted(all, [&](const Resource& a, const Resource& b) {
      const auto [path_a, begin_a, end_a] = shards ? shard_key(a) : ShardKey{a.name, 0, 0};
      const auto [path_b, begin_b, end_b] = shards ? shard_key(b) : ShardKey{b.name, 0, 0};
      if (path_a != path_b) return before_in_parts(path_a, path_b);
      return std::pair(begin_a, end_a) < std::pair(begin_b, end_b);
    });
    if (!reference) return fail("the files are listed in no order that is known");
    note("files are listed in the order of the Python reference");
    return true;
  }

  // Before 0.3 every file was a subject of its own.
  ModelManifestReading read_old() {
    const auto& subjects = json_["subject"].items();
    if (subjects.empty()) return refuse("no files are listed");
    std::unordered_set<std::string_view> names;
    for (const auto& subject : subjects) {
      const Resource resource{.name = subject["name"].text(),
                              .digest = subject["digest"]["sha256"].text()};
      if (!is_canonical_name(resource.name) || !is_digest(resource.digest, 32)) {
        return refuse(cat("`", printable(resource.name, 200), "` is not a file with a digest"));
      }
      manifest_.resources.push_back(resource);
    }
    for (const auto& resource : manifest_.resources) {
      if (!names.insert(resource.name).second) {
        return refuse(cat("`", printable(resource.name, 200), "` is listed twice"));
      }
    }
    note("the signature is of a version before 0.3");
    reading_.manifest = std::move(manifest_);
    return std::move(reading_);
  }

  const Json& json_;
  ModelManifest manifest_;
  ModelManifestReading reading_;
};

}  // namespace

std::optional<Shard> shard_of(std::string_view name) {
  const auto last = name.rfind(':');
  if (last == std::string_view::npos || last == 0) return {};
  const auto first = name.rfind(':', last - 1);
  if (first == std::string_view::npos) return {};
  const auto begin = number_of(name.substr(first + 1, last - first - 1));
  const auto end = number_of(name.substr(last + 1));
  if (!begin || !end) return {};
  return Shard{.path = name.substr(0, first), .begin = *begin, .end = *end};
}

bool is_canonical_name(std::string_view path) {
  if (path.empty() || path.size() > kPathLimit || !is_utf8(path)) return false;
  if (path.find('\0') != std::string_view::npos) return false;
  return std::ranges::none_of(split(path, '/'), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

std::string root_of(const std::vector<Resource>& resources) {
  Sha256 hash;
  for (const auto& resource : resources) {
    const auto bytes = from_hex(resource.digest);
    require(bytes.has_value());
    hash.add(*bytes);
  }
  return to_hex(hash.finish());
}

void sort_resources(std::vector<Resource>& resources) {
  std::ranges::sort(resources, {}, &Resource::name);
}

std::string write_manifest(const ModelManifest& manifest) {
  Json resources = Json::array();
  for (const auto& resource : manifest.resources) {
    resources.add(Json::object({{"name", resource.name},
                                {"digest", resource.digest},
                                {"algorithm", name_of(manifest.hash)}}));
  }
  Json serialization = Json::object({{"method", manifest.shard_size == 0 ? "files" : "shards"},
                                     {"hash_type", name_of(manifest.hash)},
                                     {"allow_symlinks", manifest.allow_symlinks}});
  if (manifest.shard_size != 0) serialization.set("shard_size", manifest.shard_size);
  serialization.set("ignore_paths", Json::texts(manifest.ignore_paths));
  Json subjects = Json::array();
  subjects.add(Json::object(
      {{"name", manifest.model}, {"digest", Json::object({{"sha256", manifest.root}})}}));
  return Json::object({{"_type", kStatementType},
                       {"subject", std::move(subjects)},
                       {"predicateType", kModelPredicate},
                       {"predicate", Json::object({{"resources", std::move(resources)},
                                                   {"serialization", std::move(serialization)}})}})
      .canonical();
}

ModelManifestReading read_manifest(std::string_view payload) {
  const auto json = read_json(payload, {.depth = 32, .values = 20'000'000});
  if (!json.value) {
    return {.manifest = {},
            .problem = cat("the signed payload, byte ", json.offset, ": ", json.problem),
            .notes = {}};
  }
  return Reader(*json.value).read();
}

}  // namespace cupel
