// SPDX-License-Identifier: Apache-2.0
#include "vocab/diagnostic.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 5> kSeverities = {"info", "low", "medium", "high",
                                                         "critical"};

}  // namespace

std::string_view to_text(Severity severity) {
  return kSeverities.at(static_cast<std::size_t>(severity));
}

std::optional<Severity> severity_from(std::string_view text) {
  for (std::size_t i = 0; i < kSeverities.size(); ++i) {
    if (kSeverities.at(i) == text) return static_cast<Severity>(i);
  }
  return {};
}

std::string to_text(const Place& place) {
  std::string out;
  for (const auto& part : place.path) {
    if (!out.empty()) out += '!';
    out += printable(part, 300);
  }
  if (place.line != 0) {
    out += cat(":", place.line);
    if (place.column != 0) out += cat(":", place.column);
  }
  if (!place.pointer.empty()) out += cat(" (", printable(place.pointer, 200), ")");
  if (place.span) {
    std::array<char, 40> at{};
    std::snprintf(at.data(), at.size(), " at byte 0x%llx",
                  static_cast<unsigned long long>(place.span->begin));
    out += at.data();
  }
  return out;
}

Json to_json(const Place& place) {
  Json json = Json::object({{"path", Json::texts(place.path)}});
  if (place.span) {
    json.set("begin", place.span->begin);
    json.set("end", place.span->end);
  }
  if (place.line != 0) json.set("line", place.line);
  if (place.column != 0) json.set("column", place.column);
  if (!place.pointer.empty()) json.set("pointer", place.pointer);
  return json;
}

Json to_json(const Diagnostic& diagnostic) {
  Json json = Json::object({{"code", diagnostic.code},
                            {"severity", to_text(diagnostic.severity)},
                            {"title", diagnostic.title},
                            {"place", to_json(diagnostic.place)}});
  if (!diagnostic.label.empty()) json.set("label", diagnostic.label);
  if (!diagnostic.notes.empty()) json.set("notes", Json::texts(diagnostic.notes));
  if (!diagnostic.help.empty()) json.set("help", diagnostic.help);
  return json;
}

std::optional<Place> place_from(const Json& json) {
  if (!json["path"].is_array()) return {};
  Place place;
  for (const auto& part : json["path"].items()) {
    if (!part.is_text()) return {};
    place.path.push_back(part.text());
  }
  if (json["begin"].is_integer()) {
    place.span = Span{static_cast<std::uint64_t>(json["begin"].integer()),
                      static_cast<std::uint64_t>(json["end"].integer())};
  }
  place.line = static_cast<std::uint32_t>(json["line"].integer());
  place.column = static_cast<std::uint32_t>(json["column"].integer());
  place.pointer = json["pointer"].text();
  return place;
}

std::optional<Diagnostic> diagnostic_from(const Json& json) {
  const auto severity = severity_from(json["severity"].text());
  auto place = place_from(json["place"]);
  if (!severity || !place || !json["code"].is_text() || !json["title"].is_text()) return {};
  Diagnostic diagnostic{.code = json["code"].text(),
                        .severity = *severity,
                        .title = json["title"].text(),
                        .place = std::move(*place),
                        .label = json["label"].text(),
                        .help = json["help"].text()};
  for (const auto& note : json["notes"].items()) diagnostic.notes.push_back(note.text());
  return diagnostic;
}

}  // namespace cupel
