// SPDX-License-Identifier: Apache-2.0
// Members: what is told of archives alike, whatever their format: names and links that lead out
// of the folder they are unpacked into, devices, names that stand twice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scan/examiner.h"

namespace cupel::scan::members {

inline constexpr std::string_view kOutside = "ARC001";
inline constexpr std::string_view kLink = "ARC002";
inline constexpr std::string_view kDevice = "ARC003";
inline constexpr std::string_view kStrayBytes = "ARC004";
inline constexpr std::string_view kTwice = "ARC005";

enum class Kind { file, folder, hard_link, symbolic_link, device };

struct Member {
  std::string_view name;
  std::string_view link = {};  // where a link leads
  Kind kind = Kind::file;
  Span header = {};         // where it says so
  bool may_repeat = false;  // a name that stands twice is told elsewhere
};

// Whether a path is absolute, on any system, or has "..".
[[nodiscard]] bool leaves_folder(std::string_view name);

// Tells all of the above; in the order in which they would be unpacked.
void tell(const Layer& layer, Session& session, const std::vector<Member>& members);
// Bytes that belong to no member.
void tell_stray_bytes(const Layer& layer, Session& session, Span span, std::string_view where);

}  // namespace cupel::scan::members
