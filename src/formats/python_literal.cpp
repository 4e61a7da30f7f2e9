// SPDX-License-Identifier: Apache-2.0
#include "formats/python_literal.h"

#include <charconv>
#include <limits>
#include <optional>

#include "base/text.h"

namespace cupel::python_literal {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The prefix of a text: r, b, u, in any case and some together.
struct Prefix {
  bool raw = false;
  bool bytes = false;
};

std::optional<Prefix> prefix_of(std::string_view word) {
  if (word.size() > 2) return {};
  const auto letters = lower(word);
  if (letters.empty() || letters == "u") return Prefix{};
  if (letters == "r") return Prefix{.raw = true};
  if (letters == "b") return Prefix{.bytes = true};
  if (letters == "rb" || letters == "br") return Prefix{.raw = true, .bytes = true};
  return {};
}

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits, Reading& out)
      : text_(text), limits_(limits), out_(out) {}

  void run() {
    out_.value = value(0);
    space();
    if (!failed() && at_ < text_.size()) {
      fail(cat("something stands behind it: `", printable(text_.substr(at_), 40), "`"),
           text_[at_] == '(' || text_[at_] == '.' || text_[at_] == '[');
    }
  }

 private:
  [[nodiscard]] bool failed() const { return !out_.problem.empty(); }
  Value fail(std::string why, bool called = false) {
    if (!failed()) {
      out_.problem = std::move(why);
      out_.at = at_;
      out_.called = called;
    }
    at_ = text_.size();
    return {};
  }

  void space() {
    constexpr std::string_view kSpace = " \t\r\n\f";
    while (at_ < text_.size()) {
      if (kSpace.find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else if (text_[at_] == '#') {
        out_.commented = true;
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("\\\n")) {
        at_ += 2;
      } else {
        return;
      }
    }
  }

  bool accept(char c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Value value(unsigned depth) {
    if (depth > limits_.depth) return fail("it is nested too deep");
    if (++values_ > limits_.values) return fail("it has more parts than are read");
    space();
    const auto begin = at_;
    Value out = at_ < text_.size() ? some(depth) : fail("it is cut short");
    out.begin = begin;
    out.end = at_;
    return out;
  }

  Value some(unsigned depth) {
    const char c = text_[at_];
    if (accept('(')) return parentheses(depth);
    if (accept('[')) return sequence(Kind::list, ']', depth);
    if (accept('{')) return braces(depth);
    if (c == '\'' || c == '"') return texts();
    if (is_digit(c) || c == '-' || c == '+' || c == '.') return number();
    if (is_word(c)) return word();
    return fail(cat("`", printable(text_.substr(at_, 1)), "` begins no constant"));
  }

  Value word() {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const auto name = text_.substr(at_, end - at_);
    if (end < text_.size() && (text_[end] == '\'' || text_[end] == '"') && prefix_of(name)) {
      return texts();
    }
    Value out;
    if (name == "True" || name == "False") {
      out.kind = Kind::boolean;
      out.integer = name == "True" ? 1 : 0;
    } else if (name != "None") {
      return fail(cat("it is no constant but looks up `", printable(name, 60), "`"), true);
    }
    at_ = end;
    return out;
  }

  // (), (1,), (1): the last is no tuple.
  Value parentheses(unsigned depth) {
    if (accept(')')) return Value{.kind = Kind::tuple};
    Value first = value(depth + 1);
    if (accept(')')) return first;
    Value out{.kind = Kind::tuple};
    out.items.push_back(std::move(first));
    if (!accept(',')) return fail("a parenthesis is not closed");
    return rest(std::move(out), ')', depth);
  }

  Value sequence(Kind kind, char end, unsigned depth) {
    return rest(Value{.kind = kind}, end, depth);
  }

  Value rest(Value out, char end, unsigned depth) {
    while (!failed() && !accept(end)) {
      out.items.push_back(value(depth + 1));
      if (accept(',')) continue;
      if (!accept(end)) return fail("a bracket is not closed");
      break;
    }
    return out;
  }

  Value braces(unsigned depth) {
    Value out{.kind = Kind::mapping};
    while (!failed() && !accept('}')) {
      out.items.push_back(value(depth + 1));
      if (out.items.size() == 1 && !accept(':')) {
        out.kind = Kind::set;
      } else if (out.kind == Kind::mapping) {
        if (out.items.size() > 1 && !accept(':')) return fail("a mapping lacks a colon");
        out.items.push_back(value(depth + 1));
      }
      if (accept(',')) continue;
      if (!accept('}')) return fail("a brace is not closed");
      break;
    }
    return out;
  }

  // 'a' "b" is one text.
  Value texts() {
    Value out{.kind = Kind::text};
    bool first = true;
    while (!failed()) {
      space();
      std::size_t end = at_;
      while (end < text_.size() && end - at_ < 3 && is_word(text_[end])) ++end;
      const bool quoted = end < text_.size() && (text_[end] == '\'' || text_[end] == '"');
      const auto prefix = quoted ? prefix_of(text_.substr(at_, end - at_)) : std::nullopt;
      if (!prefix) break;
      const auto kind = prefix->bytes ? Kind::bytes : Kind::text;
      if (!first && kind != out.kind) return fail("texts and bytes do not make one constant");
      out.kind = kind;
      first = false;
      at_ = end;
      text(out, prefix->raw);
    }
    return out;
  }

  void text(Value& out, bool raw) {
    const auto rest = text_.substr(at_);
    const bool three = rest.starts_with("'''") || rest.starts_with("\"\"\"");
    const auto end = rest.substr(0, three ? 3 : 1);
    at_ += end.size();
    while (at_ < text_.size() && !text_.substr(at_).starts_with(end)) {
      const char c = text_[at_];
      if (!three && c == '\n') break;
      if (c == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        if (raw) {
          out.text += '\\';
          out.text += text_[at_++];
        } else {
          escape(out);
        }
      } else {
        out.text += c;
        ++at_;
      }
    }
    if (!text_.substr(at_).starts_with(end)) {
      fail("a text is not closed");
      return;
    }
    at_ += end.size();
  }

  void escape(Value& out) {
    constexpr std::string_view kNames = "abfnrtv";
    constexpr std::string_view kMeant = "\a\b\f\n\r\t\v";
    const char c = text_[at_++];
    if (c == '\n') return;
    if (const auto found = kNames.find(c); found != std::string_view::npos) {
      out.text += kMeant[found];
    } else if (c == '\\' || c == '\'' || c == '"') {
      out.text += c;
    } else if (c == 'x' || (out.kind == Kind::text && (c == 'u' || c == 'U'))) {
      out.escaped = true;
      coded(out.text, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16);
    } else if (c >= '0' && c <= '7') {
      out.escaped = true;
      --at_;
      coded(out.text, 3, 8);
    } else if (c == 'N' && out.kind == Kind::text) {
      out.escaped = out.hidden = true;
      at_ = std::min(text_.find('}', at_), text_.size());
      if (at_ < text_.size()) ++at_;
    } else {
      out.text += '\\';
      out.text += c;
    }
  }

  void coded(std::string& out, std::size_t digits, int base) {
    std::uint32_t code = 0;
    const auto* begin = text_.data() + at_;
    const auto* end = begin + std::min(digits, text_.size() - at_);
    const auto read = std::from_chars(begin, end, code, base);
    at_ += static_cast<std::size_t>(read.ptr - begin);
    if (base == 16 && read.ptr != begin + digits) {
      fail("an escape is damaged");
      return;
    }
    append_utf8(out, std::min<std::uint32_t>(code, 0x10ffff));
  }

  Value number() {
    const bool minus = text_[at_] == '-';
    if (minus || text_[at_] == '+') ++at_;
    space();
    std::string digits;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.' || after_exponent())) {
      if (text_[at_] != '_') digits += text_[at_];
      ++at_;
    }
    if (digits.empty() || !(is_digit(digits[0]) || digits[0] == '.')) {
      return fail("a number is expected");
    }
    if (digits.ends_with('L') || digits.ends_with('l')) digits.pop_back();  // of Python 2
    Value out = whole(digits, minus);
    if (out.kind == Kind::integer) return out;
    double real = 0;
    const auto* last = digits.data() + digits.size();
    if (digits.ends_with('j') || digits.ends_with('J')) --last;
    const auto read = std::from_chars(digits.data(), last, real);
    if (read.ptr != last) return fail("a number is damaged");
    return out;
  }

  [[nodiscard]] bool after_exponent() const {
    if (at_ == 0 || (text_[at_] != '-' && text_[at_] != '+')) return false;
    return text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E';
  }

  static Value whole(std::string_view digits, bool minus) {
    int base = 10;
    if (digits.size() > 2 && digits[0] == '0') {
      const char kind = digits[1];
      base = kind == 'x' || kind == 'X'   ? 16
             : kind == 'o' || kind == 'O' ? 8
             : kind == 'b' || kind == 'B' ? 2
                                          : 10;
      if (base != 10) digits.remove_prefix(2);
    }
    Value out{.kind = Kind::real};
    const auto* last = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), last, out.integer, base);
    if (read.ptr != last) return out;
    out.kind = Kind::integer;
    out.fits = read.ec == std::errc{};
    if (!out.fits) out.integer = std::numeric_limits<std::int64_t>::max();
    if (minus) out.integer = -out.integer;
    return out;
  }

  std::string_view text_;
  const Limits& limits_;
  Reading& out_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Reading read(std::string_view text, const Limits& limits) {
  Reading out;
  Parser(text, limits, out).run();
  return out;
}

}  // namespace cupel::python_literal
