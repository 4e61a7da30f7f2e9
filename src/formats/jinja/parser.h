// SPDX-License-Identifier: Apache-2.0
// parser: one walk over a template, evaluating as far as constants reach.
//
// Inside of formats/jinja only. The walk is made twice: what is assigned further down, or in an
// earlier round of a loop, is known to the second, which is the one that tells.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/jinja/value.h"

namespace cupel::jinja {

using Environment = std::map<std::string, Value, std::less<>>;

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

inline bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits, Environment& environment, Budget& budget,
         Reading& out)
      : text_(text), limits_(limits), variables_(environment), budget_(budget), out_(out) {}

  void run();

 private:
  struct Block {  // an open {% if %}, {% for %} …
    std::string tag;
    std::vector<Test> tests;
    std::size_t begin = 0;         // in the template
    std::size_t written_from = 0;  // in written_
    std::size_t said_from = 0;     // of said_, when it was opened
    Role role = Role::unknown;     // whose message is written, in this branch
    Role others = Role::unknown;   // what the conditions before this branch leave
    std::string own = {};          // what is written whatever else may be asked inside
  };

  // jinja.cpp: what stands between tags, and statements.
  void data(std::size_t end);
  bool comment();
  bool output();
  bool statement();
  bool raw();
  bool in_tag(std::string_view tag, std::size_t begin);
  bool conditional(std::string_view tag, std::size_t begin);
  bool loop(std::size_t begin);
  bool assignment(std::size_t begin);
  bool macro(std::string_view tag, std::size_t begin);
  bool with(std::size_t begin);
  bool inclusion(std::string_view tag, std::size_t begin);
  bool call_block(std::string_view tag, std::size_t begin);
  bool closes(std::string_view tag);
  void opened(std::string_view tag, std::size_t begin, const Value& test);
  Value condition();
  void enter(Block& block, const Value& test);
  void end_role(const Block& block);
  void insert(Role role, std::string_view text, bool replaces, Span span);
  void end_branch(const Block& block);
  bool end_of_tag(std::string_view end);
  bool targets(std::vector<std::string>& names);
  void assign(const std::string& name, Value value);
  static void merge(Value& old, Value value);
  void written(std::string_view text);
  void take_back(std::size_t written);

  // expression.cpp, the weaker operator first.
  Value expression();
  Value either();
  Value both();
  Value negation();
  Value comparison();
  Value sum();
  Value concatenation();
  Value product();
  Value power();
  Value sign();
  Value postfix(bool filters = true);
  Value primary();
  Value parentheses();
  Value list();
  Value mapping();
  Value variable(std::string name);
  Value compare(const Value& a, const Value& b, std::size_t begin);
  static Roles roles_of(const Value& a, const Value& b, bool differs);
  void add_test(Value& out, const Value& subject, const Value& literal, std::size_t begin);

  // lookups.cpp: what is looked up, called, filtered and tested.
  bool arguments(Arguments& out);
  bool argument(Arguments& out);
  Value attribute(const Value& of);
  Value subscript(const Value& of);
  Value plain_subscript(const Value& of, std::size_t begin, Value key);
  Value call(const Value& of);
  Value filter(const Value& of);
  Value tested(const Value& of);
  Value named_by(const Value& of, const Value& name, std::size_t begin, bool is_attr);
  Value method(std::string_view name, const Value& of, const Arguments& with, std::size_t begin);
  Value namespace_of(const Arguments& with);
  void by_argument(std::string_view filter, const Value& of, const Arguments& with,
                   std::size_t begin);
  void format_fields(const Value& of, std::size_t begin);
  void replacement(const Value& of, const Arguments& with, std::size_t begin);
  void burden(std::int64_t count, std::size_t begin);

  // lexical.cpp: names, numbers and texts.
  std::string string(bool& followed);
  void escape(std::string& out, bool& followed);
  Value number();
  void space();
  bool accept(std::string_view symbol);
  bool accept_word(std::string_view word);
  [[nodiscard]] std::string_view peek_word();
  std::string word();
  Value fail(std::string_view why);
  [[nodiscard]] bool failed() const { return !out_.problem.empty(); }
  [[nodiscard]] Span span_from(std::size_t begin) const { return {begin, at_}; }
  [[nodiscard]] bool starts(std::string_view symbol) const {
    return text_.substr(at_).starts_with(symbol);
  }
  template <class Fact>
  void tell(std::vector<Fact>& facts, Fact fact) {
    if (facts.size() < limits_.facts) facts.push_back(std::move(fact));
  }

  std::string_view text_;
  const Limits& limits_;
  Environment& variables_;
  Budget& budget_;
  Reading& out_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  std::vector<Block> blocks_;
  std::string written_;   // literals, in the order in which they stand
  std::size_t said_ = 0;  // how often something that a message says was taken up
};

}  // namespace cupel::jinja
