// SPDX-License-Identifier: Apache-2.0
// The text form of protocol buffers, as far as graphs need it.
// Source: https://protobuf.dev/reference/protobuf/textformat-spec/
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/text.h"
#include "formats/tensorflow.h"

namespace cupel::tensorflow {
namespace {

constexpr std::size_t kMostDepth = 100;
constexpr std::size_t kMostOperators = 100'000;
constexpr std::size_t kMostTexts = 1'000;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-' ||
         c == '+';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Reading run() {
    reading_.complete = true;
    while (reading_.complete && skip_space()) step();
    if (!open_.empty()) damage();
    finish_node();
    reading_.kind =
        reading_.operators.empty() && reading_.functions.empty() ? Kind::none : Kind::graph;
    return std::move(reading_);
  }

 private:
  void damage() {
    if (!reading_.complete) return;
    reading_.complete = false;
    reading_.damage = {at_, at_};
  }

  bool skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == ',' || c == ';') {
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  void step() {
    const char c = text_[at_];
    if (c == '}' || c == '>') {
      ++at_;
      if (open_.empty()) return damage();
      close();
    } else if (c == ']') {
      ++at_;  // of a list of messages
    } else if (c == '{' || c == '<') {
      ++at_;
      open(field_);
    } else if (c == '[') {
      at_ = std::min(text_.find(']', at_), text_.size());
      if (at_ < text_.size()) ++at_;
      field_ = "[]";
      value();
    } else if (is_word(c)) {
      field_ = word();
      value();
    } else {
      damage();
    }
  }

  std::string_view word() {
    const auto begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  // Behind a field's name: `: scalar`, `{ … }`, `: { … }`, `: [ … ]`.
  void value() {
    if (!skip_space()) return damage();
    if (text_[at_] == ':') {
      ++at_;
      if (!skip_space()) return damage();
    }
    if (text_[at_] == '[') {
      ++at_;
      return list();
    }
    scalar();
  }

  void list() {
    while (skip_space() && text_[at_] != ']') {
      const auto before = at_;
      scalar();
      if (at_ == before) return;  // a message: step() opens it
    }
    if (at_ < text_.size()) ++at_;
  }

  void scalar() {
    const auto begin = at_;
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      std::string text;
      while (skip_space() && (text_[at_] == '"' || text_[at_] == '\'')) {
        if (!quoted(text)) return damage();
      }
      return take(std::move(text), {begin, at_});
    }
    if (is_word(c)) word();
  }

  bool quoted(std::string& out) {
    const char end = text_[at_++];
    while (at_ < text_.size() && text_[at_] != end) {
      if (text_[at_] == '\\') {
        if (!escape(out)) return false;
      } else {
        out += text_[at_++];
      }
    }
    return at_++ < text_.size();
  }

  bool escape(std::string& out) {
    constexpr std::string_view kNames = "abfnrtv";
    constexpr std::string_view kMeant = "\a\b\f\n\r\t\v";
    if (++at_ >= text_.size()) return false;
    const char c = text_[at_];
    if (c == 'x' || c == 'X') return ++at_, digits(out, 16, 2);
    if (c >= '0' && c <= '7') return digits(out, 8, 3);
    const auto named = kNames.find(c);
    out += named == std::string_view::npos ? c : kMeant[named];
    ++at_;
    return true;
  }

  bool digits(std::string& out, unsigned base, unsigned most) {
    unsigned value = 0;
    unsigned taken = 0;
    for (; taken < most && at_ < text_.size(); ++taken, ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (std::isxdigit(c) == 0) break;
      const unsigned digit =
          c <= '9' ? c - unsigned{'0'} : static_cast<unsigned>(std::tolower(c)) - 'a' + 10U;
      if (digit >= base) break;
      value = value * base + digit;
    }
    out += static_cast<char>(value & 0xffU);
    return taken != 0;
  }

  void open(std::string_view name) {
    if (open_.size() >= kMostDepth) return damage();
    if (name == "node" || name == "node_def") finish_node();
    if (name == "node" || name == "node_def") node_begin_ = at_;
    open_.push_back(name);
  }

  void close() {
    if (open_.back() == "node" || open_.back() == "node_def") finish_node();
    if (open_.back() == "function") function_.clear();
    open_.pop_back();
  }

  [[nodiscard]] bool within(std::string_view name) const {
    return !open_.empty() && open_.back() == name;
  }
  [[nodiscard]] bool in_node() const {
    return std::ranges::find(open_, "node") != open_.end() ||
           std::ranges::find(open_, "node_def") != open_.end();
  }

  void take(std::string text, Span span) {
    if (within("node") || within("node_def")) {
      if (field_ == "name") name_ = text.substr(0, 300);
      if (field_ == "op") op_ = text;
    } else if (within("signature") && field_ == "name") {
      function_ = text.substr(0, 300);
      if (reading_.functions.size() < kMostOperators) reading_.functions.insert(function_);
    } else if (within("asset_file_def") && field_ == "filename") {
      keep(reading_.assets, std::move(text), span);
    } else if (field_ == "metadata" && text.starts_with('{')) {
      keep(reading_.metadata, std::move(text), span);
    } else if (field_ == "tensorflow_version") {
      reading_.version = text.substr(0, 100);
    } else if (in_node() && field_ == "string_val") {
      if (reads_like_path(text)) keep(reading_.constants, std::move(text), span);
    } else if (in_node() && field_ == "s" && text.find("://") != std::string::npos) {
      addresses_.push_back(reading_.addresses.size());
      keep(reading_.addresses, std::move(text), span);
    }
  }

  void keep(std::vector<Text>& texts, std::string text, Span span) {
    if (texts.size() >= kMostTexts) return;
    texts.push_back({.owner = name_, .op = op_, .text = std::move(text), .span = span});
  }

  // Fields come in any order: what a node is called is known at its end.
  void finish_node() {
    if (!op_.empty()) {
      for (const auto index : addresses_) {
        if (index >= reading_.addresses.size()) continue;
        reading_.addresses[index].op = op_;
        reading_.addresses[index].owner = name_;
      }
      auto at = reading_.operators.find(op_);
      if (at == reading_.operators.end() && reading_.operators.size() < kMostOperators) {
        at = reading_.operators
                 .emplace(op_, Use{.count = 0,
                                   .first_node = name_,
                                   .function = function_,
                                   .first = {node_begin_, at_}})
                 .first;
      }
      if (at != reading_.operators.end()) ++at->second.count;
    }
    addresses_.clear();
    op_.clear();
    name_.clear();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view field_;
  std::vector<std::string_view> open_;
  std::size_t node_begin_ = 0;
  std::string name_;
  std::string op_;
  std::string function_;
  std::vector<std::size_t> addresses_;
  Reading reading_;
};

}  // namespace

bool is_text_graph(std::string_view text) {
  constexpr std::array<std::string_view, 7> kFirst = {"node",
                                                      "node_def",
                                                      "library",
                                                      "versions",
                                                      "meta_graphs",
                                                      "graph_def",
                                                      "saved_model_schema_version"};
  // The first thing that is no comment is the name of a field.
  std::size_t at = 0;
  while (at < text.size() &&
         (text[at] == '#' || std::isspace(static_cast<unsigned char>(text[at])) != 0)) {
    at = text[at] == '#' ? std::min(text.find('\n', at), text.size()) : at + 1;
  }
  const auto begin = text.substr(at, 64);
  const auto end = std::ranges::find_if_not(begin, is_word);
  const auto first = begin.substr(0, static_cast<std::size_t>(end - begin.begin()));
  const bool known = std::ranges::find(kFirst, first) != kFirst.end() || first == "meta_info_def";
  const auto rest = trim(begin.substr(first.size()));
  return known && (rest.starts_with('{') || rest.starts_with(':') || rest.starts_with('<'));
}

Reading read_text(std::string_view text) {
  return Parser(text).run();
}

}  // namespace cupel::tensorflow
