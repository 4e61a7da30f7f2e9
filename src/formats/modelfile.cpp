// SPDX-License-Identifier: Apache-2.0
#include "formats/modelfile.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::modelfile {
namespace {

constexpr std::array<std::string_view, 10> kCommands = {
    "from",     "license", "template",  "system",  "adapter",
    "renderer", "parser",  "parameter", "message", "requires"};

bool is_space(char c) {
  return c == ' ' || c == '\t';
}
bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_key(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  Reading run() {
    while (next_command()) {
      if (out_.commands.size() >= limits_.commands) {
        fail("there are more commands than are read");
        break;
      }
      command();
    }
    return std::move(out_);
  }

  // Moves to the first letter of a command; false at the end.
  bool next_command() {
    while (out_.problem.empty() && at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (is_space(c) || is_line_end(c)) {
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  std::string_view word(bool (*is_part)(char)) {
    const auto begin = at_;
    while (at_ < text_.size() && is_part(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  void fail(std::string_view why) {
    if (!out_.problem.empty()) return;
    out_.problem = std::string(why);
    out_.at = at_;
  }

  void command() {
    for (; counted_ < at_; ++counted_) line_ += text_[counted_] == '\n' ? 1U : 0U;
    Command command{.name = lower(word(is_letter)), .line = line_};
    if (std::ranges::find(kCommands, command.name) == kCommands.end()) {
      return fail(cat("`", printable(command.name, 40), "` is no command"));
    }
    if (!space()) return fail(cat("`", command.name, "` lacks a value"));
    if (command.name == "parameter" || command.name == "message") {
      command.key = word(is_key);
      if (command.key.empty() || !space()) return fail(cat("`", command.name, "` lacks a value"));
    }
    if (!value(command)) return fail("a text is not closed");
    out_.has_from = out_.has_from || command.name == "from";
    out_.commands.push_back(std::move(command));
  }

  bool space() {
    const auto begin = at_;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ != begin;
  }

  // To the end of the line, or behind the quotes that end a line.
  bool value(Command& command) {
    const auto rest = text_.substr(at_);
    const std::size_t quotes = rest.starts_with("\"\"\"") ? 3 : rest.starts_with('"') ? 1 : 0;
    const auto begin = at_;
    auto end = at_;  // behind the last character that is no space
    for (; at_ <= text_.size(); ++at_) {
      const bool line_end = at_ == text_.size() || is_line_end(text_[at_]);
      if (line_end && closes(begin, end, quotes)) {
        command.span = {begin + quotes, end - quotes};
        command.value = text_.substr(begin + quotes, end - begin - 2 * quotes);
        return true;
      }
      if (at_ < text_.size() && !line_end && !is_space(text_[at_])) end = at_ + 1;
    }
    at_ = text_.size();
    return false;
  }

  [[nodiscard]] bool closes(std::size_t begin, std::size_t end, std::size_t quotes) const {
    const auto text = text_.substr(begin, end - begin);
    return quotes == 0 ||
           (text.size() >= 2 * quotes && text.ends_with(quotes == 3 ? "\"\"\"" : "\""));
  }

  std::string_view text_;
  const Limits& limits_;
  Reading out_;
  std::size_t at_ = 0;
  std::size_t counted_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace

bool begins_like_one(std::string_view text) {
  const Limits limits;
  Parser parser(text, limits);
  return parser.next_command() && equal_ignoring_case(parser.word(is_letter), "from");
}

Reading read(std::string_view text, const Limits& limits) {
  return Parser(text, limits).run();
}

}  // namespace cupel::modelfile
