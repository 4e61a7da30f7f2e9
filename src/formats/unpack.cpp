// SPDX-License-Identifier: Apache-2.0
#include "formats/unpack.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "formats/unpack/decoder.h"

namespace cupel::unpack {
namespace {

using namespace std::string_view_literals;

std::unique_ptr<Decoder> decoder_of(Codec codec) {
  constexpr int kWindowBits = 15;
  switch (codec) {
    case Codec::deflate:
      return deflate_decoder(-kWindowBits);
    case Codec::zlib:
      return deflate_decoder(kWindowBits);
    case Codec::gzip:
      return deflate_decoder(kWindowBits + 16);
    case Codec::bzip2:
      return bzip2_decoder();
    case Codec::lzma:
      return lzma_decoder();
    case Codec::xz:
      return xz_decoder();
    case Codec::zstd:
      return zstd_decoder();
    case Codec::lz4:
      return lz4_decoder();
  }
  return nullptr;
}

bool begins(Bytes bytes, std::string_view signature) {
  return as_text(bytes).starts_with(signature);
}

// A little of everything; then what most streams need, and a little more, so that a stream which
// goes beyond a limit of that size is not copied to learn it; then twice as much each time.
void make_room(std::vector<std::byte>& out, std::uint64_t most) {
  constexpr std::size_t kLittle = 1U << 20U;
  constexpr std::size_t kMuch = (64U << 20U) + kLittle;
  if (out.size() < out.capacity()) return;
  const auto wanted = out.size() < kLittle ? std::max<std::size_t>(4096, out.size() * 4)
                      : out.size() < kMuch ? kMuch
                                           : out.size() * 2;
  out.reserve(static_cast<std::size_t>(
      std::max<std::uint64_t>(std::min<std::uint64_t>(wanted, most), out.size() + 1)));
}

// Frames of zstd and LZ4 that hold nothing: 0x184D2A50 to 0x184D2A5F, then their size.
std::uint64_t skippable(Bytes bytes) {
  std::uint64_t at = 0;
  while (true) {
    ByteReader in(bytes.subspan(static_cast<std::size_t>(at)));
    if ((in.u32le() & 0xffff'fff0U) != 0x184d'2a50U) return at;
    const auto size = in.u32le();
    in.take(size);
    if (!in.ok()) return at;
    at += in.offset();
  }
}

// Whether a stream begins here that unpacks to something, or ends well.
bool unpacks(Codec codec, Bytes bytes) {
  constexpr std::size_t kSome = 64;
  std::vector<std::byte> out;
  const auto outcome = unpack(codec, bytes, kSome, out);
  return outcome.ended || out.size() >= kSome || (outcome.limited && !out.empty());
}

}  // namespace

std::string_view to_text(Codec codec) {
  constexpr std::array<std::string_view, 8> kNames = {"deflate", "zlib", "gzip", "bzip2",
                                                      "LZMA",    "xz",   "zstd", "LZ4"};
  return kNames[static_cast<std::size_t>(codec)];
}

Outcome run(Decoder* decoder, Bytes packed, std::uint64_t most, std::vector<std::byte>& out) {
  constexpr std::size_t kStep = 256U << 10U;
  Outcome outcome;
  if (decoder == nullptr) {
    return {.limited = true, .problem = "it is packed in a way that is not known"};
  }
  const std::uint64_t full = out.size() + most;
  Bytes in = packed;
  auto state = Decoder::State::more;
  while (state == Decoder::State::more) {
    make_room(out, full + 1);
    const std::size_t before = out.size();
    const auto room = std::min<std::uint64_t>(
        {kStep, out.capacity() - before, full + 1 - std::min<std::uint64_t>(before, full)});
    out.resize(before + static_cast<std::size_t>(room));
    auto free = std::span(out).subspan(before);
    const auto left = in.size();
    state = decoder->step(in, free);
    const bool idle = left == in.size() && free.size() == room;
    out.resize(out.size() - free.size());
    if (out.size() > full) {
      out.resize(static_cast<std::size_t>(full));
      outcome.limited = true;
      outcome.problem = cat("it unpacks to more than ", human_bytes(most));
      break;
    }
    if (state == Decoder::State::more && idle) {
      outcome.problem = in.empty() ? "it is cut short" : "its packed data is damaged";
      break;
    }
  }
  outcome.packed_bytes = packed.size() - in.size();
  outcome.ended = state == Decoder::State::ended && !outcome.limited;
  if (state == Decoder::State::damaged) outcome.problem = "its packed data is damaged";
  if (state == Decoder::State::too_large) {
    outcome.limited = true;
    outcome.problem = "it needs more memory, or a dictionary that is not at hand";
  }
  return outcome;
}

Outcome unpack(Codec codec, Bytes packed, std::uint64_t most, std::vector<std::byte>& out) {
  const auto decoder = decoder_of(codec);
  return run(decoder.get(), packed, most, out);
}

Outcome unpack_all(Codec codec, Bytes packed, std::uint64_t most, std::vector<std::byte>& out) {
  const bool frames = codec == Codec::zstd || codec == Codec::lz4;
  const std::uint64_t full = out.size() + most;
  Outcome all;
  for (bool first = true;; first = false) {
    auto rest = packed.subspan(static_cast<std::size_t>(all.packed_bytes));
    if (frames) {
      const auto skipped = skippable(rest);
      all.packed_bytes += skipped;
      rest = rest.subspan(static_cast<std::size_t>(skipped));
    }
    if (!first && (rest.empty() || codec == Codec::lzma || recognise(rest) != codec)) return all;
    auto one = unpack(codec, rest, full - out.size(), out);
    all.packed_bytes += one.packed_bytes;
    all.ended = one.ended;
    all.limited = one.limited;
    all.problem = std::move(one.problem);
    if (!one.ended || one.packed_bytes == 0) return all;
  }
}

Outcome unpack_zip_lzma(Bytes packed, std::uint64_t size, bool has_end_marker, std::uint64_t most,
                        std::vector<std::byte>& out) {
  ByteReader in(packed);
  in.u16le();  // the version of the program that packed it
  const auto properties = in.take(in.u16le());
  if (!in.ok()) return {.problem = "it is cut short"};
  const RawFilter filter{.kind = RawFilter::Kind::lzma, .properties = properties};
  const auto decoder = raw_decoder(std::span(&filter, 1), size, has_end_marker);
  auto outcome = run(decoder.get(), packed.subspan(in.offset()), most, out);
  outcome.packed_bytes += in.offset();
  return outcome;
}

std::optional<Codec> recognise(Bytes bytes) {
  constexpr auto kXz =
      "\xfd"
      "7zXZ\0"sv;
  const auto frame = bytes.subspan(static_cast<std::size_t>(skippable(bytes)));
  if (begins(frame, "\x28\xb5\x2f\xfd")) return Codec::zstd;
  if (begins(frame, "\x04\x22\x4d\x18")) return Codec::lz4;
  if (begins(bytes, "\x1f\x8b\x08")) return Codec::gzip;
  if (begins(bytes, kXz)) return Codec::xz;
  if (begins(bytes, "BZh") && unpacks(Codec::bzip2, bytes)) return Codec::bzip2;
  // RFC 1950: method 8, no preset dictionary, a header that is a multiple of 31.
  if (bytes.size() >= 8) {
    const auto first = std::to_integer<unsigned>(bytes[0]);
    const auto second = std::to_integer<unsigned>(bytes[1]);
    const bool header = (first & 0x8fU) == 8 && ((first << 8U) | second) % 31 == 0;
    if (header && (second & 0x20U) == 0 && unpacks(Codec::zlib, bytes)) return Codec::zlib;
  }
  // What joblib takes for LZMA: the usual properties and a dictionary of whole 256 bytes.
  if (begins(bytes, "\x5d\0"sv) && unpacks(Codec::lzma, bytes)) return Codec::lzma;
  return {};
}

std::optional<ZFile> read_zfile(Bytes bytes) {
  constexpr std::size_t kHeader = 21;  // "ZF", then hex() of Python, as wide as that of 2**64
  if (!begins(bytes, "ZF0x") || bytes.size() < kHeader) return {};
  const auto digits = trim(as_text(bytes.subspan(4, kHeader - 4)));
  ZFile file;
  const auto* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, file.size_bytes, 16);
  if (parsed.ec != std::errc{}) return {};
  if (parsed.ptr != end && std::string_view(parsed.ptr, end) != "L") return {};
  file.data_offset = kHeader;
  if (bytes.size() > kHeader && bytes[kHeader] == std::byte{' '}) ++file.data_offset;
  return file;
}

}  // namespace cupel::unpack
