// SPDX-License-Identifier: Apache-2.0
// Builder: an opcode stream, written opcode by opcode. What it builds is made while a test
// runs and never stands in a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cupel::test {

class Pickle {
 public:
  Pickle() = default;
  explicit Pickle(unsigned protocol) { raw("\x80").byte(protocol); }

  Pickle& raw(std::string_view bytes) {
    out_ += bytes;
    return *this;
  }
  Pickle& byte(unsigned value) {
    out_ += static_cast<char>(value);
    return *this;
  }
  Pickle& u32(std::uint32_t value) { return little_endian(value, 4); }
  Pickle& u64(std::uint64_t value) { return little_endian(value, 8); }

  Pickle& global(std::string_view module, std::string_view name) {
    return raw("c").raw(module).raw("\n").raw(name).raw("\n");
  }
  Pickle& text(std::string_view value) {  // SHORT_BINUNICODE
    return raw("\x8c").byte(static_cast<unsigned>(value.size())).raw(value);
  }
  Pickle& bytes(std::string_view value) {  // BINBYTES
    return raw("B").u32(static_cast<std::uint32_t>(value.size())).raw(value);
  }
  Pickle& stack_global(std::string_view module, std::string_view name) {
    return text(module).text(name).raw("\x93");
  }
  Pickle& memoize() { return raw("\x94"); }
  Pickle& put(unsigned index) { return raw("q").byte(index); }
  Pickle& get(unsigned index) { return raw("h").byte(index); }
  Pickle& mark() { return raw("("); }
  Pickle& tuple(unsigned count) {  // EMPTY_TUPLE, TUPLE1 to TUPLE3
    return count == 0 ? raw(")") : byte(0x84 + count);
  }
  Pickle& reduce() { return raw("R"); }
  Pickle& newobj() { return raw("\x81"); }
  // Calls what stands on the stack with one argument, or what `module name` is.
  Pickle& call(std::string_view module, std::string_view name, std::string_view argument) {
    return global(module, name).text(argument).tuple(1).reduce();
  }
  Pickle& build() { return raw("b"); }
  Pickle& pop() { return raw("0"); }
  Pickle& none() { return raw("N"); }
  Pickle& integer(unsigned small) { return raw("K").byte(small); }
  // The whole stream, with its STOP.
  [[nodiscard]] std::string stop() const { return out_ + "."; }
  [[nodiscard]] const std::string& unfinished() const { return out_; }

 private:
  Pickle& little_endian(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) byte(static_cast<unsigned>(value >> (8 * i)) & 0xffU);
    return *this;
  }
  std::string out_;
};

// os.system(argument), in protocol 2.
inline std::string calls_system(std::string_view argument = "id") {
  return Pickle(2).global("os", "system").text(argument).tuple(1).reduce().stop();
}

}  // namespace cupel::test
