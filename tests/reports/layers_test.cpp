// SPDX-License-Identifier: Apache-2.0
#include "reports/html/layers.h"

#include <cmath>

#include <gtest/gtest.h>

namespace cupel {
namespace {

// Nothing stands on something else, and every line begins and ends at its nodes.
void expect_sound(const Graph& graph, const Layout& layout) {
  ASSERT_EQ(layout.nodes.size(), graph.nodes);
  ASSERT_EQ(layout.lines.size(), graph.edges.size());
  for (std::size_t i = 0; i < graph.nodes; ++i) {
    EXPECT_LT(layout.nodes[i].layer, layout.layers);
    EXPECT_GE(layout.nodes[i].row, 0.0);
    EXPECT_LE(layout.nodes[i].row, layout.rows);
    for (std::size_t j = 0; j < i; ++j) {
      const bool beside = layout.nodes[i].layer != layout.nodes[j].layer;
      EXPECT_TRUE(beside || std::abs(layout.nodes[i].row - layout.nodes[j].row) >= 0.99)
          << i << " stands on " << j;
    }
  }
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    const auto& line = layout.lines[i];
    const auto& [from, to] = graph.edges[i];
    ASSERT_GE(line.size(), 2U);
    EXPECT_EQ(line.front().layer, layout.nodes[from].layer);
    EXPECT_EQ(line.back().row, layout.nodes[to].row);
  }
}

TEST(Layers, LeadFromLeftToRight) {
  const Graph graph{.nodes = 4, .edges = {{0, 1}, {1, 2}, {0, 2}, {3, 2}}};
  const auto layout = lay_out(graph);
  expect_sound(graph, layout);
  EXPECT_EQ(layout.layers, 3U);
  EXPECT_EQ(layout.nodes[2].layer, 2U);
  EXPECT_EQ(layout.nodes[3].layer, 1U) << "beside what it uses";
  EXPECT_EQ(layout.lines[2].size(), 3U) << "led past the layer between";
}

TEST(Layers, DrawCirclesToo) {
  const Graph graph{.nodes = 3, .edges = {{0, 1}, {1, 2}, {2, 0}, {1, 1}}};
  expect_sound(graph, lay_out(graph));
}

TEST(Layers, AreTheSameForTheSameGraph) {
  Graph graph{.nodes = 300, .edges = {}};
  for (std::size_t i = 0; i < 900; ++i) graph.edges.emplace_back(i * 7 % 300, i * 13 % 300);
  const auto once = lay_out(graph);
  expect_sound(graph, once);
  const auto again = lay_out(graph);
  for (std::size_t i = 0; i < graph.nodes; ++i) EXPECT_EQ(once.nodes[i].row, again.nodes[i].row);
}

TEST(Layers, OfNothingAreNothing) {
  EXPECT_EQ(lay_out({}).nodes.size(), 0U);
  EXPECT_EQ(lay_out({.nodes = 1, .edges = {}}).layers, 1U);
}

}  // namespace
}  // namespace cupel
