// SPDX-License-Identifier: Apache-2.0
// Tar archives, which NeMo, old PyTorch, SageMaker and container images use: every member that
// any reader would see, and what unpacking them would do.
#include "formats/tar.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/archive/members.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kTar;

namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::size_t kNotes = 8;
constexpr std::array<std::string_view, 6> kCodes = {
    "TAR001",         members::kOutside,    members::kLink,
    members::kDevice, members::kStrayBytes, members::kTwice};

bool fits(const Layer& layer) {
  return tar::looks_like(layer.bytes);
}

members::Kind kind_of(tar::Kind kind) {
  switch (kind) {
    case tar::Kind::folder:
      return members::Kind::folder;
    case tar::Kind::hard_link:
      return members::Kind::hard_link;
    case tar::Kind::symbolic_link:
      return members::Kind::symbolic_link;
    case tar::Kind::device:
      return members::Kind::device;
    case tar::Kind::file:
    case tar::Kind::other:
      break;
  }
  return members::Kind::file;
}

void tell_problems(const Layer& layer, Session& session, const tar::Reading& reading) {
  std::vector<std::string> notes;
  for (const auto& problem : reading.problems) {
    if (notes.size() == kNotes) {
      notes.push_back(cat(reading.problems.size() - kNotes, " more"));
      break;
    }
    notes.push_back(cat(problem.what, ", at byte ", problem.at));
  }
  const auto at = reading.problems.front().at;
  session.tell(layer,
               {.code = "TAR001",
                .severity = Severity::high,
                .title = cat("the archive ", quote(file_name(layer.name())),
                             " is damaged, or means different things to different readers"),
                .place = layer.place(at, std::min<std::uint64_t>(at + kBlock, layer.bytes.size())),
                .notes = std::move(notes),
                .help = "get the file again from where it was made, and compare digests"});
}

void examine_tail(const Layer& layer, Session& session, std::uint64_t end) {
  const auto tail = layer.bytes.subspan(static_cast<std::size_t>(end));
  const auto first = std::ranges::find_if(tail, [](std::byte b) { return b != std::byte{0}; });
  if (first == tail.end()) return;
  const auto begin = end + static_cast<std::uint64_t>(first - tail.begin());
  members::tell_stray_bytes(layer, session, {begin, layer.bytes.size()}, "behind");
  session.follow(layer, "(behind the archive)",
                 layer.bytes.subspan(static_cast<std::size_t>(begin)));
}

void examine(const Layer& layer, Session& session) {
  const auto reading = tar::read(layer.bytes);
  if (!reading.problems.empty()) tell_problems(layer, session, reading);
  if (!reading.complete) session.miss(layer, "the archive is damaged", 1);
  std::vector<members::Member> told;
  told.reserve(reading.members.size());
  for (const auto& member : reading.members) {
    told.push_back({.name = member.name,
                    .link = member.link,
                    .kind = kind_of(member.kind),
                    .header = {member.header_offset, member.header_offset + kBlock}});
  }
  members::tell(layer, session, told);
  for (const auto& member : reading.members) {
    if (member.size_bytes == 0) continue;
    const auto content = layer.bytes.subspan(static_cast<std::size_t>(member.data_offset),
                                             static_cast<std::size_t>(member.size_bytes));
    session.follow(layer, member.name, content);
    if (member.sparse) {
      session.miss(layer, "a member has holes; what stands between them was examined", 1);
    }
  }
  examine_tail(layer, session, reading.end);
}

}  // namespace

constinit const Examiner kTar = {.id = "tar", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
