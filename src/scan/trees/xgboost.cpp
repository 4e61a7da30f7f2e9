// SPDX-License-Identifier: Apache-2.0
// XGBoost in JSON and UBJSON: one model in two spellings.
// Source: xgboost/doc/model.schema and src/tree/tree_model.cc
#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.h"
#include "base/text.h"
#include "formats/ubjson.h"
#include "scan/text/hidden.h"
#include "scan/trees/trees.h"

namespace cupel::scan {
namespace {

constexpr JsonLimits kJsonLimits{.depth = 64, .values = 4'000'000};
constexpr unsigned kMostProblems = 20;

using Numbers = std::optional<std::vector<std::int64_t>>;

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

// What both spellings can be asked.
class JsonNode {
 public:
  explicit JsonNode(const Json& json) : json_(&json) {}
  [[nodiscard]] JsonNode operator[](std::string_view key) const { return JsonNode((*json_)[key]); }
  [[nodiscard]] bool is_object() const { return json_->is_object(); }
  [[nodiscard]] bool is_list() const { return json_->is_array(); }
  [[nodiscard]] std::uint64_t size() const { return json_->items().size(); }
  [[nodiscard]] JsonNode at(std::size_t index) const { return JsonNode(json_->items()[index]); }
  [[nodiscard]] std::string_view text() const { return json_->text(); }
  [[nodiscard]] Numbers numbers() const {
    std::vector<std::int64_t> out;
    for (const auto& item : json_->items()) {
      if (!item.is_integer()) return {};
      out.push_back(item.integer());
    }
    return out;
  }
  template <class Use>
  void each_text(const Use& use) const {
    for (const auto& [key, value] : json_->members()) use(key, value.text());
  }

 private:
  const Json* json_;
};

class UbjsonNode {
 public:
  explicit UbjsonNode(const ubjson::Value* value) : value_(value) {}
  [[nodiscard]] UbjsonNode operator[](std::string_view key) const {
    return UbjsonNode(value_ == nullptr ? nullptr : value_->find(key));
  }
  [[nodiscard]] bool is_object() const { return value_ != nullptr && value_->kind == '{'; }
  [[nodiscard]] bool is_list() const { return value_ != nullptr && value_->kind == '['; }
  [[nodiscard]] std::uint64_t size() const { return is_list() ? value_->size() : 0; }
  [[nodiscard]] UbjsonNode at(std::size_t index) const {
    return UbjsonNode(index < value_->items.size() ? &value_->items[index] : nullptr);
  }
  [[nodiscard]] std::string_view text() const {
    return value_ == nullptr ? std::string_view{} : as_text(value_->bytes);
  }
  [[nodiscard]] Numbers numbers() const {
    return value_ == nullptr ? Numbers{} : ubjson::whole_numbers(*value_);
  }
  template <class Use>
  void each_text(const Use& use) const {
    if (value_ == nullptr) return;
    for (const auto& member : value_->members) {
      if (member.value.kind == 'S') use(member.key, as_text(member.value.bytes));
    }
  }

 private:
  const ubjson::Value* value_;
};

template <class Node>
class Walk {
 public:
  Walk(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void run(Node root) {
    if (!root["learner"].is_object()) root = root["Model"];
    const auto learner = root["learner"];
    if (!learner.is_object()) return tell("it has no `learner`", "/");
    session_.state(layer_, "objective", learner["objective"]["name"].text());
    learner["attributes"].each_text([&](std::string_view key, std::string_view value) {
      examine_hidden_text(layer_, session_, key, value, {});
    });
    features_ = number_from(learner["learner_model_param"]["num_feature"].text());
    booster(learner["gradient_booster"], "/learner/gradient_booster");
  }

 private:
  void tell(std::string_view what, std::string_view pointer) {
    if (++problems_ <= kMostProblems) tell_tree(layer_, session_, what, pointer);
  }

  void booster(const Node& booster, const std::string& pointer) {
    const auto name = booster["name"].text();
    if (name == "dart") return this->booster(booster["gbtree"], cat(pointer, "/gbtree"));
    session_.state(layer_, "architecture", cat("XGBoost ", name));
    if (name == "gblinear") return;
    const auto trees = booster["model"]["trees"];
    if (name != "gbtree" || !trees.is_list()) return tell("it has no trees", pointer);
    const auto groups = booster["model"]["tree_info"];
    if (groups.size() != trees.size()) {
      tell(
          cat("it has ", trees.size(), " trees, and says of ", groups.size(), " what they are for"),
          cat(pointer, "/model/tree_info"));
    }
    for (std::size_t i = 0; i < trees.size() && problems_ < kMostProblems; ++i) {
      tree(trees.at(i), cat(pointer, "/model/trees/", i));
    }
  }

  void tree(const Node& tree, const std::string& pointer) {
    constexpr std::array<std::string_view, 5> kPerNode = {
        "right_children", "parents", "split_indices", "split_conditions", "default_left"};
    const auto left = tree["left_children"].numbers();
    const auto right = tree["right_children"].numbers();
    if (!left || !right) return tell("a tree has no children", pointer);
    const auto claimed = number_from(tree["tree_param"]["num_nodes"].text());
    if (!claimed || *claimed < 0 || static_cast<std::uint64_t>(*claimed) != left->size()) {
      return tell(cat("a tree claims ", claimed.value_or(-1), " nodes and has ", left->size()),
                  cat(pointer, "/tree_param/num_nodes"));
    }
    for (const auto key : kPerNode) {
      if (tree[key].size() == left->size()) continue;
      return tell(cat("a tree of ", left->size(), " nodes has ", tree[key].size(), " values"),
                  cat(pointer, "/", key));
    }
    if (const auto problem = walk_tree(*left, *right); !problem.empty()) {
      return tell(problem, cat(pointer, "/left_children"));
    }
    splits(tree, *left, pointer);
    categories(tree, left->size(), pointer);
  }

  void splits(const Node& tree, const std::vector<std::int64_t>& left, const std::string& pointer) {
    const auto features = tree["split_indices"].numbers();
    const auto known = features_.value_or(0);
    const auto most = known > 0 ? known : INT32_MAX;
    if (!features)
      return tell("a tree splits by what is no feature", cat(pointer, "/split_indices"));
    for (std::size_t i = 0; i < left.size(); ++i) {
      const auto feature = (*features)[i];
      // Leaves and pruned nodes ask for none.
      if (left[i] == -1 || feature == INT32_MAX || (feature >= 0 && feature < most)) continue;
      return tell(cat("a tree splits by feature ", feature, " of ", most),
                  cat(pointer, "/split_indices"));
    }
  }

  // Each node that splits by categories has a run of the list of categories.
  void categories(const Node& tree, std::uint64_t nodes, const std::string& pointer) {
    const auto owners = tree["categories_nodes"].numbers();
    const auto begins = tree["categories_segments"].numbers();
    const auto sizes = tree["categories_sizes"].numbers();
    if (!owners || !begins || !sizes) return;
    const auto whole = tree["categories"].size();
    if (owners->size() != begins->size() || owners->size() != sizes->size()) {
      return tell("the categories of a tree have lists of different lengths",
                  cat(pointer, "/categories_nodes"));
    }
    for (std::size_t i = 0; i < owners->size(); ++i) {
      const auto begin = static_cast<std::uint64_t>((*begins)[i]);
      const auto size = static_cast<std::uint64_t>((*sizes)[i]);
      if (static_cast<std::uint64_t>((*owners)[i]) < nodes && size <= whole &&
          begin <= whole - size) {
        continue;
      }
      return tell("the categories of a tree lead out of their list",
                  cat(pointer, "/categories_nodes/", i));
    }
  }

  const Layer& layer_;
  Session& session_;
  std::optional<std::int64_t> features_;
  unsigned problems_ = 0;
};

void damaged(const Layer& layer, Session& session, std::string_view problem, std::uint64_t at) {
  session.miss(layer, "it could not be read to its end");
  tell_tree(layer, session, std::string(problem), "", {at, std::max<std::uint64_t>(at, 1)});
}

}  // namespace

void examine_xgboost_json(const Layer& layer, Session& session) {
  const auto json = read_json(as_text(layer.bytes), kJsonLimits);
  if (json.value) return Walk<JsonNode>(layer, session).run(JsonNode(*json.value));
  if (json.problem == "it holds too many values") return session.miss(layer, json.problem);
  damaged(layer, session, json.problem, json.offset);
}

void examine_xgboost_ubjson(const Layer& layer, Session& session) {
  const auto reading = ubjson::read(layer.bytes);
  if (reading.value) {
    return Walk<UbjsonNode>(layer, session).run(UbjsonNode(&*reading.value));
  }
  if (reading.problem == "it holds too many values") return session.miss(layer, reading.problem);
  damaged(layer, session, reading.problem, reading.end);
}

}  // namespace cupel::scan
