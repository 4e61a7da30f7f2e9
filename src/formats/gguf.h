// SPDX-License-Identifier: Apache-2.0
// gguf: metadata and tensor list of a GGUF file, versions 1 to 3, in either byte order.
// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md and what gguf.cpp refuses.
//
// Values are views of the file. Every count and length is held against the bytes that are left
// before it is used; what the readers of llama.cpp would refuse is a Problem, and reading goes
// on as far as anything can still be understood.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::gguf {

enum class Type : std::uint32_t {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  float32,
  boolean,
  string,
  array,
  uint64,
  int64,
  float64
};

struct Value {
  Type type = Type::uint8;
  Type item = Type::uint8;   // of an array
  std::uint64_t count = 1;   // of an array's items
  Bytes bytes = {};          // a string's text; else everything behind the type
  std::uint64_t number = 0;  // of whole numbers and booleans
  [[nodiscard]] bool is_text() const { return type == Type::string; }
};

struct Pair {
  std::string_view key;
  Value value;
  Span span;
};

struct Tensor {
  std::string_view name;
  std::array<std::uint64_t, 4> sides{};
  std::uint32_t dimensions = 0;
  std::uint32_t type = 0;
  std::uint64_t offset = 0;  // from the beginning of the data
  std::uint64_t size = 0;    // in bytes; 0 when it could not be told
  Span span;                 // of its description
};

enum class Gravity {
  odd,       // loads, though no tool writes it
  refused,   // the readers of llama.cpp refuse it
  overflow,  // it would have overflowed in a reader that does not check
};

struct Problem {
  std::string what;
  Span span;
  Gravity gravity = Gravity::refused;
  std::string pointer;  // a key or a tensor; may be empty
};

struct Reading {
  bool complete = false;  // metadata and tensor list were read to their end
  bool big_endian = false;
  std::uint32_t version = 0;
  std::vector<Pair> pairs;
  std::vector<Tensor> tensors;
  std::uint64_t alignment = 32;
  std::uint64_t data_offset = 0;  // where the data begin
  std::uint64_t data_end = 0;     // behind the last tensor and its padding
  std::vector<Problem> problems;

  // The value of a key, or null.
  [[nodiscard]] const Value* find(std::string_view key) const;
};

[[nodiscard]] Reading read(Bytes bytes);

// The texts of an array of texts, at most `most`.
[[nodiscard]] std::vector<std::string_view> texts_of(const Reading& reading, const Value& value,
                                                     std::size_t most);

// "Q4_K"; "" for a type that nobody knows.
[[nodiscard]] std::string_view name_of_tensor_type(std::uint32_t type);

}  // namespace cupel::gguf
