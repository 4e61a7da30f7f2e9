# Every warning that has earned its place. Errors in our own presets, never in a packager's build.
option(CUPEL_WERROR "Treat warnings as errors" OFF)

add_library(warnings INTERFACE)
target_compile_options(warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual
  -Wcast-align -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wdouble-promotion
  -Wformat=2 -Wimplicit-fallthrough -Wundef -Wextra-semi)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(warnings INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wsuggest-override
    # g++ 12 reports std::string and std::variant moves at -O1 and above as
    # maybe-uninitialized or out of bounds (GCC bugs 105593, 105651), and std::get_if behind a
    # test of the index as a null dereference.
    -Wno-maybe-uninitialized -Wno-restrict -Wno-null-dereference)
else()
  target_compile_options(warnings INTERFACE
    # TRY is a statement expression, which both compilers of ours have.
    -Wno-gnu-statement-expression-from-macro-expansion
    # libstdc++ 12's own stable_sort uses a function that it declares deprecated.
    -Wno-deprecated-declarations)
endif()
if(CUPEL_WERROR)
  target_compile_options(warnings INTERFACE -Werror)
endif()
