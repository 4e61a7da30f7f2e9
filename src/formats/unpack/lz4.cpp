// SPDX-License-Identifier: Apache-2.0
#include <lz4frame.h>

#include "formats/unpack/decoder.h"

namespace cupel::unpack {
namespace {

class Lz4 final : public Decoder {
 public:
  Lz4() : ready_(LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) == 0) {}
  Lz4(const Lz4&) = delete;
  Lz4& operator=(const Lz4&) = delete;
  Lz4(Lz4&&) = delete;
  Lz4& operator=(Lz4&&) = delete;
  ~Lz4() override {
    if (ready_) LZ4F_freeDecompressionContext(context_);
  }

  State step(Bytes& in, std::span<std::byte>& out) override {
    if (!ready_) return State::too_large;
    std::size_t fed = in.size();
    std::size_t room = out.size();
    const auto code = LZ4F_decompress(context_, out.data(), &room, in.data(), &fed, nullptr);
    if (LZ4F_isError(code) != 0) return State::damaged;
    in = in.subspan(fed);
    out = out.subspan(room);
    return code == 0 ? State::ended : State::more;
  }

 private:
  LZ4F_dctx* context_ = nullptr;
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<Decoder> lz4_decoder() {
  return std::make_unique<Lz4>();
}

}  // namespace cupel::unpack
