// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cctype>

#include "base/text.h"
#include "formats/jinja/parser.h"

namespace cupel::jinja {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

constexpr std::array<std::string_view, 8> kEngine = {"lipsum", "cycler",  "joiner", "self",
                                                     "caller", "varargs", "kwargs", "dict"};
constexpr std::array<std::string_view, 9> kByAttribute = {
    "map", "selectattr", "rejectattr", "groupby", "sort", "sum", "unique", "min", "max"};

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

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void put_utf8(std::string& out, std::uint32_t code) {
  if (code > 0x10ffff) code = 0xfffd;
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0U | (code >> 6U));
  } else if (code < 0x10000) {
    put(0xe0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3fU));
  } else {
    put(0xf0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3fU));
    put(0x80U | ((code >> 6U) & 0x3fU));
  }
  put(0x80U | (code & 0x3fU));
}

}  // namespace

void Parser::space() {
  while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
}

bool Parser::accept(std::string_view symbol) {
  space();
  if (!starts(symbol)) return false;
  at_ += symbol.size();
  return true;
}

std::string_view Parser::peek_word() {
  space();
  std::size_t end = at_;
  while (end < text_.size() && is_word(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

bool Parser::accept_word(std::string_view word) {
  if (peek_word() != word) return false;
  at_ += word.size();
  return true;
}

std::string Parser::word() {
  const std::string out(peek_word());
  at_ += out.size();
  return out;
}

Value Parser::fail(std::string_view why) {
  if (out_.problem.empty()) {
    out_.problem = std::string(why);
    out_.examined = at_;
  }
  at_ = text_.size();
  return {};
}

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

Value Parser::number() {
  std::size_t end = at_;
  while (end < text_.size() &&
         (is_word(text_[end]) ||
          (text_[end] == '.' && end + 1 < text_.size() && is_digit(text_[end + 1])))) {
    ++end;
  }
  std::string digits;
  for (const char c : text_.substr(at_, end - at_)) {
    if (c != '_') digits += c;
  }
  at_ = end;
  Value out = number_value(0);
  const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  if (hex) digits.erase(0, 2);
  const auto* last = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), last, out.number, hex ? 16 : 10);
  out.exact = error == std::errc{} && stop == last;
  if (error == std::errc::result_out_of_range) {
    out.number = INT64_MAX;
    out.exact = true;
  }
  return out;
}

std::string Parser::string(bool& followed) {
  const char quote = text_[at_++];
  std::string out;
  while (at_ < text_.size() && text_[at_] != quote) {
    if (text_[at_] == '\\') {
      ++at_;
      escape(out, followed);
    } else {
      out += text_[at_++];
    }
  }
  if (at_ >= text_.size()) {
    fail("a text is not closed");
    return {};
  }
  ++at_;
  return out;
}

void Parser::escape(std::string& out, bool& followed) {
  if (at_ >= text_.size()) return;
  const char c = text_[at_++];
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kMeant = "\a\b\f\n\r\t\v";
  if (const auto found = kNames.find(c); found != std::string_view::npos) {
    out += kMeant[found];
  } else if (c == 'x' || c == 'u' || c == 'U') {
    const unsigned width = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    std::uint32_t code = 0;
    for (unsigned i = 0; i < width && at_ < text_.size(); ++i) {
      const int digit = hex_digit(text_[at_]);
      if (digit < 0) break;
      code = (code << 4U) | static_cast<std::uint32_t>(digit);
      ++at_;
    }
    put_utf8(out, code);
  } else if (c >= '0' && c <= '7') {
    auto code = static_cast<std::uint32_t>(c - '0');
    for (unsigned i = 0; i < 2 && at_ < text_.size(); ++i) {
      if (text_[at_] < '0' || text_[at_] > '7') break;
      code = code * 8 + static_cast<std::uint32_t>(text_[at_++] - '0');
    }
    put_utf8(out, code);
  } else if (c == 'N' && starts("{")) {
    const auto end = text_.find('}', at_);
    const auto name = text_.substr(at_ + 1, end == std::string_view::npos ? 0 : end - at_ - 1);
    if (equal_ignoring_case(name, "LOW LINE"))
      out += '_';
    else
      followed = false;
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
  } else if (c == '\n') {
    return;
  } else if (c == '\\' || c == '\'' || c == '"') {
    out += c;
  } else {
    out += '\\';
    out += c;
  }
}

bool Parser::argument(Arguments& out) {
  if (accept("**") || accept("*")) {
    out.starred = true;
    out.plain.push_back(expression());
    return !failed();
  }
  const auto before = at_;
  const std::string name = word();
  if (!name.empty() && accept("=") && !starts("=")) {
    out.named.emplace_back(name, expression());
    return !failed();
  }
  at_ = before;
  out.plain.push_back(expression());
  return !failed();
}

bool Parser::arguments(Arguments& out) {
  while (!failed() && !accept(")")) {
    if (!argument(out)) return false;
    if (!accept(",") && (space(), !starts(")"))) {
      fail("arguments are not closed");
      return false;
    }
  }
  return !failed();
}

// A name is looked up: told whatever it is, and what is known of the result.
Value Parser::named_by(const Value& of, const Value& name, std::size_t begin, bool is_attr) {
  Lookup lookup{.name = {}, .of = of.path, .is_attr = is_attr, .span = span_from(begin)};
  lookup.computed = name.is_computed();
  lookup.unknown = name.kind == Kind::unknown;
  if (lookup.computed || lookup.unknown) {
    tell(out_.lookups, lookup);
  } else if (name.is_text()) {
    lookup.name = name.text.substr(0, 300);
    tell(out_.lookups, lookup);
  }
  for (const auto& item : name.items) {
    if (!item.is_text()) continue;
    lookup.name = item.text.substr(0, 300);
    tell(out_.lookups, lookup);
  }
  Value out;
  if (name.is_text() && of.path.size() + name.text.size() < 200) {
    out.path = of.path.empty() ? name.text : cat(of.path, ".", name.text);
    if (const auto found = variables_.find(out.path); found != variables_.end()) {
      if (!budget_.take(weight(found->second))) return computed_value();
      const auto path = out.path;
      out = found->second;
      out.path = path;
    }
  }
  const bool says = name.is_text() && (name.text == "content" || name.text == "text");
  out.content = out.content || says;
  if (out.content) ++said_;
  out.clock = out.clock || of.clock;
  if (of.is_computed()) out.kind = Kind::computed;
  return out;
}

Value Parser::attribute(const Value& of) {
  space();
  const std::size_t begin = at_;
  if (at_ < text_.size() && is_digit(text_[at_])) {
    const Value index = number();
    return item_of(of, index.number);
  }
  const std::string name = word();
  if (name.empty()) return fail("a name is expected");
  space();
  if (starts("(")) {
    const Value looked_up = named_by(of, text_value(name), begin, false);
    ++at_;
    const auto before = written_.size();
    Arguments with;
    if (!arguments(with)) return {};
    if (name == "replace") take_back(before);
    Value out = method(name, of, with, begin);
    if (out.path.empty()) out.path = cat(looked_up.path.substr(0, 200), "()");
    return out;
  }
  return named_by(of, text_value(name), begin, false);
}

Value Parser::plain_subscript(const Value& of, std::size_t begin, Value key) {
  if (key.kind == Kind::number) {
    Value out = key.exact ? item_of(of, key.number) : Value{};
    if (!key.exact && (of.is_computed() || of.is_constant())) out.kind = Kind::computed;
    inherit(out, of);
    if (of.path.size() < 200) out.path = cat(of.path, "[", key.exact ? key.number : 0, "]");
    return out;
  }
  return named_by(of, key, begin, false);
}

Value Parser::subscript(const Value& of) {
  const std::size_t begin = at_;
  Value part[3];  // begin, end, step
  unsigned n = 0;
  bool sliced = false;
  while (!failed() && !accept("]")) {
    if (accept(":")) {
      sliced = true;
      ++n;
    } else if (accept(",")) {
      continue;
    } else {
      part[std::min(n, 2U)] = expression();
    }
    if (n > 2) return fail("a slice has too many parts");
  }
  if (sliced) return slice_of(of, part[0], part[1], part[2]);
  return plain_subscript(of, begin, std::move(part[0]));
}

Value Parser::call(const Value& of) {
  const std::size_t begin = at_;
  const std::size_t said = written_.size();
  ++at_;
  Arguments with;
  if (!arguments(with)) return {};
  const bool raises = of.path == "raise_exception";
  if (raises) take_back(said);  // no model reads that
  // A macro may write any message that it is given.
  if (!raises && !with.plain.empty() && of.path != "range" && of.path != "strftime_now") ++said_;
  if (of.path == "range" && !with.plain.empty()) {
    const auto& most = with.plain.size() > 1 ? with.plain[1] : with.plain[0];
    if (most.kind == Kind::number && most.exact) burden(most.number, begin);
  }
  if (of.path == "namespace") return namespace_of(with);
  Value out;
  if (of.is_computed()) out.kind = Kind::computed;
  out.clock = of.clock;
  out.path = of.path.size() < 200 ? cat(of.path, "()") : of.path;
  return out;
}

Value Parser::namespace_of(const Arguments& with) {
  Value out;
  out.path = "namespace()";
  for (const auto& [name, value] : with.named) {
    Value entry = text_value(name);
    entry.items.push_back(value);
    if (!budget_.take(weight(value))) return out;
    out.items.push_back(std::move(entry));
  }
  return out;
}

void Parser::format_fields(const Value& of, std::size_t begin) {
  if (of.is_computed()) {
    tell(out_.lookups, Lookup{.name = {},
                              .of = "format string",
                              .is_attr = true,
                              .computed = true,
                              .span = span_from(begin)});
  }
  if (!of.is_text()) return;
  std::size_t at = 0;
  while ((at = of.text.find('{', at)) != std::string::npos) {
    const auto end = of.text.find('}', at);
    if (end == std::string::npos) break;
    std::string_view field = std::string_view(of.text).substr(at + 1, end - at - 1);
    field = field.substr(0, field.find_first_of(":!"));
    while (!field.empty()) {
      const auto dot = field.find_first_of(".[");
      if (dot == std::string_view::npos) break;
      field.remove_prefix(dot + 1);
      const auto name = field.substr(0, field.find_first_of(".[]"));
      if (name.empty() || is_digit(name.front())) continue;
      tell(out_.lookups, Lookup{.name = std::string(name.substr(0, 300)),
                                .of = "format string",
                                .is_attr = true,
                                .span = span_from(begin)});
    }
    at = end;
  }
}

void Parser::replacement(const Value& of, const Arguments& with, std::size_t begin) {
  const auto* from = with.find("old", 0);
  const auto* to = with.find("new", 1);
  if (of.is_text() || from == nullptr || to == nullptr || !to->is_text()) return;
  tell(out_.replacements, Replacement{from->text, to->text, span_from(begin)});
}

Value Parser::method(std::string_view name, const Value& of, const Arguments& with,
                     std::size_t begin) {
  if (name == "replace") replacement(of, with, begin);
  if (name == "format" || name == "format_map") {
    format_fields(of, begin);
    if (name == "format" && of.is_text()) return filtered("{}", of, with, budget_);
  }
  if (name == "join" && !with.plain.empty()) {  // glue.join(items)
    Arguments glue;
    glue.plain.push_back(of);
    return filtered("join", with.plain.front(), glue, budget_);
  }
  Value out = filtered(name, of, with, budget_);
  constexpr std::array<std::string_view, 8> kTests = {
      "startswith", "endswith", "find", "count", "index", "rfind", "rindex", "__contains__"};
  if (is_one_of(name, kTests)) {
    const bool content = of.content;
    out = {};
    if (!with.plain.empty()) add_test(out, of, with.plain.front(), begin);
    out.content = false;
    if (content && name == "index") out.kind = Kind::number;
  }
  constexpr std::array<std::string_view, 3> kLookups = {"get", "pop", "__getitem__"};
  if (is_one_of(name, kLookups) && !with.plain.empty()) {
    const Value& key = with.plain.front();
    if (key.kind == Kind::number && key.exact) return item_of(of, key.number);
    out.content = out.content || (key.is_text() && (key.text == "content" || key.text == "text"));
    if (out.content) ++said_;
    for (const auto& [_, value] : with.named) inherit(out, value);
  }
  return out;
}

// Filters that take the name of an attribute.
void Parser::by_argument(std::string_view filter, const Value& of, const Arguments& with,
                         std::size_t begin) {
  const auto* name = with.find("attribute", filter == "map" ? 4096 : 0);
  if (filter == "map" && !with.plain.empty() && with.plain.front().is_text() &&
      with.plain.front().text == "attr") {
    name = with.find("", 1);
  }
  const bool positional =
      filter == "selectattr" || filter == "rejectattr" || filter == "groupby" || filter == "sum";
  if (!positional && filter != "map") name = with.find("attribute", 4096);
  if (name == nullptr) return;
  if (!name->is_text()) {
    named_by(of, *name, begin, true);
    return;
  }
  for (const auto part : split(name->text, '.')) {
    named_by(of, text_value(std::string(part)), begin, false);
  }
}

Value Parser::filter(const Value& of) {
  space();
  const std::size_t begin = at_;
  const std::string name = word();
  if (name.empty()) return fail("a filter is expected");
  const auto before = written_.size();
  Arguments with;
  if (accept("(") && !arguments(with)) return {};
  if (name == "replace") take_back(before);  // told as what it is
  if (name == "tojson" || name == "string" || name == "map") ++said_;
  if (name == "attr") {
    const auto* attribute = with.find("name", 0);
    return named_by(of, attribute != nullptr ? *attribute : Value{}, begin, true);
  }
  if (name == "replace") replacement(of, with, begin);
  if (name == "format") return filtered("%", of, with, budget_);
  Value out = filtered(name, of, with, budget_);
  if (!is_one_of(name, kByAttribute)) return out;
  by_argument(name, of, with, begin);
  const auto* first = with.find("attribute", 0);
  const bool says = first != nullptr && (first->text == "content" || first->text == "text");
  if (says && name == "map") out.content = true;
  if (says && with.plain.size() > 2) {
    Value content;
    content.content = true;
    add_test(out, content, with.plain.back(), begin);
  }
  return out;
}

Value Parser::tested(const Value& of) {
  const std::size_t begin = at_;
  accept_word("not");
  const std::string name = word();
  if (name.empty()) return fail("a test is expected");
  while (accept(".")) word();
  Value out;
  out.tests = of.tests;
  space();
  if (starts("(")) {
    ++at_;
    Arguments with;
    if (!arguments(with)) return {};
    if (!with.plain.empty()) add_test(out, of, with.plain.front(), begin);
    return out;
  }
  const auto next = peek_word();
  constexpr std::array<std::string_view, 6> kWords = {"and", "or", "not", "if", "else", "is"};
  const bool operand =
      at_ < text_.size() &&
      ((!next.empty() && !is_one_of(next, kWords) && next != "in" && next != "recursive") ||
       text_[at_] == '\'' || text_[at_] == '"' || text_[at_] == '[' || text_[at_] == '{');
  if (operand) add_test(out, of, postfix(false), begin);
  return out;
}

void Parser::burden(std::int64_t count, std::size_t begin) {
  constexpr std::int64_t kMany = 10'000'000;
  if (count >= kMany) tell(out_.burdens, Burden{count, span_from(begin)});
}

}  // namespace cupel::jinja
