// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <zlib.h>

#include "formats/unpack/decoder.h"

namespace cupel::unpack {
namespace {

class Deflate final : public Decoder {
 public:
  explicit Deflate(int window_bits) : ready_(inflateInit2(&stream_, window_bits) == Z_OK) {}
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;
  Deflate(Deflate&&) = delete;
  Deflate& operator=(Deflate&&) = delete;
  ~Deflate() override {
    if (ready_) inflateEnd(&stream_);
  }

  State step(Bytes& in, std::span<std::byte>& out) override {
    if (!ready_) return State::too_large;
    const auto fed = std::min<std::size_t>(in.size(), 1U << 30U);
    const auto room = std::min<std::size_t>(out.size(), 1U << 30U);
    // zlib does not write through next_in, but its type says otherwise.
    stream_.next_in = const_cast<Bytef*>(  // NOLINT(*-const-cast)
        reinterpret_cast<const Bytef*>(in.data()));
    stream_.avail_in = static_cast<uInt>(fed);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in = in.subspan(fed - stream_.avail_in);
    out = out.subspan(room - stream_.avail_out);
    if (code == Z_STREAM_END) return State::ended;
    if (code == Z_MEM_ERROR) return State::too_large;
    return code == Z_OK || code == Z_BUF_ERROR ? State::more : State::damaged;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<Decoder> deflate_decoder(int window_bits) {
  return std::make_unique<Deflate>(window_bits);
}

}  // namespace cupel::unpack
