// SPDX-License-Identifier: Apache-2.0
#include "provenance/member_reader.h"

#include <algorithm>

#include "base/text.h"

namespace cupel {
namespace {

constexpr std::size_t kTextLimit = 4096;
constexpr std::size_t kItems = 10'000;

}  // namespace

MemberReader::MemberReader(const Json& json, std::string_view where, std::string& problem)
    : json_(json), where_(where), problem_(problem) {
  if (problem_.empty() && !json.is_object()) {
    problem_ = where_.empty() ? "the predicate is no object"
                              : cat("`", where_.substr(0, where_.size() - 1), "` is no object");
  }
}

void MemberReader::fail(std::string_view key, std::string_view why) {
  if (problem_.empty()) problem_ = cat("`", where_, printable(key, 80), "` ", why);
}

const Json& MemberReader::get(std::string_view key) {
  asked_.emplace_back(key);
  return json_[key];
}

std::string MemberReader::text_if(std::string_view key) {
  const Json& value = get(key);
  if (!json_.has(key)) return {};
  if (!value.is_text() || value.text().empty()) {
    fail(key, "is no text, or an empty one");
  } else if (value.text().size() > kTextLimit) {
    fail(key, cat("is longer than ", kTextLimit, " bytes"));
  }
  return ok() ? value.text() : std::string();
}

std::string MemberReader::text(std::string_view key) {
  auto value = text_if(key);
  if (value.empty()) fail(key, "is missing");
  return value;
}

std::string MemberReader::uri_if(std::string_view key) {
  auto value = text_if(key);
  if (!value.empty() && !is_uri(value)) fail(key, "is no address with a scheme");
  return value;
}

std::string MemberReader::uri(std::string_view key) {
  auto value = uri_if(key);
  if (value.empty()) fail(key, "is missing");
  return value;
}

std::string MemberReader::word(std::string_view key,
                               std::initializer_list<std::string_view> words) {
  auto value = text(key);
  if (ok() && std::ranges::find(words, value) == words.end()) {
    fail(key, cat("is `", printable(value, 40), "`, which it cannot be"));
  }
  return value;
}

std::optional<Timestamp> MemberReader::time_if(std::string_view key) {
  const auto value = text_if(key);
  if (value.empty()) return {};
  constexpr std::size_t kDate = 10;  // "2026-11-23": the hour is missing
  auto at = value.size() > kDate ? parse_timestamp(value) : std::nullopt;
  if (!at) fail(key, "is no time with a zone, such as 2026-03-01T00:00:00Z");
  return at;
}

Timestamp MemberReader::time(std::string_view key) {
  const auto at = time_if(key);
  if (!at) fail(key, "is missing");
  return at.value_or(Timestamp{});
}

std::optional<std::int64_t> MemberReader::integer_if(std::string_view key) {
  const Json& value = get(key);
  if (!json_.has(key)) return {};
  if (!value.is_integer()) fail(key, "is no whole number");
  return value.integer();
}

std::optional<Descriptor> MemberReader::descriptor_if(std::string_view key) {
  const Json& value = get(key);
  if (!json_.has(key)) return {};
  auto read = read_descriptor(value);
  if (!read.descriptor) fail(key, cat("cannot be used: ", read.problem));
  return read.descriptor;
}

Descriptor MemberReader::descriptor(std::string_view key) {
  auto value = descriptor_if(key);
  if (!value) fail(key, "is missing");
  return value.value_or(Descriptor{});
}

Json MemberReader::object_if(std::string_view key) {
  const Json& value = get(key);
  if (!json_.has(key)) return Json::object();
  if (!value.is_object()) fail(key, "is no object");
  return value;
}

const Json& MemberReader::object(std::string_view key) {
  const Json& value = get(key);
  if (!value.is_object()) fail(key, "is missing, or no object");
  return value;
}

std::vector<std::string> MemberReader::texts_if(std::string_view key) {
  const Json& value = get(key);
  if (!json_.has(key)) return {};
  std::vector<std::string> out;
  if (!value.is_array() || value.items().size() > kItems) fail(key, "is no list of decent length");
  for (const auto& item : value.items()) {
    if (item.text().empty() || item.text().size() > kTextLimit) fail(key, "holds what is no text");
    if (!ok()) return {};
    out.push_back(item.text());
  }
  return out;
}

std::vector<Descriptor> MemberReader::descriptors_if(std::string_view key) {
  const Json& value = get(key);
  if (!json_.has(key)) return {};
  std::vector<Descriptor> out;
  if (!value.is_array() || value.items().size() > kItems) fail(key, "is no list of decent length");
  for (const auto& item : value.items()) {
    auto read = read_descriptor(item);
    if (!read.descriptor) fail(key, cat("holds what cannot be used: ", read.problem));
    if (!ok()) return {};
    out.push_back(*std::move(read.descriptor));
  }
  return out;
}

void MemberReader::nothing_else() {
  for (const auto& member : json_.members()) {
    if (std::ranges::find(asked_, member.key) == asked_.end()) fail(member.key, "is not known");
  }
}

}  // namespace cupel
