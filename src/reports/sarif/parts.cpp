// SPDX-License-Identifier: Apache-2.0
#include "reports/sarif/parts.h"

#include <array>

#include "base/text.h"
#include "crypto/digest.h"
#include "reports/sarif/record.h"

namespace cupel {
namespace {

constexpr std::string_view kTaxonomy = "EN304223";
constexpr std::string_view kStandard =
    "https://www.etsi.org/deliver/etsi_en/304200_304299/304223/02.01.01_60/en_304223v020101p.pdf";

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string one_text(std::string_view key, std::string_view text) {
  Record record;
  record.text(key, text);
  return std::move(record).done();
}

}  // namespace

std::string uri_of(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    if (unreserved(c) || (c == '/' && !uri.empty())) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return uri;
}

std::string fingerprint(std::string_view key) {
  return sha256_hex(key).substr(0, 32);
}

Json message(std::string_view text) {
  return Json::object({{"text", printable(text, 2000)}});
}

std::string message_text(std::string_view text) {
  return one_text("text", text);
}

std::string_view level_of(Level level) {
  return level == Level::shall ? "error" : "warning";
}

std::string_view security_severity(Severity severity) {
  constexpr std::array<std::string_view, 5> kRanks = {"0.1", "3.0", "5.5", "8.0", "9.5"};
  return kRanks.at(static_cast<std::size_t>(severity));
}

Artifacts::Artifacts(const Assessment& assessment) {
  for (const auto& observation : assessment.observations) {
    for (const auto& subject : observation.subjects) {
      if (is_digest(subject.digest)) digests_.emplace(subject.name, subject.digest);
    }
  }
}

std::string Artifacts::location(const Place& place) {
  std::string key;
  std::string uri;
  std::size_t index = 0;
  for (std::size_t depth = 0; depth < place.path.size(); ++depth) {
    const std::size_t parent = index;
    key.append(place.path[depth]).append(1, '\0');
    uri = uri_of(place.path[depth]);
    const auto [known, fresh] = known_.emplace(key, list_.size());
    index = known->second;
    if (!fresh) continue;
    Record where;
    where.text("uri", uri, uri.size());
    if (depth == 0) where.text("uriBaseId", "SYSTEM");
    Record artifact;
    artifact.json("location", std::move(where).done());
    if (depth != 0) artifact.number("parentIndex", parent);
    const auto digest = digests_.find(place.path[depth]);
    if (depth == 0 && digest != digests_.end()) {
      artifact.json("hashes", one_text("sha-256", digest->second));
    }
    list_.push_back(std::move(artifact).done());
  }
  Record location;
  location.text("uri", uri, uri.size());
  if (place.path.size() == 1) location.text("uriBaseId", "SYSTEM");
  location.number("index", index);
  return std::move(location).done();
}

std::string region_of(const Place& place) {
  Record region;
  if (place.line != 0) {
    region.number("startLine", place.line);
    if (place.column != 0) region.number("startColumn", place.column);
    return std::move(region).done();
  }
  constexpr std::uint64_t kLargest = INT32_MAX;  // what readers of SARIF hold an offset in
  if (!place.span || place.span->begin > kLargest) return {};
  region.number("byteOffset", place.span->begin);
  if (place.span->end >= place.span->begin && place.span->end - place.span->begin <= kLargest) {
    region.number("byteLength", place.span->end - place.span->begin);
  }
  return std::move(region).done();
}

Taxonomy::Taxonomy(const Assessment& assessment) : assessment_(assessment) {
  references_.reserve(assessment.provisions.size());
  for (const auto& provision : assessment.provisions) {
    references_.push_back(reference(provision).canonical());
  }
}

std::size_t Taxonomy::index_of(const ProvisionResult& provision) const {
  return static_cast<std::size_t>(&provision - assessment_.provisions.data());
}

Json Taxonomy::reference(const ProvisionResult& provision) const {
  return Json::object({{"id", printable(provision.id, 40)},
                       {"index", index_of(provision)},
                       {"toolComponent", Json::object({{"name", kTaxonomy}, {"index", 0}})}});
}

const std::string& Taxonomy::reference_text(const ProvisionResult& provision) const {
  return references_.at(index_of(provision));
}

Json Taxonomy::component() const {
  Json::Array taxa;
  for (const auto& provision : assessment_.provisions) {
    taxa.push_back(
        Json::object({{"id", printable(provision.id, 40)},
                      {"name", printable(provision.title, 200)},
                      {"shortDescription", message(provision.title)},
                      {"properties", Json::object({{"level", to_text(provision.level)},
                                                   {"phase", printable(provision.phase, 40)}})}}));
  }
  return Json::object({{"name", kTaxonomy},
                       {"version", "2.1.1"},
                       {"organization", "ETSI"},
                       {"informationUri", kStandard},
                       {"shortDescription", message("Provisions of ETSI EN 304 223 V2.1.1")},
                       {"isComprehensive", true},
                       {"taxa", std::move(taxa)}});
}

}  // namespace cupel
