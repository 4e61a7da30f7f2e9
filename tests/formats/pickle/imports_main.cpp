// SPDX-License-Identifier: Apache-2.0
// What formats/pickle finds in the files named on standard input, one JSON line for each:
// the other side of differential_test.py.
#include <cstdio>
#include <string>

#include "base/text.h"
#include "formats/pickle.h"
#include "support/each_path.h"

using namespace cupel;

namespace {

std::string in_utf8(const std::string& text) {
  return is_utf8(text) ? text : printable(text);
}

}  // namespace

int main() {
  return test::for_each_path([](const std::string&, Bytes bytes) {
    const auto reading = pickle::read(bytes);
    Json imports = Json::array();
    for (const auto& import : reading.imports) {
      if (!import.known || import.behind_array) continue;
      imports.add(Json::texts({in_utf8(import.module), in_utf8(import.name)}));
    }
    return Json::object(
        {{"complete", reading.complete},
         {"problem", reading.problem},
         {"calls", reading.calls.size()},
         {"looks_like",
          pickle::looks_like(bytes.first(std::min<std::size_t>(4096, bytes.size())), bytes.size())},
         {"imports", std::move(imports)}});
  });
}
