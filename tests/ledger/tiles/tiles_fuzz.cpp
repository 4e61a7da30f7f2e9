// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "ledger/tiles.h"

// The first byte says what the rest is: a path, or the width of a bundle. Whatever can be read is
// written again in the same way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (const auto place = tiles::read_path(text)) require(tiles::path_of(*place) == text);
  const auto bundle = tiles::read_bundle(as_bytes(text), data[0]);
  require(bundle.items.has_value() == bundle.problem.empty());
  if (bundle.items) require(tiles::bundle_text(*bundle.items) == text);
  const auto tile = tiles::read_tile(as_bytes(text), data[0]);
  if (tile.items) require(tiles::tile_text(*tile.items) == text);
  return 0;
}
