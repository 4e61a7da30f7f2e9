// SPDX-License-Identifier: Apache-2.0
// layers: a directed graph → places on paper, in layers from left to right (after Sugiyama).
//
// What nothing uses stands left, what it uses to its right. A line that passes a layer is led
// around what stands there. Pure, and the same graph gives the same picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cupel {

struct Graph {
  std::size_t nodes = 0;
  std::vector<std::pair<std::size_t, std::size_t>> edges;  // from, to; indices of nodes
};

struct Spot {
  std::size_t layer = 0;
  double row = 0;  // centre, in rows from the top
};

struct Layout {
  std::vector<Spot> nodes;               // of each node
  std::vector<std::vector<Spot>> lines;  // of each edge: where it passes, ends included
  std::size_t layers = 0;
  double rows = 0;
};

[[nodiscard]] Layout lay_out(const Graph& graph);

}  // namespace cupel
