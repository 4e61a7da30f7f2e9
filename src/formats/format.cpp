// SPDX-License-Identifier: Apache-2.0
#include "formats/format.h"

#include <array>

namespace cupel {

#define FORMAT(Name) extern const Format k##Name##Format;
#include "formats/formats.def"
#undef FORMAT

namespace {

constexpr std::array kFormats = {
#define FORMAT(Name) &k##Name##Format,
#include "formats/formats.def"
#undef FORMAT
};

}  // namespace

std::span<const Format* const> all_formats() {
  return kFormats;
}

const Format* recognise(const Sniff& file) {
  for (const auto* format : kFormats) {
    if (format->sniff(file)) return format;
  }
  return nullptr;
}

}  // namespace cupel
