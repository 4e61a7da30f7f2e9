// SPDX-License-Identifier: Apache-2.0
// Text: the few string operations that more than one room needs.
//
// Text from files is hostile: what a person is shown goes through printable(),
// which leaves no control or direction character that could repaint a terminal.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"

namespace cupel {

namespace text_detail {
inline void append(std::string& out, std::string_view piece) {
  out += piece;
}
inline void append(std::string& out, const char* piece) {
  out += piece;
}
inline void append(std::string& out, char piece) {
  out += piece;
}
template <std::integral T>
void append(std::string& out, T number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}
}  // namespace text_detail

// The pieces, joined: cat("byte ", 12, " of `", name, "`").
template <class... Pieces>
[[nodiscard]] std::string cat(const Pieces&... pieces) {
  std::string out;
  (text_detail::append(out, pieces), ...);
  return out;
}

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string lower(std::string_view text);  // ASCII only
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char at);
std::vector<std::string_view> split(std::string&& text, char at) = delete;  // it would dangle
[[nodiscard]] std::string join(const std::vector<std::string>& pieces, std::string_view between);

// The views of Bytes as text and back. They look at the same memory.
[[nodiscard]] std::string_view as_text(Bytes bytes);
[[nodiscard]] Bytes as_bytes(std::string_view text);

// Valid UTF-8, without surrogates and overlong forms.
[[nodiscard]] bool is_utf8(std::string_view text);

// Adds the code point. One of a surrogate pair is written like any other, as what readers of
// hostile text meet; what is beyond U+10FFFF becomes U+FFFD.
void append_utf8(std::string& out, std::uint32_t code);

// The text fit for a terminal line: control characters, invalid UTF-8 and the
// invisible and direction-changing code points become \xHH or \u{HHHH}.
// At most `limit` bytes of input are shown, then "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 4096);

// Columns that the text takes on a terminal: code points, combining marks aside.
[[nodiscard]] std::size_t columns(std::string_view text);

// Lines of at most `width` columns, broken at spaces; a longer word stands alone.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

// The last part of a path with slashes: "c.txt" of "a/b/c.txt".
[[nodiscard]] std::string_view file_name(std::string_view path);

[[nodiscard]] std::string to_hex(Bytes bytes);
// Lower-case hex only, so that one digest has one spelling.
[[nodiscard]] std::optional<std::vector<std::byte>> from_hex(std::string_view text);
[[nodiscard]] std::string to_base64(Bytes bytes);
// Standard alphabet, padded, canonical: one text for one value.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64(std::string_view text);

// The candidate that `word` most likely meant, or nothing when none is near.
[[nodiscard]] std::optional<std::string_view> nearest(
    std::string_view word, const std::vector<std::string_view>& candidates);

// "1.4 GiB", "512 B".
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
// "1 file", "3 files".
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view singular,
                                   std::string_view plural = {});

}  // namespace cupel
