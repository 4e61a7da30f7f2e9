# -DCUPEL_SANITIZE=address,undefined | thread | address,undefined,fuzzer-no-link; -DCUPEL_COVERAGE=ON
set(CUPEL_SANITIZE "" CACHE STRING "Sanitizers, comma separated")
option(CUPEL_COVERAGE "Count which lines run (clang; tools/coverage.py)" OFF)
option(CUPEL_FUZZ "Build libFuzzer targets (clang)" OFF)

add_library(sanitizers INTERFACE)
if(CUPEL_SANITIZE)
  target_compile_options(sanitizers INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${CUPEL_SANITIZE};-fno-sanitize-recover=all;-fno-omit-frame-pointer>)
  target_link_options(sanitizers INTERFACE -fsanitize=${CUPEL_SANITIZE})
endif()
if(CUPEL_COVERAGE)
  target_compile_options(sanitizers INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fprofile-instr-generate;-fcoverage-mapping;-O1>)
  target_link_options(sanitizers INTERFACE -fprofile-instr-generate)
endif()
