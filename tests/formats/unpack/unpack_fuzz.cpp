// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/unpack.h"

using namespace cupel;

// The first byte chooses the codec, or that it is recognised.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::uint64_t kMost = 1U << 20U;
  const Bytes bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  static_cast<void>(unpack::read_zfile(bytes));
  auto codec = unpack::recognise(bytes);
  if (data[0] < 8) codec = static_cast<unpack::Codec>(data[0]);
  std::vector<std::byte> out;
  if (data[0] == 8) static_cast<void>(unpack::unpack_zip_lzma(bytes, kMost, true, kMost, out));
  if (data[0] == 9) static_cast<void>(unpack::unpack_zip_lzma(bytes, 100, false, kMost, out));
  if (!codec) return 0;
  out.clear();
  const auto outcome = unpack::unpack_all(*codec, bytes, kMost, out);
  require(out.size() <= kMost && outcome.packed_bytes <= bytes.size());
  require(outcome.ended != !outcome.problem.empty());
  std::vector<std::byte> again;
  const auto second = unpack::unpack_all(*codec, bytes, kMost, again);
  require(again == out && second.packed_bytes == outcome.packed_bytes);
  return 0;
}
