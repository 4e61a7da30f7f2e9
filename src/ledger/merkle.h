// SPDX-License-Identifier: Apache-2.0
// merkle: the hash tree of RFC 6962 section 2.1 over SHA-256, and its proofs (RFC
// 9162 2.1.3, 2.1.4).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/digest.h"

namespace cupel::merkle {

[[nodiscard]] Digest leaf_hash(Bytes leaf);
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);
[[nodiscard]] Digest empty_root();

// A tree that only grows; keeps the hashes of all complete subtrees.
class Tree {
 public:
  void append(const Digest& leaf);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;
  // The root that the tree had at an earlier size. REQUIRES: at <= size().
  [[nodiscard]] Digest root_at(std::uint64_t at) const;
  // REQUIRES: index < at <= size().
  [[nodiscard]] std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t at) const;
  // REQUIRES: 0 < from <= to <= size().
  [[nodiscard]] std::vector<Digest> consistency_proof(std::uint64_t from, std::uint64_t to) const;

 private:
  [[nodiscard]] Digest range(std::uint64_t begin, std::uint64_t end) const;
  std::vector<std::vector<Digest>> levels_;  // levels_[k]: subtrees of 2^k leaves
  std::uint64_t size_ = 0;
};

[[nodiscard]] bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Digest> proof, const Digest& root);
// A first size of zero is refused: it proves nothing.
[[nodiscard]] bool verify_consistency(std::uint64_t from, std::uint64_t to, const Digest& from_root,
                                      const Digest& to_root, std::span<const Digest> proof);

}  // namespace cupel::merkle
