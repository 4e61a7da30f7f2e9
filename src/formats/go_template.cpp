// SPDX-License-Identifier: Apache-2.0
#include "formats/go_template.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::go_template {
namespace {

using jinja::Branch;
using jinja::Insertion;
using jinja::Literal;
using jinja::Subject;
using jinja::Test;

constexpr std::size_t kBranchText = 4096;

// What a branch is for, and what is written in it.
struct Block {
  bool is_if = false;
  std::vector<Test> tests = {};
  std::string role = {};  // whose message is written: "system", "user"
  std::string own = {};
  bool says = false;  // what a message says is written, too
  std::size_t begin = 0;
};

// An action without its braces: words, and texts in quotes.
struct Action {
  std::vector<std::string_view> words = {};
  std::vector<std::string> texts = {};

  [[nodiscard]] bool has(std::string_view word) const {
    return std::ranges::find(words, word) != words.end();
  }
  // .Content, .System, .Prompt: also of a variable, $m.Content
  [[nodiscard]] bool names(std::string_view field) const {
    return std::ranges::any_of(words, [&](std::string_view word) { return word.ends_with(field); });
  }
  [[nodiscard]] bool says() const {
    return names(".Content") || names(".System") || names(".Prompt") || names(".Messages") ||
           has(".") || has("template");
  }
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '$';
}

class Parser {
 public:
  Parser(std::string_view text, const jinja::Limits& limits) : text_(text), limits_(limits) {}

  jinja::Reading run() {
    std::size_t at = 0;
    while (at < text_.size()) {
      const auto begin = std::min(text_.find("{{", at), text_.size());
      data(at, begin);
      if (begin == text_.size()) break;
      const auto end = action(begin);
      if (!out_.problem.empty()) return std::move(out_);
      at = end;
    }
    if (!blocks_.empty()) return fail("a block is not closed", text_.size());
    out_.examined = text_.size();
    return std::move(out_);
  }

 private:
  jinja::Reading fail(std::string_view why, std::size_t at) {
    out_.problem = std::string(why);
    out_.examined = at;
    return std::move(out_);
  }

  void data(std::size_t begin, std::size_t end) {
    const auto piece = text_.substr(begin, end - begin);
    if (trim(piece).empty()) return;
    if (out_.texts.size() < limits_.facts) out_.texts.push_back({std::string(piece), {begin, end}});
    written(piece);
  }

  void written(std::string_view text) {
    if (blocks_.empty()) return;
    auto& own = blocks_.back().own;
    if (own.size() < kBranchText) own += cat(text.substr(0, kBranchText), "\n");
  }

  // Behind the action.
  std::size_t action(std::size_t begin) {
    std::size_t at = begin + 2;
    if (text_.substr(at).starts_with('-')) ++at;
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\n' || text_[at] == '\t')) ++at;
    if (text_.substr(at).starts_with("/*")) {
      const auto end = text_.find("*/", at);
      const auto close = end == std::string_view::npos ? end : text_.find("}}", end);
      if (close == std::string_view::npos) return cut(begin);
      return close + 2;
    }
    Action action;
    while (at < text_.size() && !text_.substr(at).starts_with("}}")) {
      const char c = text_[at];
      if (c == '"' || c == '`' || c == '\'') {
        if (!quoted(at, action)) return cut(begin);
      } else if (is_word(c)) {
        const auto from = at;
        while (at < text_.size() && is_word(text_[at])) ++at;
        action.words.push_back(text_.substr(from, at - from));
      } else {
        ++at;
      }
    }
    if (at >= text_.size()) return cut(begin);
    at += 2;
    run(action, begin, at);
    return at;
  }

  std::size_t cut(std::size_t begin) {
    out_.problem = "an action is not closed";
    out_.examined = begin;
    return text_.size();
  }

  bool quoted(std::size_t& at, Action& action) {
    const char quote = text_[at];
    const auto begin = at++;
    std::string out;
    while (at < text_.size() && text_[at] != quote) {
      if (text_[at] == '\\' && quote != '`' && at + 1 < text_.size()) ++at;
      out += text_[at++];
    }
    if (at >= text_.size()) return false;
    ++at;
    if (out_.literals.size() < limits_.facts) out_.literals.push_back({out, {begin, at}});
    action.texts.push_back(std::move(out));
    return true;
  }

  void run(const Action& action, std::size_t begin, std::size_t end) {
    const auto first = action.words.empty() ? std::string_view{} : action.words.front();
    if (first == "if" || first == "range" || first == "with" || first == "block" ||
        first == "define") {
      if (blocks_.size() >= limits_.depth) {
        out_.problem = "blocks stand too deep in each other";
        out_.examined = begin;
        return;
      }
      Block block{.is_if = first == "if" || first == "with", .begin = begin};
      if (block.is_if) condition(block, action, begin, end);
      blocks_.push_back(std::move(block));
    } else if (first == "else" || first == "end") {
      close(action, first == "else", begin, end);
    } else {
      if (action.says() && !blocks_.empty()) blocks_.back().says = true;
      for (const auto& text : action.texts) written(text);
    }
  }

  void close(const Action& action, bool goes_on, std::size_t begin, std::size_t end) {
    if (blocks_.empty()) {
      out_.problem = "a block ends that did not begin";
      out_.examined = begin;
      return;
    }
    Block block = std::move(blocks_.back());
    blocks_.pop_back();
    end_branch(block, end);
    if (!blocks_.empty()) {
      auto& outer = blocks_.back();
      outer.says = outer.says || block.says;
      if (!block.is_if && outer.own.size() < kBranchText) outer.own += block.own;
    }
    if (!goes_on) return;
    Block next{.is_if = block.is_if, .begin = begin};
    if (action.words.size() > 1) condition(next, action, begin, end);
    blocks_.push_back(std::move(next));
  }

  void end_branch(const Block& block, std::size_t end) {
    if (trim(block.own).empty()) return;
    const Span span{block.begin, end};
    if (!block.tests.empty() && out_.branches.size() < limits_.facts) {
      out_.branches.push_back({block.tests, block.own, span});
    }
    if (!block.role.empty() && out_.insertions.size() < limits_.facts) {
      out_.insertions.push_back({block.role, block.own, !block.says, span});
    }
  }

  // {{ if eq .Role "system" }}, {{ if .System }}, {{ if eq .Content "x" }}
  static void condition(Block& block, const Action& action, std::size_t begin, std::size_t end) {
    const bool denied = action.has("not") || action.has("ne") || action.has("or");
    const bool content = action.names(".Content") || action.names(".Prompt");
    for (const auto& text : action.texts) {
      if (content) block.tests.push_back({Subject::content, text, {begin, end}});
      if (action.names(".Role") && !denied && (text == "system" || text == "user"))
        block.role = text;
    }
    if (action.names(".System") && action.texts.empty() && !denied) block.role = "system";
  }

  std::string_view text_;
  const jinja::Limits& limits_;
  jinja::Reading out_;
  std::vector<Block> blocks_;
};

}  // namespace

jinja::Reading read(std::string_view text, const jinja::Limits& limits) {
  return Parser(text, limits).run();
}

}  // namespace cupel::go_template
