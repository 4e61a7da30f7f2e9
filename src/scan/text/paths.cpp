// SPDX-License-Identifier: Apache-2.0
#include "scan/text/paths.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace cupel::scan {

std::string_view path_escape(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.find('\0') != std::string_view::npos) return "holds a zero byte";
  if (path.starts_with('/') || path.starts_with('\\')) return "is absolute";
  if (path.size() >= 2 && path[1] == ':' && std::isalpha(static_cast<unsigned char>(path[0])) != 0)
    return "names a drive";
  if (path.find("://") != std::string_view::npos) return "is an address";
  if (path.starts_with('~')) return "begins in somebody's home";
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find_first_of("/\\", begin), path.size());
    if (trim(path.substr(begin, end - begin)) == "..") return "leaves the folder of the model";
    begin = end + 1;
  }
  return {};
}

bool is_native_library(std::string_view path) {
  constexpr std::array<std::string_view, 3> kEndings = {".so", ".dll", ".dylib"};
  const auto plain = lower(trim(path));
  return plain.find(".so.") != std::string::npos ||
         std::ranges::any_of(kEndings, [&](auto ending) { return plain.ends_with(ending); });
}

}  // namespace cupel::scan
