// SPDX-License-Identifier: Apache-2.0
// What formats/pickle finds in the files named on standard input, one JSON line for each:
// the other side of differential_test.py.
#include <cstdio>
#include <iostream>
#include <string>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "formats/pickle.h"

using namespace cupel;

namespace {

std::string in_utf8(const std::string& text) {
  return is_utf8(text) ? text : printable(text);
}

}  // namespace

int main() {
  std::string path;
  while (std::getline(std::cin, path)) {
    const auto bytes = read_file(path, 1U << 30U);
    if (!bytes.ok()) {
      std::fprintf(stderr, "%s\n", bytes.error().what.c_str());
      return 1;
    }
    const auto reading = pickle::read(bytes.value());
    Json imports = Json::array();
    for (const auto& import : reading.imports) {
      if (!import.known || import.behind_array) continue;
      imports.add(Json::texts({in_utf8(import.module), in_utf8(import.name)}));
    }
    const Json line = Json::object(
        {{"complete", reading.complete},
         {"problem", reading.problem},
         {"calls", reading.calls.size()},
         {"looks_like",
          pickle::looks_like(
              Bytes(bytes.value()).first(std::min<std::size_t>(4096, bytes.value().size())),
              bytes.value().size())},
         {"imports", std::move(imports)}});
    std::puts(line.canonical().c_str());
  }
  return 0;
}
