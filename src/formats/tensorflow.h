// SPDX-License-Identifier: Apache-2.0
// tensorflow: the operators of a TensorFlow graph, wherever a file keeps one: SavedModel,
// MetaGraph, GraphDef, their functions, and all of them as text (.pbtxt).
// Source: tensorflow/core/protobuf/{saved_model,meta_graph,saved_object_graph}.proto and
// tensorflow/core/framework/{graph,node_def,function,attr_value}.proto
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::tensorflow {

enum class Kind { none, saved_model, meta_graph, graph, keras_metadata };

struct Use {
  std::uint64_t count = 0;
  std::string first_node;
  std::string function;  // in which it stands; empty: in the graph itself
  Span first;
};

// A text that a node, or the graph, holds.
struct Text {
  std::string owner;  // the node, or the place
  std::string op;
  std::string text;
  Span span;
};

struct Reading {
  Kind kind = Kind::none;
  bool complete = false;
  Span damage;  // where reading ended, unless complete
  std::map<std::string, Use, std::less<>> operators;
  std::set<std::string, std::less<>> functions;  // that the graph defines itself
  std::vector<Text> addresses;                   // attributes with "://" in them
  std::vector<Text> constants;                   // constants that read like paths and addresses
  std::vector<Text> assets;                      // names of asset files
  std::vector<Text> metadata;                    // what Keras says of its layers, as JSON
  std::string version;                           // of TensorFlow, as the file states it
  std::vector<std::string> tags;
};

// By content. Fields that no schema knows are skipped, as every reader skips them.
[[nodiscard]] Kind kind_of(Bytes bytes);
[[nodiscard]] Reading read(Bytes bytes, Kind kind);

// The text form: whether it may be one, and what it says.
[[nodiscard]] bool is_text_graph(std::string_view text);
[[nodiscard]] Reading read_text(std::string_view text);

// Where a node with such an attribute would look; for both forms.
[[nodiscard]] bool reads_like_path(std::string_view text);

}  // namespace cupel::tensorflow
