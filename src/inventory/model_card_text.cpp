// SPDX-License-Identifier: Apache-2.0
#include "inventory/model_card_text.h"

#include <algorithm>

#include "base/text.h"

namespace cupel {
namespace {

bool is_part(std::string_view part) {
  return !part.empty() && part.size() <= 96 && std::ranges::all_of(part, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  }) && part.find_first_not_of('.') != std::string_view::npos;
}

std::string_view title_of(std::string_view card) {
  for (const auto line : split(card, '\n')) {
    if (line.starts_with("# ")) return trim(line.substr(2));
  }
  return {};
}

}  // namespace

std::string model_id_in(std::string_view card) {
  std::string_view title = title_of(card);
  if (const auto slash = title.rfind('/'); slash != std::string_view::npos) {
    title = title.substr(slash + 1);
  }
  std::string id;
  for (const std::string_view call : {"from_pretrained(", "SentenceTransformer("}) {
    for (auto at = card.find(call); at != std::string_view::npos; at = card.find(call, at + 1)) {
      const auto rest = card.substr(at + call.size(), 200);
      if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
      const auto end = rest.find(rest[0], 1);
      if (end == std::string_view::npos) continue;
      const auto named = rest.substr(1, end - 1);
      const auto slash = named.find('/');
      if (slash == std::string_view::npos || !is_part(named.substr(0, slash)) ||
          !is_part(named.substr(slash + 1))) {
        continue;
      }
      if (!id.empty() && id != named) return {};
      id = named;
    }
  }
  const bool own = equal_ignoring_case(std::string_view(id).substr(id.find('/') + 1), title);
  return !id.empty() && own ? id : std::string();
}

}  // namespace cupel
