// SPDX-License-Identifier: Apache-2.0
// npy: the header of a NumPy array file, which says whether a pickle follows.
// Source: numpy/lib/format.py, versions 1.0 to 3.0.
//
// The header is a literal of Python. NumPy reads it with `ast.literal_eval`, and has its types
// spelled in many ways: 'O', '|O8', 'object', 'i4,O', '\x4f' are all objects. What one version
// of it would take for objects is objects here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::npy {

struct Problem {
  std::string what;  // "its shape has a negative length"
  Span span;
};

struct Reading {
  bool is_npy = false;
  bool complete = false;          // the header was read to its end
  bool objects = false;           // the elements are Python objects: the data are a pickle
  bool called = false;            // the header is an expression: who evaluates it runs it
  std::string description;        // the header's text
  std::uint64_t data_offset = 0;  // where the data begin
  std::optional<std::uint64_t> data_bytes = {};  // as type and shape say; nothing when not known
  std::vector<Problem> problems;                 // why NumPy refuses it
  std::vector<Problem> oddities;                 // it loads, or some of its readers load it
};

[[nodiscard]] Reading read(Bytes bytes);

// What `numpy.dtype` makes of a text.
struct Type {
  bool known = false;
  bool objects = false;
  std::optional<std::uint64_t> bytes = {};  // of one element; nothing where systems differ
};
[[nodiscard]] Type type_of(std::string_view text);

}  // namespace cupel::npy
