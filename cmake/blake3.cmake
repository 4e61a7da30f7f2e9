# BLAKE3 as a static library: the C sources of its authors, with SIMD assembly, lie in Debian's
# package of the Rust crate (librust-blake3-dev); no Debian 12 package has the library itself.
# They are compiled from where that package puts them; nothing is copied into the repository.
file(GLOB blake3_folders /usr/share/cargo/registry/blake3-*/c)
if(NOT blake3_folders)
  message(FATAL_ERROR "The C sources of BLAKE3 are missing: apt install librust-blake3-dev")
endif()
list(GET blake3_folders 0 blake3_folder)

enable_language(C)
set(blake3_sources blake3.c blake3_dispatch.c blake3_portable.c)
set(blake3_options)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  enable_language(ASM)
  list(APPEND blake3_sources
    blake3_sse2_x86-64_unix.S blake3_sse41_x86-64_unix.S blake3_avx2_x86-64_unix.S
    blake3_avx512_x86-64_unix.S)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  list(APPEND blake3_sources blake3_neon.c)
  set(blake3_options BLAKE3_USE_NEON=1)
endif()
list(TRANSFORM blake3_sources PREPEND ${blake3_folder}/)
add_library(blake3 STATIC ${blake3_sources})
target_include_directories(blake3 SYSTEM PUBLIC ${blake3_folder})
target_compile_definitions(blake3 PRIVATE ${blake3_options})
target_compile_options(blake3 PRIVATE $<$<COMPILE_LANGUAGE:C>:-O3>)
