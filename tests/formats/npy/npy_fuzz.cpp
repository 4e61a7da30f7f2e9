// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/npy.h"
#include "formats/python_literal.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto array = npy::read(bytes);
  require(!array.complete || (array.is_npy && array.data_offset <= size));
  for (const auto* problems : {&array.problems, &array.oddities}) {
    for (const auto& problem : *problems)
      require(problem.span.end <= size && !problem.what.empty());
  }
  require(!array.objects || !array.data_bytes);

  const auto text = as_text(bytes);
  const auto type = npy::type_of(text);
  require(type.known || !type.bytes || !type.objects);
  const auto literal = python_literal::read(text, {.values = 1'000, .depth = 20});
  require(literal.at <= size);
  require(literal.value.end <= size);
  return 0;
}
