// SPDX-License-Identifier: Apache-2.0
#include "ledger/leaf.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace cupel {
namespace {

constexpr std::string_view kFolded = "list:";

bool is_digest(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes && bytes->size() == std::tuple_size_v<Digest>;
}

bool is_type(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool is_subject(std::string_view text) {
  if (text.starts_with(kFolded)) text.remove_prefix(kFolded.size());
  return is_digest(text);
}

std::vector<std::string> folded(const std::vector<std::string>& subjects) {
  if (subjects.size() <= kSubjectLimit) return subjects;
  Sha256 hash;
  for (const auto& subject : subjects) hash.add(subject).add("\n");
  return {cat(kFolded, to_hex(hash.finish()))};
}

std::string text_of(const Leaf& leaf) {
  return Json::object({{"actor", leaf.actor},
                       {"body_sha256", leaf.body_sha256},
                       {"media_type", leaf.media_type},
                       {"seq", leaf.seq},
                       {"subjects", Json::texts(leaf.subjects)},
                       {"ts", to_rfc3339(leaf.at)},
                       {"type", leaf.type},
                       {"v", 1}})
      .canonical();
}

}  // namespace

Digest commitment(Bytes salt, std::string_view body) {
  return Sha256().add(salt).add(body).finish();
}

Result<std::string> leaf_text(const Draft& draft, std::uint64_t seq, Timestamp at,
                              const Digest& body) {
  if (!is_type(draft.type)) {
    return fail(Fault::usage, cat("`", printable(draft.type, 80), "` is no type of entry"));
  }
  if (!is_utf8(draft.actor) || draft.actor.empty() || !is_utf8(draft.media_type)) {
    return fail(Fault::usage, "an entry names its actor and media type in UTF-8");
  }
  for (const auto& subject : draft.subjects) {
    if (!is_digest(subject)) {
      return fail(Fault::usage, cat("the subject `", printable(subject, 80),
                                    "` of an entry is not a SHA-256 digest"));
    }
  }
  std::string text = text_of({.type = std::string(draft.type),
                              .actor = draft.actor,
                              .media_type = draft.media_type,
                              .body_sha256 = to_hex(body),
                              .subjects = folded(draft.subjects),
                              .seq = seq,
                              .at = at});
  if (text.size() > kLeafLimit) {
    return fail(Fault::limit, "the actor and media type of an entry are too long for its leaf");
  }
  return text;
}

LeafReading read_leaf(std::string_view text) {
  if (text.size() > kLeafLimit) return {.leaf = {}, .problem = "the leaf is larger than 4 KiB"};
  const auto reading = read_json(text, {.depth = 2, .values = 1000});
  if (!reading.value) return {.leaf = {}, .problem = cat("the leaf: ", reading.problem)};
  const Json& json = *reading.value;
  Leaf leaf{.type = json["type"].text(),
            .actor = json["actor"].text(),
            .media_type = json["media_type"].text(),
            .body_sha256 = json["body_sha256"].text(),
            .subjects = {},
            .seq = static_cast<std::uint64_t>(json["seq"].integer()),
            .at = {}};
  for (const auto& subject : json["subjects"].items()) leaf.subjects.push_back(subject.text());
  const auto at = parse_timestamp(json["ts"].text());
  if (at) leaf.at = *at;
  const bool sound = at && is_type(leaf.type) && is_digest(leaf.body_sha256) &&
                     json["seq"].integer(-1) >= 0 && !leaf.actor.empty() &&
                     std::ranges::all_of(leaf.subjects, is_subject);
  // Whatever else could be wrong (another key, another kind of value, other spelling)
  // shows when it is written again.
  if (!sound || text_of(leaf) != text) {
    return {.leaf = {}, .problem = "the leaf is not what an entry's leaf looks like"};
  }
  return {.leaf = std::move(leaf), .problem = {}};
}

}  // namespace cupel
