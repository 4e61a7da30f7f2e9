// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "base/require.h"
#include "ledger/drafts.h"

// What was read is what a ledger takes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  auto reading = read_drafts({reinterpret_cast<const char*>(data), size});
  require(reading.drafts.size() == reading.types.size());
  require(reading.problem.empty() != reading.drafts.empty());
  for (std::size_t i = 0; i < reading.drafts.size(); ++i) {
    reading.drafts[i].type = reading.types[i];
    require(Ledger::check(reading.drafts[i]).ok());
  }
  return 0;
}
