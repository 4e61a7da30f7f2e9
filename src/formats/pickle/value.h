// SPDX-License-Identifier: Apache-2.0
// Value: what is known of an object that unpickling would make, in eight bytes.
//
// A constant is the offset of the opcode that pushed it: nothing is copied, and it
// is decoded (literal.h) only when something depends on it.
#pragma once

#include <cstdint>

namespace cupel::pickle {

enum class Kind : std::uint8_t {
  none,
  boolean,  // payload: 0 or 1
  integer,  // payload of these four: offset of the opcode
  real,
  text,
  bytes,
  list,  // as tuple
  dict,  // payload: number of its Dict, or 0 when its content is not followed
  set,
  tuple,       // payload: where its items stand in the arena, or 0 when they are not known
  name,        // imported; payload: number of the name
  result,      // of a call; payload: number of the callee's name, and of the arguments' tuple
  persistent,  // what persistent_load would answer
  opaque,      // anything
};

class Value {
 public:
  constexpr Value() = default;
  constexpr explicit Value(Kind kind, std::uint64_t payload = 0)
      : bits_((payload << 8U) | static_cast<std::uint64_t>(kind)) {}
  // REQUIRES: name < 2^24.
  [[nodiscard]] static constexpr Value result(std::uint32_t name, std::uint32_t arguments) {
    return Value(Kind::result, (std::uint64_t{name} << 32U) | arguments);
  }

  [[nodiscard]] constexpr Kind kind() const { return static_cast<Kind>(bits_ & 0xffU); }
  [[nodiscard]] constexpr bool is(Kind kind) const { return this->kind() == kind; }
  [[nodiscard]] constexpr std::uint64_t payload() const { return bits_ >> 8U; }
  // Of a name or a result.
  [[nodiscard]] constexpr std::uint32_t name() const {
    return static_cast<std::uint32_t>(is(Kind::name) ? payload() : payload() >> 32U);
  }
  // Of a result, a tuple or a list.
  [[nodiscard]] constexpr std::uint32_t items() const {
    return static_cast<std::uint32_t>(payload());
  }

 private:
  std::uint64_t bits_ = 0;
};
static_assert(sizeof(Value) == 8);

}  // namespace cupel::pickle
