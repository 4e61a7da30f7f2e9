// SPDX-License-Identifier: Apache-2.0
// The verdict on each file named on standard input, one JSON line for each; for pickles also what
// would be imported and where the opcodes begin. The other side of tests/interop/.
#include <cstdio>
#include <string>

#include "base/text.h"
#include "formats/pickle.h"
#include "scan/scan.h"
#include "support/each_path.h"

using namespace cupel;

int main(int argc, char** argv) {
  const bool traces = argc > 1 && std::string_view(argv[1]) == "--opcodes";
  return test::for_each_path([&](const std::string& path, Bytes bytes) {
    const auto report = scan::examine(file_name(path), bytes);
    Json findings = Json::array();
    for (const auto& finding : report.findings) {
      findings.add(Json::texts({finding.code, finding.title, join(finding.notes, "; ")}));
    }
    Json imports = Json::array();
    for (const auto& import : report.imports) {
      imports.add(Json::texts({import.name, import.standing}));
    }
    Json opcodes = Json::array();
    if (traces) {
      for (const auto at : pickle::opcodes_of(bytes)) {
        opcodes.add(static_cast<std::int64_t>(at));
      }
    }
    return Json::object({{"path", path},
                         {"verdict", std::string(to_text(scan::verdict_of(report)))},
                         {"findings", std::move(findings)},
                         {"shortfalls", Json::texts(report.shortfalls)},
                         {"imports", std::move(imports)},
                         {"opcodes", std::move(opcodes)}});
  });
}
