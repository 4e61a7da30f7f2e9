// SPDX-License-Identifier: Apache-2.0
// executable: programs and scripts by what they begin with (ELF, PE, Mach-O, WebAssembly, Java,
// Android, Actually Portable Executables, scripts with #!).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/byte_reader.h"

namespace cupel::executable {

enum class Kind { native, bytecode, portable, script };

struct Executable {
  Kind kind = Kind::native;
  std::string_view title;  // "ELF program or library"
};

// What the bytes begin with.
[[nodiscard]] std::optional<Executable> recognise(Bytes bytes);

// The same where a program might be hidden in other data: the header must fit further than its
// first bytes do, for they come up by chance. Of a PE file, the header behind its MZ.
[[nodiscard]] std::optional<Executable> recognise_inside(Bytes bytes);
// The first two bytes of all that recognise_inside() knows.
inline constexpr std::array<std::string_view, 6> kBeginnings = {
    "\x7f"
    "E",
    "PE",
    "\xcf\xfa",
    "\xce\xfa",
    "\xfe\xed",
    "\xca\xfe"};

}  // namespace cupel::executable
