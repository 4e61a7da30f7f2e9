# embed(<target> <symbol> <file>): the file's bytes as cupel::embedded::<symbol>() in
# "embedded/<symbol>.h". Through the assembler, so that a large file costs no compile time.
enable_language(ASM)
function(embed target symbol file)
  set(header ${PROJECT_BINARY_DIR}/include/embedded/${symbol}.h)
  set(source ${PROJECT_BINARY_DIR}/embedded_${symbol}.S)
  file(CONFIGURE OUTPUT ${header} CONTENT [[
// Made by cmake/embed.cmake
#pragma once
#include <cstddef>
#include <string_view>
extern "C" {
extern const char cupel_@symbol@_begin[];
extern const char cupel_@symbol@_end[];
}
namespace cupel::embedded {
inline std::string_view @symbol@() {
  return {cupel_@symbol@_begin, static_cast<std::size_t>(cupel_@symbol@_end - cupel_@symbol@_begin)};
}
}  // namespace cupel::embedded
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
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/include)
endfunction()

# join_pages(<output> <folder> [<suffix>]): every <folder>/*.md in one file, each behind
# "\x1f<NAME>\n".
function(join_pages output folder)
  set(suffix ${ARGN} md)
  list(GET suffix 0 suffix)
  file(GLOB pages CONFIGURE_DEPENDS ${folder}/*.${suffix})
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -D FOLDER=${folder} -D SUFFIX=${suffix}
      -P ${PROJECT_SOURCE_DIR}/cmake/join_pages.cmake
    DEPENDS ${pages} ${PROJECT_SOURCE_DIR}/cmake/join_pages.cmake
    COMMENT "Joining the pages of ${folder}" VERBATIM)
endfunction()
