// SPDX-License-Identifier: Apache-2.0
#include "formats/executable.h"

#include <algorithm>

#include "base/text.h"

namespace cupel::executable {
namespace {

using namespace std::string_view_literals;

constexpr Executable kElf{Kind::native, "ELF program or library"};
constexpr Executable kPe{Kind::native, "Windows program or library"};
constexpr Executable kMachO{Kind::native, "Mach-O program or library"};
constexpr Executable kWasm{Kind::bytecode, "WebAssembly module"};
constexpr Executable kJava{Kind::bytecode, "Java class"};
constexpr Executable kDex{Kind::bytecode, "Android program"};
constexpr Executable kLua{Kind::bytecode, "compiled Lua program"};
constexpr Executable kPortable{Kind::portable, "Actually Portable Executable"};
constexpr Executable kScript{Kind::script, "script"};

bool begins(Bytes bytes, std::string_view with) {
  return as_text(bytes).starts_with(with);
}

bool is_elf(Bytes bytes) {
  ByteReader in(bytes);
  in.u32le();  // \x7f E L F
  const auto width = in.u8();
  const auto order = in.u8();
  const auto version = in.u8();
  in.u16le();  // system, and its version
  const auto padding = in.take(7);
  const bool little = order == 1;
  const auto type = little ? in.u16le() : in.u16be();
  const auto machine = little ? in.u16le() : in.u16be();
  return in.ok() &&
         begins(bytes,
                "\x7f"
                "ELF") &&
         (width == 1 || width == 2) && (little || order == 2) && version == 1 && type >= 1 &&
         type <= 4 && machine != 0 && machine < 300 &&
         std::ranges::all_of(padding, [](std::byte b) { return b == std::byte{0}; });
}

// "PE\0\0", a machine, a number of sections, an optional header of a known kind.
bool is_pe_header(Bytes bytes) {
  ByteReader in(bytes);
  const auto signature = in.u32le();
  const auto machine = in.u16le();
  const auto sections = in.u16le();
  in.take(12);  // time, symbols
  const auto optional_bytes = in.u16le();
  in.u16le();  // characteristics
  const auto magic = in.u16le();
  constexpr std::array<std::uint16_t, 6> kMachines = {0x14c, 0x8664, 0x1c0, 0x1c4, 0xaa64, 0x200};
  return in.ok() && signature == 0x4550 && sections >= 1 && sections <= 96 &&
         std::ranges::find(kMachines, machine) != kMachines.end() && optional_bytes >= 0x60 &&
         optional_bytes <= 0x200 && (magic == 0x10b || magic == 0x20b);
}

bool is_pe(Bytes bytes) {
  if (!begins(bytes, "MZ") || bytes.size() < 64) return false;
  const auto at = ByteReader(bytes.subspan(60)).u32le();
  return at < bytes.size() && is_pe_header(bytes.subspan(at));
}

bool is_mach_o(Bytes bytes) {
  ByteReader in(bytes);
  const auto magic = in.u32le();
  const bool little = magic == 0xfeedfacf || magic == 0xfeedface;
  if (!little && magic != 0xcffaedfe && magic != 0xcefaedfe) return false;
  const auto word = [&] { return little ? in.u32le() : in.u32be(); };
  const auto processor = word() & 0x00ff'ffffU;
  word();  // its kind
  const auto type = word();
  const auto commands = word();
  return in.ok() && processor >= 1 && processor <= 18 && type >= 1 && type <= 12 && commands >= 1 &&
         commands < 10'000;
}

// One file for several processors; a Java class begins alike and has its version there.
bool is_fat_mach_o(Bytes bytes) {
  ByteReader in(bytes);
  const auto magic = in.u32be();
  const auto parts = in.u32be();
  const auto processor = in.u32be() & 0x00ff'ffffU;
  return in.ok() && (magic == 0xcafebabe || magic == 0xcafebabf) && parts >= 1 && parts < 30 &&
         processor >= 1 && processor <= 18;
}

bool is_java(Bytes bytes) {
  ByteReader in(bytes);
  const auto magic = in.u32be();
  const auto minor = in.u16be();
  const auto major = in.u16be();
  const auto constants = in.u16be();
  const auto tag = in.u8();
  return in.ok() && magic == 0xcafebabe && (minor <= 3 || minor == 0xffff) && major >= 45 &&
         major < 100 && constants > 1 && tag >= 1 && tag <= 20;
}

// "#!", then an absolute path, perhaps behind spaces.
bool is_script(Bytes bytes) {
  const auto text = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 128)));
  if (!text.starts_with("#!")) return false;
  const auto at = text.find_first_not_of(" \t", 2);
  return at != std::string_view::npos && text[at] == '/';
}

}  // namespace

std::optional<Executable> recognise(Bytes bytes) {
  if (begins(bytes, "MZqFpD='") || begins(bytes, "jartsr='")) return kPortable;
  if (is_elf(bytes)) return kElf;
  if (is_pe(bytes)) return kPe;
  if (is_mach_o(bytes) || is_fat_mach_o(bytes)) return kMachO;
  if (begins(bytes, "\0asm\1\0\0\0"sv)) return kWasm;
  if (is_java(bytes)) return kJava;
  if (begins(bytes, "dex\n03")) return kDex;
  if (begins(bytes, "\x1bLua") || begins(bytes, "\x1bLJ")) return kLua;
  if (is_script(bytes)) return kScript;
  return {};
}

std::optional<Executable> recognise_inside(Bytes bytes) {
  if (is_elf(bytes)) return kElf;
  if (is_pe_header(bytes)) return kPe;
  if (is_mach_o(bytes) || is_fat_mach_o(bytes)) return kMachO;
  if (is_java(bytes)) return kJava;
  return {};
}

}  // namespace cupel::executable
