// SPDX-License-Identifier: Apache-2.0
#include "formats/npy.h"

#include <string_view>

#include "base/text.h"

namespace cupel::npy {

Reading read(Bytes bytes) {
  constexpr std::size_t kLongestHeader = 1U << 20U;  // numpy takes 10,000 bytes unless told
  Reading reading;
  ByteReader in(bytes);
  reading.is_npy = as_text(in.take(6)) == "\x93NUMPY";
  if (!reading.is_npy) return reading;
  const auto major = in.u8();
  in.u8();
  const std::uint64_t length = major == 1 ? in.u16le() : in.u32le();
  if (!in.ok() || major == 0 || major > 3 || length > kLongestHeader) return reading;
  const auto header = as_text(in.take(length));
  if (!in.ok()) return reading;
  reading.description = header;
  // In type codes, and only there, a letter O stands behind a quote or an order mark.
  for (const std::string_view code : {"'O", "\"O", "|O", "=O", "<O", ">O"}) {
    reading.objects = reading.objects || header.find(code) != std::string_view::npos;
  }
  reading.data_offset = in.offset();
  reading.complete = true;
  return reading;
}

}  // namespace cupel::npy
