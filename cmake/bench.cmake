# -DCUPEL_BENCH=ON: measurements that people run by hand; never part of ctest.
# bench/<room>_bench.cpp is a program that links that room; bench/<room>.sh says how to run it.
option(CUPEL_BENCH "Build the benchmarks" OFF)
if(CUPEL_BENCH)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*_bench.cpp)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    string(REPLACE "_bench" "" room ${name})
    add_executable(${name} ${source})
    if(TARGET ${room})
      target_link_libraries(${name} PRIVATE ${room})
    endif()
  endforeach()
  # What `cupel ledger serve` answers with, without the rest of the program.
  target_sources(ledger_serve_bench PRIVATE ${PROJECT_SOURCE_DIR}/src/app/ledger_service.cpp)
  target_link_libraries(ledger_serve_bench PRIVATE ledger net)
endif()
