// SPDX-License-Identifier: Apache-2.0
// The JSON Schema of cupel.yaml, written from the tables that the reader reads by.
#include <span>

#include "base/json.h"
#include "base/text.h"
#include "inventory/keys.h"
#include "inventory/system_file.h"

namespace cupel {
namespace {

using namespace system_file;  // NOLINT(google-build-using-namespace): the same room

constexpr std::string_view kDurationPattern =
    "^[0-9]+ ?(hours?|h|days?|d|weeks?|w|months?|m|years?|y)$|^P[0-9]+[DWMY]$";

Json texts(Words words) {
  Json::Array items;
  for (const auto word : words) items.emplace_back(word);
  return {std::move(items)};
}

Json text() {
  return Json::object({{"type", "string"}, {"minLength", 1}});
}

Json pattern(std::string_view pattern) {
  return Json::object({{"type", "string"}, {"pattern", pattern}});
}

Json list(Json item) {
  return Json::object({{"type", "array"}, {"items", std::move(item)}});
}

Json reference(std::string_view name) {
  return Json::object({{"$ref", cat("#/$defs/", name)}});
}

// `people:` with nothing under it is null, and means none.
Json list_or_nothing(std::string_view name) {
  return Json::object({{"type", Json::texts({"array", "null"})}, {"items", reference(name)}});
}

Json map_or_nothing(Json value) {
  return Json::object(
      {{"type", Json::texts({"object", "null"})}, {"additionalProperties", std::move(value)}});
}

Json path() {
  return pattern(R"(^(?!/)(?!~/)(?!.*\\).+$)");
}

Json value_of(Type type, Words words) {
  switch (type) {
    case Type::format:
      return Json::object({{"const", 1}});
    case Type::name:
    case Type::text:
    case Type::person:
      return text();
    case Type::flag:
      return Json::object({{"type", "boolean"}});
    case Type::path:
      return path();
    case Type::url:
      return pattern("^[A-Za-z][A-Za-z0-9+.-]*://[^ ]+$");
    case Type::digest:
      return pattern("^[0-9a-f]{64}$");
    case Type::moment:
      return pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?$");
    case Type::public_key:
      return pattern("^[A-Za-z0-9+/]{43}=$");
    case Type::word:
      return Json::object({{"enum", texts(words)}});
    case Type::words: {
      Json json = list(Json::object({{"enum", texts(words)}}));
      json.set("minItems", 1).set("uniqueItems", true);
      return json;
    }
    case Type::assets: {
      Json json = list(text());
      json.set("uniqueItems", true);
      return json;
    }
    case Type::paths: {
      Json json = list(path());
      json.set("uniqueItems", true);
      return json;
    }
    case Type::people_list:
      return list_or_nothing("person");
    case Type::asset_list:
      return list_or_nothing("asset");
    case Type::endpoint_list:
      return list_or_nothing("endpoint");
    case Type::lifecycle_map:
      return map_or_nothing(Json::object({{"enum", texts(kStages)}}));
    case Type::claim_map: {
      Json json = map_or_nothing(reference("claim"));
      json.set("propertyNames",
               Json::object({{"pattern", R"(^5(\.[0-9]+){2}-[0-9]+(\.[0-9]+)?$)"}}));
      return json;
    }
    case Type::threshold_map:
      return map_or_nothing(Json::object({{"type", "number"}}));
    case Type::known_good:
      return reference("known_good");
    case Type::signature:
      return reference("signature");
  }
  return {};
}

template <class Owner>
Json mapping(std::span<const Key<Owner>> keys) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& key : keys) {
    Json value = value_of(key.type, key.words);
    value.set("description", key.about);
    properties.set(key.name, std::move(value));
    if (key.required) required.add(key.name);
  }
  Json json = Json::object({{"type", "object"}, {"properties", std::move(properties)}});
  if (!required.items().empty()) json.set("required", std::move(required));
  json.set("additionalProperties", false);
  return json;
}

Json claim() {
  Json json = mapping(all(kClaimKeys));
  std::string endings;
  for (const auto ending : kDurationEndings) {
    if (!endings.empty()) endings += '|';
    endings += ending;
  }
  json.set("patternProperties",
           Json::object({{cat("(", endings, ")$"), pattern(kDurationPattern)}}));
  json.set("additionalProperties",
           Json::object({{"type", Json::texts({"string", "number", "boolean"})}}));
  json.set("minProperties", 1);
  return json;
}

Json signature() {
  const auto required = [](const std::vector<std::string>& keys) {
    return Json::object({{"required", Json::texts(keys)}});
  };
  Json json = mapping(all(kSignatureKeys));
  json.set("oneOf",
           Json::array({required({"key"}), required({"ca"}), required({"identity", "issuer"})}));
  return json;
}

Json asset() {
  Json json = mapping(all(kAssetKeys));
  json.set("oneOf", Json::array({Json::object({{"required", Json::texts({"path"})}}),
                                 Json::object({{"required", Json::texts({"url"})}})}));
  return json;
}

}  // namespace

std::string system_schema() {
  Json schema = Json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                              {"title", "cupel.yaml"},
                              {"description", "An AI system, as `cupel assess` reads it."}});
  const Json root = mapping(all(kSystemKeys));
  for (const auto& member : root.members()) schema.set(member.key, member.value);
  schema.set("$defs", Json::object({{"person", mapping(all(kPersonKeys))},
                                    {"asset", asset()},
                                    {"known_good", mapping(all(kKnownGoodKeys))},
                                    {"signature", signature()},
                                    {"claim", claim()},
                                    {"endpoint", mapping(all(kEndpointKeys))}}));
  return schema.pretty() + "\n";
}

}  // namespace cupel
