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

find_package(Python3 COMPONENTS Interpreter REQUIRED)
# Every flipped bit is found, or changes nothing.
add_test(NAME ledger/tampering_drill
  COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/ledger/tampering_drill.py
    $<TARGET_FILE:ledger_appender> ${PROJECT_SOURCE_DIR})
set_tests_properties(ledger/tampering_drill PROPERTIES TIMEOUT 900)

# What Python's unpickler asks for must be what we find, in made, crafted and damaged streams.
add_executable(pickle_imports ${PROJECT_SOURCE_DIR}/tests/formats/pickle/imports_main.cpp)
target_link_libraries(pickle_imports PRIVATE formats)
target_include_directories(pickle_imports PRIVATE ${PROJECT_SOURCE_DIR}/tests)
add_test(NAME formats/pickle_differential
  COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/formats/pickle/differential_test.py
    $<TARGET_FILE:pickle_imports>)

# Verdicts for the tests under tests/interop/, which ask Python itself.
add_executable(scan_files ${PROJECT_SOURCE_DIR}/tests/scan/scan_files_main.cpp)
target_link_libraries(scan_files PRIVATE scan)
target_include_directories(scan_files PRIVATE ${PROJECT_SOURCE_DIR}/tests)
foreach(test pickle_oracle pickle_opcodes)
  add_test(NAME interop/${test}
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/interop/${test}.py
      $<TARGET_FILE:scan_files> ${PROJECT_SOURCE_DIR})
  set_tests_properties(interop/${test} PROPERTIES LABELS interop TIMEOUT 300)
endforeach()

# Our readers beside the reference libraries, which tools/interop installs; 77: they are not here.
add_executable(readings ${PROJECT_SOURCE_DIR}/tests/interop/readings_main.cpp)
target_link_libraries(readings PRIVATE formats)
target_include_directories(readings PRIVATE ${PROJECT_SOURCE_DIR}/tests)
foreach(format safetensors gguf onnx npy zip)
  add_test(NAME interop/${format}_readings
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/interop/${format}_readings.py
      $<TARGET_FILE:readings> ${PROJECT_SOURCE_DIR})
  set_tests_properties(interop/${format}_readings PROPERTIES LABELS interop TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()

# Signatures and records, exchanged with the Python reference of OpenSSF Model Signing, and with
# libraries for in-toto, DSSE and Croissant.
foreach(test oms_exchange records_exchange)
  add_test(NAME interop/${test}
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/interop/${test}.py
      $<TARGET_FILE:cupel> ${PROJECT_SOURCE_DIR})
  set_tests_properties(interop/${test} PROPERTIES LABELS interop TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
