// SPDX-License-Identifier: Apache-2.0
// loose_json: JSON as Python's json module takes it: twins of keys are kept, NaN is a number.
//
// base/json.h refuses what is not exactly RFC 8259; what a loader would read all the same must
// be examined, every twin of a key with it. The tree is a tape of small nodes over the text, so
// that a vocabulary of a million entries costs no more than a few times its size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vocab/diagnostic.h"

namespace cupel::loose_json {

enum class Kind : std::uint8_t { null, boolean, number, text, array, object };

struct Node {
  std::uint32_t begin = 0;  // of the value, quotes included
  std::uint32_t end = 0;
  std::uint32_t next = 0;  // the node after this one and all in it
  std::uint32_t key = 0;   // where the key's text begins; 0: none
  std::uint32_t key_size = 0;
  Kind kind = Kind::null;
};

struct Limits {
  std::size_t nodes = 4'000'000;
  unsigned depth = 512;
};

class Value;

struct Document {
  std::string_view text;
  std::vector<Node> nodes;
  std::string problem;       // why the reading stopped
  std::size_t examined = 0;  // bytes
  [[nodiscard]] bool complete() const { return problem.empty(); }
  [[nodiscard]] Value root() const;
};

// One value and white space around it; what stands behind is no problem when `prefix`.
[[nodiscard]] Document read(std::string_view text, bool prefix = false, const Limits& limits = {});

class Value {
 public:
  Value() = default;
  Value(const Document& document, std::uint32_t at) : document_(&document), at_(at) {}

  [[nodiscard]] bool exists() const { return document_ != nullptr; }
  [[nodiscard]] Kind kind() const { return exists() ? node().kind : Kind::null; }
  [[nodiscard]] bool is_text() const { return kind() == Kind::text; }
  [[nodiscard]] bool is_object() const { return kind() == Kind::object; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
  [[nodiscard]] std::string text() const;  // escapes resolved; "" when it is none
  [[nodiscard]] std::string key() const;
  [[nodiscard]] std::string_view raw() const;
  [[nodiscard]] Span span() const;
  [[nodiscard]] std::vector<Value> items() const;        // of an array or an object, twins included
  [[nodiscard]] Value find(std::string_view key) const;  // the last of twins, as Python does
  [[nodiscard]] std::uint32_t index() const { return at_; }

 private:
  [[nodiscard]] const Node& node() const { return document_->nodes[at_]; }
  const Document* document_ = nullptr;
  std::uint32_t at_ = 0;
};

}  // namespace cupel::loose_json
