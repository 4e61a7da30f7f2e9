// SPDX-License-Identifier: Apache-2.0
// The words of an expression: names, numbers, and texts with what their escapes stand for.
#include <cctype>

#include "base/text.h"
#include "formats/jinja/parser.h"

namespace cupel::jinja {
namespace {

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void Parser::space() {
  while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
}

bool Parser::accept(std::string_view symbol) {
  space();
  if (!starts(symbol)) return false;
  at_ += symbol.size();
  return true;
}

std::string_view Parser::peek_word() {
  space();
  std::size_t end = at_;
  while (end < text_.size() && is_word(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

bool Parser::accept_word(std::string_view word) {
  if (peek_word() != word) return false;
  at_ += word.size();
  return true;
}

std::string Parser::word() {
  const std::string out(peek_word());
  at_ += out.size();
  return out;
}

Value Parser::fail(std::string_view why) {
  if (out_.problem.empty()) {
    out_.problem = std::string(why);
    out_.examined = at_;
  }
  at_ = text_.size();
  return {};
}
Value Parser::number() {
  std::size_t end = at_;
  while (end < text_.size() &&
         (is_word(text_[end]) ||
          (text_[end] == '.' && end + 1 < text_.size() && is_digit(text_[end + 1])))) {
    ++end;
  }
  std::string digits;
  for (const char c : text_.substr(at_, end - at_)) {
    if (c != '_') digits += c;
  }
  at_ = end;
  Value out = number_value(0);
  const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  if (hex) digits.erase(0, 2);
  const auto* last = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), last, out.number, hex ? 16 : 10);
  out.exact = error == std::errc{} && stop == last;
  if (error == std::errc::result_out_of_range) {
    out.number = INT64_MAX;
    out.exact = true;
  }
  return out;
}

std::string Parser::string(bool& followed) {
  const char quote = text_[at_++];
  std::string out;
  while (at_ < text_.size() && text_[at_] != quote) {
    if (text_[at_] == '\\') {
      ++at_;
      escape(out, followed);
    } else {
      out += text_[at_++];
    }
  }
  if (at_ >= text_.size()) {
    fail("a text is not closed");
    return {};
  }
  ++at_;
  return out;
}

void Parser::escape(std::string& out, bool& followed) {
  if (at_ >= text_.size()) return;
  const char c = text_[at_++];
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kMeant = "\a\b\f\n\r\t\v";
  if (const auto found = kNames.find(c); found != std::string_view::npos) {
    out += kMeant[found];
  } else if (c == 'x' || c == 'u' || c == 'U') {
    const unsigned width = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    std::uint32_t code = 0;
    for (unsigned i = 0; i < width && at_ < text_.size(); ++i) {
      const int digit = hex_digit(text_[at_]);
      if (digit < 0) break;
      code = (code << 4U) | static_cast<std::uint32_t>(digit);
      ++at_;
    }
    append_utf8(out, code);
  } else if (c >= '0' && c <= '7') {
    auto code = static_cast<std::uint32_t>(c - '0');
    for (unsigned i = 0; i < 2 && at_ < text_.size(); ++i) {
      if (text_[at_] < '0' || text_[at_] > '7') break;
      code = code * 8 + static_cast<std::uint32_t>(text_[at_++] - '0');
    }
    append_utf8(out, code);
  } else if (c == 'N' && starts("{")) {
    const auto end = text_.find('}', at_);
    const auto name = text_.substr(at_ + 1, end == std::string_view::npos ? 0 : end - at_ - 1);
    if (equal_ignoring_case(name, "LOW LINE"))
      out += '_';
    else
      followed = false;
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
  } else if (c == '\n') {
    return;
  } else if (c == '\\' || c == '\'' || c == '"') {
    out += c;
  } else {
    out += '\\';
    out += c;
  }
}
}  // namespace cupel::jinja
