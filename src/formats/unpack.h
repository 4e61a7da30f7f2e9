// SPDX-License-Identifier: Apache-2.0
// unpack: the content of compressed streams (zlib, gzip, bzip2, LZMA, xz, Zstandard, LZ4).
//
// What was unpacked before a stream broke is kept: a loader has seen it by then. Memory follows
// what is really unpacked, never what a header claims.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"

namespace cupel::unpack {

enum class Codec { deflate, zlib, gzip, bzip2, lzma, xz, zstd, lz4 };
[[nodiscard]] std::string_view to_text(Codec codec);

struct Outcome {
  std::uint64_t packed_bytes = 0;  // read of the input
  bool ended = false;              // a stream came to its own end
  bool limited = false;            // there is more than `most` bytes, or it needs too much memory
  std::string problem;             // why it did not end; "" when it did
};

// Appends up to `most` bytes of the stream that `packed` begins with to `out`.
[[nodiscard]] Outcome unpack(Codec codec, Bytes packed, std::uint64_t most,
                             std::vector<std::byte>& out);
// The same of every stream that follows directly, as command-line tools and Python do. What
// cannot be the beginning of another stream is left: packed_bytes tells where.
[[nodiscard]] Outcome unpack_all(Codec codec, Bytes packed, std::uint64_t most,
                                 std::vector<std::byte>& out);

// Method 14 of ZIP archives: LZMA behind a header of its own. Without an end marker it has
// `size` bytes.
[[nodiscard]] Outcome unpack_zip_lzma(Bytes packed, std::uint64_t size, bool has_end_marker,
                                      std::uint64_t most, std::vector<std::byte>& out);

// The stream that bytes begin with, by its signature and by a trial: short signatures (zlib's,
// LZMA's) fit other things too. Frames that readers of zstd and LZ4 skip are no hindrance.
[[nodiscard]] std::optional<Codec> recognise(Bytes bytes);

// The container of joblib before 0.10: "ZF", the size in hexadecimal, a zlib stream.
struct ZFile {
  std::uint64_t size_bytes = 0;
  std::uint64_t data_offset = 0;
};
[[nodiscard]] std::optional<ZFile> read_zfile(Bytes bytes);

}  // namespace cupel::unpack
