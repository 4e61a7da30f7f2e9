// SPDX-License-Identifier: Apache-2.0
#include "reports/html/layers.h"

#include <algorithm>

namespace cupel {
namespace {

constexpr double kLineRow = 0.45;  // height of a line that passes, where a node has 1
constexpr int kSweeps = 8;

// A node of the graph, or a place where a line passes a layer.
struct Item {
  std::size_t layer = 0;
  bool is_line = false;
  double row = 0;
  std::vector<std::size_t> left = {};   // items of the layer before
  std::vector<std::size_t> right = {};  // and of the layer behind
};

class Layering {
 public:
  explicit Layering(const Graph& graph) : graph_(graph) {}

  Layout run() {
    assign_layers();
    thread_lines();
    order();
    return result();
  }

 private:
  // The longest way from what nothing uses. An edge that closes a circle is drawn the other way.
  void assign_layers() {
    items_.resize(graph_.nodes);
    std::vector<std::vector<std::size_t>> next(graph_.nodes);
    for (const auto& [from, to] : graph_.edges) {
      if (from != to) next[from].push_back(to);
    }
    std::vector<int> state(graph_.nodes, 0);  // 0 unseen, 1 on the way, 2 done
    std::vector<std::size_t> finished;
    for (std::size_t root = 0; root < graph_.nodes; ++root) {
      if (state[root] == 0) walk(root, next, state, finished);
    }
    std::vector<std::size_t> rank(graph_.nodes);
    for (std::size_t i = 0; i < finished.size(); ++i) rank[finished[i]] = i;
    forward_.reserve(graph_.edges.size());
    for (const auto& [from, to] : graph_.edges) forward_.push_back(rank[from] > rank[to]);
    // Finished last is walked first: every edge then leads from a final layer.
    for (auto node = finished.rbegin(); node != finished.rend(); ++node) {
      for (const auto to : next[*node]) {
        if (rank[*node] > rank[to]) {
          items_[to].layer = std::max(items_[to].layer, items_[*node].layer + 1);
        }
      }
    }
    pull_right();
  }

  static void walk(std::size_t root, const std::vector<std::vector<std::size_t>>& next,
                   std::vector<int>& state, std::vector<std::size_t>& finished) {
    std::vector<std::pair<std::size_t, std::size_t>> way = {{root, 0}};
    state[root] = 1;
    while (!way.empty()) {
      auto& [node, at] = way.back();
      if (at == next[node].size()) {
        state[node] = 2;
        finished.push_back(node);
        way.pop_back();
        continue;
      }
      const auto to = next[node][at++];
      if (state[to] != 0) continue;
      state[to] = 1;
      way.emplace_back(to, 0);
    }
  }

  // A node that nothing leads to stands beside the nearest that it leads to.
  void pull_right() {
    for (std::size_t node = 0; node < graph_.nodes; ++node) {
      bool has_entry = false;
      std::size_t nearest = SIZE_MAX;
      for (std::size_t i = 0; i < graph_.edges.size(); ++i) {
        const auto [from, to] = ends(i);
        if (to == node) has_entry = true;
        if (from == node && to != node) nearest = std::min(nearest, items_[to].layer);
      }
      if (!has_entry && nearest != SIZE_MAX && nearest > 0) items_[node].layer = nearest - 1;
    }
  }

  [[nodiscard]] std::pair<std::size_t, std::size_t> ends(std::size_t edge) const {
    auto [from, to] = graph_.edges[edge];
    if (!forward_[edge]) std::swap(from, to);
    return {from, to};
  }

  void thread_lines() {
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) {
      const auto [from, to] = ends(i);
      std::vector<std::size_t> way = {from};
      for (std::size_t layer = items_[from].layer + 1; from != to && layer < items_[to].layer;
           ++layer) {
        way.push_back(items_.size());
        items_.push_back({.layer = layer, .is_line = true});
      }
      way.push_back(to);
      for (std::size_t k = 1; from != to && k < way.size(); ++k) {
        items_[way[k - 1]].right.push_back(way[k]);
        items_[way[k]].left.push_back(way[k - 1]);
      }
      ways_.push_back(std::move(way));
    }
    for (const auto& item : items_) layers_.resize(std::max(layers_.size(), item.layer + 1));
    for (std::size_t i = 0; i < items_.size(); ++i) layers_[items_[i].layer].push_back(i);
    for (auto& layer : layers_) place(layer);
  }

  // Rows one below the other, in the order that the layer has.
  void place(const std::vector<std::size_t>& layer) {
    double row = 0;
    for (const auto index : layer) {
      const double height = items_[index].is_line ? kLineRow : 1;
      items_[index].row = row + height / 2;
      row += height;
    }
  }

  [[nodiscard]] double middle_of(const std::vector<std::size_t>& neighbours, double own) const {
    if (neighbours.empty()) return own;
    double sum = 0;
    for (const auto index : neighbours) sum += items_[index].row;
    return sum / static_cast<double>(neighbours.size());
  }

  // Back and forth: each item between its neighbours, so that few lines cross.
  void order() {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool forth = sweep % 2 == 0;
      for (std::size_t k = 0; k < layers_.size(); ++k) {
        auto& layer = layers_[forth ? k : layers_.size() - 1 - k];
        std::vector<std::pair<double, std::size_t>> wish;
        for (const auto index : layer) {
          const auto& item = items_[index];
          wish.emplace_back(middle_of(forth ? item.left : item.right, item.row), index);
        }
        std::ranges::stable_sort(wish, {}, &std::pair<double, std::size_t>::first);
        for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = wish[i].second;
        place(layer);
      }
    }
    settle();
  }

  // Each layer in the middle of the paper.
  void settle() {
    std::vector<double> heights;
    for (const auto& layer : layers_) {
      double height = 0;
      for (const auto index : layer) height += items_[index].is_line ? kLineRow : 1;
      heights.push_back(height);
      rows_ = std::max(rows_, height);
    }
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      for (const auto index : layers_[k]) items_[index].row += (rows_ - heights[k]) / 2;
    }
  }

  [[nodiscard]] Layout result() const {
    Layout layout;
    const auto spot = [&](std::size_t index) {
      return Spot{.layer = items_[index].layer, .row = items_[index].row};
    };
    for (std::size_t i = 0; i < graph_.nodes; ++i) layout.nodes.push_back(spot(i));
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      std::vector<Spot> line;
      for (const auto index : ways_[i]) line.push_back(spot(index));
      if (!forward_[i]) std::ranges::reverse(line);
      layout.lines.push_back(std::move(line));
    }
    layout.layers = layers_.size();
    layout.rows = rows_;
    return layout;
  }

  const Graph& graph_;
  std::vector<Item> items_;
  std::vector<bool> forward_;
  std::vector<std::vector<std::size_t>> ways_;
  std::vector<std::vector<std::size_t>> layers_;
  double rows_ = 0;
};

}  // namespace

Layout lay_out(const Graph& graph) {
  if (graph.nodes == 0) return {};
  return Layering(graph).run();
}

}  // namespace cupel
