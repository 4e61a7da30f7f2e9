// SPDX-License-Identifier: Apache-2.0
// What an expression does with a value: it looks a name up in it, calls it, filters or tests it.
// This is what a reading tells of, and where a template reaches out.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/jinja/parser.h"

namespace cupel::jinja {
namespace {

constexpr std::array<std::string_view, 9> kByAttribute = {
    "map", "selectattr", "rejectattr", "groupby", "sort", "sum", "unique", "min", "max"};

}  // namespace

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
