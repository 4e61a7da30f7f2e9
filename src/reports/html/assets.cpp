// SPDX-License-Identifier: Apache-2.0
// The assets and what each depends on (5.2.1-1), as the inventory's observation has them.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "reports/html/layers.h"
#include "reports/html/page.h"

namespace cupel {
namespace {

constexpr double kWidth = 176;   // of a node
constexpr double kHeight = 34;   // of a node
constexpr double kColumn = 246;  // from layer to layer
constexpr double kRow = 46;
constexpr double kMargin = 8;
constexpr std::size_t kNodes = 300;  // drawn at most
constexpr std::size_t kEdges = 1'200;
constexpr std::size_t kLetters = 23;  // of a name, on a node

struct AssetNode {
  std::string name;
  std::string kind;
};
struct AssetEdge {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string relation;
};
struct AssetGraph {
  std::vector<AssetNode> nodes;
  std::vector<AssetEdge> edges;
};

const Observation* observation_with_graph(const Assessment& assessment) {
  for (const auto& observation : assessment.observations) {
    if (observation.facts["graph"]["nodes"].items().size() > 1) return &observation;
  }
  return nullptr;
}

// Observations may come from a file: an index that leads nowhere is left out.
AssetGraph graph_of(const Json& json) {
  AssetGraph graph;
  for (const auto& node : json["nodes"].items()) {
    if (graph.nodes.size() >= kNodes) break;
    graph.nodes.push_back({node["name"].text(), node["kind"].text()});
  }
  for (const auto& edge : json["edges"].items()) {
    const auto from = edge["from"].integer(-1);
    const auto to = edge["to"].integer(-1);
    const auto most = static_cast<std::int64_t>(graph.nodes.size());
    if (from < 0 || to < 0 || from >= most || to >= most || graph.edges.size() >= kEdges) continue;
    graph.edges.push_back(
        {static_cast<std::size_t>(from), static_cast<std::size_t>(to), edge["relation"].text()});
  }
  return graph;
}

std::string shortened(const std::string& name) {
  if (columns(name) <= kLetters) return name;
  std::string out;
  std::size_t letters = 0;
  for (const char c : name) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && ++letters >= kLetters) break;
    out += c;
  }
  return out + "…";
}

// The class that colours a node; kinds that are not known look like any other.
std::string_view look_of(std::string_view kind) {
  constexpr auto kKinds = std::to_array<std::string_view>(
      {"model", "dataset", "prompt", "configuration", "endpoint", "code", "document"});
  const auto* const known = std::ranges::find(kKinds, kind);
  return known == kKinds.end() ? "other" : *known;
}

void put_node(Markup& out, const AssetNode& node, double x, double y) {
  out.put("<g class=\"asset k-", look_of(node.kind), "\"><title>", Cut{node.name, 300}, ", ",
          Cut{node.kind, 40}, "</title><rect x=\"", Decimal{x}, "\" y=\"", Decimal{y - kHeight / 2},
          "\" width=\"", Decimal{kWidth}, "\" height=\"", Decimal{kHeight},
          "\" rx=\"5\"/><text class=\"kind\" x=\"", Decimal{x + 10}, "\" y=\"", Decimal{y - 4},
          "\">", Cut{node.kind, 40}, "</text><text x=\"", Decimal{x + 10}, "\" y=\"",
          Decimal{y + 10.5}, "\">", shortened(node.name), "</text></g>\n");
}

class Drawing {
 public:
  Drawing(Markup& out, const AssetGraph& graph) : out_(out), graph_(graph) {}

  void put() {
    split();
    const Layout layout = lay_out(joined_graph_);
    const double columns = std::max<double>(static_cast<double>(layout.layers), 3);
    width_ = kMargin * 2 + (columns - 1) * kColumn + kWidth;
    const double drawn = layout.rows * kRow;
    const auto across = static_cast<std::size_t>((width_ - 2 * kMargin + 14) / (kWidth + 14));
    const auto rows = (alone_.size() + across - 1) / across;
    const double height =
        kMargin * 2 + drawn + (rows == 0 ? 0 : 26 + static_cast<double>(rows) * kRow);
    out_.put(
        "<svg class=\"assets\" viewBox=\"0 0 ", Decimal{width_}, " ", Decimal{height},
        "\" role=\"img\" aria-labelledby=\"assets-title assets-text\">\n"
        "<title id=\"assets-title\">Interdependencies of assets</title>\n"
        "<desc id=\"assets-text\">Boxes are assets, an arrow leads from an asset to one that it"
        " depends on; the table below says the same in words.</desc>\n"
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\""
        " markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker>"
        "</defs>\n");
    for (std::size_t i = 0; i < layout.lines.size(); ++i) put_line(layout.lines[i], i);
    for (std::size_t i = 0; i < joined_.size(); ++i) {
      const auto& spot = layout.nodes[i];
      put_node(out_, graph_.nodes[joined_[i]], left_of(spot), middle_of(spot));
    }
    if (rows != 0) put_alone(kMargin + drawn, across);
    out_.put("</svg>\n");
  }

 private:
  // What has no relation stands below, and does not stretch the picture.
  void split() {
    std::vector<bool> has_edge(graph_.nodes.size());
    for (const auto& edge : graph_.edges) has_edge[edge.from] = has_edge[edge.to] = true;
    std::vector<std::size_t> place(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      place[i] = joined_.size();
      (has_edge[i] ? joined_ : alone_).push_back(i);
    }
    joined_graph_.nodes = joined_.size();
    for (const auto& edge : graph_.edges) {
      joined_graph_.edges.emplace_back(place[edge.from], place[edge.to]);
    }
  }

  [[nodiscard]] static double left_of(const Spot& spot) {
    return kMargin + static_cast<double>(spot.layer) * kColumn;
  }
  [[nodiscard]] static double middle_of(const Spot& spot) { return kMargin + spot.row * kRow; }

  void put_line(const std::vector<Spot>& way, std::size_t edge) {
    if (way.size() < 2) return;
    const bool back = way.front().layer > way.back().layer;
    const bool forth = way.front().layer < way.back().layer;
    // From the side of a box to the side of the next; a line within a layer leaves to the right.
    double x = left_of(way.front()) + (back ? 0 : kWidth);
    double y = middle_of(way.front());
    out_.put("<path class=\"", relation_class(graph_.edges[edge].relation), "\" d=\"M", Decimal{x},
             " ", Decimal{y});
    for (std::size_t k = 1; k < way.size(); ++k) {
      const bool last = k + 1 == way.size();
      const double to_y = middle_of(way[k]);
      const double to_x = left_of(way[k]) + (last ? (forth ? 0 : kWidth) : back ? kWidth : 0);
      const double bend = back || forth ? (to_x - x) / 2 : 40;
      out_.put("C", Decimal{x + bend}, " ", Decimal{y}, " ",
               Decimal{back || forth ? to_x - bend : to_x + bend}, " ", Decimal{to_y}, " ",
               Decimal{to_x}, " ", Decimal{to_y});
      x = to_x;
      y = to_y;
      if (last) continue;
      x += back ? -kWidth : kWidth;  // straight past the layer
      out_.put("L", Decimal{x}, " ", Decimal{y});
    }
    out_.put("\" marker-end=\"url(#tip)\"/>\n");
  }

  static std::string_view relation_class(std::string_view relation) {
    if (relation == "trained-on") return "edge trained";
    if (relation == "described-by") return "edge described";
    return relation == "derived-from" ? "edge derived" : "edge";
  }

  void put_alone(double top, std::size_t across) {
    out_.put("<text class=\"aside\" x=\"", Decimal{kMargin}, "\" y=\"", Decimal{top + 18},
             "\">without a declared relation</text>\n");
    for (std::size_t i = 0; i < alone_.size(); ++i) {
      const auto column = static_cast<double>(i % across);
      const auto row = static_cast<double>(i / across);
      put_node(out_, graph_.nodes[alone_[i]], kMargin + column * (kWidth + 14),
               top + 26 + row * kRow + kRow / 2);
    }
  }

  Markup& out_;
  const AssetGraph& graph_;
  std::vector<std::size_t> joined_;  // nodes with a relation
  std::vector<std::size_t> alone_;
  Graph joined_graph_;
  double width_ = 0;
};

void put_table(Markup& out, const AssetGraph& graph) {
  out.put("<details><summary>", count_of(graph.edges.size(), "relation"), " of ",
          count_of(graph.nodes.size(), "asset"),
          " in words</summary>\n<div class=\"inside\"><table class=\"mini\"><thead><tr>"
          "<th scope=\"col\">Asset</th><th scope=\"col\">Relation</th><th scope=\"col\">Asset</th>"
          "</tr></thead><tbody>\n");
  for (const auto& edge : graph.edges) {
    out.put("<tr><td>", Cut{graph.nodes[edge.from].name, 200}, "</td><td>", Cut{edge.relation, 40},
            "</td><td>", Cut{graph.nodes[edge.to].name, 200}, "</td></tr>\n");
  }
  out.put("</tbody></table></div></details>\n");
}

}  // namespace

bool has_assets(const Page& page) {
  return observation_with_graph(page.assessment) != nullptr;
}

void put_assets(Page& page) {
  const auto* observation = observation_with_graph(page.assessment);
  if (observation == nullptr) return;
  const AssetGraph graph = graph_of(observation->facts["graph"]);
  Markup& out = page.out;
  out.put(
      "<section id=\"assets\" aria-labelledby=\"h-assets\">\n<h2 id=\"h-assets\">Assets</h2>\n"
      "<p class=\"note\">What the system is made of and how its parts depend on each other, as"
      " declared and found (<a href=\"#o-",
      Cut{observation->id, 64},
      "\">observation</a>). Packages and files stand in the <a href=\"#verify\">bill of"
      " materials</a>.</p>\n<figure>\n");
  Drawing(out, graph).put();
  out.put(
      "<figcaption class=\"note\">An arrow leads to what is used. Solid: depends on. Dashed: "
      "trained"
      " on. Dotted: described by.</figcaption>\n</figure>\n");
  put_table(out, graph);
  out.put("</section>\n");
}

}  // namespace cupel
