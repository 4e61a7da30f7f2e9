// SPDX-License-Identifier: Apache-2.0
// Markup: HTML under construction, in which only literals of ours can be tags.
//
//   out.put("<li>", diagnostic.title, "</li>");
//
// A string literal goes in as it stands; every other text is made printable and
// escaped, so it stays text between tags and inside double quotes alike. There is
// no way to put a run-time string in unescaped, except style sheet and script of ours.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace cupel {

// A text of which at most `limit` bytes are shown.
struct Cut {
  std::string_view text;
  std::size_t limit;
};

// A sentence in which `names` between backticks are set as code.
struct Prose {
  std::string_view text;
};

// An SVG coordinate: one decimal, a point whatever the locale.
struct Decimal {
  double value;
};

class Markup {
 public:
  template <class... Pieces>
  Markup& put(const Pieces&... pieces) {
    (piece(pieces), ...);
    return *this;
  }
  // Style sheet and script: embedded files of ours, which hold no closing tag.
  Markup& embed(std::string_view ours);

  [[nodiscard]] std::string take() && { return std::move(out_); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

 private:
  template <std::size_t N>
  void piece(const char (&literal)[N]) {
    out_.append(literal, N - 1);
  }
  void piece(std::string_view text) { piece(Cut{text, 2000}); }
  void piece(const std::string& text) { piece(Cut{text, 2000}); }
  void piece(const Cut& cut);
  void piece(const Prose& prose);
  void piece(const Decimal& decimal);
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  void piece(T number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out_.append(digits, end);
  }

  std::string out_;
};

}  // namespace cupel
