// SPDX-License-Identifier: Apache-2.0
#include "crypto/merkle.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "support/support.h"
#include "support/vectors.h"

namespace cupel::merkle {
namespace {

Digest leaf(std::uint64_t i) {
  return leaf_hash(as_bytes(cat("leaf ", i)));
}

Tree tree_of(std::uint64_t size) {
  Tree tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.append(leaf(i));
  return tree;
}

// MTH of RFC 6962 2.1, written as the RFC writes it.
Digest by_definition(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return sha256("");
  if (end - begin == 1) return leaf(begin);
  std::uint64_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  return node_hash(by_definition(begin, begin + k), by_definition(begin + k, end));
}

TEST(Merkle, GivesTheRootsOfTheKnownTree) {
  // The eight leaves that implementations of RFC 6962 test with.
  const char* leaves[] = {"",
                          "00",
                          "10",
                          "2021",
                          "3031",
                          "40414243",
                          "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"};
  Tree tree;
  EXPECT_EQ(to_hex(tree.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const char* text : leaves) tree.append(leaf_hash(from_hex(text).value()));
  EXPECT_EQ(to_hex(tree.root_at(1)),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(to_hex(tree.root()),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, TreeAndFrontierGiveTheRootOfTheDefinitionAtEverySize) {
  const std::uint64_t sizes = 130;
  const Tree tree = tree_of(sizes);
  Frontier frontier;
  std::vector<Frontier::Completed> completed;
  for (std::uint64_t size = 0; size <= sizes; ++size) {
    EXPECT_EQ(tree.root_at(size), by_definition(0, size)) << size;
    EXPECT_EQ(frontier.root(), by_definition(0, size)) << size;
    EXPECT_EQ(frontier.size(), size);
    frontier.append(leaf(size), completed);
  }
  for (const auto& [node, hash] : completed) {
    if ((node.at + 1) << node.level <= sizes) {
      EXPECT_EQ(tree.node(node), hash);
    }
  }
}

TEST(Merkle, FrontierGoesOnFromStoredSubtrees) {
  const Tree tree = tree_of(100);
  for (std::uint64_t size = 0; size < 100; ++size) {
    std::vector<Digest> edge;
    for (const Node node : cover({0, size})) edge.push_back(tree.node(node));
    Frontier frontier(size, edge);
    EXPECT_EQ(frontier.root(), tree.root_at(size));
    std::vector<Frontier::Completed> completed;
    frontier.append(leaf(size), completed);
    EXPECT_EQ(frontier.root(), tree.root_at(size + 1));
  }
}

TEST(Merkle, EveryInclusionProofHoldsAndNoNeighbourFits) {
  const Tree tree = tree_of(40);
  for (std::uint64_t size = 1; size <= tree.size(); ++size) {
    const Digest root = tree.root_at(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      auto proof = tree.inclusion_proof(index, size);
      EXPECT_TRUE(verify_inclusion(leaf(index), index, size, proof, root));
      EXPECT_FALSE(verify_inclusion(leaf(index + 1), index, size, proof, root));
      EXPECT_FALSE(verify_inclusion(leaf(index), index + 1, size, proof, root));
      EXPECT_FALSE(verify_inclusion(leaf(index), size, size, proof, root));
      EXPECT_FALSE(verify_inclusion(leaf(index), index, 0, proof, root));
      proof.push_back(root);
      EXPECT_FALSE(verify_inclusion(leaf(index), index, size, proof, root));
      proof.pop_back();
      if (proof.empty()) continue;
      proof.back()[0] ^= std::byte{1};
      EXPECT_FALSE(verify_inclusion(leaf(index), index, size, proof, root));
      proof.pop_back();
      EXPECT_FALSE(verify_inclusion(leaf(index), index, size, proof, root));
    }
  }
}

TEST(Merkle, EveryConsistencyProofHoldsAndNoOtherHistoryFits) {
  const Tree tree = tree_of(40);
  for (std::uint64_t to = 1; to <= tree.size(); ++to) {
    for (std::uint64_t from = 1; from <= to; ++from) {
      auto proof = tree.consistency_proof(from, to);
      const Digest first = tree.root_at(from);
      const Digest second = tree.root_at(to);
      EXPECT_TRUE(verify_consistency(from, to, first, second, proof));
      EXPECT_FALSE(verify_consistency(0, to, first, second, proof));
      EXPECT_FALSE(verify_consistency(to + 1, to, first, second, proof));
      Digest other = first;
      other[5] ^= std::byte{4};
      EXPECT_FALSE(verify_consistency(from, to, other, second, proof));
      EXPECT_FALSE(verify_consistency(from, to, first, other, proof));
      proof.push_back(first);
      EXPECT_FALSE(verify_consistency(from, to, first, second, proof));
      proof.pop_back();
      if (proof.empty()) continue;
      proof.front()[31] ^= std::byte{128};
      EXPECT_FALSE(verify_consistency(from, to, first, second, proof));
    }
  }
}

std::optional<Digest> digest_of(const Json& json) {
  const auto bytes = from_base64(json.text());
  if (!bytes || bytes->size() != std::tuple_size_v<Digest>) return {};
  Digest digest{};
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

// A vector whose hashes are not 32 bytes long cannot even be asked: it is refused.
bool answer(const Json& vector, bool inclusion) {
  std::vector<Digest> proof;
  for (const auto& item : vector["proof"].items()) {
    const auto digest = digest_of(item);
    if (!digest) return false;
    proof.push_back(*digest);
  }
  const auto number = [&](const char* key) {  // 2^64 - 1 does not fit our integers
    return vector[key].is_integer() ? static_cast<std::uint64_t>(vector[key].integer())
                                    : UINT64_MAX;
  };
  const auto first = digest_of(vector[inclusion ? "leafHash" : "root1"]);
  const auto second = digest_of(vector[inclusion ? "root" : "root2"]);
  if (!first || !second) return false;
  return inclusion ? verify_inclusion(*first, number("leafIdx"), number("treeSize"), proof, *second)
                   : verify_consistency(number("size1"), number("size2"), *first, *second, proof);
}

TEST(Merkle, AgreesWithTheVectorsOfTransparencyDev) {
  const auto folder = test::vectors("merkle");
  NEED_VECTORS(folder);
  int count = 0;
  for (const bool inclusion : {true, false}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(
             folder / (inclusion ? "inclusion" : "consistency"))) {
      if (file.path().extension() != ".json") continue;
      // Takes twelve bytes for a root because both roots are the same; a Digest has 32.
      if (file.path().stem() == "sizes-are-equal-one-and-proof-is-empty") continue;
      const auto reading = read_json(test::slurp(file.path()));
      ASSERT_TRUE(reading.value) << file.path() << reading.problem;
      EXPECT_EQ(answer(*reading.value, inclusion), !(*reading.value)["wantErr"].boolean())
          << file.path();
      ++count;
    }
  }
  EXPECT_GE(count, 190);
}

}  // namespace
}  // namespace cupel::merkle
