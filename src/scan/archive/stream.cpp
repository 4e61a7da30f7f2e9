// SPDX-License-Identifier: Apache-2.0
// Compressed streams: what stands inside of gzip, bzip2, xz, LZMA, Zstandard, LZ4 and zlib, and
// of the container that joblib used to write. What a stream held before it broke is examined
// too: a loader would have seen it.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/unpack.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kGzip;
extern const Examiner kBzip2;
extern const Examiner kXz;
extern const Examiner kLzma;
extern const Examiner kZstd;
extern const Examiner kLz4;
extern const Examiner kZlib;
extern const Examiner kZFile;

namespace {

using unpack::Codec;

constexpr std::array<std::string_view, 2> kCodes = {"PCK001", "PCK002"};

// "model.tar" of "model.tgz": what a tool that unpacks it would call it.
std::string inner_name(std::string_view name) {
  constexpr std::array<std::string_view, 9> kEndings = {".gz",  ".bz2", ".xz", ".lzma", ".zst",
                                                        ".lz4", ".z",   ".br", ".gzip"};
  const auto plain = lower(name);
  if (plain.ends_with(".tgz")) return cat(name.substr(0, name.size() - 4), ".tar");
  for (const auto ending : kEndings) {
    if (plain.size() > ending.size() && plain.ends_with(ending)) {
      return std::string(name.substr(0, name.size() - ending.size()));
    }
  }
  return std::string(name);
}

// Two bytes of signature may be chance, which is no reason to call a file damaged.
bool is_weak(Codec codec) {
  return codec == Codec::zlib || codec == Codec::lzma || codec == Codec::deflate;
}

void tell_damage(const Layer& layer, Session& session, Codec codec,
                 const unpack::Outcome& outcome) {
  session.miss(layer, outcome.problem, layer.bytes.size() - outcome.packed_bytes);
  if (outcome.limited || is_weak(codec)) return;
  session.tell(layer, {.code = "PCK001",
                       .severity = Severity::high,
                       .title = cat("the ", to_text(codec), " stream ",
                                    quote(file_name(layer.name())), " is damaged or cut short"),
                       .place = layer.place(outcome.packed_bytes, layer.bytes.size()),
                       .notes = {outcome.problem,
                                 "what stands before the damage was examined: a loader "
                                 "that unpacks as it reads would have seen it"},
                       .help = "get the file again from where it was made, and compare digests"});
}

void examine_tail(const Layer& layer, Session& session, Codec codec, std::uint64_t end) {
  const auto tail = layer.bytes.subspan(static_cast<std::size_t>(end));
  if (std::ranges::all_of(tail, [](std::byte b) { return b == std::byte{0}; })) return;
  session.tell(layer,
               {.code = "PCK002",
                .severity = Severity::medium,
                .title = cat(human_bytes(tail.size()), " stand behind the end of the ",
                             to_text(codec), " stream ", quote(file_name(layer.name()))),
                .place = layer.place(end, layer.bytes.size()),
                .notes = {"some readers ignore them, some refuse the file, some unpack them"},
                .help = "ask whoever made the file what they are"});
  session.follow(layer, "(behind the stream)", tail);
}

void examine_stream(const Layer& layer, Session& session, Codec codec, std::uint64_t begin) {
  const auto packed = layer.bytes.subspan(static_cast<std::size_t>(begin));
  std::vector<std::byte> content;
  auto outcome = unpack::unpack_all(codec, packed, session.unpack_limit(packed.size()), content);
  outcome.packed_bytes += begin;
  session.count_unpacked(content.size());
  if (!content.empty()) session.follow(layer, inner_name(layer.name()), content);
  if (!outcome.ended) return tell_damage(layer, session, codec, outcome);
  examine_tail(layer, session, codec, outcome.packed_bytes);
}

template <Codec codec>
bool fits(const Layer& layer) {
  return unpack::recognise(layer.bytes) == codec;
}

template <Codec codec>
void examine(const Layer& layer, Session& session) {
  examine_stream(layer, session, codec, 0);
}

bool fits_zfile(const Layer& layer) {
  return unpack::read_zfile(layer.bytes).has_value();
}

void examine_zfile(const Layer& layer, Session& session) {
  const auto file = unpack::read_zfile(layer.bytes);
  if (file) examine_stream(layer, session, Codec::zlib, file->data_offset);
}

}  // namespace

constinit const Examiner kGzip = {
    .id = "gzip", .codes = kCodes, .fits = fits<Codec::gzip>, .examine = examine<Codec::gzip>};
constinit const Examiner kBzip2 = {
    .id = "bzip2", .codes = kCodes, .fits = fits<Codec::bzip2>, .examine = examine<Codec::bzip2>};
constinit const Examiner kXz = {
    .id = "xz", .codes = kCodes, .fits = fits<Codec::xz>, .examine = examine<Codec::xz>};
constinit const Examiner kLzma = {
    .id = "lzma", .codes = kCodes, .fits = fits<Codec::lzma>, .examine = examine<Codec::lzma>};
constinit const Examiner kZstd = {
    .id = "zstd", .codes = kCodes, .fits = fits<Codec::zstd>, .examine = examine<Codec::zstd>};
constinit const Examiner kLz4 = {
    .id = "lz4", .codes = kCodes, .fits = fits<Codec::lz4>, .examine = examine<Codec::lz4>};
constinit const Examiner kZlib = {
    .id = "zlib", .codes = kCodes, .fits = fits<Codec::zlib>, .examine = examine<Codec::zlib>};
constinit const Examiner kZFile = {
    .id = "joblib-zfile", .codes = kCodes, .fits = fits_zfile, .examine = examine_zfile};

}  // namespace cupel::scan
