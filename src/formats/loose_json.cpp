// SPDX-License-Identifier: Apache-2.0
#include "formats/loose_json.h"

#include <algorithm>

#include "base/text.h"

namespace cupel::loose_json {
namespace {

class Reader {
 public:
  Reader(std::string_view text, const Limits& limits, Document& out)
      : text_(text), limits_(limits), out_(out) {}

  void run(bool prefix) {
    if (text_.size() >= UINT32_MAX) return fail("it is too large");
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    if (!prefix) out_.nodes.reserve(std::min(text_.size() / 4 + 8, limits_.nodes));
    if (!value(0, 0, 0)) return fail("it is no JSON");
    space();
    out_.examined = at_;
    if (!prefix && at_ != text_.size()) fail("something stands behind the value");
  }

 private:
  void fail(std::string_view why) {
    if (out_.problem.empty()) out_.problem = std::string(why);
    out_.examined = std::min(at_, text_.size());
  }
  void space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool quoted() {
    if (peek() != '"') return false;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\')
        ++at_;
      else if (text_[at_] == '"')
        break;
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  bool value(std::size_t key, std::size_t key_size, unsigned depth) {
    space();
    if (depth > limits_.depth || out_.nodes.size() >= limits_.nodes) {
      fail("it is too large or too deep to be examined");
      return false;
    }
    const std::size_t index = out_.nodes.size();
    out_.nodes.push_back({static_cast<std::uint32_t>(at_), 0, 0, static_cast<std::uint32_t>(key),
                          static_cast<std::uint32_t>(key_size), Kind::null});
    Kind kind = Kind::null;
    bool good = false;
    const char c = peek();
    if (c == '{') {
      kind = Kind::object;
      good = object(depth);
    } else if (c == '[') {
      kind = Kind::array;
      good = array(depth);
    } else if (c == '"') {
      kind = Kind::text;
      good = quoted();
    } else {
      good = word(kind);
    }
    auto& node = out_.nodes[index];
    node.kind = kind;
    node.end = static_cast<std::uint32_t>(std::min(at_, text_.size()));
    node.next = static_cast<std::uint32_t>(out_.nodes.size());
    return good;
  }

  bool word(Kind& kind) {
    const auto begin = at_;
    while (at_ < text_.size() &&
           std::string_view(",]}: \t\r\n\"[{").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    const auto said = text_.substr(begin, at_ - begin);
    if (said.empty()) return false;
    if (said == "true" || said == "false")
      kind = Kind::boolean;
    else if (said != "null")
      kind = Kind::number;
    const char first = said.front();
    return said == "null" || kind == Kind::boolean || said == "NaN" || said == "Infinity" ||
           first == '-' || (first >= '0' && first <= '9');
  }

  bool array(unsigned depth) {
    ++at_;
    space();
    if (peek() == ']') return ++at_, true;
    while (value(0, 0, depth + 1)) {
      space();
      const char c = peek();
      ++at_;
      if (c == ']') return true;
      if (c != ',') return false;
    }
    return false;
  }

  bool object(unsigned depth) {
    ++at_;
    space();
    if (peek() == '}') return ++at_, true;
    while (true) {
      space();
      const std::size_t begin = at_ + 1;
      if (!quoted()) return false;
      const std::size_t end = at_ - 1;
      space();
      if (peek() != ':') return false;
      ++at_;
      if (!value(begin, end - begin, depth + 1)) return false;
      space();
      const char c = peek();
      ++at_;
      if (c == '}') return true;
      if (c != ',') return false;
    }
  }

  std::string_view text_;
  const Limits& limits_;
  Document& out_;
  std::size_t at_ = 0;
};

std::uint32_t hex4(std::string_view text, std::size_t at) {
  std::uint32_t code = 0;
  for (const char c : text.substr(std::min(at, text.size()), 4)) {
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos) return 0xfffd;
    code = (code << 4U) | static_cast<std::uint32_t>(digit);
  }
  return code;
}

std::string decoded(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 >= raw.size()) {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    if (c != 'u') {
      constexpr std::string_view kNames = "bfnrt";
      constexpr std::string_view kMeant = "\b\f\n\r\t";
      const auto found = kNames.find(c);
      out += found == std::string_view::npos ? c : kMeant[found];
      continue;
    }
    auto code = hex4(raw, i + 1);
    i += 4;
    if (code >= 0xd800 && code < 0xdc00 &&
        raw.substr(std::min(i + 1, raw.size())).starts_with("\\u")) {
      const auto low = hex4(raw, i + 3);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
        i += 6;
      }
    }
    append_utf8(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  }
  return out;
}

}  // namespace

Value Document::root() const {
  return nodes.empty() ? Value() : Value(*this, 0);
}

Document read(std::string_view text, bool prefix, const Limits& limits) {
  Document out;
  out.text = text;
  Reader(text, limits, out).run(prefix);
  return out;
}

std::string_view Value::raw() const {
  if (!exists()) return {};
  return document_->text.substr(node().begin, node().end - node().begin);
}

std::string Value::text() const {
  if (!is_text() || raw().size() < 2) return {};
  return decoded(raw().substr(1, raw().size() - 2));
}

std::string Value::key() const {
  if (!exists() || node().key == 0) return {};
  return decoded(document_->text.substr(node().key, node().key_size));
}

Span Value::span() const {
  if (!exists()) return {};
  return {node().begin, node().end};
}

std::vector<Value> Value::items() const {
  std::vector<Value> out;
  if (!is_object() && !is_array()) return out;
  for (std::uint32_t at = at_ + 1; at < node().next; at = document_->nodes[at].next) {
    out.emplace_back(*document_, at);
    if (document_->nodes[at].next <= at) break;  // the reading stopped inside
  }
  return out;
}

Value Value::find(std::string_view key) const {
  Value out;
  if (!is_object()) return out;
  for (const auto& item : items()) {
    if (item.key() == key) out = item;
  }
  return out;
}

}  // namespace cupel::loose_json
