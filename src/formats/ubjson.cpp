// SPDX-License-Identifier: Apache-2.0
#include "formats/ubjson.h"

#include <algorithm>

#include "base/text.h"

namespace cupel::ubjson {
namespace {

constexpr unsigned kMostDepth = 64;
constexpr std::uint64_t kMostValues = 1'000'000;

// Bytes of a number of that kind; 0 for what is no number.
unsigned width_of(char kind) {
  switch (kind) {
    case 'i':
    case 'U':
    case 'C':
      return 1;
    case 'I':
      return 2;
    case 'l':
    case 'd':
      return 4;
    case 'L':
    case 'D':
      return 8;
    default:
      return 0;
  }
}

std::int64_t whole_at(Bytes bytes, std::size_t at, char kind) {
  std::uint64_t value = 0;
  const auto width = width_of(kind);
  for (std::size_t i = 0; i < width; ++i) {
    value = (value << 8U) | std::to_integer<std::uint64_t>(bytes[at + i]);
  }
  if (kind == 'U' || kind == 'C' || width == 8) return static_cast<std::int64_t>(value);
  const std::uint64_t sign = 1ULL << (8 * width - 1);
  return static_cast<std::int64_t>((value ^ sign) - sign);
}

class Parser {
 public:
  explicit Parser(Bytes bytes) : bytes_(bytes), in_(bytes) {}

  Reading run() {
    Reading reading;
    Value value;
    const bool good = parse(value, kind(), 1);
    if (good && in_.offset() != bytes_.size()) {
      stop(cat(bytes_.size() - in_.offset(), " bytes stand behind the value"));
    }
    reading.end = in_.offset();
    reading.problem = problem_;
    if (problem_.empty()) reading.value = std::move(value);
    return reading;
  }

 private:
  bool stop(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  char kind() {
    char c = 'N';
    while (c == 'N' && in_.ok()) c = static_cast<char>(in_.u8());
    return c;
  }
  [[nodiscard]] char next() const {
    return in_.offset() < bytes_.size() ? static_cast<char>(bytes_[in_.offset()]) : '\0';
  }

  std::optional<std::uint64_t> length() {
    const char type = kind();
    if (width_of(type) == 0 || type == 'd' || type == 'D' || type == 'C') {
      stop("a length is no whole number");
      return {};
    }
    const auto at = in_.offset();
    in_.take(width_of(type));
    const auto value = in_.ok() ? whole_at(bytes_, at, type) : -1;
    if (value < 0 || static_cast<std::uint64_t>(value) > bytes_.size() - in_.offset()) {
      stop("a length is larger than the file");
      return {};
    }
    return static_cast<std::uint64_t>(value);
  }

  bool parse(Value& value, char type, unsigned depth) {
    if (!in_.ok()) return stop("it ends inside of a value");
    if (depth > kMostDepth) return stop("it is nested too deeply");
    if (++values_ > kMostValues) return stop("it holds too many values");
    value.kind = type;
    value.span.begin = in_.offset();
    if (!content(value, type, depth)) return false;
    value.span.end = in_.offset();
    return true;
  }

  bool content(Value& value, char type, unsigned depth) {
    if (type == '{') return object(value, depth);
    if (type == '[') return list(value, depth);
    if (type == 'T' || type == 'F' || type == 'Z') return true;
    if (type == 'S' || type == 'H') {
      const auto size = length();
      if (!size) return false;
      value.bytes = in_.take(*size);
      return true;
    }
    const auto width = width_of(type);
    if (width == 0) return stop("a value is of an unknown kind");
    const auto at = in_.offset();
    in_.take(width);
    if (!in_.ok()) return stop("it ends inside of a number");
    if (type != 'd' && type != 'D') value.number = whole_at(bytes_, at, type);
    return true;
  }

  // What may stand before the first item: `$` its kind, `#` the count.
  bool header(char& type, std::optional<std::uint64_t>& count) {
    if (next() == '$') {
      in_.take(1);
      type = static_cast<char>(in_.u8());
      if (next() != '#') return stop("a typed list has no count");
    }
    if (next() != '#') return true;
    in_.take(1);
    // Items without bytes could be claimed without end.
    count = length();
    return count.has_value();
  }

  bool list(Value& value, unsigned depth) {
    char type = 0;
    std::optional<std::uint64_t> count;
    if (!header(type, count)) return false;
    if (type != 0 && width_of(type) != 0) {
      value.item = type;
      value.count = *count;
      if (*count > (bytes_.size() - in_.offset()) / width_of(type)) {
        return stop(cat("a list claims ", *count, " items, more than are left"));
      }
      value.bytes = in_.take(*count * width_of(type));
      return true;
    }
    for (std::uint64_t i = 0; !count || i < *count; ++i) {
      const char item = type != 0 ? type : kind();
      if (!count && item == ']') return true;
      if (!parse(value.items.emplace_back(), item, depth + 1)) return false;
    }
    return true;
  }

  bool object(Value& value, unsigned depth) {
    char type = 0;
    std::optional<std::uint64_t> count;
    if (!header(type, count)) return false;
    for (std::uint64_t i = 0; !count || i < *count; ++i) {
      while (next() == 'N') in_.take(1);
      if (!count && next() == '}') {
        in_.take(1);
        break;
      }
      const auto size = length();
      if (!size) return false;
      auto& member = value.members.emplace_back();
      member.key = as_text(in_.take(*size));
      if (!parse(member.value, type != 0 ? type : kind(), depth + 1)) return false;
    }
    return unique(value);
  }

  bool unique(const Value& value) {
    std::vector<std::string_view> keys;
    keys.reserve(value.members.size());
    for (const auto& member : value.members) keys.push_back(member.key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    return twice == keys.end() || stop(cat("the key `", printable(*twice, 80), "` stands twice"));
  }

  Bytes bytes_;
  ByteReader in_;
  std::string problem_;
  std::uint64_t values_ = 0;
};

}  // namespace

const Value* Value::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &found->value;
}

Reading read(Bytes bytes) {
  return Parser(bytes).run();
}

std::optional<std::vector<std::int64_t>> whole_numbers(const Value& list) {
  std::vector<std::int64_t> out;
  if (list.kind != '[' || list.item == 'd' || list.item == 'D') return {};
  if (list.item != 0) {
    const auto width = width_of(list.item);
    out.reserve(static_cast<std::size_t>(list.count));
    for (std::size_t i = 0; i < list.count; ++i) {
      out.push_back(whole_at(list.bytes, i * width, list.item));
    }
    return out;
  }
  for (const auto& item : list.items) {
    if (item.kind == 'd' || item.kind == 'D' || width_of(item.kind) == 0) return {};
    out.push_back(item.number);
  }
  return out;
}

}  // namespace cupel::ubjson
