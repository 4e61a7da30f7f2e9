// SPDX-License-Identifier: Apache-2.0
#include "ledger/drafts.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 7> kKeys = {"actor", "body",     "body_base64", "media_type",
                                                   "type",  "subjects", "vault"};

Result<std::string> text_member(const Json& json, std::string_view key) {
  if (!json[key].is_text()) return fail(Fault::usage, cat("`", key, "` is no text"));
  return json[key].text();
}

Result<std::string> body_of(const Json& json) {
  if (json.has("body") == json.has("body_base64")) {
    return fail(Fault::usage, "an entry has one of `body` and `body_base64`");
  }
  if (json.has("body")) {
    return json["body"].is_text() ? json["body"].text() : json["body"].canonical();
  }
  const auto bytes = from_base64(json["body_base64"].text());
  if (!bytes) return fail(Fault::usage, "`body_base64` is not proper base64");
  return std::string(as_text(*bytes));
}

Result<void> add_draft(const Json& json, DraftsReading& reading) {
  if (!json.is_object()) return fail(Fault::usage, "an entry is an object");
  for (const auto& [key, value] : json.members()) {
    if (std::ranges::find(kKeys, key) == kKeys.end()) {
      return fail(Fault::usage, cat("`", printable(key, 40), "` is no member of an entry"));
    }
  }
  Draft draft{.type = {}, .actor = TRY(text_member(json, "actor")), .subjects = {}, .body = {}};
  std::string type = TRY(text_member(json, "type"));
  if (type == entry_type::kErasure) {
    return fail(Fault::usage, "entries of the type `erasure` are written by erasing only");
  }
  if (json.has("media_type")) draft.media_type = TRY(text_member(json, "media_type"));
  if (json.has("vault")) draft.vault = TRY(text_member(json, "vault"));
  if (json.has("subjects") && !json["subjects"].is_array()) {
    return fail(Fault::usage, "`subjects` is no array");
  }
  for (const auto& subject : json["subjects"].items()) draft.subjects.push_back(subject.text());
  draft.body = TRY(body_of(json));
  draft.type = type;
  TRY(Ledger::check(draft));
  draft.type = {};
  reading.drafts.push_back(std::move(draft));
  reading.types.push_back(std::move(type));
  return {};
}

}  // namespace

DraftsReading read_drafts(std::string_view text) {
  const auto refuse = [](std::string problem) {
    return DraftsReading{.drafts = {}, .types = {}, .problem = std::move(problem)};
  };
  const auto json = read_json(text, {.depth = 32, .values = 1'000'000});
  if (!json.value) return refuse(cat("byte ", json.offset, ": ", json.problem));
  const bool many = json.value->has("entries");
  if (many && (json.value->members().size() != 1 || !(*json.value)["entries"].is_array())) {
    return refuse("`entries` is an array and stands alone");
  }
  const Json::Array one = many ? Json::Array{} : Json::Array{*json.value};
  const Json::Array& entries = many ? (*json.value)["entries"].items() : one;
  if (entries.empty() || entries.size() > kDraftsLimit) {
    return refuse(cat("1 to ", kDraftsLimit, " entries are taken at once"));
  }
  DraftsReading reading;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (auto added = add_draft(entries[i], reading); !added.ok()) {
      return refuse(many ? cat("entry ", i, ": ", added.error().what) : added.error().what);
    }
  }
  return reading;
}

}  // namespace cupel
