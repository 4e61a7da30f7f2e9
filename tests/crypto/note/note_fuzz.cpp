// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "crypto/note.h"

// A note that opens must say the same when read unverified; a key that parses must be
// written as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto known =
      note::parse_vkey("example.org/log+1c66b9ea+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
  require(known.ok());
  const auto opened = note::open(text, known.value());
  const auto read = note::read_unverified(text);
  require(!opened.ok() || (read.ok() && read.value().root == opened.value().root));
  const auto key = note::parse_vkey(text);
  require(!key.ok() || note::vkey(key.value()) == text);
  return 0;
}
