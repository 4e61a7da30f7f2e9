# embed(<target> <symbol> <file>): the file's bytes as `extern const std::string_view cupel::<symbol>`
# in "embedded/<symbol>.h". Through the assembler, so that a large file costs no compile time.
enable_language(ASM)
function(embed target symbol file)
  set(header ${PROJECT_BINARY_DIR}/embedded/${symbol}.h)
  set(source ${PROJECT_BINARY_DIR}/embedded/${symbol}.S)
  file(CONFIGURE OUTPUT ${header} CONTENT [[
// Made by cmake/embed.cmake from @file@
#pragma once
#include <string_view>
extern "C" const char cupel_@symbol@_begin[];
extern "C" const char cupel_@symbol@_end[];
namespace cupel {
inline std::string_view @symbol@() {
  return {cupel_@symbol@_begin, static_cast<std::size_t>(cupel_@symbol@_end - cupel_@symbol@_begin)};
}
}  // namespace cupel
]] @ONLY)
  file(CONFIGURE OUTPUT ${source} CONTENT [[
  .section .rodata
  .global cupel_@symbol@_begin
  .global cupel_@symbol@_end
cupel_@symbol@_begin:
  .incbin "@file@"
cupel_@symbol@_end:
  .byte 0
  .section .note.GNU-stack,"",%progbits
]] @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR})
endfunction()
