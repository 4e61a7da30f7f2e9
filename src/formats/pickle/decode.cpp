// SPDX-License-Identifier: Apache-2.0
#include "formats/pickle/decode.h"

#include <array>
#include <cstdint>

#define ZLIB_CONST
#include <zlib.h>

#include "base/text.h"

namespace cupel::pickle {
namespace {

// "UTF-8" and "utf_8" are one codec.
std::string plain(std::string_view codec) {
  std::string out;
  for (const char c : lower(codec)) {
    if (c != '-' && c != '_' && c != ' ') out += c;
  }
  for (const std::string_view end : {"codec", "coding"}) {
    if (out.ends_with(end) && out.size() > end.size()) out.resize(out.size() - end.size());
  }
  return out;
}

std::string to_utf8(std::string_view latin1) {
  std::string out;
  for (const char c : latin1) append_utf8(out, static_cast<unsigned char>(c));
  return out;
}

std::string rotated(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const bool small = c >= 'a' && c <= 'z';
    if (!small && (c < 'A' || c > 'Z')) continue;
    const int first = small ? 'a' : 'A';
    c = static_cast<char>(first + (c - first + 13) % 26);
  }
  return out;
}

bool is_latin1(std::string_view codec) {
  return codec == "latin1" || codec == "latin" || codec == "iso88591" || codec == "l1" ||
         codec == "8859";
}
bool is_utf8_codec(std::string_view codec) {
  return codec == "utf8" || codec == "ascii" || codec == "usascii" || codec == "u8";
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    unsigned value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<unsigned>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<unsigned>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0') + 52;
    } else if (c == '+' || c == '-') {
      value = 62;
    } else if (c == '/' || c == '_') {
      value = 63;
    } else {
      continue;
    }
    bits = (bits << 6U) | value;
    if (++count % 4 != 1) out += static_cast<char>((bits >> (6 - 2 * ((count - 1) % 4))) & 0xffU);
  }
  if (count % 4 == 1) return {};
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\t') digits += c;
  }
  const auto bytes = cupel::from_hex(lower(digits));
  if (!bytes) return {};
  return std::string(as_text(*bytes));
}

std::optional<std::string> inflate(std::string_view packed, std::size_t limit) {
  constexpr int kZlibOrGzip = 15 + 32;
  z_stream stream{};
  if (inflateInit2(&stream, kZlibOrGzip) != Z_OK) return {};
  stream.next_in = reinterpret_cast<const Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), UINT32_MAX));
  std::string out;
  std::array<char, 16384> piece{};
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = ::inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || out.size() > limit) return {};
  return out;
}

std::optional<std::string> to_latin1(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto code = static_cast<unsigned char>(utf8[i]);
    if (code < 0x80) {
      out += utf8[i];
    } else if ((code == 0xc2 || code == 0xc3) && i + 1 < utf8.size()) {
      const auto next = static_cast<unsigned char>(utf8[++i]);
      out += static_cast<char>(((code & 3U) << 6U) | (next & 0x3fU));
    } else {
      return {};
    }
  }
  return out;
}

std::optional<std::string> encode(std::string_view text, std::string_view codec) {
  const auto name = plain(codec);
  if (is_latin1(name)) return to_latin1(text);
  if (is_utf8_codec(name)) return std::string(text);
  if (name == "rot13") return rotated(text);
  return {};
}

std::optional<std::string> decode(std::string_view bytes, std::string_view codec,
                                  std::size_t limit) {
  const auto name = plain(codec);
  if (is_latin1(name)) return to_utf8(bytes);
  if (is_utf8_codec(name)) return std::string(bytes);
  if (name == "base64") return from_base64(bytes);
  if (name == "hex") return from_hex(bytes);
  if (name == "zlib" || name == "zip") return inflate(bytes, limit);
  if (name == "rot13") return rotated(bytes);
  return {};
}

}  // namespace cupel::pickle
