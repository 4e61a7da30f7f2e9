// SPDX-License-Identifier: Apache-2.0
#include "formats/marshal.h"

#include <algorithm>
#include <array>

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

class Reader {
 public:
  Reader(Bytes bytes, const Layout& layout, Reading& out)
      : in_(bytes), layout_(layout), out_(out) {}

  bool run() {
    const char type = object(0);
    return in_.ok() && good_ && type == 'c';
  }

 private:
  // Reads one object and gives its type; a text goes to `into`.
  char object(unsigned depth, std::vector<std::string>* into = nullptr) {
    constexpr std::size_t kObjects = 200'000;
    if (depth > 100 || ++objects_ > kObjects) good_ = false;
    const auto byte = in_.u8();
    if (!in_.ok() || !good_) return bad();
    const char type = static_cast<char>(byte & 0x7fU);
    const bool kept = (byte & 0x80U) != 0;
    const std::size_t slot = kept_.size();
    if (kept) kept_.emplace_back();
    switch (type) {
      case '0':
      case 'N':
      case 'F':
      case 'T':
      case 'S':
      case '.':
        return type;
      case 'i':
        in_.u32le();
        return type;
      case 'I':
      case 'g':
        in_.u64le();
        return type;
      case 'y':
        in_.take(16);
        return type;
      case 'f':
        in_.take(in_.u8());
        return type;
      case 'l': {
        const auto digits = static_cast<std::int32_t>(in_.u32le());
        in_.take(2ULL * static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(digits))));
        return type;
      }
      case 'r': {
        const auto at = in_.u32le();
        if (at >= kept_.size()) return bad();
        if (into != nullptr) into->push_back(kept_[at]);
        return 'u';
      }
      case 's':
      case 'u':
      case 't':
      case 'a':
      case 'A':
        return text(in_.u32le(), type, kept ? &slot : nullptr, into);
      case 'z':
      case 'Z':
        return text(in_.u8(), type, kept ? &slot : nullptr, into);
      case ')':
        return sequence(in_.u8(), depth, into, type);
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

  char text(std::uint64_t size, char type, const std::size_t* slot,
            std::vector<std::string>* into) {
    const auto piece = as_text(in_.take(size));
    constexpr std::size_t kKept = 4096;
    std::string said(piece.substr(0, kKept));
    if (slot != nullptr) kept_[*slot] = said;
    if (into != nullptr && into->size() < 10'000) into->push_back(std::move(said));
    return type;
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
        good_ = good_ && (type == 's' || type == 'u');
      } else if (field == 'N') {
        const char type = object(depth + 1, &out_.names);
        good_ = good_ && (type == ')' || type == '(' || type == 'u');
      } else {
        object(depth + 1, first ? &out_.texts : nullptr);
        first = false;
      }
    }
    return 'c';
  }

  ByteReader in_;
  const Layout& layout_;
  Reading& out_;
  std::vector<std::string> kept_;
  std::size_t objects_ = 0;
  bool good_ = true;
};

}  // namespace

Reading read(Bytes bytes) {
  for (const auto& layout : kLayouts) {
    Reading out;
    if (!Reader(bytes, layout, out).run()) continue;
    out.is_code = true;
    out.layout = std::string(layout.title);
    std::ranges::sort(out.names);
    const auto twins = std::ranges::unique(out.names);
    out.names.erase(twins.begin(), twins.end());
    return out;
  }
  return {};
}

}  // namespace cupel::marshal
