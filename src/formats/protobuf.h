// SPDX-License-Identifier: Apache-2.0
// protobuf: the fields of a message on the wire, one after the other, without a schema.
// Source: https://protobuf.dev/programming-guides/encoding/
//
//   protobuf::Message message(bytes);
//   while (const auto field = message.next()) { ... }
//   if (!message.sound()) damaged_at(message.offset());
//
// A field is a view. Whoever descends into one counts the depth himself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_reader.h"
#include "base/text.h"
#include "vocab/diagnostic.h"

namespace cupel::protobuf {

// The readers of Google refuse messages that are nested deeper.
inline constexpr unsigned kMostDepth = 100;

enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, group = 3, fixed32 = 5 };

struct Field {
  std::uint32_t number = 0;
  Wire wire = Wire::varint;
  std::uint64_t value = 0;  // of a number
  Bytes bytes = {};         // of a length and of a group
  Span span;                // of the whole field, tag included, in the outermost message
  std::uint64_t body = 0;   // where `bytes` begin there

  [[nodiscard]] bool is(std::uint32_t wanted, Wire kind) const {
    return number == wanted && wire == kind;
  }
  [[nodiscard]] bool has_bytes(std::uint32_t wanted) const { return is(wanted, Wire::bytes); }
  [[nodiscard]] bool is_number(std::uint32_t wanted) const { return is(wanted, Wire::varint); }
  [[nodiscard]] std::string_view text() const { return as_text(bytes); }
};

class Message {
 public:
  // `at`: where the bytes stand in the outermost message.
  explicit Message(Bytes bytes, std::uint64_t at = 0) : bytes_(bytes), base_(at) {}
  explicit Message(const Field& field) : Message(field.bytes, field.body) {}

  // The next field; nothing at the end, and where the bytes are no message.
  [[nodiscard]] std::optional<Field> next();

  [[nodiscard]] bool sound() const { return sound_; }
  // Where the next field begins, or the one that is damaged.
  [[nodiscard]] std::uint64_t offset() const { return base_ + at_; }

 private:
  struct Tag {
    std::uint32_t number = 0;
    unsigned wire = 0;
  };
  std::optional<std::uint64_t> varint(std::size_t& at) const;
  std::optional<Tag> tag(std::size_t& at) const;
  bool skip_group(std::size_t& at, std::uint32_t number) const;
  bool read(Field& field, const Tag& tag, std::size_t& at) const;

  Bytes bytes_;
  std::uint64_t base_;
  std::size_t at_ = 0;
  bool sound_ = true;
};

// Whether the bytes are a message from their beginning to their end.
[[nodiscard]] bool is_message(Bytes bytes);

// The last field of that number that has a length, as readers take it; empty when there is none.
[[nodiscard]] std::string_view text_of(Bytes message, std::uint32_t number);

// Whether `fits` says so of the content of any field of that number that has a length.
template <class Fits>
bool any_field(Bytes message, std::uint32_t number, const Fits& fits) {
  Message fields(message);
  while (const auto field = fields.next()) {
    if (field->has_bytes(number) && fits(field->bytes)) return true;
  }
  return false;
}

// Numbers in a packed field; the field itself when it is not packed.
[[nodiscard]] std::uint64_t count_varints(Bytes packed);
// Whether such a field ends where its last number does, and none of them is too long.
[[nodiscard]] bool are_varints(Bytes packed);

}  // namespace cupel::protobuf
