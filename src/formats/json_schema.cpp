// SPDX-License-Identifier: Apache-2.0
#include "formats/json_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "formats/pattern.h"

namespace cupel::json_schema {
namespace {

constexpr auto kKeywords = std::to_array<std::string_view>({"$ref",
                                                            "additionalItems",
                                                            "additionalProperties",
                                                            "allOf",
                                                            "anyOf",
                                                            "const",
                                                            "else",
                                                            "enum",
                                                            "format",
                                                            "if",
                                                            "items",
                                                            "maxItems",
                                                            "maxLength",
                                                            "maximum",
                                                            "minItems",
                                                            "minLength",
                                                            "minimum",
                                                            "not",
                                                            "oneOf",
                                                            "pattern",
                                                            "properties",
                                                            "required",
                                                            "then",
                                                            "type",
                                                            "uniqueItems",
                                                            "definitions"});
constexpr auto kFormats =
    std::to_array<std::string_view>({"date", "date-time", "idn-email", "iri-reference", "uri"});

bool is_whole(const Json& value) {
  if (value.is_integer()) return true;
  return value.is_number() && std::trunc(value.number()) == value.number();
}

bool is_of_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_text();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return is_whole(value);
  if (type == "number") return value.is_number();
  return type == "null" && value.is_null();
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// RFC 3987: what may stand nowhere in an IRI reference, and a '%' that escapes nothing.
bool is_iri_reference(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte <= 0x20 || byte == 0x7F) return false;
    if (std::string_view("<>\"{}|\\^`").find(text[i]) != std::string_view::npos) return false;
    if (text[i] != '%') continue;
    const auto digits = text.substr(i + 1, 2);
    if (digits.size() != 2 || digits.find_first_not_of(kHex) != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// RFC 3986: a scheme, a colon, and nothing that must be escaped.
bool is_uri(std::string_view text) {
  constexpr std::string_view kScheme =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto scheme = text.substr(0, colon);
  return scheme.find_first_not_of(kScheme) == std::string_view::npos &&
         std::string_view("0123456789+-.").find(scheme.front()) == std::string_view::npos &&
         is_iri_reference(text);
}

bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at != 0 && at + 1 < text.size() &&
         text.find_first_of(" \t\r\n") == std::string_view::npos;
}

bool keeps_format(std::string_view text, std::string_view format) {
  const bool has_time = text.find_first_of("Tt") != std::string_view::npos;
  if (format == "date-time") return has_time && parse_timestamp(text).has_value();
  if (format == "date") return !has_time && parse_timestamp(text).has_value();
  if (format == "idn-email") return is_email(text);
  if (format == "uri") return is_uri(text);
  return format != "iri-reference" || is_iri_reference(text);
}

std::string pointer_part(std::string_view key) {
  std::string out = "/";
  for (const char c : key) {
    if (c == '~' || c == '/') {
      out += c == '~' ? "~0" : "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string shown(const Json& value) {
  return printable(value.is_text() ? value.text() : value.canonical(), 60);
}

struct Place {
  const Json* schema;
  std::string_view document;  // name of the schema it stands in
};

class Validator {
 public:
  Validator(const Library& library, const Limits& limits) : library_(library), limits_(limits) {}

  using Problems = std::vector<Problem>;

  // The problems of `value`; `at` is where it stands.
  Problems check(const Json& value, Place place, const std::string& at) {
    if (++steps_ > limits_.steps) return {{at, "needs more work to check than is done for it"}};
    const Json& schema = *place.schema;
    if (schema.is_bool()) {
      return schema.boolean() ? Problems{} : Problems{{at, "may not stand here"}};
    }
    if (schema.has("$ref")) {
      const auto target = resolve(schema["$ref"].text(), place.document);
      if (!target) return {{at, cat("needs the schema `", schema["$ref"].text(), "`")}};
      return check(value, *target, at);
    }
    Problems found;
    check_value(value, schema, at, found);
    if (value.is_text()) check_text(value.text(), schema, at, found);
    if (value.is_number()) check_number(value.number(), schema, at, found);
    if (value.is_array()) check_items(value, place, at, found);
    if (value.is_object()) check_members(value, place, at, found);
    check_choices(value, place, at, found);
    return found;
  }

 private:
  std::optional<Place> resolve(std::string_view reference, std::string_view document) {
    const auto hash = reference.find('#');
    const auto name = reference.substr(0, hash);
    if (!name.empty()) document = name;
    const Json* at = library_(document);
    if (hash != std::string_view::npos) {
      for (const auto part : split(reference.substr(hash + 1), '/')) {
        if (at == nullptr || part.empty()) continue;
        at = at->has(part) ? &(*at)[part] : nullptr;
      }
    }
    if (at == nullptr) return {};
    return Place{at, document};
  }

  static void check_value(const Json& value, const Json& schema, const std::string& at,
                          Problems& found) {
    const Json& type = schema["type"];
    const bool fits =
        type.is_array()
            ? std::ranges::any_of(type.items(),
                                  [&](const Json& each) { return is_of_type(value, each.text()); })
            : type.is_null() || is_of_type(value, type.text());
    if (!fits) found.push_back({at, cat("is no ", type.is_text() ? type.text() : "such value")});
    if (schema.has("const") && !(schema["const"] == value)) {
      found.push_back({at, cat("is not `", shown(schema["const"]), "`")});
    }
    if (!schema.has("enum")) return;
    const auto& allowed = schema["enum"].items();
    if (std::ranges::find(allowed, value) != allowed.end()) return;
    std::vector<std::string> names;
    for (const auto& each : allowed) names.push_back(shown(each));
    if (names.size() > 8) {
      names.resize(8);
      names.emplace_back("…");
    }
    found.push_back({at, cat("`", shown(value), "` is not one of ", join(names, ", "))});
  }

  void check_text(std::string_view text, const Json& schema, const std::string& at,
                  Problems& found) {
    const auto tell = [&](std::string_view why) {
      found.push_back({at, cat("`", printable(text, 60), "` ", why)});
    };
    if (schema.has("minLength") &&
        code_points(text) < static_cast<std::uint64_t>(schema["minLength"].integer())) {
      tell("is too short");
    }
    if (schema.has("maxLength") &&
        code_points(text) > static_cast<std::uint64_t>(schema["maxLength"].integer())) {
      tell("is too long");
    }
    if (schema.has("format") && !keeps_format(text, schema["format"].text())) {
      tell(cat("is no ", schema["format"].text()));
    }
    if (!schema.has("pattern")) return;
    const auto& source = schema["pattern"].text();
    auto known = patterns_.find(source);
    if (known == patterns_.end()) {
      known = patterns_.emplace(source, Pattern::compile(source)).first;
    }
    steps_ += text.size() / 16;
    if (!known->second || !known->second->matches(text)) tell("has another form than it must");
  }

  static void check_number(double number, const Json& schema, const std::string& at,
                           Problems& found) {
    if (schema.has("minimum") && number < schema["minimum"].number()) {
      found.push_back({at, cat("is less than ", shown(schema["minimum"]))});
    }
    if (schema.has("maximum") && number > schema["maximum"].number()) {
      found.push_back({at, cat("is more than ", shown(schema["maximum"]))});
    }
  }

  void check_items(const Json& value, Place place, const std::string& at, Problems& found) {
    const Json& schema = *place.schema;
    const auto& items = value.items();
    if (schema.has("minItems") &&
        items.size() < static_cast<std::uint64_t>(schema["minItems"].integer())) {
      found.push_back({at, "has too few items"});
    }
    if (schema.has("maxItems") &&
        items.size() > static_cast<std::uint64_t>(schema["maxItems"].integer())) {
      found.push_back({at, "has too many items"});
    }
    if (schema["uniqueItems"].boolean()) check_unique(items, at, found);
    const Json& rule = schema["items"];
    for (std::size_t i = 0; i < items.size() && !is_full(found); ++i) {
      const Json* of_item = rule.is_array() ? (i < rule.items().size() ? &rule.items()[i] : nullptr)
                            : schema.has("items") ? &rule
                                                  : nullptr;
      if (of_item == nullptr && rule.is_array() && schema.has("additionalItems")) {
        of_item = &schema["additionalItems"];
      }
      if (of_item != nullptr) {
        append(found, check(items[i], {of_item, place.document}, cat(at, "/", i)));
      }
    }
  }

  void check_unique(const Json::Array& items, const std::string& at, Problems& found) {
    if (items.size() < 2) return;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto text = items[i].canonical();
      steps_ += text.size() / 64;
      if (steps_ > limits_.steps) return found.push_back({at, "needs more work than is done"});
      if (seen.insert(std::move(text)).second) continue;
      return found.push_back({cat(at, "/", i), "stands there twice"});
    }
  }

  void check_members(const Json& value, Place place, const std::string& at, Problems& found) {
    const Json& schema = *place.schema;
    for (const auto& key : schema["required"].items()) {
      if (!value.has(key.text())) found.push_back({at, cat("lacks `", key.text(), "`")});
    }
    const Json& properties = schema["properties"];
    const Json& others = schema["additionalProperties"];
    for (const auto& member : value.members()) {
      if (is_full(found)) return;
      const bool known = properties.has(member.key);
      if (!known && !schema.has("additionalProperties")) continue;
      const Json& rule = known ? properties[member.key] : others;
      const auto where = at + pointer_part(member.key);
      if (!known && others.is_bool() && !others.boolean()) {
        found.push_back({where, "is a member that nobody knows"});
      } else {
        append(found, check(member.value, {&rule, place.document}, where));
      }
    }
  }

  void check_choices(const Json& value, Place place, const std::string& at, Problems& found) {
    const Json& schema = *place.schema;
    for (const auto& each : schema["allOf"].items()) {
      append(found, check(value, {&each, place.document}, at));
    }
    if (schema.has("anyOf")) choose(value, schema["anyOf"], place, at, false, found);
    if (schema.has("oneOf")) choose(value, schema["oneOf"], place, at, true, found);
    if (schema.has("not") && check(value, {&schema["not"], place.document}, at).empty()) {
      found.push_back({at, "has a form that it may not have"});
    }
    if (!schema.has("if")) return;
    const bool holds = check(value, {&schema["if"], place.document}, at).empty();
    const std::string_view branch = holds ? "then" : "else";
    if (schema.has(branch)) append(found, check(value, {&schema[branch], place.document}, at));
  }

  void choose(const Json& value, const Json& choices, Place place, const std::string& at,
              bool exactly_one, Problems& found) {
    std::size_t fitting = 0;
    Problems nearest;
    std::size_t depth = 0;
    for (const auto& each : choices.items()) {
      auto problems = check(value, {&each, place.document}, at);
      if (problems.empty()) {
        ++fitting;
        if (!exactly_one) return;
        continue;
      }
      // The form that was followed furthest is most likely the one that was meant.
      std::size_t reached = 0;
      for (const auto& problem : problems) reached = std::max(reached, problem.pointer.size());
      if (nearest.empty() || reached > depth) {
        nearest = std::move(problems);
        depth = reached;
      }
    }
    if (fitting == 1) return;
    if (fitting > 1) return found.push_back({at, "has two forms of which it may have one"});
    append(found, std::move(nearest));
  }

  [[nodiscard]] bool is_full(const Problems& found) const {
    return found.size() >= limits_.problems || steps_ > limits_.steps;
  }

  static void append(Problems& found, Problems more) {
    std::ranges::move(more, std::back_inserter(found));
  }

  const Library& library_;
  const Limits& limits_;
  std::uint64_t steps_ = 0;
  std::map<std::string, std::optional<Pattern>, std::less<>> patterns_;
};

void look_for_strangers(const Json& schema, bool is_map, std::set<std::string>& strangers) {
  for (const auto& item : schema.items()) look_for_strangers(item, false, strangers);
  for (const auto& [key, value] : schema.members()) {
    if (!is_map) {
      if (std::ranges::find(kKeywords, key) == kKeywords.end()) strangers.insert(key);
      if (key == "format" && std::ranges::find(kFormats, value.text()) == kFormats.end()) {
        strangers.insert(cat("format ", value.text()));
      }
      if (key == "pattern" && !Pattern::compile(value.text())) {
        strangers.insert(cat("pattern ", value.text()));
      }
      if (key == "enum" || key == "const") continue;
    }
    look_for_strangers(value, !is_map && (key == "properties" || key == "definitions"), strangers);
  }
}

}  // namespace

std::vector<Problem> validate(const Json& document, std::string_view schema, const Library& library,
                              const Limits& limits) {
  const Json* root = library(schema);
  if (root == nullptr) return {{"", cat("there is no schema `", schema, "`")}};
  auto problems = Validator(library, limits).check(document, {root, schema}, "");
  if (problems.size() > limits.problems) problems.resize(limits.problems);
  return problems;
}

std::vector<std::string> not_understood(const Json& schema) {
  std::set<std::string> strangers;
  look_for_strangers(schema, false, strangers);
  return {strangers.begin(), strangers.end()};
}

}  // namespace cupel::json_schema
