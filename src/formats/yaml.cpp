// SPDX-License-Identifier: Apache-2.0
#include "formats/yaml.h"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include <yaml.h>

#include "base/text.h"

namespace cupel::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMostProblems = 100;  // beyond this nobody reads on
constexpr std::size_t kShown = 80;          // bytes of a key that a message quotes

struct ParserCloser {
  void operator()(yaml_parser_t* parser) const {
    yaml_parser_delete(parser);
    delete parser;  // NOLINT(cppcoreguidelines-owning-memory): this is the owner's deleter
  }
};
using Parser = std::unique_ptr<yaml_parser_t, ParserCloser>;

// An event and the memory that libyaml hung on it.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  Event(Event&&) = delete;
  Event& operator=(Event&&) = delete;
  ~Event() { yaml_event_delete(&event_); }
  [[nodiscard]] bool next(yaml_parser_t& parser) {
    yaml_event_delete(&event_);
    return yaml_parser_parse(&parser, &event_) == 1;
  }
  [[nodiscard]] const yaml_event_t& operator*() const { return event_; }

 private:
  yaml_event_t event_{};
};

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

std::string quoted_name(std::string_view name) {
  return cat("`", printable(name, kShown), "`");
}

// The words that YAML 1.1's core reads as nothing.
bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

enum class TagUse { plain, as_text, refused };

TagUse use_of(std::string_view tag, Kind kind) {
  constexpr std::string_view kStandard = "tag:yaml.org,2002:";
  if (tag.empty()) return TagUse::plain;
  if (tag == "!") return kind == Kind::text ? TagUse::as_text : TagUse::plain;
  if (!tag.starts_with(kStandard)) return TagUse::refused;
  tag.remove_prefix(kStandard.size());
  if (kind == Kind::mapping) return tag == "map" ? TagUse::plain : TagUse::refused;
  if (kind == Kind::sequence) return tag == "seq" ? TagUse::plain : TagUse::refused;
  if (tag == "str") return TagUse::as_text;
  constexpr std::array<std::string_view, 4> kScalars = {"int", "float", "bool", "null"};
  return std::ranges::find(kScalars, tag) != kScalars.end() ? TagUse::plain : TagUse::refused;
}

// Builds the tree from events. What stands open is a stack of ours, so that the
// depth of the document is never the depth of our calls.
class Builder {
 public:
  // `lines` stand before the text in the document that marks count in.
  Builder(std::string_view text, std::uint32_t lines, const Limits& limits, Reading& reading)
      : text_(text), lines_(lines), limits_(limits), reading_(reading) {}

  void run() {
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): owned from the next token on
    const Parser parser(new yaml_parser_t{});
    if (yaml_parser_initialize(parser.get()) != 1) {
      problem(Trouble::limit, "there is no memory to read it", {});
      return;
    }
    yaml_parser_set_encoding(parser.get(), YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser.get(), reinterpret_cast<const unsigned char*>(text_.data()),
                                 text_.size());
    Event event;
    bool more = true;
    while (more) {
      if (!event.next(*parser)) {
        syntax_error(*parser);
        break;
      }
      more = take(*event);
    }
    while (!open_.empty()) close({});
  }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;  // of a mapping: the key whose value comes next
  };

  [[nodiscard]] Mark mark(const yaml_mark_t& at) const {
    return {.line = static_cast<std::uint32_t>(at.line + 1) + lines_,
            .column = static_cast<std::uint32_t>(at.column + 1)};
  }

  // Where a byte stands, for the reader's errors, which come without a mark.
  [[nodiscard]] Mark byte_mark(std::size_t offset) const {
    Mark at{.line = 1 + lines_, .column = 1};
    for (const char c : text_.substr(0, offset)) {
      if (c == '\n') {
        ++at.line;
        at.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80) {
        ++at.column;
      }
    }
    return at;
  }

  void problem(Trouble trouble, std::string what, Mark at) {
    if (reading_.problems.size() < kMostProblems) {
      reading_.problems.push_back({trouble, std::move(what), at});
    }
  }

  void syntax_error(const yaml_parser_t& parser) {
    const std::string_view what = parser.problem == nullptr ? "it is not YAML" : parser.problem;
    if (parser.error == YAML_READER_ERROR) {
      problem(Trouble::syntax, cat(what, " (the file must be UTF-8)"),
              byte_mark(parser.problem_offset));
      return;
    }
    if (parser.error == YAML_MEMORY_ERROR) {
      problem(Trouble::limit, "there is no memory to read it", mark(parser.mark));
      return;
    }
    const std::string_view context = parser.context == nullptr ? "" : parser.context;
    // The scanner notices a missing colon only lines later; the key is what is wrong.
    if (context == "while scanning a simple key") {
      problem(Trouble::syntax, "a colon is missing after this key", mark(parser.context_mark));
      return;
    }
    const std::size_t at = parser.problem_mark.index;
    if (is_tab(at)) {
      problem(Trouble::syntax, "a tab stands where YAML wants spaces", mark(parser.problem_mark));
      return;
    }
    std::string said(what);
    if (!context.empty()) {
      said += cat(", ", context, " that begins on line ", mark(parser.context_mark).line);
    }
    problem(Trouble::syntax, std::move(said), mark(parser.problem_mark));
  }

  // Marks count code points; the text is walked once, at the one error there can be.
  [[nodiscard]] bool is_tab(std::size_t code_point) const {
    for (const char c : text_) {
      if ((static_cast<unsigned char>(c) & 0xc0U) == 0x80) continue;
      if (code_point-- == 0) return c == '\t';
    }
    return false;
  }

  // False when nothing more is to be read.
  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (++documents_ > 1) {
          problem(Trouble::feature, "a second document begins here", mark(event.start_mark));
          return false;
        }
        return true;
      case YAML_SCALAR_EVENT:
        return scalar(event);
      case YAML_ALIAS_EVENT: {
        const std::string name(text_of(event.data.alias.anchor));
        problem(Trouble::feature, cat("an alias: ", quoted_name("*" + name)),
                mark(event.start_mark));
        return count(event) && put(made(Kind::null, event));
      }
      case YAML_SEQUENCE_START_EVENT:
        look_at(event.data.sequence_start.anchor, event);
        if (use_of(text_of(event.data.sequence_start.tag), Kind::sequence) == TagUse::refused) {
          refuse_tag(event.data.sequence_start.tag, event);
        }
        return count(event) && open(made(Kind::sequence, event));
      case YAML_MAPPING_START_EVENT:
        look_at(event.data.mapping_start.anchor, event);
        if (use_of(text_of(event.data.mapping_start.tag), Kind::mapping) == TagUse::refused) {
          refuse_tag(event.data.mapping_start.tag, event);
        }
        return count(event) && open(made(Kind::mapping, event));
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return close(mark(event.end_mark));
      case YAML_STREAM_END_EVENT:
        return false;
      default:
        return true;
    }
  }

  [[nodiscard]] Node made(Kind kind, const yaml_event_t& event) const {
    Node node;
    node.kind = kind;
    node.begin = mark(event.start_mark);
    node.end = mark(event.end_mark);
    return node;
  }

  void look_at(const yaml_char_t* anchor, const yaml_event_t& event) {
    if (anchor == nullptr) return;
    problem(Trouble::feature, cat("an anchor: ", quoted_name(cat("&", text_of(anchor)))),
            mark(event.start_mark));
  }

  void refuse_tag(const yaml_char_t* tag, const yaml_event_t& event) {
    problem(Trouble::feature, cat("a tag: ", quoted_name(text_of(tag))), mark(event.start_mark));
  }

  bool count(const yaml_event_t& event) {
    if (++nodes_ <= limits_.nodes) return true;
    problem(Trouble::limit, cat("it holds more than ", limits_.nodes, " values"),
            mark(event.start_mark));
    return false;
  }

  bool scalar(const yaml_event_t& event) {
    if (!count(event)) return false;
    const auto& data = event.data.scalar;
    look_at(data.anchor, event);
    Node node = made(Kind::text, event);
    node.text.assign(reinterpret_cast<const char*>(data.value), data.length);
    const TagUse use = use_of(text_of(data.tag), Kind::text);
    if (use == TagUse::refused) refuse_tag(data.tag, event);
    node.quoted = data.style != YAML_PLAIN_SCALAR_STYLE || use == TagUse::as_text;
    if (!node.quoted && is_null_word(node.text)) node.kind = Kind::null;
    return put(std::move(node));
  }

  bool open(Node node) {
    if (open_.size() >= limits_.depth) {
      problem(Trouble::limit, cat("it is nested more than ", limits_.depth, " levels deep"),
              node.begin);
      return false;
    }
    open_.push_back({.node = std::move(node), .key = {}});
    return true;
  }

  bool close(Mark end) {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (end.line != 0) done.node.end = end;
    if (done.key) {  // cut off between a key and its value
      done.node.keys.push_back(std::move(*done.key));
      done.node.items.emplace_back();
    }
    look_for_twins(done.node);
    return put(std::move(done.node));
  }

  // Both keys are named: the person who wrote them looks for one of two lines.
  void look_for_twins(const Node& node) {
    const auto& keys = node.keys;
    if (keys.size() < 2) return;
    std::vector<std::size_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) {
      return std::pair<std::string_view, std::size_t>(keys[i].text, i);
    });
    std::vector<std::pair<std::size_t, std::size_t>> twins;  // later, first
    std::size_t first = order[0];
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (keys[order[i]].text == keys[first].text) {
        twins.emplace_back(order[i], first);
      } else {
        first = order[i];
      }
    }
    std::ranges::sort(twins);
    for (const auto& [later, earlier] : twins) {
      problem(Trouble::duplicate,
              cat("the key ", quoted_name(keys[later].text), " stands twice, first on line ",
                  keys[earlier].begin.line),
              keys[later].begin);
    }
  }

  // True, so that whoever puts the last thing goes on reading.
  bool put(Node node) {
    if (open_.empty()) {
      reading_.root = std::move(node);
      return true;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Kind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.key) {
      parent.node.keys.push_back(std::move(*parent.key));
      parent.key.reset();
      parent.node.items.push_back(std::move(node));
    } else {
      look_at_key(node);
      parent.key = std::move(node);
    }
    return true;
  }

  void look_at_key(const Node& key) {
    if (key.kind == Kind::text && !key.quoted && key.text == "<<") {
      problem(Trouble::feature, "a merge key: `<<`", key.begin);
    } else if (key.kind != Kind::text) {
      problem(Trouble::feature, "a key that is not a word", key.begin);
    }
  }

  std::string_view text_;
  std::uint32_t lines_;
  const Limits& limits_;
  Reading& reading_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
  std::size_t documents_ = 0;
};

Reading read_behind(std::uint32_t lines, std::string_view text, const Limits& limits) {
  Reading reading;
  if (text.size() > limits.bytes) {
    reading.problems.push_back({Trouble::limit,
                                cat("it is larger than ", human_bytes(limits.bytes)),
                                {.line = 1 + lines, .column = 1}});
    return reading;
  }
  Builder(text, lines, limits, reading).run();
  std::ranges::sort(reading.problems, [](const Problem& a, const Problem& b) {
    return std::tie(a.at.line, a.at.column, a.what) < std::tie(b.at.line, b.at.column, b.what);
  });
  return reading;
}

std::string_view line_at(std::string_view text, std::size_t at) {
  const auto end = text.find('\n', at);
  return text.substr(at, end == std::string_view::npos ? end : end - at);
}

bool is_fence(std::string_view line) {
  const auto end = line.find_last_not_of(" \t\r");
  return end == 2 && line.starts_with("---");
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto at =
      std::ranges::find_if(keys, [&](const Node& candidate) { return candidate.text == key; });
  if (kind != Kind::mapping || at == keys.end()) return nullptr;
  return &items[static_cast<std::size_t>(at - keys.begin())];
}

Reading read(std::string_view text, const Limits& limits) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return read_behind(0, text, limits);
}

FrontMatter front_matter(std::string_view document, const Limits& limits) {
  FrontMatter matter;
  const std::size_t start =
      document.starts_with(kByteOrderMark) ? kByteOrderMark.size() : std::size_t{0};
  if (!is_fence(line_at(document, start))) return matter;
  const std::size_t first = document.find('\n', start);
  if (first == std::string_view::npos) return matter;
  for (std::size_t at = first + 1; at < document.size();) {
    const std::string_view line = line_at(document, at);
    const std::size_t next = std::min(document.size(), at + line.size() + 1);
    if (is_fence(line)) {
      matter.present = true;
      matter.body = next;
      matter.reading = read_behind(1, document.substr(first + 1, at - first - 1), limits);
      return matter;
    }
    at = next;
  }
  return matter;
}

}  // namespace cupel::yaml
