// SPDX-License-Identifier: Apache-2.0
#include "scan/archive/members.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "base/text.h"

namespace cupel::scan::members {
namespace {

constexpr std::string_view kUnpackHelp =
    "do not unpack this file; ask whoever made it, or read its members one by one";

// "a/b" of "./a//b/": how a tool that unpacks would join it. Windows' separators count too.
std::string plain_path(std::string_view name) {
  std::string slashes(name);
  std::ranges::replace(slashes, '\\', '/');
  std::string out;
  for (const auto part : split(slashes, '/')) {
    if (part.empty() || part == ".") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

bool is_absolute(std::string_view name) {
  return name.starts_with('/') || name.starts_with('\\') || (name.size() > 1 && name[1] == ':');
}

// A symbolic link is followed from where it stands, a hard link from the top.
bool link_leaves(const Member& member) {
  if (is_absolute(member.link)) return true;
  const auto from = plain_path(member.name);
  auto depth = member.kind == Kind::symbolic_link ? std::ranges::count(from, '/') : 0;
  std::string slashes(member.link);
  std::ranges::replace(slashes, '\\', '/');
  for (const auto part : split(slashes, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void member(const Member& member) {
    const auto path = plain_path(member.name);
    if (leaves_folder(member.name)) {
      tell(member, kOutside, Severity::high, "would be unpacked outside of its folder");
    } else if (const auto link = link_above(path); !link.empty()) {
      tell(member, kOutside, Severity::high,
           cat("would be unpacked outside of its folder, through the link ", quote(link)));
    }
    if (member.kind == Kind::device) {
      tell(member, kDevice, Severity::medium, "is a device or a pipe, not a file");
    }
    if (member.kind == Kind::symbolic_link || member.kind == Kind::hard_link) link(member, path);
    const bool counts = member.kind != Kind::folder && !member.may_repeat && !path.empty();
    if (counts && !seen_.insert(path).second) {
      tell(member, kTwice, Severity::medium, "stands in the archive twice");
    }
  }

 private:
  void link(const Member& member, const std::string& path) {
    if (!link_leaves(member)) return;
    leaving_.insert(path);
    // Images of whole systems have absolute links, which lead nowhere until they are unpacked.
    const auto severity = is_absolute(member.link) ? Severity::medium : Severity::high;
    tell(member, kLink, severity,
         cat("is a link to ", quote(member.link), ", outside of its folder"));
  }

  // A link among the folders of a path that leads out; "" when there is none.
  [[nodiscard]] std::string link_above(std::string_view path) const {
    if (leaving_.empty()) return {};
    for (auto at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1)) {
      const auto found = leaving_.find(path.substr(0, at));
      if (found != leaving_.end()) return *found;
    }
    return {};
  }

  void tell(const Member& member, std::string_view code, Severity severity, std::string_view what) {
    session_.tell(layer_,
                  finding(code, severity, layer_.place(member.header.begin, member.header.end),
                          cat("the member ", quote(member.name), " ", what), kUnpackHelp));
  }

  const Layer& layer_;
  Session& session_;
  std::unordered_set<std::string> seen_;
  std::set<std::string, std::less<>> leaving_;
};

}  // namespace

bool leaves_folder(std::string_view name) {
  if (is_absolute(name)) return true;
  std::string plain(name);
  std::ranges::replace(plain, '\\', '/');
  const auto parts = split(plain, '/');
  return std::ranges::find(parts, std::string_view("..")) != parts.end();
}

void tell(const Layer& layer, Session& session, const std::vector<Member>& members) {
  Telling telling(layer, session);
  for (const auto& member : members) telling.member(member);
}

void tell_stray_bytes(const Layer& layer, Session& session, Span span, std::string_view where) {
  session.tell(layer, {.code = std::string(kStrayBytes),
                       .severity = Severity::medium,
                       .title = cat(human_bytes(span.end - span.begin), " stand ", where,
                                    " the archive ", quote(file_name(layer.name()))),
                       .place = layer.place(span.begin, span.end),
                       .notes = {"they belong to no member; another reader may take the file for "
                                 "something else"},
                       .help = "ask whoever made the file what they are"});
}

}  // namespace cupel::scan::members
