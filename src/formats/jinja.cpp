// SPDX-License-Identifier: Apache-2.0
#include "formats/jinja.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/jinja/parser.h"

namespace cupel::jinja {
namespace {

constexpr std::size_t kBranchText = 4096;
constexpr std::array<std::string_view, 12> kBlocks = {"if",         "for",   "macro", "call",
                                                      "filter",     "block", "with",  "autoescape",
                                                      "generation", "set",   "raw",   "trans"};
constexpr std::array<std::string_view, 4> kInclusions = {"include", "import", "from", "extends"};

}  // namespace

void Parser::run() {
  while (at_ < text_.size() && !failed()) {
    const std::size_t next = text_.find('{', at_);
    if (next == std::string_view::npos) break;
    const char kind = next + 1 < text_.size() ? text_[next + 1] : '\0';
    if (kind != '{' && kind != '%' && kind != '#') {
      data(next + 1);
      continue;
    }
    data(next);
    at_ = next + 2;
    const bool done = kind == '{' ? output() : kind == '%' ? statement() : comment();
    if (!done) fail("a tag is not understood");
  }
  if (failed()) return;
  data(text_.size());
  if (!blocks_.empty())
    fail(cat("`", blocks_.back().tag, "` is not closed"));
  else
    out_.examined = text_.size();
}

void Parser::data(std::size_t end) {
  const auto piece = text_.substr(at_, end - at_);
  if (!trim(piece).empty()) {
    tell(out_.texts, Literal{std::string(piece), Span{at_, end}});
  }
  written(piece);
  at_ = end;
}

void Parser::written(std::string_view text) {
  // Only what stands in a branch that depends on content is asked for.
  if (blocks_.empty() || written_.size() > (16U << 20U)) return;
  written_ += text;
  written_ += '\n';
  auto& own = blocks_.back().own;
  if (own.size() < kBranchText) own += cat(text.substr(0, kBranchText), "\n");
}

void Parser::take_back(std::size_t written) {
  const auto size = written_.size() - std::min(written, written_.size());
  written_.resize(written_.size() - size);
  if (blocks_.empty()) return;
  auto& own = blocks_.back().own;
  own.resize(own.size() - std::min(size, own.size()));
}

bool Parser::comment() {
  const auto end = text_.find("#}", at_);
  if (end == std::string_view::npos) return false;
  at_ = end + 2;
  return true;
}

bool Parser::end_of_tag(std::string_view end) {
  space();
  if (starts("-") || starts("+")) ++at_;
  if (failed() || !starts(end)) return false;
  at_ += end.size();
  return true;
}

bool Parser::output() {
  const std::size_t begin = at_;
  if (starts("-") || starts("+")) ++at_;
  Value value = expression();
  std::vector<Value> more;
  while (accept(",")) expression();
  if (value.clock && !value.tests.empty()) {
    tell(out_.branches, Branch{value.tests, value.text, span_from(begin)});
  }
  return end_of_tag("}}");
}

bool Parser::statement() {
  const std::size_t begin = at_;
  if (starts("-") || starts("+")) ++at_;
  const std::string tag = word();
  if (tag == "raw") return raw();
  return in_tag(tag, begin) && end_of_tag("%}");
}

bool Parser::raw() {
  if (!end_of_tag("%}")) return false;
  std::size_t at = at_;
  while ((at = text_.find("{%", at)) != std::string_view::npos) {
    const std::size_t tag = at;
    std::size_t inner = at + 2;
    if (inner < text_.size() && (text_[inner] == '-' || text_[inner] == '+')) ++inner;
    inner = text_.find_first_not_of(" \t\r\n", inner);
    if (inner != std::string_view::npos && text_.substr(inner).starts_with("endraw")) {
      data(tag);
      at_ = inner + 6;
      return end_of_tag("%}");
    }
    at += 2;
  }
  return false;
}

bool Parser::in_tag(std::string_view tag, std::size_t begin) {
  if (tag == "if" || tag == "elif" || tag == "else") return conditional(tag, begin);
  if (tag.starts_with("end")) return closes(tag.substr(3));
  if (tag == "for") return loop(begin);
  if (tag == "set") return assignment(begin);
  if (tag == "macro") return macro(tag, begin);
  if (tag == "call") return call_block(tag, begin);
  if (tag == "with") return with(begin);
  if (std::ranges::find(kInclusions, tag) != kInclusions.end()) return inclusion(tag, begin);
  if (tag == "break" || tag == "continue" || tag == "debug") return true;
  if (tag == "do") {
    expression();
    return !failed();
  }
  if (tag == "filter") {
    Value none;
    filter(none);
    while (accept("|")) filter(none);
    opened(tag, begin, {});
    return !failed();
  }
  if (std::ranges::find(kBlocks, tag) == kBlocks.end()) return false;
  if (tag == "block") {
    word();
    accept_word("scoped");
    accept_word("required");
  } else if (tag != "generation") {
    expression();
  }
  opened(tag, begin, {});
  return !failed();
}

void Parser::opened(std::string_view tag, std::size_t begin, const Value& test) {
  if (blocks_.size() >= limits_.depth) {
    fail("blocks stand too deep in each other");
    return;
  }
  blocks_.push_back({.tag = std::string(tag), .tests = {}, .begin = begin});
  enter(blocks_.back(), test);
}

// A branch begins: what its condition says holds in it.
void Parser::enter(Block& block, const Value& test) {
  block.tests = test.tests;
  block.written_from = written_.size();
  block.said_from = said_;
  block.own.clear();
  block.role = test.roles.holds != Role::unknown ? test.roles.holds : block.others;
  if (test.roles.fails != Role::unknown) block.others = test.roles.fails;
}

void Parser::end_branch(const Block& block) {
  end_role(block);
  if (block.tests.empty()) return;
  tell(out_.branches, Branch{block.tests, written_.substr(block.written_from, kBranchText),
                             Span{block.begin, at_}});
}

void Parser::end_role(const Block& block) {
  const bool replaces = block.said_from == said_;
  const auto all = std::string_view(written_).substr(block.written_from, kBranchText);
  insert(block.role, replaces ? all : std::string_view(block.own), replaces, {block.begin, at_});
}

void Parser::insert(Role role, std::string_view text, bool replaces, Span span) {
  if ((role != Role::system && role != Role::user) || trim(text).empty()) return;
  tell(out_.insertions,
       Insertion{role == Role::system ? "system" : "user", std::string(text), replaces, span});
}

// What it asks of a message is not what is written.
Value Parser::condition() {
  const auto said = said_;
  const auto before = written_.size();
  Value out = expression();
  said_ = said;
  take_back(before);
  return out;
}

bool Parser::conditional(std::string_view tag, std::size_t begin) {
  if (tag == "if") {
    opened(tag, begin, condition());
    return !failed();
  }
  if (blocks_.empty()) return false;
  const auto& before = blocks_.back();
  if (before.tag != "if" && !(tag == "else" && before.tag == "for")) return false;
  end_branch(before);
  blocks_.back().begin = begin;
  const Value test = tag == "else" ? Value{} : condition();
  if (!failed()) enter(blocks_.back(), test);
  return !failed();
}

bool Parser::closes(std::string_view tag) {
  if (blocks_.empty() || blocks_.back().tag != tag) return false;
  if (tag == "block") word();
  end_branch(blocks_.back());
  const auto inner = std::move(blocks_.back());
  blocks_.pop_back();
  if (blocks_.empty()) {
    written_.clear();
  } else if (inner.tag != "if" && blocks_.back().own.size() < kBranchText) {
    blocks_.back().own += inner.own;
  }
  return true;
}

// a, (b, c): the names that a loop or an assignment binds.
bool Parser::targets(std::vector<std::string>& names) {
  do {
    if (accept("(")) {
      if (!targets(names) || !accept(")")) return false;
      continue;
    }
    std::string name = word();
    if (name.empty()) return false;
    if (accept(".")) name = cat(name, ".", word());
    names.push_back(std::move(name));
  } while (accept(",") && names.size() < 100);
  return true;
}

void Parser::assign(const std::string& name, Value value) {
  for (const auto& block : blocks_) {
    Value gate;
    gate.tests = block.tests;
    inherit(value, gate);
  }
  if (value.path == "namespace()") {
    for (auto& entry : value.items) {
      if (!entry.items.empty()) assign(cat(name, ".", entry.text), std::move(entry.items.front()));
    }
    value.items.clear();
  }
  value.path.clear();
  const auto found = variables_.find(name);
  if (found == variables_.end()) {
    if (variables_.size() < limits_.facts) variables_.emplace(name, std::move(value));
    return;
  }
  Value& old = found->second;
  if (blocks_.empty()) {  // from here on it is this
    old = std::move(value);
    return;
  }
  merge(old, std::move(value));
}

// Another value that a variable may have.
void Parser::merge(Value& old, Value value) {
  constexpr std::size_t kChoices = 8;
  const bool same = old.kind == value.kind && old.text == value.text &&
                    old.items.size() == value.items.size() && old.number == value.number;
  inherit(old, value);
  if (same && old.items.empty()) return;
  const bool lists = old.kind == Kind::list || value.kind == Kind::list;
  if (lists && old.kind != Kind::number && value.kind != Kind::number) {
    const bool constants = is_made_of_constants(old) && is_made_of_constants(value) &&
                           old.items.size() + value.items.size() != 0;
    old.items.clear();
    old.kind = constants ? Kind::computed : Kind::unknown;
  } else if (old.is_computed() || value.is_computed()) {
    old.kind = Kind::computed;
  } else if (old.kind == Kind::number || value.kind == Kind::number) {
    old.exact = false;
    old.kind = Kind::number;
  } else if (!old.is_constant() && value.is_constant()) {
    inherit(value, old);
    old = std::move(value);
  } else if (value.is_constant()) {
    if (old.kind != Kind::any) {
      Value any;
      any.kind = Kind::any;
      inherit(any, old);
      any.items.push_back(std::move(old));
      old = std::move(any);
    }
    const auto told = [&](const Value& item) { return item.text == value.text; };
    if (old.items.size() < kChoices && std::ranges::none_of(old.items, told)) {
      old.items.push_back(std::move(value));
    }
  }
}

bool Parser::loop(std::size_t begin) {
  std::vector<std::string> names;
  if (!targets(names) || !accept_word("in")) return false;
  const Value over = either();
  Value item;
  item.content = over.content;
  item.clock = over.clock;
  if (over.is_computed()) item.kind = Kind::computed;
  if (over.kind == Kind::list || over.kind == Kind::any) {
    item.kind = Kind::any;
    for (const auto& one : over.items) {
      if (item.items.size() < 64 && one.is_text()) item.items.push_back(one);
    }
    if (item.items.empty()) item.kind = Kind::unknown;
  }
  if (names.size() > 1) item.kind = Kind::unknown;
  if (!budget_.take(weight(item) * names.size())) item = computed_value();
  for (const auto& name : names) assign(name, item);
  Value test;
  if (accept_word("if")) test = condition();
  accept_word("recursive");
  opened("for", begin, test);
  return !failed();
}

bool Parser::assignment(std::size_t begin) {
  std::vector<std::string> names;
  if (!targets(names)) return false;
  if (accept("=")) {
    std::vector<Value> values;
    do {
      values.push_back(expression());
    } while (!failed() && accept(","));
    for (std::size_t i = 0; i < names.size() && !failed(); ++i) {
      assign(names[i], i < values.size() ? values[i] : Value{});
    }
    return !failed();
  }
  Value written;
  while (accept("|")) written = filter(written);
  for (const auto& name : names) assign(name, Value{});
  opened("set", begin, {});
  return !failed();
}

bool Parser::macro(std::string_view tag, std::size_t begin) {
  if (word().empty() || !accept("(")) return false;
  while (!failed() && !accept(")")) {
    const std::string name = word();
    if (name.empty()) return false;
    // Nobody knows what it will be called with: a default is one of its values.
    assign(name, accept("=") ? expression() : Value{});
    if (!accept(",") && (space(), !starts(")"))) return false;
  }
  opened(tag, begin, {});
  return !failed();
}

bool Parser::call_block(std::string_view tag, std::size_t begin) {
  if (accept("(")) {
    std::vector<std::string> names;
    if (!targets(names) || !accept(")")) return false;
  }
  expression();
  opened(tag, begin, {});
  return !failed();
}

bool Parser::with(std::size_t begin) {
  space();
  while (!failed() && !starts("%}") && !starts("-%}") && !starts("+%}")) {
    std::vector<std::string> names;
    const std::string name = word();
    if (name.empty() || !accept("=")) return false;
    assign(name, expression());
    accept(",");
    space();
  }
  opened("with", begin, {});
  return !failed();
}

bool Parser::inclusion(std::string_view tag, std::size_t begin) {
  const Value source = expression();
  tell(out_.inclusions, Inclusion{std::string(tag), source.text.substr(0, 300), span_from(begin)});
  // "ignore missing", "as name", "import a, b with context": names of no consequence.
  while (!failed() && at_ < text_.size()) {
    space();
    if (starts("%}") || starts("-%}") || starts("+%}")) break;
    if (word().empty() && !accept(",")) return false;
  }
  return !failed();
}

Reading read(std::string_view text, const Limits& limits) {
  Environment variables;
  Budget budget(limits);
  Reading first;
  Parser(text, limits, variables, budget, first).run();
  Budget again(limits);
  Reading out;
  Parser(text, limits, variables, again, out).run();
  return out;
}

}  // namespace cupel::jinja
