// SPDX-License-Identifier: Apache-2.0
// ZIP archives, which PyTorch, Keras, NumPy, skops and others save models in: every member that
// any reader would see, and every disagreement between readers.
#include "formats/zip.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/text.h"
#include "formats/tar.h"
#include "scan/archive/members.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kZip;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"ZIP001", "ZIP002", members::kOutside,
                                                    members::kLink, members::kStrayBytes};
constexpr std::size_t kNotes = 8;

// The archive is a member of a tar, and nothing else: it begins where the data of a file begin
// and ends within them. It is examined as that member. A tar whose readers disagree is no excuse,
// nor is one that hides a member's beginning in its headers.
bool is_member_of_tar(Bytes bytes) {
  if (!tar::looks_like(bytes)) return false;
  const auto archive = zip::extent_of(bytes);
  const auto tar = tar::read(bytes);
  if (!archive || !tar.complete || !tar.problems.empty()) return false;
  bool found = false;
  std::uint64_t at = 0;  // behind the data of the member before
  for (const auto& member : tar.members) {
    const auto headers = as_text(bytes.subspan(static_cast<std::size_t>(at),
                                               static_cast<std::size_t>(member.data_offset - at)));
    if (headers.find("PK\x03\x04") != std::string_view::npos) return false;
    at = member.data_offset + member.size_bytes;
    const bool plain = member.kind == tar::Kind::file && !member.hidden && !member.sparse;
    found = found || (plain && member.data_offset == archive->begin && archive->end <= at);
  }
  return found;
}

bool fits(const Layer& layer) {
  if (!zip::looks_like(layer.bytes)) return false;
  return as_text(layer.bytes).starts_with("PK") || !is_member_of_tar(layer.bytes);
}

class Examination {
 public:
  Examination(const Layer& layer, Session& session)
      : layer_(layer), session_(session), stored_left_(layer.bytes.size()) {}

  void run() {
    const auto reading = zip::read(layer_.bytes);
    if (!reading.problems.empty()) tell_problems(reading);
    if (!reading.complete) session_.miss(layer_, "the archive is damaged", 1);
    for (const auto& stray : reading.stray) tell_stray(stray, reading);
    std::vector<members::Member> named;
    named.reserve(reading.members.size());
    for (const auto& member : reading.members) {
      // ZIP001 tells names that stand twice, about which loaders do not agree.
      named.push_back({.name = member.name, .header = header_of(member), .may_repeat = true});
      if (member.link) link(member, named.back());
    }
    members::tell(layer_, session_, named);
    for (const auto& member : reading.members) examine(member);
  }

 private:
  [[nodiscard]] Span header_of(const zip::Member& member) const {
    return {member.header_offset,
            std::min<std::uint64_t>(std::max(member.data_offset, member.header_offset + 4),
                                    layer_.bytes.size())};
  }

  void tell_problems(const zip::Reading& reading) {
    std::vector<std::string> notes;
    for (const auto& problem : reading.problems) {
      if (notes.size() == kNotes) {
        notes.push_back(cat(reading.problems.size() - kNotes, " more"));
        break;
      }
      notes.push_back(problem.what);
    }
    const auto at = std::min<std::uint64_t>(reading.problems.front().at, layer_.bytes.size());
    tell(layer_, "ZIP001", {at, std::min<std::uint64_t>(at + 4, layer_.bytes.size())},
         cat("the archive ", quote(file_name(layer_.name())),
             " is damaged, or means different things to different readers"),
         std::move(notes));
  }

  void tell(const Layer& layer, std::string_view code, Span span, std::string title,
            std::vector<std::string> notes) {
    session_.tell(layer,
                  finding(code, Severity::high, layer.place(span.begin, span.end), std::move(title),
                          "get the file again from where it was made, and compare digests",
                          std::move(notes)));
  }

  void tell_stray(const zip::Stray& stray, const zip::Reading& reading) {
    const bool before = stray.begin == 0;
    const bool behind = stray.begin >= reading.end;
    members::tell_stray_bytes(layer_, session_, {stray.begin, stray.end},
                              before   ? "before"
                              : behind ? "behind"
                                       : "between the members of");
    if (before) return;  // every examiner looks at the beginning of the file by itself
    session_.follow(layer_, behind ? "(behind the archive)" : "(between the members)",
                    layer_.bytes.subspan(static_cast<std::size_t>(stray.begin),
                                         static_cast<std::size_t>(stray.end - stray.begin)));
  }

  void link(const zip::Member& member, members::Member& named) {
    constexpr std::uint64_t kLongestPath = 4096;
    named.kind = members::Kind::symbolic_link;
    const auto content =
        zip::extract(layer_.bytes, member, buffer_, {.member_bytes = kLongestPath});
    if (!content.ok()) return;
    const auto text = as_text(content.value().bytes).substr(0, kLongestPath);
    named.link = targets_.emplace_back(text);
  }

  // Members that share bytes must not be examined again and again.
  bool may_look_at(const Layer& inner, std::uint64_t bytes) {
    if (bytes > stored_left_) {
      session_.miss(inner, "it shares its bytes with other members", 1);
      return false;
    }
    stored_left_ -= bytes;
    return true;
  }

  void examine(const zip::Member& member) {
    if (member.compressed_bytes == 0 && (member.size_bytes == 0 || member.hidden)) return;
    Layer inner{.bytes = {}, .path = layer_.path, .depth = layer_.depth + 1};
    inner.path.push_back(is_utf8(member.name) ? member.name : printable(member.name));
    if (!may_look_at(inner, member.compressed_bytes)) return;
    const bool packed = member.method != 0;
    zip::Limits limits;
    limits.member_bytes = session_.unpack_limit(member.compressed_bytes);
    limits.ratio = ~std::uint64_t{0};  // the session's limits are the stricter ones
    const zip::Limits as_it_is{.checksums = session_.limits().weights};
    const auto content = zip::extract(layer_.bytes, member, buffer_, packed ? limits : as_it_is);
    if (packed) session_.count_unpacked(buffer_.size());
    if (zip::is_encrypted(member)) {
      session_.miss(inner,
                    "it is marked as encrypted; what was examined is its bytes as they stand", 1);
    }
    if (!content.ok()) {
      session_.miss(inner, content.error().what, 1);
      return follow(member, buffer_);
    }
    compare(inner, member, content.value());
    follow(member, content.value().bytes);
  }

  void compare(const Layer& inner, const zip::Member& member, const zip::Content& content) {
    if (member.unsized) return;
    if (!content.crc_matches) {
      tell(inner, "ZIP002", {0, content.bytes.size()},
           cat("the checksum of ", quote(member.name), " does not match"),
           {"PyTorch would load it all the same"});
    } else if (!content.size_matches) {
      tell(layer_, "ZIP001", header_of(member),
           cat("the member ", quote(member.name), " has another size than the archive says"),
           {cat("told: ", member.size_bytes), cat("unpacked: ", content.bytes.size())});
    }
  }

  // The buffer is kept alive by its own layer, and used again for the next member.
  void follow(const zip::Member& member, Bytes bytes) {
    if (bytes.empty()) return;
    session_.follow(layer_, member.name, bytes);
  }

  const Layer& layer_;
  Session& session_;
  std::uint64_t stored_left_;
  std::vector<std::byte> buffer_;
  std::deque<std::string> targets_;  // of links; views of them stay where they are
};

void examine(const Layer& layer, Session& session) {
  Examination(layer, session).run();
}

}  // namespace

constinit const Examiner kZip = {.id = "zip", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
