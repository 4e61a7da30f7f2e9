// SPDX-License-Identifier: Apache-2.0
// merkle: the hash tree of RFC 6962 section 2.1 over SHA-256, and its proofs (RFC
// 9162 2.1.3, 2.1.4).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "crypto/digest.h"

namespace cupel::merkle {

[[nodiscard]] Digest leaf_hash(Bytes leaf);
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);
[[nodiscard]] Digest empty_root();

// A complete subtree: the 2^level leaves from at * 2^level on.
struct Node {
  unsigned level = 0;
  std::uint64_t at = 0;
  bool operator==(const Node&) const = default;
};

// Leaves [begin, end).
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The proofs as places, for whoever keeps the hashes elsewhere: every range is hashed
// by fold() over its cover().
[[nodiscard]] std::vector<Range> inclusion_path(std::uint64_t index, std::uint64_t size);
[[nodiscard]] std::vector<Range> consistency_path(std::uint64_t from, std::uint64_t to);
// The complete subtrees that make up a range, left to right. REQUIRES: the range
// begins at a multiple of the largest of them.
[[nodiscard]] std::vector<Node> cover(Range range);
[[nodiscard]] Digest fold(std::span<const Digest> subtrees);
// The subtrees that the leaf `index` completes, smallest first: itself at least.
[[nodiscard]] std::vector<Node> completed_by(std::uint64_t index);

// A tree that only grows; keeps the hashes of all complete subtrees.
class Tree {
 public:
  Tree() = default;
  // The tree over all leaves, hashed by so many threads.
  Tree(std::vector<Digest> leaves, unsigned threads);
  void append(const Digest& leaf);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;
  // The root that the tree had at an earlier size. REQUIRES: at <= size().
  [[nodiscard]] Digest root_at(std::uint64_t at) const;
  // REQUIRES: index < at <= size().
  [[nodiscard]] std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t at) const;
  // REQUIRES: 0 < from <= to <= size().
  [[nodiscard]] std::vector<Digest> consistency_proof(std::uint64_t from, std::uint64_t to) const;
  // REQUIRES: the subtree is complete.
  [[nodiscard]] const Digest& node(Node node) const;

 private:
  [[nodiscard]] Digest range(Range range) const;
  [[nodiscard]] std::vector<Digest> hashes(std::span<const Range> path) const;
  std::vector<std::vector<Digest>> levels_;  // levels_[k]: subtrees of 2^k leaves
  std::uint64_t size_ = 0;
};

// The right edge of a tree: all that is needed to append to it.
class Frontier {
 public:
  struct Completed {
    Node node;
    Digest hash = {};
  };
  Frontier() = default;
  // `subtrees` are the hashes of cover({0, size}).
  Frontier(std::uint64_t size, std::vector<Digest> subtrees)
      : subtrees_(std::move(subtrees)), size_(size) {}
  // Adds to `completed` every subtree that is complete now and was not before.
  void append(const Digest& leaf, std::vector<Completed>& completed);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const { return fold(subtrees_); }

 private:
  std::vector<Digest> subtrees_;
  std::uint64_t size_ = 0;
};

[[nodiscard]] bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Digest> proof, const Digest& root);
// A first size of zero is refused: it proves nothing.
[[nodiscard]] bool verify_consistency(std::uint64_t from, std::uint64_t to, const Digest& from_root,
                                      const Digest& to_root, std::span<const Digest> proof);

}  // namespace cupel::merkle
