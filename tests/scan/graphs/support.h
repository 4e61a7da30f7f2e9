// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: what a report says, in one line each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "scan/scan.h"

namespace cupel::test {

using Lines = std::vector<std::string>;

inline scan::Report examine(std::string_view name, std::string_view bytes) {
  return scan::examine(name, as_bytes(bytes));
}

// "GGF001 high @24-60 tensor": code, severity, bytes and pointer of each finding.
inline Lines told(const scan::Report& report) {
  Lines out;
  for (const auto& finding : report.findings) {
    std::string line = cat(finding.code, " ", to_text(finding.severity));
    if (finding.place.span) {
      line += cat(" @", finding.place.span->begin, "-", finding.place.span->end);
    }
    if (!finding.place.pointer.empty()) line += cat(" ", finding.place.pointer);
    out.push_back(line);
  }
  return out;
}
inline Lines told(std::string_view name, std::string_view bytes) {
  return told(examine(name, bytes));
}

// Code and severity of the severest finding; "elsewhere" when its place does not hold the needle.
inline std::string worst(std::string_view name, std::string_view model, std::string_view needle) {
  const auto report = examine(name, model);
  if (report.findings.empty()) return report.complete() ? "nothing" : "missed";
  const auto& finding = report.findings.front();
  const auto span = finding.place.span.value_or(Span{});
  const auto there = model.substr(span.begin, span.end - span.begin);
  return cat(finding.code, " ", to_text(finding.severity),
             there.find(needle) == std::string_view::npos ? " elsewhere" : "");
}

// "architecture=llama".
inline Lines stated(const scan::Report& report) {
  Lines out;
  for (const auto& statement : report.statements) {
    out.push_back(cat(statement.key, "=", statement.value));
  }
  return out;
}

inline std::string le(std::uint64_t value, unsigned width) {
  std::string out;
  for (unsigned i = 0; i < width; ++i) out += static_cast<char>((value >> (8 * i)) & 0xffU);
  return out;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What real libraries wrote: tests/scan/graphs/honest/.
inline std::filesystem::path honest() {
  return std::filesystem::path(CUPEL_SOURCE_DIR) / "tests/scan/graphs/honest";
}

}  // namespace cupel::test
