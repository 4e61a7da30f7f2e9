// SPDX-License-Identifier: Apache-2.0
#include "ledger/leaf.h"

#include <algorithm>
#include <charconv>

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

// Nearly every leaf is plain: texts without escapes, and the members where they belong. Such a
// one is read straight through; whatever is not so obvious is left to the reader of JSON.
class PlainLeaf {
 public:
  explicit PlainLeaf(std::string_view text) : rest_(text) {}

  std::optional<Leaf> read() {
    Leaf leaf;
    leaf.actor = after("{\"actor\":\"");
    leaf.body_sha256 = after(",\"body_sha256\":\"");
    leaf.media_type = after(",\"media_type\":\"");
    leaf.seq = number(",\"seq\":");
    expect(",\"subjects\":[");
    while (plain_ && !rest_.starts_with("]") && leaf.subjects.size() <= kSubjectLimit) {
      leaf.subjects.push_back(after(leaf.subjects.empty() ? "\"" : ",\""));
    }
    const auto ts = after("],\"ts\":\"");
    leaf.type = after(",\"type\":\"");
    expect(",\"v\":1}");
    const auto at = parse_timestamp(ts);
    if (!plain_ || !rest_.empty() || !at || !is_written_so(ts)) return {};
    leaf.at = *at;
    const bool sound = is_type(leaf.type) && is_digest(leaf.body_sha256) && !leaf.actor.empty() &&
                       std::ranges::all_of(leaf.subjects, is_subject);
    if (!sound) return {};
    return leaf;
  }

 private:
  void expect(std::string_view text) {
    plain_ = plain_ && rest_.starts_with(text);
    if (plain_) rest_.remove_prefix(text.size());
  }
  // "2026-11-22T17:15:50.123Z" and not another spelling of that moment.
  static bool is_written_so(std::string_view ts) {
    constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
    return ts.size() == kForm.size() && ts[17] < '6' &&
           std::ranges::equal(
               ts, kForm,
               [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
  }
  // A text that canonical JSON writes as it is, up to its quote.
  std::string after(std::string_view begin) {
    expect(begin);
    const auto end = rest_.find('"');
    plain_ = plain_ && end != std::string_view::npos &&
             std::ranges::all_of(rest_.substr(0, end),
                                 [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
    if (!plain_) return {};
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::uint64_t number(std::string_view begin) {
    expect(begin);
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    plain_ = plain_ && problem == std::errc{} && value < (std::uint64_t{1} << 53U) &&
             (rest_[0] != '0' || value == 0) && (value != 0 || end == rest_.data() + 1);
    if (plain_) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view rest_;
  bool plain_ = true;
};

}  // namespace

Digest commitment(Bytes salt, std::string_view body) {
  return Sha256().add(salt).add(body).finish();
}

Result<LeafForm> LeafForm::make(const Draft& draft) {
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
  LeafForm form;
  form.actor_ = cat("{\"actor\":", Json(draft.actor).canonical(), ",\"body_sha256\":\"");
  form.media_ = cat("\",\"media_type\":", Json(draft.media_type).canonical(), ",\"seq\":");
  form.subjects_ =
      cat(",\"subjects\":", Json::texts(folded(draft.subjects)).canonical(), ",\"ts\":\"");
  form.type_ = cat("\",\"type\":\"", draft.type, "\",\"v\":1}");
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 53U;
  if (form.text(kLongest, to_rfc3339({}), Digest{}).size() > kLeafLimit) {
    return fail(Fault::limit, "the actor and media type of an entry are too long for its leaf");
  }
  return form;
}

std::string LeafForm::text(std::uint64_t seq, std::string_view at, const Digest& body) const {
  return cat(actor_, to_hex(body), media_, seq, subjects_, at, type_);
}

LeafReading read_leaf(std::string_view text) {
  if (text.size() > kLeafLimit) return {.leaf = {}, .problem = "the leaf is larger than 4 KiB"};
  if (auto plain = PlainLeaf(text).read()) return {.leaf = *std::move(plain), .problem = {}};
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
