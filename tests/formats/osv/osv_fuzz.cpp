// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "base/require.h"
#include "formats/osv.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reading = osv::read({reinterpret_cast<const char*>(data), size});
  require(reading.record.has_value() == reading.problem.empty());
  if (!reading.record) return 0;
  for (const auto& affected : reading.record->affected) {
    for (const std::string_view version : {"1.0", "2!1.0a1.post2.dev3+x.1", "1.0.0-rc.1", "main"}) {
      static_cast<void>(osv::affects(affected, version));
      static_cast<void>(osv::fixed_in(affected, version));
    }
    for (const auto& version : affected.versions) {
      require(osv::affects(affected, version) == osv::Answer::yes);
    }
  }
  return 0;
}
