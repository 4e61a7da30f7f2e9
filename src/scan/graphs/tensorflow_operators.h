// SPDX-License-Identifier: Apache-2.0
// tensorflow_operators: what an operator of TensorFlow reaches beyond the numbers it is given.
// TensorFlow Lite's Flex operators are the same ones.
#pragma once

#include <cstdint>
#include <string_view>

namespace cupel::scan {

enum class Reach : std::uint8_t {
  computes,  // nothing
  unvetted,  // of TensorFlow, but runs something that its inputs choose
  unknown,   // not of TensorFlow: comes from a library that must be loaded
  reads,     // files
  writes,    // files
  network,
  python,
};

[[nodiscard]] Reach reach_of(std::string_view op);

// A list of words, each between two spaces.
[[nodiscard]] std::string_view vetted_tensorflow_operators();

}  // namespace cupel::scan
