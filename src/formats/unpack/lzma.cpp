// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <lzma.h>

#include "formats/unpack/decoder.h"

namespace cupel::unpack {
namespace {

// Of dictionaries, the largest that xz and 7-Zip make by themselves is 64 MiB; only as much of
// one as is really unpacked is ever touched.
constexpr std::uint64_t kMemory = 320ULL << 20U;

class Lzma final : public Decoder {
 public:
  Lzma() = default;
  Lzma(const Lzma&) = delete;
  Lzma& operator=(const Lzma&) = delete;
  Lzma(Lzma&&) = delete;
  Lzma& operator=(Lzma&&) = delete;
  ~Lzma() override { lzma_end(&stream_); }

  // What was asked of liblzma to begin with.
  lzma_ret begun = LZMA_PROG_ERROR;
  lzma_stream* stream() { return &stream_; }

  State step(Bytes& in, std::span<std::byte>& out) override {
    if (begun != LZMA_OK) return begun == LZMA_MEM_ERROR ? State::too_large : State::damaged;
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const auto code = lzma_code(&stream_, LZMA_RUN);
    in = in.subspan(in.size() - stream_.avail_in);
    out = out.subspan(out.size() - stream_.avail_out);
    switch (code) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:
      case LZMA_UNSUPPORTED_CHECK:
        return State::more;
      case LZMA_STREAM_END:
        return State::ended;
      case LZMA_MEM_ERROR:
      case LZMA_MEMLIMIT_ERROR:
        return State::too_large;
      default:
        return State::damaged;
    }
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

lzma_vli id_of(RawFilter::Kind kind) {
  switch (kind) {
    case RawFilter::Kind::lzma:
      return LZMA_FILTER_LZMA1EXT;
    case RawFilter::Kind::lzma2:
      return LZMA_FILTER_LZMA2;
    case RawFilter::Kind::x86:
      return LZMA_FILTER_X86;
    case RawFilter::Kind::powerpc:
      return LZMA_FILTER_POWERPC;
    case RawFilter::Kind::ia64:
      return LZMA_FILTER_IA64;
    case RawFilter::Kind::arm:
      return LZMA_FILTER_ARM;
    case RawFilter::Kind::armthumb:
      return LZMA_FILTER_ARMTHUMB;
    case RawFilter::Kind::sparc:
      return LZMA_FILTER_SPARC;
    case RawFilter::Kind::arm64:
      return LZMA_FILTER_ARM64;
    case RawFilter::Kind::delta:
      return LZMA_FILTER_DELTA;
  }
  return LZMA_VLI_UNKNOWN;
}

// Five bytes of properties say how LZMA is set up; one byte does for LZMA2 and delta.
bool set_up(const RawFilter& filter, std::uint64_t size, bool needs_marker, lzma_options_lzma& lzma,
            lzma_options_delta& delta, lzma_filter& out) {
  out = {.id = id_of(filter.kind), .options = nullptr};
  ByteReader in(filter.properties);
  if (filter.kind == RawFilter::Kind::lzma) {
    const unsigned packed = in.u8();
    lzma.dict_size = in.u32le();
    if (!in.ok() || packed >= 9 * 5 * 5) return false;
    lzma.lc = packed % 9;
    lzma.lp = packed / 9 % 5;
    lzma.pb = packed / 45;
    lzma.ext_flags = needs_marker ? LZMA_LZMA1EXT_ALLOW_EOPM : 0;
    lzma.ext_size_low = static_cast<std::uint32_t>(size);
    lzma.ext_size_high = static_cast<std::uint32_t>(size >> 32U);
    out.options = &lzma;
  } else if (filter.kind == RawFilter::Kind::lzma2) {
    const unsigned bits = in.u8();
    if (!in.ok() || bits > 40) return false;
    lzma.dict_size = bits == 40 ? UINT32_MAX : (2U | (bits & 1U)) << (bits / 2 + 11);
    out.options = &lzma;
  } else if (filter.kind == RawFilter::Kind::delta) {
    delta.type = LZMA_DELTA_TYPE_BYTE;
    delta.dist = in.u8() + 1U;
    if (!in.ok()) return false;
    out.options = &delta;
  }
  // What comes out is all that a dictionary can hold.
  lzma.dict_size = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(lzma.dict_size, std::max<std::uint64_t>(size, 4096)));
  return true;
}

}  // namespace

std::unique_ptr<Decoder> lzma_decoder() {
  auto decoder = std::make_unique<Lzma>();
  decoder->begun = lzma_alone_decoder(decoder->stream(), kMemory);
  return decoder;
}

std::unique_ptr<Decoder> xz_decoder() {
  auto decoder = std::make_unique<Lzma>();
  decoder->begun = lzma_stream_decoder(decoder->stream(), kMemory, 0);
  return decoder;
}

std::unique_ptr<Decoder> raw_decoder(std::span<const RawFilter> filters, std::uint64_t size,
                                     bool needs_marker) {
  if (filters.empty() || filters.size() > LZMA_FILTERS_MAX) return nullptr;
  std::array<lzma_filter, LZMA_FILTERS_MAX + 1> chain{};
  std::array<lzma_options_lzma, LZMA_FILTERS_MAX> lzma{};
  std::array<lzma_options_delta, LZMA_FILTERS_MAX> delta{};
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (!set_up(filters[i], size, needs_marker, lzma[i], delta[i], chain[i])) return nullptr;
  }
  chain[filters.size()].id = LZMA_VLI_UNKNOWN;
  auto decoder = std::make_unique<Lzma>();
  if (lzma_raw_decoder_memusage(chain.data()) > kMemory) return nullptr;
  decoder->begun = lzma_raw_decoder(decoder->stream(), chain.data());
  if (decoder->begun != LZMA_OK) return nullptr;
  return decoder;
}

}  // namespace cupel::unpack
