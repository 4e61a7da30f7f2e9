// SPDX-License-Identifier: Apache-2.0
// Archives, compressed streams and datasets, by their signatures; tables by their shape.
#include <algorithm>
#include <array>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "formats/format.h"
#include "formats/signature.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;

bool sniff_zip(const Sniff& file) {
  return has_signature(file, "PK\x03\x04") || has_signature(file, "PK\x05\x06") ||
         has_signature(file, "PK\x07\x08");
}

bool sniff_seven_zip(const Sniff& file) {
  return has_signature(file, "7z\xbc\xaf\x27\x1c");
}

bool sniff_rar(const Sniff& file) {
  return has_signature(file, "Rar!\x1a\x07");
}

bool sniff_gzip(const Sniff& file) {
  return has_signature(file, "\x1f\x8b\x08");
}

bool sniff_bzip2(const Sniff& file) {
  return has_signature(file, "BZh") && has_signature(file, "1AY&SY", 4);
}

bool sniff_xz(const Sniff& file) {
  return has_signature(file,
                       "\xfd"
                       "7zXZ\0"sv) ||
         has_signature(file, "\x5d\0\0"sv);
}

bool sniff_zstd(const Sniff& file) {
  return has_signature(file, "\x28\xb5\x2f\xfd");
}

bool sniff_lz4(const Sniff& file) {
  return has_signature(file, "\x04\x22\x4d\x18");
}

// RFC 1950: method 8, a window of up to 32 KiB, and a header that is a multiple of 31. joblib
// compresses so. Two bytes are a weak signature: "x^" is text, so what follows must not be.
bool sniff_zlib(const Sniff& file) {
  if (file.head.size() < 8 || file.head[0] != std::byte{0x78}) return false;
  const auto second = std::to_integer<unsigned>(file.head[1]);
  if ((0x7800U + second) % 31 != 0 || (second & 0x20U) != 0) return false;
  return !is_utf8(as_text(file.head.first(std::min<std::size_t>(file.head.size(), 256))));
}

bool sniff_tar(const Sniff& file) {
  return has_signature(file, "ustar", 257);
}

// Archives that libraries give a name of their own: nothing in the first bytes tells them from
// others, so the name decides what they are for.
bool sniff_skops(const Sniff& file) {
  return lower(file.name).ends_with(".skops") && sniff_zip(file);
}

bool sniff_nemo(const Sniff& file) {
  return lower(file.name).ends_with(".nemo") &&
         (sniff_tar(file) || sniff_gzip(file) || sniff_zip(file));
}

bool sniff_parquet(const Sniff& file) {
  const bool text = is_utf8(as_text(file.head.first(std::min<std::size_t>(file.head.size(), 64))));
  return has_signature(file, "PAR1") || (has_signature(file, "PARE") && !text);
}

bool sniff_arrow(const Sniff& file) {
  return has_signature(file, "ARROW1") || has_signature(file, "FEA1");
}

bool has_extension(const Sniff& file, const Format& format) {
  const auto name = lower(file.name);
  return std::ranges::any_of(format.extensions,
                             [&](std::string_view extension) { return name.ends_with(extension); });
}

// The lines that the head shows whole.
std::vector<std::string_view> whole_lines(const Sniff& file, std::size_t most) {
  auto text = as_text(file.head);
  if (file.size > file.head.size()) {
    const auto last = text.rfind('\n');
    if (last != std::string_view::npos) text = text.substr(0, last);
  }
  std::vector<std::string_view> lines;
  for (auto line : split(text, '\n')) {
    line = trim(line);
    if (!line.empty()) lines.push_back(line);
    if (lines.size() == most) break;
  }
  return lines;
}

bool is_text(const Sniff& file) {
  const auto text = as_text(file.head);
  return !text.empty() && text.find('\0') == std::string_view::npos;
}

constexpr std::array<std::string_view, 2> kJsonLinesNames = {".jsonl", ".ndjson"};
constexpr std::array<std::string_view, 3> kCsvNames = {".csv", ".tsv", ".psv"};
constexpr std::array<std::string_view, 2> kZipNames = {".zip", ".mar"};
constexpr std::array<std::string_view, 1> kSkopsNames = {".skops"};
constexpr std::array<std::string_view, 1> kNemoNames = {".nemo"};
constexpr std::array<std::string_view, 1> kSevenZipNames = {".7z"};
constexpr std::array<std::string_view, 1> kRarNames = {".rar"};
// joblib and R pack what they save and do not say so in the name.
constexpr std::array<std::string_view, 6> kGzipNames = {".gz",  ".tgz",   ".joblib",
                                                        ".rds", ".rdata", ".rda"};
constexpr std::array<std::string_view, 5> kBzip2Names = {".bz2", ".joblib", ".rds", ".rdata",
                                                         ".rda"};
constexpr std::array<std::string_view, 6> kXzNames = {".xz",  ".lzma",  ".joblib",
                                                      ".rds", ".rdata", ".rda"};
constexpr std::array<std::string_view, 1> kZstdNames = {".zst"};
constexpr std::array<std::string_view, 2> kLz4Names = {".lz4", ".joblib"};
constexpr std::array<std::string_view, 2> kZlibNames = {".z", ".joblib"};
constexpr std::array<std::string_view, 1> kTarNames = {".tar"};
constexpr std::array<std::string_view, 1> kParquetNames = {".parquet"};
constexpr std::array<std::string_view, 3> kArrowNames = {".arrow", ".feather", ".ipc"};

}  // namespace

extern const Format kJsonLinesFormat;
extern const Format kCsvFormat;

namespace {

// Text in lines of JSON is a dataset when it is named so; logs look alike.
bool sniff_json_lines(const Sniff& file) {
  if (!has_extension(file, kJsonLinesFormat) || !is_text(file)) return false;
  const auto lines = whole_lines(file, 1);
  return !lines.empty() && (lines.front().starts_with('{') || lines.front().starts_with('['));
}

// A table is what is named so and is text: prose and code have commas too.
bool sniff_csv(const Sniff& file) {
  return has_extension(file, kCsvFormat) && is_text(file);
}

}  // namespace

extern constinit const Format kSkopsFormat{"skops", "skops archive", AssetKind::model, kSkopsNames,
                                           sniff_skops};
extern constinit const Format kNemoFormat{"nemo", "NeMo archive", AssetKind::model, kNemoNames,
                                          sniff_nemo};
extern constinit const Format kZipFormat{"zip", "ZIP archive", AssetKind::other, kZipNames,
                                         sniff_zip};
extern constinit const Format kSevenZipFormat{"7z", "7-Zip archive", AssetKind::other,
                                              kSevenZipNames, sniff_seven_zip};
extern constinit const Format kRarFormat{"rar", "RAR archive", AssetKind::other, kRarNames,
                                         sniff_rar};
extern constinit const Format kGzipFormat{"gzip", "gzip stream", AssetKind::other, kGzipNames,
                                          sniff_gzip};
extern constinit const Format kBzip2Format{"bzip2", "bzip2 stream", AssetKind::other, kBzip2Names,
                                           sniff_bzip2};
extern constinit const Format kXzFormat{"xz", "xz or LZMA stream", AssetKind::other, kXzNames,
                                        sniff_xz};
extern constinit const Format kZstdFormat{"zstd", "Zstandard stream", AssetKind::other, kZstdNames,
                                          sniff_zstd};
extern constinit const Format kLz4Format{"lz4", "LZ4 stream", AssetKind::other, kLz4Names,
                                         sniff_lz4};
extern constinit const Format kZlibFormat{"zlib", "zlib stream", AssetKind::other, kZlibNames,
                                          sniff_zlib};
extern constinit const Format kTarFormat{"tar", "tar archive", AssetKind::other, kTarNames,
                                         sniff_tar};
extern constinit const Format kParquetFormat{"parquet", "Parquet table", AssetKind::dataset,
                                             kParquetNames, sniff_parquet};
extern constinit const Format kArrowFormat{"arrow", "Arrow table", AssetKind::dataset, kArrowNames,
                                           sniff_arrow};
constinit const Format kJsonLinesFormat{"jsonl", "JSON lines", AssetKind::dataset, kJsonLinesNames,
                                        sniff_json_lines};
constinit const Format kCsvFormat{"csv", "table of separated values", AssetKind::dataset, kCsvNames,
                                  sniff_csv};

}  // namespace cupel
