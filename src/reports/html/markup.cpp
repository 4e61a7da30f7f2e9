// SPDX-License-Identifier: Apache-2.0
#include "reports/html/markup.h"

#include "base/require.h"
#include "base/text.h"

namespace cupel {

Markup& Markup::embed(std::string_view ours) {
  require(ours.find("</") == std::string_view::npos);
  out_ += ours;
  return *this;
}

void Markup::piece(const Cut& cut) {
  for (const char c : printable(cut.text, cut.limit)) {
    switch (c) {
      case '&':
        out_ += "&amp;";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '>':
        out_ += "&gt;";
        break;
      case '"':
        out_ += "&quot;";
        break;
      case '\'':
        out_ += "&#39;";
        break;
      default:
        out_ += c;
    }
  }
}

void Markup::piece(const Prose& prose) {
  constexpr std::size_t kLimit = 2000;
  std::string_view rest = prose.text.substr(0, kLimit);
  for (;;) {
    const auto open = rest.find('`');
    const auto close = open == std::string_view::npos ? open : rest.find('`', open + 1);
    if (close == std::string_view::npos) break;
    piece(Cut{rest.substr(0, open), kLimit});
    put("<code>", Cut{rest.substr(open + 1, close - open - 1), kLimit}, "</code>");
    rest.remove_prefix(close + 1);
  }
  piece(Cut{rest, kLimit});
  if (prose.text.size() > kLimit) out_ += "…";
}

void Markup::piece(const Decimal& decimal) {
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, decimal.value, std::chars_format::fixed, 1).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out_ += text == "-0.0" ? "0.0" : text;
}

}  // namespace cupel
