// SPDX-License-Identifier: Apache-2.0
#include "formats/msgpack.h"

#include <vector>

#include "base/text.h"

namespace cupel::msgpack {
namespace {

constexpr std::size_t kMostDepth = 512;  // of the reference implementation

class Walk {
 public:
  Walk(Bytes bytes, const std::function<void(const Item&)>& use)
      : bytes_(bytes), in_(bytes), use_(use) {}

  Reading run() {
    open_.push_back(1);
    while (!open_.empty()) {
      if (open_.back() == 0) {
        open_.pop_back();
        continue;
      }
      --open_.back();
      begin_ = in_.offset();
      if (!value()) break;
    }
    if (reading_.problem.empty() && !in_.ok()) stop("it ends inside of a value");
    const bool whole = reading_.problem.empty();
    if (whole && in_.offset() < bytes_.size()) {
      reading_.problem = cat(bytes_.size() - in_.offset(), " bytes stand behind the value");
    }
    reading_.complete = reading_.problem.empty();
    reading_.end = whole ? in_.offset() : begin_;
    return std::move(reading_);
  }

 private:
  bool stop(std::string problem) {
    reading_.problem = std::move(problem);
    return false;
  }

  bool value() {
    const unsigned tag = in_.u8();
    if (!in_.ok()) return stop("it ends inside of a value");
    ++reading_.items;
    if (tag < 0x80) return number(tag);
    if (tag >= 0xe0) return number({});
    if (tag < 0x90) return nest(2ULL * (tag & 0xfU));
    if (tag < 0xa0) return nest(tag & 0xfU);
    if (tag < 0xc0) return content(Kind::text, tag & 0x1fU);
    return tagged(tag);
  }

  std::uint64_t length(unsigned width) {
    return width == 1 ? in_.u8() : width == 2 ? in_.u16be() : in_.u32be();
  }

  bool tagged(unsigned tag) {
    switch (tag) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return number({});
      case 0xc1:
        return stop("a value is of the kind that is never used");
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return content(Kind::binary, length(1U << (tag - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return extension(length(1U << (tag - 0xc7)));
      case 0xca:
        return skip(4);
      case 0xcb:
        return skip(8);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return content(Kind::text, length(1U << (tag - 0xd9)));
      case 0xdc:
        return nest(in_.u16be());
      case 0xdd:
        return nest(in_.u32be());
      case 0xde:
        return nest(2ULL * in_.u16be());
      case 0xdf:
        return nest(2ULL * in_.u32be());
      default:
        break;
    }
    if (tag >= 0xd4 && tag <= 0xd8) return extension(1ULL << (tag - 0xd4));
    return whole_number(1U << ((tag - 0xcc) & 3U), tag >= 0xd0);  // cc to cf, and d0 to d3
  }

  bool skip(std::uint64_t size) {
    in_.take(size);
    return in_.ok() ? number({}) : stop("it ends inside of a number");
  }

  bool whole_number(unsigned width, bool is_signed) {
    std::uint64_t value = 0;
    for (unsigned byte = 0; byte < width; ++byte) value = value << 8U | in_.u8();
    if (!in_.ok()) return stop("it ends inside of a number");
    const bool negative = is_signed && (value >> (8 * width - 1)) != 0;
    return number(negative ? std::nullopt : std::optional(value));
  }

  bool number(std::optional<std::uint64_t> value) {
    use_({.number = value,
          .bytes = {},
          .span = {begin_, in_.offset()},
          .depth = static_cast<unsigned>(open_.size())});
    return true;
  }

  bool nest(std::uint64_t count) {
    if (!in_.ok()) return stop("it ends inside of a value");
    if (count > bytes_.size() - in_.offset()) {
      return stop(cat("a list claims ", count, " values, and ", bytes_.size() - in_.offset(),
                      " bytes are left"));
    }
    if (open_.size() > kMostDepth) return stop("it is nested too deeply");
    open_.push_back(count);
    return true;
  }

  bool extension(std::uint64_t size) {
    const auto type = static_cast<std::int8_t>(in_.u8());
    return content(Kind::extension, size, type);
  }

  bool content(Kind kind, std::uint64_t size, int type = 0) {
    const auto taken = in_.take(size);
    if (!in_.ok()) return stop(cat("a value claims ", size, " bytes, more than are left"));
    use_({.kind = kind,
          .extension = type,
          .bytes = taken,
          .span = {begin_, in_.offset()},
          .depth = static_cast<unsigned>(open_.size())});
    return true;
  }

  Bytes bytes_;
  ByteReader in_;
  const std::function<void(const Item&)>& use_;
  std::vector<std::uint64_t> open_;  // values that are still to come, by level
  std::size_t begin_ = 0;
  Reading reading_;
};

}  // namespace

bool looks_like(Bytes head) {
  ByteReader in(head);
  const unsigned map = in.u8();
  if (map == 0xde) in.take(2);
  if (map == 0xdf) in.take(4);
  if ((map < 0x81 || map > 0x8f) && map != 0xde && map != 0xdf) return false;
  const unsigned key = in.u8();
  std::uint64_t length = key & 0x1fU;
  if (key == 0xd9) length = in.u8();
  if ((key < 0xa1 || key > 0xbf) && key != 0xd9) return false;
  const auto text = as_text(in.take(length));
  const unsigned value = in.u8();
  return in.ok() && printable(text, 300) == text && value != 0xc1 && length > 0;
}

Reading read(Bytes bytes, const std::function<void(const Item&)>& use) {
  return Walk(bytes, use).run();
}

}  // namespace cupel::msgpack
