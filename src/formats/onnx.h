// SPDX-License-Identifier: Apache-2.0
// onnx: what an ONNX model names: operators, functions, tensors and the files that hold them.
// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
//
// Walks every place where a tensor or a node can stand: initializers, sparse initializers,
// attributes, subgraphs, functions, training graphs. Texts are views of the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/protobuf.h"

namespace cupel::onnx {

struct Node {
  std::string_view domain;
  std::string_view op;
  Bytes bytes;  // the NodeProto
  Span span;
  std::size_t function = 0;  // one more than the index of the function it stands in; 0: in none
};

struct Function {
  std::string_view domain;
  std::string_view name;
  Span span;
};

// A tensor whose data stand in another file.
struct External {
  std::string_view tensor;
  std::string_view location;
  std::string_view where;  // "an initializer", "an attribute", "a sparse tensor"
  Span span;
  std::uint64_t end = 0;  // how long the other file must be, as far as the model says
};

struct Problem {
  std::string what;
  Span span;
  std::string pointer;  // a tensor; may be empty
};

struct Reading {
  bool complete = false;  // walked to the end
  std::string_view producer;
  std::uint64_t ir_version = 0;
  std::vector<std::pair<std::string_view, std::uint64_t>> opsets;
  std::vector<std::pair<std::string_view, std::string_view>> metadata;
  std::vector<std::pair<std::string_view, Span>> notes;  // doc_string of model and graphs
  std::vector<Node> nodes;
  std::vector<Function> functions;
  std::vector<External> externals;
  std::uint64_t tensors = 0;
  std::vector<Problem> problems;  // why the reference implementation would refuse it
};

[[nodiscard]] Reading read(Bytes bytes);

// The text or number of an attribute of a node.
[[nodiscard]] std::string_view text_attribute(const Node& node, std::string_view name);

}  // namespace cupel::onnx
