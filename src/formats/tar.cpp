// SPDX-License-Identifier: Apache-2.0
#include "formats/tar.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace cupel::tar {
namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::size_t kProblems = 100;
constexpr std::uint64_t kLongestText = 1U << 20U;  // of pax records and GNU's long names

std::string_view field(Bytes block, std::size_t at, std::size_t size) {
  const auto text = as_text(block.subspan(at, size));
  return text.substr(0, text.find('\0'));
}

// Octal, between spaces; or binary, when its first bit is set.
std::optional<std::uint64_t> number(Bytes block, std::size_t at, std::size_t size) {
  const auto raw = block.subspan(at, size);
  if ((raw[0] & std::byte{0x80}) != std::byte{0}) {
    std::uint64_t value = 0;
    for (std::size_t i = 1; i < size; ++i) {
      if ((value >> 56U) != 0) return {};
      value = (value << 8U) | std::to_integer<std::uint64_t>(raw[i]);
    }
    return raw[0] == std::byte{0x80} ? std::optional(value) : std::nullopt;
  }
  const auto digits = trim(field(block, at, size));
  if (digits.empty()) return 0;
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value, 8);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return {};
  return value;
}

// Some wrote the sum of signed bytes.
bool checksum_fits(Bytes block) {
  const auto told = number(block, 148, 8);
  if (!told || *told == 0) return false;
  std::uint64_t sum = 0;
  std::int64_t signed_sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto value = i >= 148 && i < 156 ? 0x20U : std::to_integer<unsigned>(block[i]);
    sum += value;
    signed_sum += value < 128 ? static_cast<int>(value) : static_cast<int>(value) - 256;
  }
  return *told == sum || (signed_sum >= 0 && *told == static_cast<std::uint64_t>(signed_sum));
}

bool is_empty(Bytes block) {
  return std::ranges::all_of(block, [](std::byte b) { return b == std::byte{0}; });
}

Kind kind_of(char type) {
  switch (type) {
    case '1':
      return Kind::hard_link;
    case '2':
      return Kind::symbolic_link;
    case '3':
    case '4':
    case '6':
      return Kind::device;
    case '5':
      return Kind::folder;
    default:
      return type == 'D' || type == 'V' || type == 'M' ? Kind::other : Kind::file;
  }
}

// What pax records and GNU's long names say of the member that follows.
struct Extended {
  std::optional<std::string> name;
  std::optional<std::string> link;
  std::optional<std::uint64_t> size;
  bool sparse = false;
  bool from_pax = false;
};

class Archive {
 public:
  Archive(Bytes bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

  Reading read() {
    reading_.is_tar = looks_like(bytes_);
    if (!reading_.is_tar) return std::move(reading_);
    std::uint64_t at = 0;
    bool ended = false;
    while (at + kBlock <= bytes_.size()) {
      const auto header = block(at);
      if (is_empty(header)) {
        ended = true;
        break;
      }
      if (!checksum_fits(header)) {
        problem("a block is no header: some readers stop here, some look for the next one", at);
        break;
      }
      if (!read_member(header, at, false)) break;
    }
    if (at + kBlock > bytes_.size() && at != bytes_.size()) {
      problem("the archive is cut short", std::min<std::uint64_t>(at, bytes_.size()));
      ended = false;
    } else if (at == bytes_.size()) {
      ended = true;  // no end marker; every reader takes that
    }
    reading_.end = std::min<std::uint64_t>(at, bytes_.size());
    find_hidden(at);
    reading_.complete = ended && whole_;
    return std::move(reading_);
  }

 private:
  void problem(std::string what, std::uint64_t at) {
    if (reading_.problems.size() < kProblems) reading_.problems.push_back({std::move(what), at});
  }

  [[nodiscard]] Bytes block(std::uint64_t at) const {
    return bytes_.subspan(static_cast<std::size_t>(at), kBlock);
  }

  // The data behind a header; shorter than it should be when the file ends.
  Bytes data(std::uint64_t at, std::uint64_t size) {
    const auto rest = bytes_.subspan(static_cast<std::size_t>(at + kBlock));
    if (size <= rest.size()) return rest.first(static_cast<std::size_t>(size));
    problem("a member reaches beyond the end of the archive", at);
    whole_ = false;
    return rest;
  }

  // Moves `at` behind the member. False when nothing can follow it.
  bool read_member(Bytes header, std::uint64_t& at, bool hidden) {
    const auto told = number(header, 124, 12);
    if (!told) {
      problem("a member's size is no number", at);
      whole_ = false;
      return false;
    }
    const char type = static_cast<char>(header[156]);
    const bool for_next = type == 'x' || type == 'g' || type == 'X' || type == 'L' || type == 'K';
    const auto size = for_next ? *told : size_of(header, *told, at);
    const auto content = data(at, size);
    if (for_next) {
      read_extension(type, content, at);
    } else if (!add(header, type, content, at, hidden)) {
      return false;
    }
    const auto padded = content.size() + (kBlock - content.size() % kBlock) % kBlock;
    at += kBlock + padded;
    return content.size() == size;
  }

  // Links and folders have no data, whatever their size says; pax may say another size.
  std::uint64_t size_of(Bytes header, std::uint64_t told, std::uint64_t at) {
    const auto kind = kind_of(static_cast<char>(header[156]));
    if (next_.size) {
      if (told != 0 && told != *next_.size && told != 077777777777) {
        problem(cat("a member has two sizes, ", told, " and ", *next_.size), at);
      } else if (told == 0 && *next_.size != 0 && *next_.size < 077777777777) {
        problem(cat("a member has two sizes, 0 and ", *next_.size), at);
      }
      told = *next_.size;
    }
    const bool plain = kind == Kind::file || kind == Kind::other || kind == Kind::hard_link;
    if (!plain && told != 0) {
      problem("something that is no file has data: readers differ in whether they skip it", at);
      return 0;
    }
    return told;
  }

  bool add(Bytes header, char type, Bytes content, std::uint64_t at, bool hidden) {
    if (reading_.members.size() >= limits_.members) {
      problem("there are more members than the limit allows", at);
      whole_ = false;
      return false;
    }
    Member member{.name = name_of(header),
                  .link = next_.link.value_or(std::string(field(header, 157, 100))),
                  .kind = kind_of(type),
                  .header_offset = at,
                  .data_offset = at + kBlock,
                  .size_bytes = content.size(),
                  .hidden = hidden,
                  .sparse = next_.sparse || type == 'S'};
    if (member.kind == Kind::file && type != '5' && member.name.ends_with('/')) {
      member.kind = Kind::folder;
    }
    if (hidden) {
      problem(cat("member `", printable(member.name, 200),
                  "` stands behind what many readers take for the end"),
              at);
    }
    next_ = defaults_;
    reading_.members.push_back(std::move(member));
    return true;
  }

  [[nodiscard]] std::string name_of(Bytes header) const {
    if (next_.name) return *next_.name;
    const auto name = field(header, 0, 100);
    const auto prefix = field(header, 345, 155);
    const bool posix = as_text(header.subspan(257, 6)) == std::string_view("ustar\0", 6);
    if (!posix || prefix.empty()) return std::string(name);
    return cat(prefix, "/", name);
  }

  void read_extension(char type, Bytes content, std::uint64_t at) {
    if (content.size() > kLongestText) {
      problem("a name, or what is told of a member, is unreasonably long", at);
      whole_ = false;
      return;
    }
    const auto text = as_text(content);
    const std::string name(text.substr(0, text.find('\0')));
    if (type == 'L') {
      next_.name = name;
    } else if (type == 'K') {
      next_.link = name;
    } else {
      read_records(text, at);
      if (type == 'g') defaults_ = next_;
    }
  }

  // "27 path=a/long/name\n": the length of the record, itself included.
  void read_records(std::string_view text, std::uint64_t at) {
    while (!text.empty() && text.front() != '\0') {
      std::size_t size = 0;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), size);
      const auto digits = static_cast<std::size_t>(parsed.ptr - text.data());
      if (parsed.ec != std::errc{} || size <= digits + 1 || size > text.size() ||
          text[digits] != ' ' || text[size - 1] != '\n') {
        return problem("an extended header is damaged", at);
      }
      record(text.substr(digits + 1, size - digits - 2), at);
      text.remove_prefix(size);
    }
  }

  void record(std::string_view text, std::uint64_t at) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return problem("an extended header is damaged", at);
    const auto key = text.substr(0, equals);
    const auto value = text.substr(equals + 1);
    if (key == "path" || key == "GNU.sparse.name") {
      next_.name = std::string(value);
    } else if (key == "linkpath") {
      next_.link = std::string(value);
    } else if (key == "size") {
      std::uint64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size()) {
        return problem("an extended header is damaged", at);
      }
      next_.size = size;
    }
    if (key.starts_with("GNU.sparse.")) next_.sparse = true;
  }

  // Headers in what follows the end.
  void find_hidden(std::uint64_t at) {
    next_ = defaults_ = {};
    while (at + kBlock <= bytes_.size()) {
      const auto header = block(at);
      if (!checksum_fits(header) || !is_plausible(header)) {
        at += kBlock;
        continue;
      }
      const auto before = at;
      if (!read_member(header, at, true)) {
        if (reading_.members.size() >= limits_.members) return;
        at = before + kBlock;
      }
      reading_.end = std::min<std::uint64_t>(std::max(reading_.end, at), bytes_.size());
    }
  }

  // Arbitrary bytes may add up by chance.
  static bool is_plausible(Bytes header) {
    return as_text(header.subspan(257, 5)) == "ustar" || !field(header, 0, 100).empty();
  }

  Bytes bytes_;
  const Limits& limits_;
  Reading reading_;
  Extended next_;
  Extended defaults_;
  bool whole_ = true;
};

}  // namespace

bool looks_like(Bytes bytes) {
  if (bytes.size() < kBlock || bytes[0] == std::byte{0}) return false;
  const auto header = bytes.first(kBlock);
  return checksum_fits(header) && number(header, 124, 12).has_value();
}

Reading read(Bytes bytes, const Limits& limits) {
  return Archive(bytes, limits).read();
}

}  // namespace cupel::tar
