// SPDX-License-Identifier: Apache-2.0
// Format: how a kind of file is recognised by its bytes.
//
// formats turn bytes into meaning and know no policy: they say that `os.system`
// is imported at byte 0x10, a check says that this is bad. Every reader is a pure
// function over bytes, with limits, and has a fuzz target.
#pragma once

#include <span>
#include <string_view>

#include "base/byte_reader.h"
#include "vocab/asset.h"

namespace cupel {

// What a sniffer may look at: the first bytes of a file (all of it when it is
// shorter than kSniffBytes), how large it is, and its name, which may only break a tie.
struct Sniff {
  Bytes head;
  std::uint64_t size = 0;
  std::string_view name;
};
inline constexpr std::size_t kSniffBytes = 4096;

struct Format {
  std::string_view id;                           // "safetensors": what FileEntry::format holds
  std::string_view title;                        // "safetensors tensor file"
  AssetKind kind;                                // what such a file usually is
  std::span<const std::string_view> extensions;  // with the dot, lower case
  bool (*sniff)(const Sniff& file);
};

// Every format, in the order in which they are asked; the more specific first.
[[nodiscard]] std::span<const Format* const> all_formats();

// The first format whose content fits, or null.
[[nodiscard]] const Format* recognise(const Sniff& file);

}  // namespace cupel
