# -DCUPEL_BENCH=ON: measurements that people run by hand; never part of ctest.
option(CUPEL_BENCH "Build the benchmarks" OFF)
if(CUPEL_BENCH)
  add_executable(ledger_bench ${PROJECT_SOURCE_DIR}/bench/ledger_bench.cpp)
  target_link_libraries(ledger_bench PRIVATE ledger)
endif()
