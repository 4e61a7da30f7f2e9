// SPDX-License-Identifier: Apache-2.0
// Operators and what stands between them, the weaker operator first.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/jinja/parser.h"

namespace cupel::jinja {
namespace {

constexpr std::array<std::string_view, 8> kEngine = {"lipsum", "cycler",  "joiner", "self",
                                                     "caller", "varargs", "kwargs", "dict"};

// Counts how deep expressions stand in each other.
class Deeper {
 public:
  explicit Deeper(unsigned& depth) : depth_(depth) { ++depth_; }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  unsigned& depth_;
};

}  // namespace

// a if test else b
Value Parser::expression() {
  const Deeper deeper(depth_);
  if (depth_ > limits_.depth) return fail("expressions stand too deep in each other");
  space();
  const std::size_t begin = at_;
  Value out = either();
  while (!failed() && accept_word("if")) {
    const auto said = said_;
    const Value test = either();
    said_ = said;
    Value other;
    if (accept_word("else")) other = expression();
    if (!test.tests.empty() && (out.is_text() || other.is_text())) {
      tell(out_.branches, Branch{test.tests, cat(out.text, "\n", other.text), span_from(begin)});
    }
    if (out.is_text()) insert(test.roles.holds, out.text, true, span_from(begin));
    if (other.is_text()) insert(test.roles.fails, other.text, true, span_from(begin));
    Value chosen;
    if (out.is_constant() && other.is_constant() && budget_.take(weight(out) + weight(other))) {
      chosen.kind = Kind::any;
      chosen.items = {out, other};
    } else if (out.is_constant()) {
      chosen = out;
    } else if (other.is_constant() || out.is_computed()) {
      chosen = out.is_computed() ? out : other;
    }
    inherit(chosen, out);
    inherit(chosen, other);
    inherit(chosen, test);
    out = std::move(chosen);
  }
  return out;
}

Value Parser::either() {
  space();
  const std::size_t begin = at_;
  Value out = both();
  while (!failed() && accept_word("or")) {
    const Value next = both();
    if (!next.tests.empty() && out.is_text()) {
      tell(out_.branches, Branch{next.tests, out.text, span_from(begin)});
    }
    inherit(out, next);
    if (out.roles.fails == Role::unknown) out.roles.fails = next.roles.fails;
    if (out.roles.holds != next.roles.holds) out.roles.holds = Role::unknown;
    if (!out.is_constant() && next.is_constant()) {
      out.kind = Kind::any;
      out.items = {next};
    }
  }
  return out;
}

Value Parser::both() {
  space();
  const std::size_t begin = at_;
  Value out = negation();
  while (!failed() && accept_word("and")) {
    Value next = negation();
    if (!out.tests.empty() && next.is_text()) {
      tell(out_.branches, Branch{out.tests, next.text, span_from(begin)});
    }
    inherit(next, out);
    if (next.roles.holds == Role::unknown) next.roles.holds = out.roles.holds;
    if (next.roles.fails != out.roles.fails) next.roles.fails = Role::unknown;
    out = std::move(next);
  }
  return out;
}

Value Parser::negation() {
  const Deeper deeper(depth_);
  if (depth_ > limits_.depth) return fail("expressions stand too deep in each other");
  if (!accept_word("not")) return comparison();
  Value out = negation();
  out.kind = Kind::unknown;
  std::swap(out.roles.holds, out.roles.fails);
  return out;
}

void Parser::add_test(Value& out, const Value& subject, const Value& literal, std::size_t begin) {
  if (!subject.content && !subject.clock) return;
  std::string said = literal.text;
  if (literal.kind == Kind::list || literal.kind == Kind::any) {
    for (const auto& item : literal.items) said += cat(said.empty() ? "" : " ", item.text);
  } else if (!literal.is_text() && !(subject.clock && literal.kind == Kind::number)) {
    return;
  }
  Value tested;
  tested.tests.push_back({subject.content ? Subject::content : Subject::clock, said.substr(0, 4096),
                          span_from(begin)});
  inherit(out, tested);
}

// m.role == 'system', m['role'] in ['system', 'developer']
Roles Parser::roles_of(const Value& a, const Value& b, bool differs) {
  const auto is_role = [](const Value& value) {
    return value.path == "role" || value.path.ends_with(".role");
  };
  if (is_role(a) == is_role(b)) return {};
  const Value& said = is_role(a) ? b : a;
  std::vector<std::string_view> names;
  if (said.is_text()) names.emplace_back(said.text);
  for (const auto& item : said.items) names.emplace_back(item.text);
  if (names.empty() || (!said.is_constant() && said.kind != Kind::text)) return {};
  const auto is_system = [](std::string_view name) {
    return name == "system" || name == "developer";
  };
  Roles out;
  if (std::ranges::all_of(names, is_system)) {
    out.holds = Role::system;
    // "developer" alone says nothing of the system's.
    if (std::ranges::find(names, "system") != names.end()) out.fails = Role::not_system;
  } else if (std::ranges::none_of(names, is_system)) {
    const bool user = names.size() == 1 && names[0] == "user";
    out.holds = user ? Role::user : Role::not_system;
  }
  if (differs) std::swap(out.holds, out.fails);
  return out;
}

Value Parser::compare(const Value& a, const Value& b, std::size_t begin) {
  Value out;
  add_test(out, a, b, begin);
  add_test(out, b, a, begin);
  for (const auto* side : {&a, &b}) {
    Value only;
    only.tests = side->tests;
    inherit(out, only);
  }
  return out;
}

Value Parser::comparison() {
  constexpr std::array<std::string_view, 6> kSymbols = {"==", "!=", "<=", ">=", "<", ">"};
  space();
  const std::size_t begin = at_;
  const auto before = written_.size();
  Value left = sum();
  while (!failed()) {
    space();
    bool differs = starts("!=");
    bool equals = starts("==");
    bool found = std::ranges::any_of(kSymbols, [&](std::string_view s) { return accept(s); });
    if (!found) {
      const auto here = at_;
      if (accept_word("not")) {
        differs = found = accept_word("in");
        if (!found) at_ = here;
      } else {
        equals = found = accept_word("in");
      }
    }
    if (!found) break;
    const Value right = sum();
    const auto roles = differs || equals ? roles_of(left, right, differs) : Roles{};
    left = compare(left, right, begin);
    left.roles = roles;
    take_back(before);  // only asked for
  }
  return left;
}

Value Parser::sum() {
  Value out = concatenation();
  while (!failed()) {
    space();
    if (starts("-%}") || starts("-}}") || starts("+%}") || starts("+}}")) break;
    if (accept("+")) {
      out = added(out, concatenation(), false, budget_);
    } else if (accept("-")) {
      const Value right = concatenation();
      out.kind = Kind::number;
      out.exact = out.exact && right.exact &&
                  !__builtin_sub_overflow(out.number, right.number, &out.number);
    } else {
      break;
    }
  }
  return out;
}

Value Parser::concatenation() {
  space();
  const std::size_t begin = at_;
  Value out = product();
  bool joined = false;
  while (!failed() && accept("~")) {
    out = added(out, product(), true, budget_);
    joined = true;
  }
  if (joined && out.is_text()) tell(out_.literals, Literal{out.text, span_from(begin)});
  return out;
}

Value Parser::product() {
  space();
  const std::size_t begin = at_;
  Value out = sign();
  while (!failed()) {
    space();
    if (starts("%}")) break;
    if (starts("**")) break;
    if (accept("*")) {
      const Value right = sign();
      const Value& times = out.is_text() ? right : out;
      if (times.kind == Kind::number && times.exact) burden(times.number, begin);
      out = multiplied(out, right, budget_);
    } else if (accept("//") || accept("/")) {
      sign();
      out = {};
      out.kind = Kind::number;
    } else if (accept("%")) {
      Arguments with;
      const Value right = sign();
      if (right.kind == Kind::list)
        with.plain = right.items;
      else
        with.plain.push_back(right);
      if (out.is_text() || out.is_computed()) {
        out = filtered("%", out, with, budget_);
      } else {
        out = {};
        out.kind = Kind::number;
      }
    } else {
      break;
    }
  }
  return out;
}

Value Parser::sign() {
  const Deeper deeper(depth_);
  if (depth_ > limits_.depth) return fail("expressions stand too deep in each other");
  if (accept("-")) {
    Value out = sign();
    out.exact = out.exact && !__builtin_sub_overflow(std::int64_t{0}, out.number, &out.number);
    return out;
  }
  if (accept("+")) return sign();
  return power();
}

Value Parser::power() {
  space();
  const std::size_t begin = at_;
  Value out = postfix();
  while (!failed() && accept("**")) {
    const Value right = sign();
    Value result;
    result.kind = Kind::number;
    result.exact = out.exact && right.exact && right.number >= 0 && right.number < 64;
    result.number = 1;
    for (std::int64_t i = 0; result.exact && i < right.number; ++i) {
      if (__builtin_mul_overflow(result.number, out.number, &result.number)) {
        result.number = INT64_MAX;
        break;
      }
    }
    if (right.exact && right.number >= 64) burden(INT64_MAX, begin);
    out = std::move(result);
  }
  return out;
}

Value Parser::postfix(bool filters) {
  Value out = primary();
  while (!failed()) {
    space();
    if (starts("|") && filters) {
      ++at_;
      out = filter(out);
    } else if (starts(".")) {
      ++at_;
      out = attribute(out);
    } else if (starts("[")) {
      ++at_;
      out = subscript(out);
    } else if (starts("(")) {
      out = call(out);
    } else if (filters && accept_word("is")) {
      out = tested(out);
    } else {
      break;
    }
  }
  return out;
}

Value Parser::primary() {
  space();
  const std::size_t begin = at_;
  if (at_ >= text_.size()) return fail("an expression is cut short");
  const char c = text_[at_];
  if (c == '\'' || c == '"') {
    bool followed = true;
    std::string all = string(followed);
    while (!failed() && (space(), at_ < text_.size()) &&
           (text_[at_] == '\'' || text_[at_] == '"')) {
      all += string(followed);  // 'a' 'b' is one
    }
    if (!budget_.take(all.size()) || !followed) return computed_value();
    tell(out_.literals, Literal{all, span_from(begin)});
    written(all);
    return text_value(std::move(all));
  }
  if (is_digit(c)) return number();
  if (accept("(")) return parentheses();
  if (accept("[")) return list();
  if (accept("{")) return mapping();
  if (!is_word(c)) return fail("an expression is expected");
  return variable(word());
}

Value Parser::parentheses() {
  if (accept(")")) return list_value({});
  Value first = expression();
  if (accept(")")) return first;
  std::vector<Value> items;
  items.push_back(std::move(first));
  while (!failed() && accept(",")) {
    if (accept(")")) return list_value(std::move(items));
    items.push_back(expression());
  }
  if (!accept(")")) return fail("a parenthesis is not closed");
  return list_value(std::move(items));
}

Value Parser::list() {
  std::vector<Value> items;
  while (!failed() && !accept("]")) {
    items.push_back(expression());
    if (!accept(",") && (space(), !starts("]"))) return fail("a list is not closed");
  }
  return list_value(std::move(items));
}

Value Parser::mapping() {
  Value out;
  while (!failed() && !accept("}")) {
    inherit(out, expression());
    if (!accept(":")) return fail("a mapping lacks a colon");
    inherit(out, expression());
    if (!accept(",") && (space(), !starts("}"))) return fail("a mapping is not closed");
  }
  return out;
}

Value Parser::variable(std::string name) {
  if (name == "true" || name == "True" || name == "false" || name == "False" || name == "none" ||
      name == "None") {
    return {};
  }
  if (const auto found = variables_.find(name); found != variables_.end()) {
    if (!budget_.take(weight(found->second))) return computed_value();
    Value out = found->second;
    out.path = std::move(name);
    if (out.content) ++said_;
    if (out.is_text()) written(out.text);
    return out;
  }
  Value out;
  if (is_one_of(name, kEngine)) out.kind = Kind::computed;
  out.clock = name == "strftime_now" || name == "now" || name == "date_string";
  out.path = std::move(name);
  return out;
}
}  // namespace cupel::jinja
