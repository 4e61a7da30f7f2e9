// SPDX-License-Identifier: Apache-2.0
#include "formats/xml.h"

#include <algorithm>

#include "base/text.h"

namespace cupel::xml {
namespace {

constexpr std::size_t kMostDepth = 256;
constexpr std::size_t kMostAttributes = 1'000;
constexpr std::size_t kMostDeclarations = 1'000;
constexpr std::string_view kSpace = " \t\r\n";

class Parser {
 public:
  Parser(std::string_view text, const std::function<void(const Element&)>& use)
      : text_(text), use_(use) {}

  Reading run() {
    while (reading_.problem.empty() && at_ < text_.size()) {
      const auto tag = text_.find('<', at_);
      if (tag == std::string_view::npos) break;
      at_ = tag;
      step();
    }
    if (reading_.problem.empty() && reading_.root.empty()) stop("it has no element");
    if (reading_.problem.empty() && !open_.empty()) {
      stop(cat("the element `", printable(open_.back(), 100), "` is not closed"));
    }
    reading_.complete = reading_.problem.empty();
    reading_.end = at_;
    return std::move(reading_);
  }

 private:
  void stop(std::string problem) {
    if (reading_.problem.empty()) reading_.problem = std::move(problem);
  }

  [[nodiscard]] bool here(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }

  void pass(std::string_view end, std::string_view what) {
    const auto found = text_.find(end, at_);
    if (found == std::string_view::npos) return stop(cat(what, " does not end"));
    at_ = found + end.size();
  }

  void step() {
    if (here("<!--")) return pass("-->", "a comment");
    if (here("<![CDATA[")) return pass("]]>", "a text");
    if (here("<!DOCTYPE") || here("<!doctype")) return doctype();
    if (here("<?")) {
      const auto begin = at_;
      pass("?>", "an instruction");
      const bool declaration = text_.substr(begin).starts_with("<?xml ");
      if (!declaration) keep(reading_.instructions, {begin, at_});
      return;
    }
    if (here("</")) return close();
    open();
  }

  static void keep(std::vector<Span>& spans, Span span) {
    if (spans.size() < kMostDeclarations) spans.push_back(span);
  }

  // `<!DOCTYPE name SYSTEM "x" [ <!ENTITY a "b"> ]>`: brackets and quotes are balanced.
  void doctype() {
    const auto begin = at_;
    unsigned depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        const auto end = text_.find(c, at_ + 1);
        if (end == std::string_view::npos) return stop("the document type does not end");
        at_ = end;
      } else if (here("<!--")) {
        pass("-->", "a comment");
        --at_;
        if (!reading_.problem.empty()) return;
      } else if (c == '<') {
        ++depth;
        if (here("<!ENTITY")) keep(reading_.entities, {at_, at_ + 8});
      } else if (here("SYSTEM") || here("PUBLIC")) {
        keep(reading_.externals, {at_, at_ + 6});
      } else if (c == '>' && --depth == 0) {
        ++at_;
        break;
      }
    }
    reading_.doctype = {begin, at_};
    if (depth != 0) stop("the document type does not end");
  }

  void close() {
    const auto begin = at_ + 2;
    pass(">", "a tag");
    if (!reading_.problem.empty()) return;
    const auto name = trim(text_.substr(begin, at_ - begin - 1));
    if (open_.empty() || open_.back() != name) {
      return stop(cat("`</", printable(name, 100), ">` closes what is not open"));
    }
    open_.pop_back();
  }

  std::string_view word(std::string_view ends) {
    const auto begin = at_;
    at_ = std::min(text_.find_first_of(ends, at_), text_.size());
    return text_.substr(begin, at_ - begin);
  }
  void skip_space() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }

  void open() {
    Element element;
    const auto begin = at_++;
    element.name = word(" \t\r\n/>");
    element.depth = static_cast<unsigned>(open_.size());
    if (element.name.empty()) return stop("a tag has no name");
    while (reading_.problem.empty()) {
      skip_space();
      if (at_ >= text_.size()) return stop("a tag does not end");
      if (text_[at_] == '>' || here("/>")) break;
      attribute(element);
    }
    if (!reading_.problem.empty()) return;
    const bool empty = text_[at_] == '/';
    at_ += empty ? 2 : 1;
    element.span = {begin, at_};
    if (reading_.root.empty()) reading_.root = element.name;
    if (!empty) open_.push_back(element.name);
    if (open_.size() > kMostDepth) return stop("it is nested too deeply");
    use_(element);
  }

  void attribute(Element& element) {
    const auto key = word(" \t\r\n=/>");
    skip_space();
    if (key.empty() || !here("=")) return stop("an attribute has no value");
    ++at_;
    skip_space();
    if (!here("\"") && !here("'")) return stop("an attribute has no value");
    const char quote = text_[at_++];
    const auto end = text_.find(quote, at_);
    if (end == std::string_view::npos) return stop("an attribute does not end");
    if (element.attributes.size() >= kMostAttributes) return stop("a tag has too many attributes");
    element.attributes.emplace_back(key, text_.substr(at_, end - at_));
    at_ = end + 1;
  }

  std::string_view text_;
  const std::function<void(const Element&)>& use_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
  Reading reading_;
};

}  // namespace

std::string_view Element::attribute(std::string_view key) const {
  for (const auto& [spelled, value] : attributes) {
    if (spelled == key) return value;
  }
  return {};
}

Reading read(std::string_view text, const std::function<void(const Element&)>& use) {
  return Parser(text, use).run();
}

std::string from_utf16(Bytes bytes) {
  std::string out;
  if (bytes.size() < 4) return out;
  const auto a = std::to_integer<unsigned>(bytes[0]);
  const auto b = std::to_integer<unsigned>(bytes[1]);
  const bool big = (a == 0xfe && b == 0xff) || (a == 0 && b == '<');
  const bool little = (a == 0xff && b == 0xfe) || (a == '<' && b == 0);
  if (!big && !little) return out;
  // What matters of a document is ASCII; the rest keeps its place.
  for (std::size_t i = a == 0 || b == 0 ? 0 : 2; i + 1 < bytes.size(); i += 2) {
    const auto high = std::to_integer<unsigned>(bytes[big ? i : i + 1]);
    const auto low = std::to_integer<unsigned>(bytes[big ? i + 1 : i]);
    out += high == 0 && low < 0x80 ? static_cast<char>(low) : '?';
  }
  return out;
}

}  // namespace cupel::xml
