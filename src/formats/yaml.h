// SPDX-License-Identifier: Apache-2.0
// yaml: a YAML 1.1 document as a tree in which every node knows where it stands.
//
// Aliases, merge keys, tags other than the standard ones, and duplicate keys are
// problems, not features: what a person reviews must be what is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::yaml {

struct Mark {
  std::uint32_t line = 0;    // 1-based
  std::uint32_t column = 0;  // 1-based, in code points
};

enum class Kind { null, text, sequence, mapping };

struct Node {
  Kind kind = Kind::null;
  std::string text;     // a scalar as written, quotes resolved
  bool quoted = false;  // "90" is text, 90 may be a number
  Mark begin;
  Mark end;
  std::vector<Node> items;  // of a sequence; the values of a mapping
  std::vector<Node> keys;   // of a mapping, as many as items

  // The value under a key of a mapping, or null.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

enum class Trouble {
  syntax,     // it is not YAML
  duplicate,  // a key stands twice in one mapping
  feature,    // YAML that we refuse: aliases, anchors, merge keys, tags, a second document
  limit       // too large, too deep, too many nodes
};

struct Problem {
  Trouble trouble = Trouble::syntax;
  std::string what;  // "the key `name` stands twice"
  Mark at;
};

struct Limits {
  std::size_t bytes = 8U << 20U;
  std::size_t depth = 32;
  std::size_t nodes = 500'000;
};

struct Reading {
  Node root;
  std::vector<Problem> problems;  // any: the root holds what was understood before it
};

[[nodiscard]] Reading read(std::string_view text, const Limits& limits = {});

// The front matter of a Markdown document: what stands between the first line
// "---" and the next. Lines of the marks count from the start of the document.
struct FrontMatter {
  bool present = false;
  Reading reading;
  std::size_t body = 0;  // byte offset of what follows
};
[[nodiscard]] FrontMatter front_matter(std::string_view document, const Limits& limits = {});

}  // namespace cupel::yaml
