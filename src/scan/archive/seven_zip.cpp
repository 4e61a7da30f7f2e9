// SPDX-License-Identifier: Apache-2.0
// 7z archives: every member, unpacked. What is encrypted, or packed by a method that is not
// known, is a shortfall.
#include "formats/seven_zip.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/text.h"
#include "scan/archive/members.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kSevenZip;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"SVZ001", members::kOutside, members::kLink,
                                                    members::kStrayBytes, members::kTwice};

constexpr std::size_t kLongestPath = 4096;

bool fits(const Layer& layer) {
  return seven_zip::looks_like(layer.bytes);
}

class Examination {
 public:
  Examination(const Layer& layer, Session& session)
      : layer_(layer), session_(session), reading_(seven_zip::read(layer.bytes)) {
    seen_.resize(reading_.folders.size());
    told_.reserve(reading_.members.size());
  }

  void run() {
    if (!reading_.complete) {
      session_.miss(layer_, reading_.problem);
      if (!reading_.encrypted) damaged(header(), reading_.problem);
    }
    for (const auto& member : reading_.members) examine(member);
    for (std::size_t i = 0; i < reading_.folders.size(); ++i) {
      if (!seen_[i]) nameless(i);
    }
    members::tell(layer_, session_, told_);
    const auto tail = layer_.bytes.subspan(static_cast<std::size_t>(reading_.end));
    if (std::ranges::all_of(tail, [](std::byte b) { return b == std::byte{0}; })) return;
    members::tell_stray_bytes(layer_, session_, {reading_.end, layer_.bytes.size()}, "behind");
    session_.follow(layer_, "(behind the archive)", tail);
  }

 private:
  [[nodiscard]] Span header() const {
    return {std::min<std::uint64_t>(reading_.header_offset, layer_.bytes.size()), reading_.end};
  }

  void damaged(Span span, std::string_view why) {
    session_.tell(
        layer_,
        {.code = "SVZ001",
         .severity = Severity::high,
         .title = cat("the archive ", quote(file_name(layer_.name())), " is damaged or cut short"),
         .place = layer_.place(span.begin, span.end),
         .notes = {std::string(why)},
         .help = "get the file again from where it was made, and compare digests"});
  }

  // What is packed together is unpacked once, for as long as its members follow each other.
  void unpack(std::size_t index) {
    if (seen_[index]) return;
    seen_[index] = true;
    content_ = {};
    const auto& folder = reading_.folders[index];
    const auto most = std::min(session_.unpack_limit(folder.packed_bytes),
                               std::max(folder.size_bytes, folder.size_bytes + 1));
    const auto outcome = seven_zip::extract(layer_.bytes, folder, most, content_);
    session_.count_unpacked(content_.size());
    if (outcome.ended && content_.size() == folder.size_bytes) return;
    const auto why = outcome.problem.empty() ? "it unpacks to another size than the archive says"
                                             : outcome.problem;
    session_.miss(layer_, why, folder.packed_bytes);
    if (outcome.limited) return;
    const auto end = folder.packed_at + folder.packed_bytes;
    damaged({folder.packed_at, std::min<std::uint64_t>(end, layer_.bytes.size())}, why);
  }

  // What was unpacked of a member.
  [[nodiscard]] Bytes content(const seven_zip::Member& member) const {
    const Bytes all = content_;
    if (member.offset >= all.size()) return {};
    const auto rest = all.subspan(static_cast<std::size_t>(member.offset));
    return rest.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), member.size_bytes)));
  }

  void examine(const seven_zip::Member& member) {
    told_.push_back({.name = member.name,
                     .kind = member.directory ? members::Kind::folder
                             : member.link    ? members::Kind::symbolic_link
                                              : members::Kind::file,
                     .header = header()});
    if (!member.folder) return;
    unpack(*member.folder);
    const auto bytes = content(member);
    if (member.link) {
      told_.back().link = targets_.emplace_back(as_text(bytes).substr(0, kLongestPath));
    }
    if (bytes.empty()) return;
    session_.follow(layer_, member.name, bytes);
    if (!member.crc32 || bytes.size() != member.size_bytes) return;
    if (seven_zip::crc32_of(bytes) != *member.crc32) {
      damaged(header(), cat("the checksum of ", quote(member.name), " does not match"));
    }
  }

  // What no member is said to be in.
  void nameless(std::size_t index) {
    unpack(index);
    if (!content_.empty()) session_.follow(layer_, "(without a name)", content_);
  }

  const Layer& layer_;
  Session& session_;
  seven_zip::Reading reading_;
  std::vector<bool> seen_;          // of the folders
  std::vector<std::byte> content_;  // of the folder that was seen last
  std::vector<members::Member> told_;
  std::deque<std::string> targets_;  // of links; views of them stay where they are
};

void examine(const Layer& layer, Session& session) {
  Examination(layer, session).run();
}

}  // namespace

constinit const Examiner kSevenZip = {
    .id = "7z", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
