// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/xml.h"
#include "scan/scan.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto text = as_text(bytes);
  std::uint64_t at = 0;
  const auto reading = xml::read(text, [&](const xml::Element& element) {
    require(element.span.begin >= at && element.span.end <= size);
    at = element.span.end;
  });
  require(reading.complete == reading.problem.empty() && reading.end <= size);
  static_cast<void>(scan::examine("m.pmml", bytes));
  return 0;
}
