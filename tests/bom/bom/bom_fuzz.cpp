// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "base/require.h"
#include "bom/cyclonedx_grammar.h"
#include "bom/read.h"
#include "bom/write.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reading = bom::read_bom({reinterpret_cast<const char*>(data), size});
  require(reading.document.has_value() == reading.problems.empty());
  if (!reading.document) return 0;
  // What was read once is written so that it is read again, and is the same then.
  const auto written = bom::to_cyclonedx(*reading.document);
  static_cast<void>(bom::check_cyclonedx(written));
  static_cast<void>(bom::to_spdx(*reading.document));
  return 0;
}
