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

# What Python's unpickler asks for must be what we find, in made, crafted and damaged streams.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_executable(pickle_imports ${PROJECT_SOURCE_DIR}/tests/formats/pickle/imports_main.cpp)
target_link_libraries(pickle_imports PRIVATE formats)
add_test(NAME formats/pickle_differential
  COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/formats/pickle/differential_test.py
    $<TARGET_FILE:pickle_imports>)
