// SPDX-License-Identifier: Apache-2.0
#include "formats/marshal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"

namespace cupel::marshal {
namespace {

// What stands in a code object, in order. i: a number; o: an object; C: the bytes of code;
// N: the names.
struct Layout {
  std::string_view title;
  std::string_view fields;
};
constexpr std::array<Layout, 3> kLayouts = {{
    {"3.11 or newer", "iiiiiCoNoooooioo"},
    {"3.8 to 3.10", "iiiiiiCoNoooooio"},
    {"3.7 or older", "iiiiiCoNoooooio"},
}};

// Bytes behind a type that always has as many; nothing for the others.
std::optional<std::uint64_t> fixed_size(char type) {
  switch (type) {
    case '0':
    case 'N':
    case 'F':
    case 'T':
    case 'S':
    case '.':
      return 0;
    case 'i':
      return 4;
    case 'I':
    case 'g':
      return 8;
    case 'y':
      return 16;
    default:
      return {};
  }
}

// Python's Python/marshal.c: an object is a type, then what that needs.
class Reader {
 public:
  Reader(Bytes bytes, const Layout& layout, std::size_t seen)
      : bytes_(bytes), in_(bytes), layout_(layout), most_seen_(seen) {}

  // The type of the object that the bytes begin with; '?' when they are none.
  char run() {
    const char type = object(0);
    return in_.ok() && good_ ? type : '?';
  }

  [[nodiscard]] std::size_t reached() const { return in_.offset(); }
  [[nodiscard]] std::vector<std::string>& names() { return names_; }
  [[nodiscard]] std::vector<std::string>& texts() { return texts_; }
  // Every text that was read, each once.
  [[nodiscard]] std::vector<std::string>& seen() { return seen_; }

 private:
  static constexpr std::uint8_t kReference = 0x80;  // the object may be referred to later

  // Reads one object and gives its type; texts in it go to `into`.
  char object(unsigned depth, std::vector<std::string>* into = nullptr) {
    constexpr std::size_t kObjects = 200'000;
    constexpr unsigned kDepth = 200;
    if (depth > kDepth || ++objects_ > kObjects) return bad();
    const auto at = in_.offset();
    const auto byte = in_.u8();
    if (!in_.ok() || !good_) return bad();
    const char type = static_cast<char>(byte & ~kReference);
    if ((byte & kReference) != 0 && !again_) kept_.push_back(at);
    if (const auto size = fixed_size(type)) {
      in_.take(*size);
      return type;
    }
    return compound(type, depth, into);
  }

  char compound(char type, unsigned depth, std::vector<std::string>* into) {
    switch (type) {
      case 'f':
        in_.take(in_.u8());
        return type;
      case 'x':  // a complex number in words
        in_.take(in_.u8());
        in_.take(in_.u8());
        return type;
      case 'l': {
        const auto digits = std::int64_t{static_cast<std::int32_t>(in_.u32le())};
        in_.take(2U * static_cast<std::uint64_t>(digits < 0 ? -digits : digits));
        return type;
      }
      case 'r':
        return reference(depth, into);
      case 's':
      case 'u':
      case 't':
      case 'a':
      case 'A':
        return text(in_.u32le(), type, into);
      case 'z':
      case 'Z':
        return text(in_.u8(), type, into);
      case ')':
        return sequence(in_.u8(), depth, into, type);
      case ':':  // a slice, since 3.14
        return sequence(3, depth, into, type);
      case '(':
      case '[':
      case '<':
      case '>':
        return sequence(in_.u32le(), depth, into, type);
      case '{':
        while (in_.ok() && good_ && object(depth + 1, into) != '0') object(depth + 1, into);
        return type;
      case 'c':
        return code(depth);
      default:
        return bad();
    }
  }

  char bad() {
    good_ = false;
    return '?';
  }

  // What was read before is read once more where somebody asks for its texts: the names of a
  // function may be a tuple that stood among the constants.
  char reference(unsigned depth, std::vector<std::string>* into) {
    const auto index = in_.u32le();
    if (!in_.ok() || index >= kept_.size()) return bad();
    if (into == nullptr) return 'r';
    const auto here = std::exchange(in_, ByteReader(bytes_));
    const bool outer = std::exchange(again_, true);
    in_.take(kept_[index]);
    // An object inside of itself would be read without end.
    const char type = depth < kDeepestAgain ? object(depth + 1, into) : 'r';
    in_ = here;
    again_ = outer;
    return type == 'c' ? bad() : type;
  }

  char text(std::uint64_t size, char type, std::vector<std::string>* into) {
    constexpr std::size_t kKept = 4096;
    constexpr std::size_t kMost = 10'000;
    const auto piece = as_text(in_.take(size)).substr(0, kKept);
    if (into != nullptr && into->size() < kMost) into->emplace_back(piece);
    if (in_.ok() && type != 's') see(piece);
    return type;
  }

  void see(std::string_view piece) {
    constexpr std::size_t kShown = 200;
    if (seen_.size() >= most_seen_) return;
    auto shown = printable(piece, kShown);
    if (std::ranges::find(seen_, shown) == seen_.end()) seen_.push_back(std::move(shown));
  }

  char sequence(std::uint64_t count, unsigned depth, std::vector<std::string>* into, char type) {
    for (std::uint64_t i = 0; i < count && in_.ok() && good_; ++i) object(depth + 1, into);
    return type;
  }

  char code(unsigned depth) {
    bool first = true;
    for (const char field : layout_.fields) {
      if (!in_.ok() || !good_) return '?';
      if (field == 'i') {
        in_.u32le();
      } else if (field == 'C') {
        const char type = object(depth + 1);
        good_ = good_ && (type == 's' || type == 'r');
      } else if (field == 'N') {
        const char type = object(depth + 1, &names_);
        good_ = good_ && (type == ')' || type == '(');
      } else {
        object(depth + 1, first ? &texts_ : nullptr);
        first = false;
      }
    }
    return 'c';
  }

  static constexpr unsigned kDeepestAgain = 100;

  Bytes bytes_;
  ByteReader in_;
  const Layout& layout_;
  std::size_t most_seen_;
  std::vector<std::string> names_;
  std::vector<std::string> texts_;
  std::vector<std::string> seen_;
  std::vector<std::size_t> kept_;  // where objects begin that may be referred to
  std::size_t objects_ = 0;
  bool again_ = false;
  bool good_ = true;
};

}  // namespace

Reading read(Bytes bytes) {
  for (const auto& layout : kLayouts) {
    Reader reader(bytes, layout, 0);
    if (reader.run() != 'c') continue;
    Reading out{.is_code = true,
                .layout = std::string(layout.title),
                .names = std::move(reader.names()),
                .texts = std::move(reader.texts())};
    std::ranges::sort(out.names);
    const auto twins = std::ranges::unique(out.names);
    out.names.erase(twins.begin(), twins.end());
    return out;
  }
  return {};
}

std::vector<std::string> texts_in(Bytes bytes, std::size_t limit) {
  std::vector<std::string> texts;
  std::size_t farthest = 0;
  for (const auto& layout : kLayouts) {
    Reader reader(bytes, layout, limit);
    const bool whole = reader.run() != '?';
    if (!whole && reader.reached() <= farthest) continue;
    farthest = reader.reached();
    texts = std::move(reader.seen());
    if (whole) break;
  }
  return texts;
}

}  // namespace cupel::marshal
