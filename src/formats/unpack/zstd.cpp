// SPDX-License-Identifier: Apache-2.0
#include <zstd.h>
#include <zstd_errors.h>

#include "formats/unpack/decoder.h"

namespace cupel::unpack {
namespace {

struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

class Zstd final : public Decoder {
 public:
  Zstd() : stream_(ZSTD_createDStream()) {}

  State step(Bytes& in, std::span<std::byte>& out) override {
    if (!stream_) return State::too_large;
    ZSTD_inBuffer source{in.data(), in.size(), 0};
    ZSTD_outBuffer target{out.data(), out.size(), 0};
    const auto code = ZSTD_decompressStream(stream_.get(), &target, &source);
    in = in.subspan(source.pos);
    out = out.subspan(target.pos);
    if (ZSTD_isError(code) == 0) return code == 0 ? State::ended : State::more;
    switch (ZSTD_getErrorCode(code)) {
      case ZSTD_error_memory_allocation:
      case ZSTD_error_frameParameter_windowTooLarge:  // more than 128 MiB
      case ZSTD_error_dictionary_wrong:               // stands outside of the file
        return State::too_large;
      default:
        return State::damaged;
    }
  }

 private:
  std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
};

}  // namespace

std::unique_ptr<Decoder> zstd_decoder() {
  return std::make_unique<Zstd>();
}

}  // namespace cupel::unpack
