// SPDX-License-Identifier: Apache-2.0
#include "formats/pattern.h"

#include <algorithm>

namespace cupel {

namespace {
constexpr std::size_t kStates = 20'000;
constexpr unsigned kRepeats = 1'000;
constexpr unsigned kDepth = 32;
using Set = std::bitset<256>;
}  // namespace

// From the back to the front: each piece is built knowing the state that follows it, so that a
// piece that repeats is simply built again.
class PatternCompiler {
 public:
  explicit PatternCompiler(std::string_view text) : text_(text) {}

  std::optional<Pattern> compile() {
    const std::int32_t accept = state({.op = Pattern::Op::accept});
    std::size_t at = 0;
    pattern_.start_ = alternatives(at, accept, 0);
    if (failed_ || at != text_.size()) return {};
    return std::move(pattern_);
  }

 private:
  std::int32_t state(Pattern::State made) {
    if (pattern_.states_.size() >= kStates) failed_ = true;
    if (failed_) return 0;
    pattern_.states_.push_back(made);
    return static_cast<std::int32_t>(pattern_.states_.size() - 1);
  }

  [[nodiscard]] bool is_at(std::size_t at, char c) const {
    return at < text_.size() && text_[at] == c;
  }

  // a|b|c, up to a closing bracket or the end.
  std::int32_t alternatives(std::size_t& at, std::int32_t next, unsigned depth) {
    if (depth > kDepth) failed_ = true;
    if (failed_) return 0;
    std::int32_t made = sequence(at, next, depth);
    while (!failed_ && is_at(at, '|')) {
      ++at;
      const std::int32_t other = sequence(at, next, depth);
      made = state({.op = Pattern::Op::split, .next = made, .other = other});
    }
    return made;
  }

  struct Piece {
    std::size_t begin = 0;
    unsigned least = 1;
    std::optional<unsigned> most = 1;
  };

  std::int32_t sequence(std::size_t& at, std::int32_t next, unsigned depth) {
    std::vector<Piece> pieces;
    while (!failed_ && at < text_.size() && text_[at] != '|' && text_[at] != ')') {
      Piece piece{.begin = at};
      skip_atom(at);
      repetition(at, piece);
      pieces.push_back(piece);
    }
    for (auto piece = pieces.rbegin(); piece != pieces.rend() && !failed_; ++piece) {
      next = repeated(*piece, next, depth);
    }
    return next;
  }

  std::int32_t repeated(const Piece& piece, std::int32_t next, unsigned depth) {
    std::int32_t made = next;
    if (!piece.most) {
      const std::int32_t loop = state({.op = Pattern::Op::split, .other = next});
      const std::int32_t body = atom(piece.begin, loop, depth);
      if (failed_) return 0;
      pattern_.states_[static_cast<std::size_t>(loop)].next = body;
      made = loop;
    } else {
      for (unsigned i = piece.least; i < *piece.most && !failed_; ++i) {
        const std::int32_t body = atom(piece.begin, made, depth);
        made = state({.op = Pattern::Op::split, .next = body, .other = next});
      }
    }
    for (unsigned i = 0; i < piece.least && !failed_; ++i) made = atom(piece.begin, made, depth);
    return made;
  }

  void repetition(std::size_t& at, Piece& piece) {
    if (failed_ || at >= text_.size()) return;
    const char c = text_[at];
    if (c == '?') piece = {.begin = piece.begin, .least = 0, .most = 1};
    if (c == '*') piece = {.begin = piece.begin, .least = 0, .most = {}};
    if (c == '+') piece = {.begin = piece.begin, .least = 1, .most = {}};
    if (c == '?' || c == '*' || c == '+') ++at;
    if (c != '{') return;
    ++at;
    piece.least = number(at);
    piece.most = piece.least;
    if (is_at(at, ',')) {
      ++at;
      piece.most = is_at(at, '}') ? std::nullopt : std::optional(number(at));
    }
    failed_ = failed_ || !is_at(at, '}') || (piece.most && *piece.most < piece.least);
    ++at;
  }

  unsigned number(std::size_t& at) {
    unsigned value = 0;
    const std::size_t begin = at;
    while (at < text_.size() && text_[at] >= '0' && text_[at] <= '9' && value <= kRepeats) {
      value = value * 10 + static_cast<unsigned>(text_[at++] - '0');
    }
    failed_ = failed_ || at == begin || value > kRepeats;
    return value;
  }

  // Past one atom, without building it.
  void skip_atom(std::size_t& at) {
    const char c = text_[at++];
    if (c == '\\') ++at;
    if (c == '[') {
      if (is_at(at, '^')) ++at;
      while (at < text_.size() && text_[at] != ']') at += text_[at] == '\\' ? 2U : 1U;
      ++at;
    }
    if (c == '(') {
      for (unsigned open = 1; open > 0 && at < text_.size();) {
        if (text_[at] == '(') ++open;
        if (text_[at] == ')') --open;
        if (text_[at] == '[' || text_[at] == '\\') {
          skip_atom(at);
        } else {
          ++at;
        }
      }
      failed_ = failed_ || at > text_.size() || text_[at - 1] != ')';
    }
    failed_ = failed_ || at > text_.size() || c == '*' || c == '+' || c == '?' || c == '{';
  }

  std::int32_t atom(std::size_t at, std::int32_t next, unsigned depth) {
    const char c = text_[at++];
    if (c == '^') return state({.op = Pattern::Op::begin, .next = next});
    if (c == '$') return state({.op = Pattern::Op::end, .next = next});
    if (c == '(') {
      if (is_at(at, '?')) {
        failed_ = failed_ || !is_at(at + 1, ':');
        at += 2;
      }
      const std::int32_t made = alternatives(at, next, depth + 1);
      failed_ = failed_ || !is_at(at, ')');
      return made;
    }
    Set bytes;
    if (c == '[') {
      bytes = members(at);
    } else if (c == '.') {
      bytes.set();
      bytes.reset('\n');
    } else if (c == '\\') {
      bytes = escaped(text_[at]);
    } else {
      bytes.set(static_cast<unsigned char>(c));
    }
    return state({.op = Pattern::Op::bytes, .bytes = bytes, .next = next});
  }

  static void range(Set& bytes, char from, char to) {
    for (unsigned b = static_cast<unsigned char>(from); b <= static_cast<unsigned char>(to); ++b) {
      bytes.set(b);
    }
  }

  Set escaped(char c) {
    Set bytes;
    if (c == 'd' || c == 'w') range(bytes, '0', '9');
    if (c == 'w') {
      range(bytes, 'a', 'z');
      range(bytes, 'A', 'Z');
      bytes.set('_');
    }
    if (c == 's') {
      for (const char space : {' ', '\t', '\n', '\r', '\f', '\v'}) {
        bytes.set(static_cast<unsigned char>(space));
      }
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (bytes.none() && letter) failed_ = true;  // \b, \1, \D and the like: not understood
    if (bytes.none()) bytes.set(static_cast<unsigned char>(c));
    return bytes;
  }

  Set members(std::size_t& at) {
    Set bytes;
    const bool negated = is_at(at, '^');
    if (negated) ++at;
    while (!failed_ && at < text_.size() && text_[at] != ']') {
      if (text_[at] == '\\' && at + 1 < text_.size()) {
        bytes |= escaped(text_[at + 1]);
        at += 2;
      } else if (is_at(at + 1, '-') && at + 2 < text_.size() && text_[at + 2] != ']') {
        range(bytes, text_[at], text_[at + 2]);
        at += 3;
      } else {
        bytes.set(static_cast<unsigned char>(text_[at++]));
      }
    }
    if (!negated) return bytes;
    bytes.flip();
    bytes.reset('\n');
    return bytes;
  }

  std::string_view text_;
  Pattern pattern_;
  bool failed_ = false;
};

std::optional<Pattern> Pattern::compile(std::string_view text) {
  return PatternCompiler(text).compile();
}

void Pattern::add(std::vector<std::int32_t>& set, std::vector<bool>& known, std::int32_t state,
                  bool at_begin, bool at_end) const {
  std::vector<std::int32_t> open = {state};
  while (!open.empty()) {
    const std::int32_t here = open.back();
    open.pop_back();
    if (here < 0 || known[static_cast<std::size_t>(here)]) continue;
    known[static_cast<std::size_t>(here)] = true;
    const State& is = states_[static_cast<std::size_t>(here)];
    if (is.op == Op::split) {
      open.push_back(is.next);
      open.push_back(is.other);
    } else if (is.op == Op::begin || is.op == Op::end) {
      if (is.op == Op::begin ? at_begin : at_end) open.push_back(is.next);
    } else {
      set.push_back(here);
    }
  }
}

bool Pattern::matches(std::string_view text) const {
  std::vector<std::int32_t> here;
  std::vector<bool> known(states_.size());
  for (std::size_t i = 0; i <= text.size(); ++i) {
    // A match may begin anywhere: the start is added at every place.
    add(here, known, start_, i == 0, i == text.size());
    const bool accepted = std::ranges::any_of(here, [&](std::int32_t state) {
      return states_[static_cast<std::size_t>(state)].op == Op::accept;
    });
    if (accepted) return true;
    if (i == text.size()) return false;
    std::vector<std::int32_t> there;
    known.assign(states_.size(), false);
    const auto byte = static_cast<unsigned char>(text[i]);
    for (const std::int32_t state : here) {
      const State& is = states_[static_cast<std::size_t>(state)];
      if (is.op != Op::bytes || !is.bytes[byte]) continue;
      add(there, known, is.next, false, i + 1 == text.size());
    }
    here = std::move(there);
  }
  return false;
}

}  // namespace cupel
