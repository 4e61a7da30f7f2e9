# -DCUPEL_STATIC=ON: a program that needs nothing but glibc of the machine it runs on. Included
# before any library is looked for: find_library, and so every find_package module, then sees only
# archives, those of libraries that are added later included. glibc stays dynamic: it is on every
# machine, and a static one would load the machine's name services into a copy of itself.
option(CUPEL_STATIC "Link everything but glibc statically, for the archive that cpack makes" OFF)
if(NOT CUPEL_STATIC)
  return()
endif()
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS ON)
add_link_options(-static-libgcc -static-libstdc++)
# Same sources, same bytes, wherever they lie. Of two that match, the compiler takes the later.
add_compile_options(
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=build)
