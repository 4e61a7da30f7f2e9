// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/go_template.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = go_template::read(as_text(bytes), {.facts = 1'000});
  require(reading.examined <= size);
  require(!reading.problem.empty() || reading.examined == size);
  for (const auto* literals : {&reading.texts, &reading.literals}) {
    for (const auto& literal : *literals) require(literal.span.end <= size);
  }
  for (const auto& insertion : reading.insertions) {
    require(insertion.span.end <= size && !insertion.text.empty());
  }
  for (const auto& branch : reading.branches) require(!branch.tests.empty());
  return 0;
}
