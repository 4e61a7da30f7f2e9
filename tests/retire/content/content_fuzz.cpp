// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "retire/likeness.h"

// Whatever the bytes unpack to: every layer and tensor can be read to its end, a file resembles its
// own print, and the limits hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  using namespace cupel::retire;
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const ContentLimits limits{
      .depth = 3, .layers = 200, .unpacked_bytes = 4U << 20U, .member_bytes = 1U << 20U};
  std::size_t layers = 0;
  unsigned sum = 0;
  const auto missed = look_inside(
      bytes,
      [&](const ContentLayer& layer) {
        ++layers;
        require(layer.inside.size() <= limits.depth);
        for (const Bytes tensor : tensors_of(layer)) {
          for (const std::byte b : tensor) sum += std::to_integer<unsigned>(b);
        }
      },
      limits);
  require(layers >= 1 && layers <= limits.layers && missed.size() <= 17);
  // Nothing is known again of what is larger than the usual limits would unpack: small inputs only.
  if (size < 4096) {
    const auto print = fingerprint_of("x", bytes.first(std::min<std::size_t>(size, 64)));
    const auto found = Wanted({print}).compare("y", bytes, limits).likeness;
    if (size >= Wanted::kLeastBytes && size <= 64) require(found && found->sha256 == print.sha256);
    require(fingerprint_from(to_json(print)).has_value());
  }
  volatile unsigned seen = sum;  // so that nothing of the reading is left out
  static_cast<void>(seen);
  return 0;
}
