// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/jinja.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto text = as_text(bytes);
  const auto reading = jinja::read(text);
  require(reading.examined <= size);
  require(!reading.problem.empty() || reading.examined == size);
  for (const auto& lookup : reading.lookups) {
    require(lookup.span.begin <= lookup.span.end && lookup.span.end <= size);
  }
  for (const auto& branch : reading.branches) require(!branch.tests.empty());
  for (const auto& insertion : reading.insertions) {
    require(insertion.span.begin <= insertion.span.end && insertion.span.end <= size);
  }
  const auto again = jinja::read(text);
  require(again.lookups.size() == reading.lookups.size());
  require(again.problem == reading.problem);
  return 0;
}
