// SPDX-License-Identifier: Apache-2.0
#include "crypto/merkle.h"

#include <algorithm>
#include <bit>
#include <thread>

#include "base/require.h"

namespace cupel::merkle {
namespace {

// The largest power of two below `size`. REQUIRES: size > 1.
std::uint64_t split(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

bool is_power_of_two(std::uint64_t number) {
  return std::has_single_bit(number);
}

// One step up the path of RFC 9162 2.1.3.2 and 2.1.4.2: whether the sibling stands to
// the left, and the positions one level (or several, along the right edge) higher.
struct Climb {
  std::uint64_t node;
  std::uint64_t last;

  bool sibling_is_left() {
    const bool left = (node & 1U) != 0 || node == last;
    if (left) {
      while ((node & 1U) == 0 && node != 0) up();
    }
    up();
    return left;
  }
  void up() {
    node >>= 1U;
    last >>= 1U;
  }
};

}  // namespace

Digest leaf_hash(Bytes leaf) {
  constexpr std::array<std::byte, 1> kLeaf{std::byte{0}};
  return Sha256().add(kLeaf).add(leaf).finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
  constexpr std::array<std::byte, 1> kNode{std::byte{1}};
  return Sha256().add(kNode).add(left).add(right).finish();
}

Digest empty_root() {
  return sha256(Bytes{});
}

std::vector<Node> cover(Range range) {
  std::vector<Node> nodes;
  std::uint64_t at = range.begin;
  for (std::uint64_t left = range.end - range.begin; left != 0;) {
    const auto level = static_cast<unsigned>(std::bit_width(left)) - 1U;
    const std::uint64_t width = std::uint64_t{1} << level;
    require(at % width == 0);
    nodes.push_back({.level = level, .at = at >> level});
    at += width;
    left -= width;
  }
  return nodes;
}

Digest fold(std::span<const Digest> subtrees) {
  if (subtrees.empty()) return empty_root();
  Digest hash = subtrees.back();
  for (std::size_t i = subtrees.size() - 1; i > 0; --i) hash = node_hash(subtrees[i - 1], hash);
  return hash;
}

std::vector<Range> inclusion_path(std::uint64_t index, std::uint64_t size) {
  require(index < size);
  std::vector<Range> path;
  Range at{.begin = 0, .end = size};
  while (at.end - at.begin > 1) {
    const std::uint64_t middle = at.begin + split(at.end - at.begin);
    if (index < middle) {
      path.push_back({.begin = middle, .end = at.end});
      at.end = middle;
    } else {
      path.push_back({.begin = at.begin, .end = middle});
      at.begin = middle;
    }
  }
  return {path.rbegin(), path.rend()};
}

std::vector<Range> consistency_path(std::uint64_t from, std::uint64_t to) {
  require(0 < from && from <= to);
  std::vector<Range> path;
  Range at{.begin = 0, .end = to};
  // SUBPROOF of RFC 6962 2.1.2: walk down until the old tree's edge is the range's end.
  while (from != at.end) {
    const std::uint64_t middle = at.begin + split(at.end - at.begin);
    if (from <= middle) {
      path.push_back({.begin = middle, .end = at.end});
      at.end = middle;
    } else {
      path.push_back({.begin = at.begin, .end = middle});
      at.begin = middle;
    }
  }
  if (at.begin != 0) path.push_back(at);  // the verifier knows the old root itself
  return {path.rbegin(), path.rend()};
}

std::vector<Node> completed_by(std::uint64_t index) {
  std::vector<Node> nodes{{.level = 0, .at = index}};
  for (unsigned level = 1; (index & 1U) != 0; ++level) {
    index >>= 1U;
    nodes.push_back({.level = level, .at = index});
  }
  return nodes;
}

Tree::Tree(std::vector<Digest> leaves, unsigned threads) : size_(leaves.size()) {
  constexpr std::size_t kWorthAThread = 8192;
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) {
    const std::vector<Digest>& below = levels_.back();
    std::vector<Digest> level(below.size() / 2);
    const auto hash = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i)
        level[i] = node_hash(below[2 * i], below[2 * i + 1]);
    };
    const std::size_t parts =
        std::clamp<std::size_t>(level.size() / kWorthAThread, 1, std::max(1U, threads));
    {
      std::vector<std::jthread> others;
      for (std::size_t part = 1; part < parts; ++part) {
        others.emplace_back(hash, level.size() * part / parts, level.size() * (part + 1) / parts);
      }
      hash(0, level.size() / parts);
    }
    levels_.push_back(std::move(level));
  }
}

void Tree::append(const Digest& leaf) {
  Digest hash = leaf;
  for (const Node node : completed_by(size_)) {
    if (levels_.size() <= node.level) levels_.emplace_back();
    if (node.level > 0) hash = node_hash(levels_[node.level - 1][node.at * 2], hash);
    levels_[node.level].push_back(hash);
  }
  ++size_;
}

Digest Tree::root() const {
  return root_at(size_);
}

Digest Tree::root_at(std::uint64_t at) const {
  require(at <= size_);
  return range({.begin = 0, .end = at});
}

const Digest& Tree::node(Node node) const {
  require(node.level < levels_.size() && node.at < levels_[node.level].size());
  return levels_[node.level][node.at];
}

Digest Tree::range(Range range) const {
  std::vector<Digest> subtrees;
  for (const Node part : cover(range)) subtrees.push_back(node(part));
  return fold(subtrees);
}

std::vector<Digest> Tree::hashes(std::span<const Range> path) const {
  std::vector<Digest> proof;
  proof.reserve(path.size());
  for (const Range part : path) proof.push_back(range(part));
  return proof;
}

std::vector<Digest> Tree::inclusion_proof(std::uint64_t index, std::uint64_t at) const {
  require(at <= size_);
  return hashes(inclusion_path(index, at));
}

std::vector<Digest> Tree::consistency_proof(std::uint64_t from, std::uint64_t to) const {
  require(to <= size_);
  return hashes(consistency_path(from, to));
}

void Frontier::append(const Digest& leaf, std::vector<Completed>& completed) {
  Digest hash = leaf;
  for (const Node node : completed_by(size_)) {
    if (node.level > 0) {
      hash = node_hash(subtrees_.back(), hash);
      subtrees_.pop_back();
    }
    completed.push_back({.node = node, .hash = hash});
  }
  subtrees_.push_back(hash);
  ++size_;
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return false;
  Climb climb{.node = index, .last = size - 1};
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (climb.last == 0) return false;
    hash = climb.sibling_is_left() ? node_hash(sibling, hash) : node_hash(hash, sibling);
  }
  return climb.last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t from, std::uint64_t to, const Digest& from_root,
                        const Digest& to_root, std::span<const Digest> proof) {
  if (from == 0 || from > to) return false;
  if (from == to) return proof.empty() && from_root == to_root;
  if (proof.empty()) return false;
  // A complete old tree is a node of the new one: the proof starts from its root.
  Digest first = from_root;
  if (!is_power_of_two(from)) {
    first = proof.front();
    proof = proof.subspan(1);
  }
  Climb climb{.node = from - 1, .last = to - 1};
  while ((climb.node & 1U) != 0) climb.up();
  Digest old_hash = first;
  Digest new_hash = first;
  for (const Digest& sibling : proof) {
    if (climb.last == 0) return false;
    if (climb.sibling_is_left()) {
      old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
  }
  return climb.last == 0 && old_hash == from_root && new_hash == to_root;
}

}  // namespace cupel::merkle
