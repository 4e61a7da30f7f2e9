// SPDX-License-Identifier: Apache-2.0
#include "formats/python_source.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace cupel::python_source {
namespace {

enum class Kind { name, text, number, sign, line_end, end };

struct Token {
  Kind kind = Kind::end;
  std::string_view said;
  std::size_t begin = 0;
  std::uint32_t line = 1;
  std::uint32_t indent = 0;  // of the logical line that it opens
  [[nodiscard]] bool is(std::string_view sign) const { return kind == Kind::sign && said == sign; }
  [[nodiscard]] bool is_name(std::string_view word) const {
    return kind == Kind::name && said == word;
  }
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Lexer {
 public:
  Lexer(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  std::vector<Token> run(std::string& problem) {
    indentation();
    while (at_ < text_.size()) {
      if (out_.size() >= limits_.tokens) {
        problem = "it has more tokens than are examined";
        break;
      }
      step();
    }
    out_.push_back({Kind::line_end, "", at_, line_, 0});
    out_.push_back({Kind::end, "", at_, line_, 0});
    return std::move(out_);
  }

 private:
  void put(Kind kind, std::size_t size) {
    out_.push_back({kind, text_.substr(at_, size), at_, line_, indent_});
    for (const char c : out_.back().said) line_ += c == '\n' ? 1U : 0U;
    at_ += out_.back().said.size();
  }

  void indentation() {
    indent_ = 0;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == ' ')
        ++indent_;
      else if (text_[at_] == '\t')
        indent_ = (indent_ / 8 + 1) * 8;
      else if (text_[at_] != '\f')
        break;
    }
  }

  void step() {
    const char c = text_[at_];
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\n') {
      if (depth_ == 0) out_.push_back({Kind::line_end, "", at_, line_, indent_});
      ++line_;
      ++at_;
      if (depth_ == 0) indentation();
    } else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
      ++line_;
      at_ += 2;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      ++at_;
    } else if (const auto size = string_size(); size != 0) {
      put(Kind::text, size);
    } else if (is_word(c)) {
      std::size_t end = at_;
      while (end < text_.size() && is_word(text_[end])) ++end;
      put(c >= '0' && c <= '9' ? Kind::number : Kind::name, end - at_);
    } else {
      if (c == '(' || c == '[' || c == '{') ++depth_;
      if ((c == ')' || c == ']' || c == '}') && depth_ > 0) --depth_;
      put(Kind::sign, 1);
    }
  }

  // Prefix, quotes and all; 0 when there is none.
  [[nodiscard]] std::size_t string_size() const {
    std::size_t i = at_;
    while (i < text_.size() && i < at_ + 2 &&
           std::string_view("rbufRBUF").find(text_[i]) != std::string_view::npos) {
      ++i;
    }
    if (i >= text_.size() || (text_[i] != '\'' && text_[i] != '"')) return 0;
    const char quote = text_[i];
    const bool three = i + 2 < text_.size() && text_[i + 1] == quote && text_[i + 2] == quote;
    i += three ? 3 : 1;
    for (; i < text_.size(); ++i) {
      if (text_[i] == '\\')
        ++i;
      else if (!three && text_[i] == '\n')
        return i - at_;
      else if (text_[i] == quote && !three)
        return i + 1 - at_;
      else if (text_[i] == quote && text_.substr(i, 3) == std::string(3, quote))
        return i + 3 - at_;
    }
    return text_.size() - at_;
  }

  std::string_view text_;
  const Limits& limits_;
  std::vector<Token> out_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t indent_ = 0;
  unsigned depth_ = 0;
};

// The letters of a literal, its quotes and the commonest escapes gone.
std::string literal(std::string_view said) {
  const auto quote = said.find_first_of("'\"");
  if (quote == std::string_view::npos) return {};
  const bool raw = said.substr(0, quote).find_first_of("rR") != std::string_view::npos;
  const std::size_t width =
      said.size() >= quote + 6 && said.substr(quote, 3) == std::string(3, said[quote]) ? 3 : 1;
  if (said.size() < quote + 2 * width) return {};
  said = said.substr(quote + width, said.size() - quote - 2 * width);
  std::string out;
  for (std::size_t i = 0; i < said.size() && out.size() < 4096; ++i) {
    if (raw || said[i] != '\\' || i + 1 >= said.size()) {
      out += said[i];
    } else if (said[i + 1] == 'x' && i + 3 < said.size()) {
      unsigned code = 0;
      std::from_chars(said.data() + i + 2, said.data() + i + 4, code, 16);
      out += static_cast<char>(code & 0x7fU);
      i += 3;
    } else {
      out += said[++i];
    }
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, const Limits& limits, Reading& out)
      : text_(text), tokens_(std::move(tokens)), limits_(limits), out_(out) {}

  void run() {
    while (at_ < tokens_.size() && tokens_[at_].kind != Kind::end) line();
  }

 private:
  [[nodiscard]] const Token& token(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] bool at_line_end() const {
    return token().kind == Kind::line_end || token().kind == Kind::end;
  }
  [[nodiscard]] bool on_load() const { return functions_.empty() && lambdas_ == 0; }

  void line() {
    if (at_line_end()) {
      ++at_;
      return;
    }
    const auto indent = token().indent;
    while (!functions_.empty() && indent <= functions_.back()) functions_.pop_back();
    lambdas_ = 0;
    statement(indent);
    if (at_line_end()) ++at_;
  }

  void statement(std::uint32_t indent) {
    if (token().is_name("async")) ++at_;
    if (token().is_name("def")) {
      ++at_;
      defined(indent);
      return;
    }
    if (token().is_name("import"))
      imports();
    else if (token().is_name("from"))
      from();
    else
      assignment();
    expression_until_end(indent);
  }

  // The defaults of parameters and what follows on the same line.
  void defined(std::uint32_t indent) {
    ++at_;  // the name: no call
    unsigned depth = 0;
    while (!at_line_end()) {
      if (token().is("(")) ++depth;
      if (token().is(")") && depth > 0) --depth;
      if (depth == 0 && token().is(":")) break;
      piece();
    }
    functions_.push_back(indent);
    expression_until_end(indent);
  }

  void expression_until_end(std::uint32_t indent) {
    while (!at_line_end()) {
      if (token().is(";")) {
        ++at_;
        if (!at_line_end()) statement(indent);
        return;
      }
      if (token().is(":") && (token(1).is_name("import") || token(1).is_name("from"))) {
        ++at_;
        statement(indent);
        return;
      }
      piece();
    }
  }

  std::string dotted() {
    std::string out;
    while (token().is(".")) {
      out += '.';
      ++at_;
    }
    while (token().kind == Kind::name) {
      out += token().said;
      ++at_;
      if (!token().is(".")) break;
      out += '.';
      ++at_;
    }
    return out;
  }

  void add_import(std::string module, const Token& where) {
    if (module.empty() || out_.imports.size() >= limits_.facts) return;
    out_.imports.push_back(
        {std::move(module), where.line, on_load(), {where.begin, where.begin + where.said.size()}});
  }

  void imports() {
    do {
      ++at_;
      const Token where = token();
      const auto module = dotted();
      add_import(module, where);
      if (token().is_name("as")) {
        ++at_;
        bind(token().said, module);
        ++at_;
      } else if (!module.empty()) {
        const auto root = module.substr(0, module.find('.'));
        bind(root, root);
      }
    } while (token().is(","));
  }

  void from() {
    ++at_;
    const Token where = token();
    const auto module = dotted();
    add_import(module, where);
    if (!token().is_name("import")) return;
    ++at_;
    if (token().is("(")) ++at_;
    while (token().kind == Kind::name) {
      const auto name = token().said;
      const auto full = cat(module, ".", name);
      ++at_;
      if (token().is_name("as")) {
        ++at_;
        bind(token().said, full);
        ++at_;
      } else {
        bind(name, full);
      }
      if (!token().is(",")) break;
      ++at_;
    }
    if (token().is("*")) {
      star_.emplace_back(module);
      ++at_;
    }
    if (token().is(")")) ++at_;
  }

  void bind(std::string_view name, std::string_view meaning) {
    if (names_.size() < limits_.facts && meaning.size() < 300) {
      names_.insert_or_assign(std::string(name), std::string(meaning));
    }
  }

  // run = os.system
  void assignment() {
    if (token().kind != Kind::name || !token(1).is("=") || token(2).is("=")) return;
    const auto name = token().said;
    const auto before = at_;
    at_ += 2;
    const auto meaning = reference();
    const bool plain = !meaning.empty() && at_line_end();
    at_ = before;
    if (plain && meaning != name)
      bind(name, meaning);
    else
      names_.erase(std::string(name));
    at_ += 2;
  }

  std::string resolved(const std::string& dotted) const {
    const auto dot = dotted.find('.');
    const auto root = dotted.substr(0, dot);
    const auto found = names_.find(root);
    if (found != names_.end()) {
      return dot == std::string::npos ? found->second : cat(found->second, dotted.substr(dot));
    }
    constexpr std::array<std::string_view, 6> kBuiltIn = {"eval",       "exec", "compile",
                                                          "__import__", "open", "getattr"};
    const bool known = std::ranges::find(kBuiltIn, dotted) != kBuiltIn.end();
    if (!star_.empty() && dot == std::string::npos && !known) return cat(star_.back(), ".", dotted);
    return dotted;
  }

  // a.b.c, where nothing is called; "" when it is something else.
  std::string reference() {
    if (token().kind != Kind::name) return {};
    const auto said = dotted();
    return said.ends_with('.') ? said : resolved(said);
  }

  // Steps over one token, or over a chain of names and calls.
  void piece() {
    if (depth_ > 200) {
      out_.problem = "its calls stand too deep in each other";
      ++at_;
      return;
    }
    if (token().is_name("lambda")) {
      ++lambdas_;
      ++at_;
      return;
    }
    if (token().kind != Kind::name) {
      ++at_;
      return;
    }
    chain();
  }

  void chain() {
    const std::size_t begin = token().begin;
    const auto line = token().line;
    std::string callee = reference();
    if (callee.size() > 2'000) callee.resize(2'000);
    while (true) {
      if (token().is("(")) {
        callee = call(callee, begin, line);
      } else if (token().is("[")) {
        callee = subscript(callee);
      } else if (token().is(".") && token(1).kind == Kind::name) {
        ++at_;
        callee = cat(callee, ".", token().said);
        ++at_;
      } else {
        return;
      }
      if (callee.size() > 2'000) callee.resize(2'000);
    }
  }

  // __builtins__['eval'], globals()['x'], sys.modules['os']
  std::string subscript(const std::string& of) {
    std::string key;
    if (token(1).kind == Kind::text && token(2).is("]")) key = literal(token(1).said);
    enclosed("]");
    if (key.empty()) return cat(of, "[]");
    if (of == "sys.modules") return key;
    if (of.starts_with("__builtins__") || of.ends_with("__dict__")) {
      return of.starts_with("__builtins__") ? key : cat(of, ".", key);
    }
    return cat(of, "[", key, "]");
  }

  void enclosed(std::string_view end) {
    ++depth_;
    ++at_;
    while (token().kind != Kind::end && !token().is(end)) piece();
    if (token().is(end)) ++at_;
    --depth_;
  }

  std::string call(const std::string& callee, std::size_t begin, std::uint32_t line) {
    const auto open = at_;
    enclosed(")");
    const auto close = at_;
    const std::size_t from = tokens_[open].begin + 1;
    const std::size_t to = std::max(from, tokens_[close == open ? open : close - 1].begin);
    bool constant = true;
    std::vector<std::string> texts;
    std::string names;
    fold(open + 1, close - 1, texts, names, constant);
    if (out_.calls.size() < limits_.facts && !callee.empty()) {
      out_.calls.push_back(
          {callee.substr(0, 300),
           std::string(trim(text_.substr(from, std::min<std::size_t>(to - from, 200)))), line,
           on_load(), constant, Span{begin, to}});
    }
    return result(callee, texts, names);
  }

  // The texts among the arguments, 'a' + 'b' put together, and the first name.
  void fold(std::size_t from, std::size_t to, std::vector<std::string>& texts, std::string& names,
            bool& constant) const {
    constexpr std::size_t kMost = 400;
    bool joined = false;
    for (std::size_t i = from; i < to && i < from + kMost; ++i) {
      const auto& part = tokens_[i];
      if (part.kind == Kind::text) {
        if (joined && !texts.empty())
          texts.back() += literal(part.said);
        else
          texts.push_back(literal(part.said));
      } else if (part.kind == Kind::name) {
        constant = constant && (part.said == "None" || part.said == "True" ||
                                part.said == "False" || (i + 1 < to && tokens_[i + 1].is("=")));
        if (names.empty()) names = resolved(std::string(part.said));
      }
      joined = part.is("+") ||
               (part.kind == Kind::text && i + 1 < to && tokens_[i + 1].kind == Kind::text);
    }
    constant = constant && to < from + kMost;
  }

  // What a call gives, where it is a module or an attribute.
  static std::string result(const std::string& callee, const std::vector<std::string>& texts,
                            const std::string& names) {
    if ((callee == "__import__" || callee == "importlib.import_module" ||
         callee == "builtins.__import__" || callee == "importlib.__import__") &&
        !texts.empty()) {
      return texts.front();
    }
    if ((callee == "getattr" || callee == "builtins.getattr") && !texts.empty()) {
      return cat(names == "__import__" ? texts.front() : names, ".", texts.back());
    }
    return cat(callee, "()");
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  const Limits& limits_;
  Reading& out_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  unsigned lambdas_ = 0;
  std::vector<std::uint32_t> functions_;  // indentation of the open ones
  std::map<std::string, std::string, std::less<>> names_;
  std::vector<std::string> star_;
};

}  // namespace

Reading read(std::string_view text, const Limits& limits) {
  Reading out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  auto tokens = Lexer(text, limits).run(out.problem);
  Parser(text, std::move(tokens), limits, out).run();
  return out;
}

}  // namespace cupel::python_source
