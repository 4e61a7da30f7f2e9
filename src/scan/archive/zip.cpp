// SPDX-License-Identifier: Apache-2.0
// ZIP archives, which PyTorch, Keras, NumPy, skops and others save models in: every member that
// any reader would see, and every disagreement between readers.
#include "formats/zip.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/signature.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kZip;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"ZIP001", "ZIP002"};
constexpr std::size_t kNotes = 8;

bool fits(const Layer& layer) {
  const Sniff sniff = sniff_of(layer);
  return has_signature(sniff, "PK\3\4") || has_signature(sniff, "PK\5\6");
}

void tell_problems(const Layer& layer, Session& session, const zip::Reading& reading) {
  const std::size_t shown = std::min(kNotes, reading.problems.size());
  std::vector<std::string> notes(reading.problems.begin(),
                                 reading.problems.begin() + static_cast<std::ptrdiff_t>(shown));
  if (shown < reading.problems.size()) {
    notes.push_back(cat(reading.problems.size() - shown, " more"));
  }
  session.tell(layer, {.code = "ZIP001",
                       .severity = Severity::high,
                       .title = cat("the archive ", quote(file_name(layer.name())),
                                    " is damaged, or means different things to different readers"),
                       .place = layer.place(),
                       .notes = std::move(notes),
                       .help = "get the file again from where it was made, and compare digests"});
}

void examine_member(const Layer& layer, Session& session, const zip::Member& member) {
  if (member.size_bytes == 0 && member.compressed_bytes == 0) return;
  Layer inner{.bytes = {}, .path = layer.path, .depth = layer.depth + 1};
  inner.path.push_back(is_utf8(member.name) ? member.name : printable(member.name));
  const bool packed = member.method != 0;
  if (packed && !session.may_unpack(inner, member.size_bytes, member.compressed_bytes)) return;
  std::vector<std::byte> buffer;
  zip::Limits limits;
  limits.member_bytes = session.unpack_limit(member.compressed_bytes);
  limits.ratio = ~std::uint64_t{0};  // the session's limits are the stricter ones
  const auto content = zip::extract(layer.bytes, member, buffer, packed ? limits : zip::Limits{});
  if (!content.ok()) return session.miss(inner, content.error().what, 1);
  if (zip::is_encrypted(member)) {
    session.miss(inner, "it is marked as encrypted; what was examined is its bytes as they stand",
                 1);
  }
  if (!content.value().crc_matches) {
    session.tell(inner, {.code = "ZIP002",
                         .severity = Severity::high,
                         .title = cat("the checksum of ", quote(member.name), " does not match"),
                         .place = inner.place(),
                         .notes = {"PyTorch would load it all the same"},
                         .help = "get the file again from where it was made, and compare digests"});
  }
  session.follow(layer, member.name, content.value().bytes);
}

void examine(const Layer& layer, Session& session) {
  const auto reading = zip::read(layer.bytes);
  if (!reading.problems.empty()) tell_problems(layer, session, reading);
  if (!reading.complete) session.miss(layer, "the archive is damaged");
  for (const auto& member : reading.members) examine_member(layer, session, member);
}

}  // namespace

constinit const Examiner kZip = {.id = "zip", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
