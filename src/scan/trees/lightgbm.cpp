// SPDX-License-Identifier: Apache-2.0
// LightGBM: lines of `key=value`, a block for each tree.
// Source: LightGBM/src/io/tree.cpp, gbdt_model_text.cpp
#include <algorithm>
#include <charconv>
#include <map>

#include "base/text.h"
#include "scan/text/hidden.h"
#include "scan/trees/trees.h"

namespace cupel::scan {
namespace {

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

std::uint64_t words_in(std::string_view line) {
  if (trim(line).empty()) return 0;
  return static_cast<std::uint64_t>(std::ranges::count(trim(line), ' ')) + 1;
}

std::optional<std::vector<std::int64_t>> numbers_in(std::string_view line) {
  std::vector<std::int64_t> out;
  for (const auto word : split(trim(line), ' ')) {
    const auto number = number_from(trim(word));
    if (!number) return {};
    out.push_back(*number);
  }
  return out;
}

class Walk {
 public:
  Walk(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void run() {
    const auto text = as_text(layer_.bytes);
    bool ended = false;
    for (std::size_t begin = 0; begin < text.size() && problems_ < 20;) {
      const auto end = std::min(text.find('\n', begin), text.size());
      const auto line = trim(text.substr(begin, end - begin));
      const bool over = line == "end of trees";
      if (line.starts_with("Tree=") || over) finish({begin, end});
      if (line.starts_with("Tree=")) open(line.substr(5), begin);
      ended = ended || over;
      if (!over) pair(line, {begin, end}, ended);
      begin = end + 1;
    }
    if (ended) return;
    session_.miss(layer_, "it could not be read to its end");
    tell("its trees do not end", {text.size(), text.size()});
  }

 private:
  void tell(std::string_view what, Span span) {
    ++problems_;
    tell_tree(layer_, session_, what, tree_, span);
  }

  void open(std::string_view name, std::size_t at) {
    tree_ = cat("Tree=", printable(name, 40));
    begin_ = at;
    in_tree_ = true;
  }

  void pair(std::string_view line, Span span, bool ended) {
    const auto equals = line.find('=');
    if (ended || equals == std::string_view::npos) {
      if (line.size() > 16) examine_hidden_text(layer_, session_, "text", line, span);
      return;
    }
    const auto key = line.substr(0, equals);
    const auto value = line.substr(equals + 1);
    if (in_tree_) {
      if (!values_.emplace(key, value).second) {
        tell(cat("the key ", quote(key), " stands twice"), span);
      }
      return;
    }
    if (key == "objective") session_.state(layer_, "objective", value);
    if (key == "max_feature_idx") features_ = number_from(value);
    examine_hidden_text(layer_, session_, key, value, span);
  }

  std::uint64_t count(std::string_view key) { return words_in(values_[key]); }

  void finish(Span here) {
    if (!in_tree_) return;
    in_tree_ = false;
    const Span span{begin_, here.begin};
    const auto leaves = number_from(values_["num_leaves"]);
    if (!leaves || *leaves < 1 || static_cast<std::uint64_t>(*leaves) > layer_.bytes.size()) {
      tell("a tree does not say how many leaves it has", span);
    } else {
      check(static_cast<std::uint64_t>(*leaves), span);
    }
    values_.clear();
    tree_.clear();
  }

  void check(std::uint64_t leaves, Span span) {
    for (const std::string_view key :
         {"split_feature", "threshold", "decision_type", "left_child", "right_child"}) {
      if (leaves > 1 && count(key) != leaves - 1) {
        return tell(
            cat("a tree of ", leaves, " leaves has ", count(key), " values in ", quote(key)), span);
      }
    }
    if (count("leaf_value") != leaves) {
      return tell(
          cat("a tree of ", leaves, " leaves has ", count("leaf_value"), " values in `leaf_value`"),
          span);
    }
    if (leaves < 2) return;
    const auto left = numbers_in(values_["left_child"]);
    const auto right = numbers_in(values_["right_child"]);
    const auto features = numbers_in(values_["split_feature"]);
    if (!left || !right || !features) return tell("a tree has a child that is no number", span);
    children(leaves, *left, *right, span);
    for (const auto feature : *features) {
      if (feature >= 0 && feature <= features_.value_or(INT32_MAX)) continue;
      return tell(cat("a tree asks for feature ", feature), span);
    }
  }

  // ~n is leaf n. All nodes and leaves together make one tree.
  void children(std::uint64_t leaves, std::vector<std::int64_t> left,
                std::vector<std::int64_t> right, Span span) {
    const auto inner = static_cast<std::int64_t>(leaves) - 1;
    for (auto* side : {&left, &right}) {
      for (auto& child : *side) {
        if (child < -static_cast<std::int64_t>(leaves) || child >= inner) {
          return tell(cat("a node leads to ", child, " in a tree of ", leaves, " leaves"), span);
        }
        if (child < 0) child = inner + ~child;
      }
    }
    left.resize(leaves + static_cast<std::uint64_t>(inner), -1);
    right.resize(left.size(), -1);
    if (auto problem = walk_tree(left, right); !problem.empty()) tell(std::move(problem), span);
  }

  const Layer& layer_;
  Session& session_;
  std::map<std::string_view, std::string_view> values_;
  std::optional<std::int64_t> features_;
  std::string tree_;
  std::uint64_t begin_ = 0;
  unsigned problems_ = 0;
  bool in_tree_ = false;
};

}  // namespace

void examine_lightgbm(const Layer& layer, Session& session) {
  Walk(layer, session).run();
}

}  // namespace cupel::scan
