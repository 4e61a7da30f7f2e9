// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/yaml.h"

namespace {

void walk(const cupel::yaml::Node& node, std::size_t depth) {
  require(depth <= cupel::yaml::Limits{}.depth + 1);
  require(node.kind == cupel::yaml::Kind::mapping ? node.keys.size() == node.items.size()
                                                  : node.keys.empty());
  for (const auto& key : node.keys) walk(key, depth + 1);
  for (const auto& item : node.items) walk(item, depth + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  walk(cupel::yaml::read(text).root, 0);
  const auto matter = cupel::yaml::front_matter(text);
  require(matter.body <= size);
  require(matter.present || matter.reading.problems.empty());
  walk(matter.reading.root, 0);
  return 0;
}
