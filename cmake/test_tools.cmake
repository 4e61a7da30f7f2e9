# Programs that tests run: a disk that refuses on demand (LD_PRELOAD), a ledger writer to kill.
enable_language(C)
add_library(faulty_io MODULE ${PROJECT_SOURCE_DIR}/tests/tools/faulty_io.c)
set_target_properties(faulty_io PROPERTIES PREFIX "" C_STANDARD 11 C_EXTENSIONS ON)
target_compile_options(faulty_io PRIVATE -Wall -Wextra -O1)
target_link_libraries(faulty_io PRIVATE ${CMAKE_DL_LIBS})

add_executable(ledger_appender ${PROJECT_SOURCE_DIR}/tests/ledger/appender_main.cpp)
target_link_libraries(ledger_appender PRIVATE ledger)

foreach(test ledger_test app_test)
  if(TARGET ${test})
    add_dependencies(${test} faulty_io ledger_appender)
    target_compile_definitions(${test} PRIVATE
      CUPEL_FAULTY_IO="$<TARGET_FILE:faulty_io>" CUPEL_LEDGER_APPENDER="$<TARGET_FILE:ledger_appender>")
  endif()
endforeach()
