// SPDX-License-Identifier: Apache-2.0
// each_path: programs that read what is at each path of their input and print a line of JSON
// of it, for the tests that compare us with others.
#pragma once

#include <cstdio>
#include <iostream>
#include <string>

#include "base/file.h"
#include "base/json.h"

namespace cupel::test {

// The exit code: 1 when a path cannot be read.
template <typename Tell>
int for_each_path(Tell tell) {
  std::string path;
  while (std::getline(std::cin, path)) {
    const auto bytes = read_file(path, 1U << 30U);
    if (!bytes.ok()) {
      std::fprintf(stderr, "%s\n", bytes.error().what.c_str());
      return 1;
    }
    const Json line = tell(path, Bytes(bytes.value()));
    std::puts(line.canonical().c_str());
  }
  return 0;
}

}  // namespace cupel::test
