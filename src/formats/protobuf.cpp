// SPDX-License-Identifier: Apache-2.0
#include "formats/protobuf.h"

#include <algorithm>
#include <vector>

namespace cupel::protobuf {
namespace {

constexpr unsigned kEndGroup = 4;
constexpr std::uint64_t kMostLength = INT32_MAX;  // no reader takes a longer field

}  // namespace

std::optional<std::uint64_t> Message::varint(std::size_t& at) const {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70 && at < bytes_.size(); shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(bytes_[at++]);
    value |= (byte & 0x7fU) << (shift < 63 ? shift : 63U);
    if (byte < 0x80) return value;
  }
  return {};
}

std::optional<Message::Tag> Message::tag(std::size_t& at) const {
  const auto begin = at;
  const auto key = varint(at);
  // Five bytes at most, and no field 0: that is how readers tell garbage.
  if (!key || at - begin > 5 || *key > UINT32_MAX || *key < 8) return {};
  return Tag{static_cast<std::uint32_t>(*key >> 3U), static_cast<unsigned>(*key & 7U)};
}

// Behind a group that began before `at`. Groups hold groups: counted, not recursed into.
bool Message::skip_group(std::size_t& at, std::uint32_t number) const {
  std::vector<std::uint32_t> open{number};
  while (!open.empty()) {
    const auto inner = tag(at);
    if (!inner) return false;
    if (inner->wire == kEndGroup) {
      if (open.back() != inner->number) return false;
      open.pop_back();
    } else if (inner->wire == static_cast<unsigned>(Wire::group)) {
      if (open.size() >= kMostDepth) return false;
      open.push_back(inner->number);
    } else {
      Field ignored;
      if (!read(ignored, *inner, at)) return false;
    }
  }
  return true;
}

bool Message::read(Field& field, const Tag& tag, std::size_t& at) const {
  const auto fixed = [&](std::size_t width) {
    if (bytes_.size() - at < width) return false;
    ByteReader in(bytes_.subspan(at, width));
    field.value = width == 4 ? in.u32le() : in.u64le();
    at += width;
    return true;
  };
  switch (tag.wire) {
    case 0: {
      const auto value = varint(at);
      field.value = value.value_or(0);
      return value.has_value();
    }
    case 1:
      return fixed(8);
    case 2: {
      const auto length = varint(at);
      if (!length || *length > kMostLength || *length > bytes_.size() - at) return false;
      field.bytes = bytes_.subspan(at, static_cast<std::size_t>(*length));
      field.body = base_ + at;
      at += field.bytes.size();
      return true;
    }
    case 3: {
      const auto begin = at;
      if (!skip_group(at, tag.number)) return false;
      field.bytes = bytes_.subspan(begin, at - begin);
      field.body = base_ + begin;
      return true;
    }
    case 5:
      return fixed(4);
    default:
      return false;
  }
}

std::optional<Field> Message::next() {
  if (!sound_ || at_ == bytes_.size()) return {};
  auto at = at_;
  const auto tag = this->tag(at);
  Field field;
  if (!tag || !read(field, *tag, at)) {
    sound_ = false;
    return {};
  }
  field.number = tag->number;
  field.wire = static_cast<Wire>(tag->wire);
  field.span = {base_ + at_, base_ + at};
  at_ = at;
  return field;
}

bool is_message(Bytes bytes) {
  Message message(bytes);
  while (message.next()) {
  }
  return message.sound();
}

std::string_view text_of(Bytes message, std::uint32_t number) {
  Message in(message);
  std::string_view text;
  while (const auto field = in.next()) {
    if (field->has_bytes(number)) text = field->text();
  }
  return text;
}

bool are_varints(Bytes packed) {
  constexpr unsigned kLongest = 10;
  unsigned length = 0;
  for (const auto byte : packed) {
    if (++length > kLongest) return false;
    if (byte < std::byte{0x80}) length = 0;
  }
  return length == 0;
}

std::uint64_t count_varints(Bytes packed) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(packed, [](std::byte b) { return b < std::byte{0x80}; }));
}

}  // namespace cupel::protobuf
