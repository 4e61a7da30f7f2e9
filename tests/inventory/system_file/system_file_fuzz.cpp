// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "inventory/system_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reading = cupel::read_system(text, "cupel.yaml", {"5.2.2-2", "5.2.2-5"});
  require(reading.system.has_value() == reading.diagnostics.empty());
  for (const auto& diagnostic : reading.diagnostics) {
    require(diagnostic.place.line > 0 && diagnostic.place.column > 0);
    require(!diagnostic.title.empty() && !diagnostic.help.empty());
  }
  if (reading.system) {
    const auto again = cupel::system_from(cupel::to_json(*reading.system));
    require(again.has_value());
    require(cupel::to_json(*again) == cupel::to_json(*reading.system));
  }
  return 0;
}
