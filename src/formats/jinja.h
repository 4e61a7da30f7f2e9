// SPDX-License-Identifier: Apache-2.0
// jinja: a Jinja2 template → what rendering it would look up, read, test and write.
//
// Chat templates are programs that run at every prompt. Lexer and expression parser are our own;
// constants are folded through `~`, `+`, `*`, slices, escapes and the common filters, so that
// `'__cl' ~ 'ass__'` is the name that it will be. What is put together from constants in a way
// that is not followed is `computed`. Nothing is rendered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::jinja {

// A name that is looked up on some value: `x.name`, `x['name']`, `x|attr('name')`, a field of a
// format string.
struct Lookup {
  std::string name;       // "" when it is computed
  std::string of;         // "messages[0].content", as far as it is known
  bool is_attr = false;   // by attr(): never an item of a mapping
  bool computed = false;  // from constants, out of sight
  bool unknown = false;   // from what the caller passes
  Span span;
};

// {% include %}, {% import %}, {% from %}, {% extends %}.
struct Inclusion {
  std::string statement;
  std::string source;  // "" when it is no constant
  Span span;
};

enum class Subject { content, clock };

// What a condition asks of a message's content, or of the clock.
struct Test {
  Subject subject = Subject::content;
  std::string literal;
  Span span;
  bool operator==(const Test&) const = default;
};

// Text that is written only when tests hold.
struct Branch {
  std::vector<Test> tests;
  std::string text;  // the literals of the branch, the first few KiB
  Span span;
};

struct Literal {
  std::string text;
  Span span;
};

struct Replacement {
  std::string from;
  std::string to;
  Span span;
};

// Text of the template's own, written where a message of that role is.
struct Insertion {
  std::string role;       // "system", "user"
  std::string text;       // the first few KiB
  bool replaces = false;  // what the message says is not written there
  Span span;
};

struct Burden {  // range(10 ** 9), 'x' * 10 ** 9
  std::int64_t count = 0;
  Span span;
};

struct Reading {
  std::vector<Lookup> lookups;
  std::vector<Inclusion> inclusions;
  std::vector<Branch> branches;
  std::vector<Literal> texts;     // what stands outside of tags
  std::vector<Literal> literals;  // of expressions, folded
  std::vector<Replacement> replacements;
  std::vector<Insertion> insertions;
  std::vector<Burden> burdens;
  std::string problem;  // why the reading stopped; "" when it reached the end
  std::size_t examined = 0;
};

struct Limits {
  std::size_t facts = 20'000;         // of each kind
  std::size_t folded = 8U << 20U;     // bytes of all constants that are put together
  std::size_t constant = 64U << 10U;  // of one of them
  unsigned depth = 200;               // of expressions and of blocks
};

[[nodiscard]] Reading read(std::string_view text, const Limits& limits = {});

}  // namespace cupel::jinja
