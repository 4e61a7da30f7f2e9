// SPDX-License-Identifier: Apache-2.0
// yaml_events: what a YAML loader that allows everything would see: tags, resolved, and members.
//
// formats/yaml.h refuses tags, aliases and further documents, for people must see what is read;
// loaders do not refuse them, so that what stands behind them must be examined.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vocab/diagnostic.h"

namespace cupel::yaml_events {

struct Event {
  std::string tag;    // "tag:yaml.org,2002:python/object/apply:os.system"; "" when it has none
  std::string key;    // of a member whose value is one text, or of an item of its list
  std::string value;  // the first 4 KiB
  std::uint32_t line = 0;
  Span span;
};

struct Reading {
  std::vector<Event> events;  // those with a tag or a key
  std::string problem;
};

[[nodiscard]] Reading read(std::string_view text, std::size_t most = 500'000);

}  // namespace cupel::yaml_events
