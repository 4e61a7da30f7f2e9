// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <bzlib.h>

#include "formats/unpack/decoder.h"

namespace cupel::unpack {
namespace {

class Bzip2 final : public Decoder {
 public:
  Bzip2() : ready_(BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK) {}
  Bzip2(const Bzip2&) = delete;
  Bzip2& operator=(const Bzip2&) = delete;
  Bzip2(Bzip2&&) = delete;
  Bzip2& operator=(Bzip2&&) = delete;
  ~Bzip2() override {
    if (ready_) BZ2_bzDecompressEnd(&stream_);
  }

  State step(Bytes& in, std::span<std::byte>& out) override {
    if (!ready_) return State::too_large;
    const auto fed = std::min<std::size_t>(in.size(), 1U << 30U);
    const auto room = std::min<std::size_t>(out.size(), 1U << 30U);
    // libbz2 does not write through next_in, but its type says otherwise.
    stream_.next_in = const_cast<char*>(  // NOLINT(*-const-cast)
        reinterpret_cast<const char*>(in.data()));
    stream_.avail_in = static_cast<unsigned>(fed);
    stream_.next_out = reinterpret_cast<char*>(out.data());
    stream_.avail_out = static_cast<unsigned>(room);
    const int code = BZ2_bzDecompress(&stream_);
    in = in.subspan(fed - stream_.avail_in);
    out = out.subspan(room - stream_.avail_out);
    if (code == BZ_STREAM_END) return State::ended;
    if (code == BZ_MEM_ERROR) return State::too_large;
    return code == BZ_OK ? State::more : State::damaged;
  }

 private:
  bz_stream stream_{};
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<Decoder> bzip2_decoder() {
  return std::make_unique<Bzip2>();
}

}  // namespace cupel::unpack
