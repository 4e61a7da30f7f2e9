// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "formats/marshal.h"

namespace cupel::marshal {
namespace {

constexpr unsigned kReference = 0x80;  // flag of a type: the object may be referred to later
constexpr std::size_t kOpen = 4096;    // objects begun and not ended

// Python's Python/marshal.c: an object is a type, then what that needs. Code differs between the
// versions in how many numbers stand in front: found out by the bytes that follow them.
class Walk {
 public:
  Walk(Bytes bytes, std::size_t limit) : bytes_(bytes), in_(bytes), limit_(limit) {}

  std::vector<std::string> texts() && {
    open_.push_back({.left = 1});
    while (in_.ok() && !open_.empty() && open_.size() < kOpen && texts_.size() < limit_) {
      auto& frame = open_.back();
      if (frame.left != 0) {
        --frame.left;
        object();
      } else if (frame.is_code) {  // its first line, and one or two tables
        in_.take(4);
        frame = {.left = 1, .is_last = true};
      } else if (frame.is_last && type_ahead(0) == 's') {  // since Python 3.11
        frame = {.left = 1};
      } else {
        open_.pop_back();
      }
    }
    return std::move(texts_);
  }

 private:
  struct Frame {
    std::uint64_t left = 0;
    bool is_code = false;
    bool is_last = false;
  };

  [[nodiscard]] char type_ahead(std::size_t distance) const {
    const std::size_t at = in_.offset() + distance;
    return at < bytes_.size() ? static_cast<char>(std::to_integer<unsigned>(bytes_[at]) & 0x7fU)
                              : '\0';
  }

  void object() {
    switch (static_cast<char>(in_.u8() & ~kReference)) {
      case 'z':
      case 'Z':
        return text(in_.take(in_.u8()));
      case 'a':
      case 'A':
      case 'u':
      case 't':
        return text(in_.take(in_.u32le()));
      case ')':
        return open_.push_back({.left = in_.u8()});
      case '(':
      case '[':
      case '<':
      case '>':
        return open_.push_back({.left = in_.u32le()});
      case 'c':
        return code();
      case 's':
        in_.take(in_.u32le());
        return;
      case 'i':
      case 'r':
        in_.take(4);
        return;
      case 'I':
      case 'g':
        in_.take(8);
        return;
      case 'y':
        in_.take(16);
        return;
      case 'l': {
        const auto digits = std::int64_t{static_cast<std::int32_t>(in_.u32le())};
        in_.take(2U * static_cast<std::uint64_t>(digits < 0 ? -digits : digits));
        return;
      }
      default:  // None, True, and what is unknown: the next byte is as good as any
        return;
    }
  }

  void code() {
    constexpr std::uint64_t kObjects = 8;  // bytecode, constants, names, variables … its name
    for (const unsigned numbers : {5U, 6U, 4U}) {
      if (type_ahead(4ULL * numbers) != 's') continue;
      in_.take(4ULL * numbers);
      break;
    }
    open_.push_back({.left = kObjects, .is_code = true});
  }

  void text(Bytes content) {
    constexpr std::size_t kShown = 200;
    auto shown = printable(as_text(content), kShown);
    if (std::ranges::find(texts_, shown) == texts_.end()) texts_.push_back(std::move(shown));
  }

  Bytes bytes_;
  ByteReader in_;
  std::size_t limit_;
  std::vector<Frame> open_;
  std::vector<std::string> texts_;
};

}  // namespace

std::vector<std::string> texts_in(Bytes bytes, std::size_t limit) {
  return Walk(bytes, limit).texts();
}

}  // namespace cupel::marshal
