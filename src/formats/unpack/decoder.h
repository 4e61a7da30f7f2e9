// SPDX-License-Identifier: Apache-2.0
// Decoder: one library's way of unpacking, step by step.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "formats/unpack.h"

namespace cupel::unpack {

class Decoder {
 public:
  enum class State { more, ended, damaged, too_large };

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  Decoder(Decoder&&) = delete;
  Decoder& operator=(Decoder&&) = delete;
  virtual ~Decoder() = default;

  // Takes from the front of `in` and fills the front of `out`.
  [[nodiscard]] virtual State step(Bytes& in, std::span<std::byte>& out) = 0;
};

// Null when there is not enough memory.
[[nodiscard]] std::unique_ptr<Decoder> deflate_decoder(int window_bits);
[[nodiscard]] std::unique_ptr<Decoder> bzip2_decoder();
[[nodiscard]] std::unique_ptr<Decoder> lzma_decoder();
[[nodiscard]] std::unique_ptr<Decoder> xz_decoder();
[[nodiscard]] std::unique_ptr<Decoder> zstd_decoder();
[[nodiscard]] std::unique_ptr<Decoder> lz4_decoder();

// Raw streams of 7z and ZIP: what stands before LZMA or LZMA2 is told by their properties.
struct RawFilter {
  enum class Kind { lzma, lzma2, x86, powerpc, ia64, arm, armthumb, sparc, arm64, delta };
  Kind kind = Kind::lzma;
  Bytes properties = {};
};
// `filters` in the order in which they packed, the one that compresses last. `size`: what comes
// out; without it an end marker is needed. Null when liblzma cannot do it.
[[nodiscard]] std::unique_ptr<Decoder> raw_decoder(std::span<const RawFilter> filters,
                                                   std::uint64_t size, bool needs_marker = false);

// Runs a decoder: appends up to `most` bytes.
[[nodiscard]] Outcome run(Decoder* decoder, Bytes packed, std::uint64_t most,
                          std::vector<std::byte>& out);

}  // namespace cupel::unpack
