// SPDX-License-Identifier: Apache-2.0
#include "formats/pickle/literal.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "formats/pickle/opcode.h"

namespace cupel::pickle {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return {};
}

// `count` hexadecimal digits from `at` on, which moves behind them.
std::optional<std::uint32_t> take_hex(std::string_view text, std::size_t& at, std::size_t count) {
  if (text.size() - at < count) return {};
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digit = hex_digit(text[at + i]);
    if (!digit) return {};
    code = code << 4U | *digit;
  }
  at += count;
  return code;
}

// raw-unicode-escape: \uXXXX and \UXXXXXXXX, everything else is Latin-1.
std::optional<std::string> raw_unicode(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i++];
    if (c == '\\' && i < line.size() && (line[i] == 'u' || line[i] == 'U')) {
      const std::size_t digits = line[i] == 'u' ? 4 : 8;
      const auto code = take_hex(line, ++i, digits);
      if (!code || *code > 0x10ffff) return {};
      append_utf8(out, *code);
    } else {
      append_utf8(out, static_cast<unsigned char>(c));
    }
  }
  return out;
}

// One escape of a Python 2 string literal; `at` stands behind the backslash.
bool append_escape(std::string& out, std::string_view text, std::size_t& at) {
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
  const char c = text[at++];
  if (const auto simple = kLetters.find(c); simple != std::string_view::npos) {
    out += kMeanings[simple];
  } else if (c == 'x') {
    const auto code = take_hex(text, at, 2);
    if (!code) return false;
    out += static_cast<char>(*code);
  } else if (c >= '0' && c <= '7') {
    auto code = static_cast<unsigned>(c - '0');
    for (int i = 0; i < 2 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++i) {
      code = code * 8 + static_cast<unsigned>(text[at++] - '0');
    }
    out += static_cast<char>(code & 0xffU);
  } else {
    out += '\\';
    out += c;
  }
  return true;
}

std::optional<std::string> quoted(std::string_view line) {
  if (!is_quoted_line(line)) return {};
  line = line.substr(0, line.find_last_not_of(" \t\r\f\v") + 1);
  line = line.substr(1, line.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i++];
    if (c != '\\') {
      out += c;
    } else if (i == line.size() || !append_escape(out, line, i)) {
      return {};
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> text_at(Bytes stream, std::uint64_t offset, std::size_t limit) {
  if (offset >= stream.size()) return {};
  ByteReader in(stream.subspan(static_cast<std::size_t>(offset)));
  Bytes content;
  switch (static_cast<Opcode>(in.u8())) {
    case Opcode::short_binunicode:
    case Opcode::short_binstring:
    case Opcode::short_binbytes:
      content = in.take(in.u8());
      break;
    case Opcode::binunicode:
    case Opcode::binstring:
    case Opcode::binbytes:
      content = in.take(in.u32le());
      break;
    case Opcode::binunicode8:
    case Opcode::binbytes8:
    case Opcode::bytearray8:
      content = in.take(in.u64le());
      break;
    case Opcode::unicode_line:
      return raw_unicode(as_text(in.take_until(std::byte{'\n'})).substr(0, limit));
    case Opcode::string_line:
      return quoted(as_text(in.take_until(std::byte{'\n'})));
    default:
      return {};
  }
  if (!in.ok()) return {};
  return std::string(as_text(content).substr(0, limit));
}

std::optional<std::int64_t> integer_at(Bytes stream, std::uint64_t offset) {
  if (offset >= stream.size()) return {};
  ByteReader in(stream.subspan(static_cast<std::size_t>(offset)));
  switch (static_cast<Opcode>(in.u8())) {
    case Opcode::binint:
      return static_cast<std::int32_t>(in.u32le());
    case Opcode::binint1:
      return in.u8();
    case Opcode::binint2:
      return in.u16le();
    case Opcode::long1: {
      const auto content = in.take(in.u8());
      if (!in.ok() || content.size() > 8) return {};
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < content.size(); ++i) {
        value |= std::to_integer<std::uint64_t>(content[i]) << (8 * i);
      }
      if (!content.empty() && content.size() < 8 &&
          (std::to_integer<unsigned>(content.back()) & 0x80U) != 0) {
        value |= ~std::uint64_t{0} << (8 * content.size());
      }
      return static_cast<std::int64_t>(value);
    }
    case Opcode::integer_line:
      return decimal(as_text(in.take_until(std::byte{'\n'})));
    case Opcode::long_line: {
      auto line = as_text(in.take_until(std::byte{'\n'}));
      if (line.ends_with('L')) line.remove_suffix(1);
      return decimal(line);
    }
    default:
      return {};
  }
}

std::optional<std::int64_t> decimal(std::string_view line) {
  line = trim(line);
  if (line.starts_with('+')) line.remove_prefix(1);
  std::int64_t value = 0;
  const auto [stopped, fault] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (fault != std::errc{} || stopped != line.data() + line.size()) return {};
  return value;
}

bool is_integer_line(std::string_view line) {
  line = trim(line);
  if (line.starts_with('+') || line.starts_with('-')) line.remove_prefix(1);
  return !line.empty() && is_digit(line.front()) && std::ranges::all_of(line, [](char c) {
    return hex_digit(c) || c == '_' || c == 'x' || c == 'X' || c == 'o' || c == 'O';
  });
}

bool is_real_line(std::string_view line) {
  line = trim(line);
  const bool has_digit = std::ranges::any_of(line, is_digit);
  if (has_digit) {
    return std::ranges::all_of(line, [](char c) {
      return is_digit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-' || c == '_';
    });
  }
  if (line.starts_with('+') || line.starts_with('-')) line.remove_prefix(1);
  const auto word = lower(line);
  return word == "inf" || word == "nan" || word == "infinity";
}

bool is_quoted_line(std::string_view line) {
  line = line.substr(0, line.find_last_not_of(" \t\r\f\v") + 1);
  return line.size() >= 2 && (line.front() == '\'' || line.front() == '"') &&
         line.back() == line.front();
}

bool is_importable(std::string_view text) {
  if (text.empty() || text.size() > 500 || text.front() == '.' || text.back() == '.') return false;
  char before = '.';
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        static_cast<unsigned char>(c) >= 0x80;
    const bool inside = (is_digit(c) || c == '.') && before != '.';
    if (!letter && !inside) return false;
    before = c;
  }
  return is_utf8(text);
}

}  // namespace cupel::pickle
