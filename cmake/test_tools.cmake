# A ledger writer to kill.
add_executable(ledger_appender ${PROJECT_SOURCE_DIR}/tests/ledger/appender_main.cpp)
target_link_libraries(ledger_appender PRIVATE ledger)

foreach(test ledger_test app_test)
  if(TARGET ${test})
    add_dependencies(${test} faulty_io ledger_appender)
    target_compile_definitions(${test} PRIVATE
      CUPEL_FAULTY_IO="$<TARGET_FILE:faulty_io>" CUPEL_LEDGER_APPENDER="$<TARGET_FILE:ledger_appender>")
  endif()
endforeach()
