// SPDX-License-Identifier: Apache-2.0
// msgpack: the values of a MessagePack stream, as one walk without recursion.
// Source: https://github.com/msgpack/msgpack/blob/master/spec.md
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::msgpack {

enum class Kind : std::uint8_t { number, text, binary, extension };

struct Item {
  Kind kind = Kind::number;
  int extension = 0;                         // its type
  std::optional<std::uint64_t> number = {};  // of whole numbers that are not negative
  Bytes bytes;                               // content of a text, of binary and of an extension
  Span span;                                 // of the whole value
  unsigned depth = 0;
};

struct Reading {
  bool complete = false;  // one value from the first byte to the last
  std::string problem;    // why not
  std::uint64_t end = 0;  // where reading stopped
  std::uint64_t items = 0;
};

// Whether a file may begin like a saved model does: a map whose first key is a text.
[[nodiscard]] bool looks_like(Bytes head);

// Calls `use` for every value that is no list and no map.
[[nodiscard]] Reading read(Bytes bytes, const std::function<void(const Item&)>& use);

}  // namespace cupel::msgpack
