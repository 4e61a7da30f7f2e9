// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "retire/erase.h"
#include "retire/journal.h"

// A journal that a crash, or somebody, changed: whatever it says of results can be read, and what
// stands behind its last line changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::retire;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto reading = read_journal(text);
  for (const auto& [item, progress] : reading.items) {
    if (progress.result) static_cast<void>(erased_from(*progress.result));
  }
  const auto cut = read_journal(text.substr(0, text.rfind('\n') + 1) + "{\"item\":9");
  require(cut.items.size() == reading.items.size() && cut.record == reading.record);
  return 0;
}
