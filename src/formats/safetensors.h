// SPDX-License-Identifier: Apache-2.0
// safetensors: header of a tensor file: u64le length, JSON of that length, then raw tensors.
// Source: https://github.com/huggingface/safetensors, "Format".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::safetensors {

struct Tensor {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;  // in the data section
  std::uint64_t end = 0;
};

// Why the reference implementation would refuse the file, or what is odd though it would load.
struct Problem {
  std::string what;    // "tensor `w` overlaps `v`"
  std::string tensor;  // may be empty
  Span span;           // in the file
  bool refused = true;
};

struct Reading {
  bool is_safetensors = false;
  bool complete = false;  // header understood; holds even when problems were found
  std::uint64_t header_bytes = 0;
  std::vector<Tensor> tensors;  // in the order of the header
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<Problem> problems;
};

// Whether the bytes begin like one: a length, then a JSON object.
[[nodiscard]] bool looks_like(Bytes head, std::uint64_t size);

// `head` holds at least the header (or as much of the file as there is); `size` is the file's.
[[nodiscard]] Reading read(Bytes head, std::uint64_t size);

}  // namespace cupel::safetensors
