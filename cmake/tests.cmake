# Tests mirror src/: tests/<room>/<thing>_test.cpp are GoogleTest cases of that room;
# tests/formats/<format>/<format>_fuzz.cpp is a libFuzzer target under the fuzz preset and,
# everywhere else, replays its corpus/ folder; tests/**/*_e2e.{py,sh} are programs that test the
# built one, told where it is by CUPEL, and where the sources are by CUPEL_SOURCE.
# What end-to-end tests run besides the program: the program at another time, and a disk that
# refuses on demand (LD_PRELOAD).
enable_language(C)
add_library(faulty_io MODULE ${PROJECT_SOURCE_DIR}/tests/tools/faulty_io.c)
set_target_properties(faulty_io PROPERTIES PREFIX "" C_STANDARD 11 C_EXTENSIONS ON)
target_compile_options(faulty_io PRIVATE -Wall -Wextra -O1)
target_link_libraries(faulty_io PRIVATE ${CMAKE_DL_LIBS})

add_executable(cupel_at ${PROJECT_SOURCE_DIR}/tests/tools/cupel_at.cpp)
target_link_libraries(cupel_at PRIVATE app)
file(GLOB_RECURSE scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_e2e.py ${PROJECT_SOURCE_DIR}/tests/*_e2e.sh)
foreach(script ${scripts})
  get_filename_component(name ${script} NAME_WE)
  add_test(NAME e2e/${name} COMMAND ${script})
  set_tests_properties(e2e/${name} PROPERTIES LABELS e2e TIMEOUT 900 SKIP_RETURN_CODE 77 ENVIRONMENT
    "CUPEL=$<TARGET_FILE:cupel>;CUPEL_AT=$<TARGET_FILE:cupel_at>;CUPEL_SOURCE=${PROJECT_SOURCE_DIR};CUPEL_FAULTY_IO=$<TARGET_FILE:faulty_io>")
endforeach()

# Both print what is installed into one folder.
set_tests_properties(e2e/install_e2e e2e/package_e2e PROPERTIES RESOURCE_LOCK install)

option(CUPEL_TESTS "Build the tests that are linked with the product" ON)
if(NOT CUPEL_TESTS)
  return()
endif()
find_package(GTest REQUIRED)
include(GoogleTest)

# What every test may use, and nothing else in the product may: a temporary folder, golden files.
add_library(test_support STATIC ${PROJECT_SOURCE_DIR}/tests/support/support.cpp)
target_include_directories(test_support PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(test_support PUBLIC base GTest::gtest GTest::gtest_main warnings sanitizers)
target_compile_definitions(test_support PUBLIC
  CUPEL_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CUPEL_BINARY="$<TARGET_FILE:cupel>")

set(rooms base crypto store net vocab formats detect scan provenance inventory bom retire checks ledger assess reports app)
foreach(room ${rooms})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/tests/${room}/*_test.cpp ${PROJECT_SOURCE_DIR}/tests/${room}/*fixture.cpp)
  if(sources)
    add_executable(${room}_test ${sources})
    target_link_libraries(${room}_test PRIVATE test_support ${room})
    # Cases with a PostgreSQL server run in one process, so that one server is started for all.
    gtest_discover_tests(${room}_test TEST_PREFIX "${room}/" DISCOVERY_TIMEOUT 60
      TEST_FILTER "-Postgres*")
  endif()
endforeach()
if(TARGET app_test)
  add_dependencies(app_test cupel)
endif()

foreach(room store ledger)
  add_test(NAME ${room}/postgres COMMAND ${room}_test "--gtest_filter=Postgres*")
  set_tests_properties(${room}/postgres PROPERTIES
    LABELS postgres TIMEOUT 900 SKIP_REGULAR_EXPRESSION "no PostgreSQL server")
endforeach()

include(cmake/test_tools.cmake)

# One target per *_fuzz.cpp, and `fuzzers` for all of them.
add_custom_target(fuzzers)
file(GLOB_RECURSE fuzzers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_fuzz.cpp)
foreach(source ${fuzzers})
  get_filename_component(name ${source} NAME_WE)
  get_filename_component(folder ${source} DIRECTORY)
  add_executable(${name} ${source})
  # Its own room, and what that uses; what reads a format is asked what the scanner says, too.
  cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/tests OUTPUT_VARIABLE room)
  string(REGEX REPLACE "/.*" "" room "${room}")
  target_link_libraries(${name} PRIVATE ${room} $<$<STREQUAL:${room},formats>:scan>)
  if(CUPEL_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/replay_main.cpp)
  endif()
  add_dependencies(fuzzers ${name})
  add_test(NAME fuzz/${name} COMMAND ${name} -runs=0 ${folder}/corpus)
endforeach()

# Our own rules, and the test of what checks them.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
foreach(rule layers house)
  add_test(NAME ${rule} COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_${rule}.py ${PROJECT_SOURCE_DIR})
endforeach()
add_test(NAME rules COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/house/rules_test.py)
add_test(NAME contributing COMMAND Python3::Interpreter
  ${PROJECT_SOURCE_DIR}/tests/house/example_compiles_test.py ${CMAKE_CXX_COMPILER} ${PROJECT_SOURCE_DIR})
