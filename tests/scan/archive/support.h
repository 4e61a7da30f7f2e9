// SPDX-License-Identifier: Apache-2.0
// What the tests of archives share: streams that hold a hostile pickle, as hexadecimal so that
// nothing here can be loaded, and short ways of asking a report.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "scan/scan.h"

// Inline: the other families have helpers of the same names.
namespace cupel::test::inline archive {

inline std::string unhex(std::string_view hex) {
  const auto bytes = from_hex(hex);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

// Loading it calls os.system. It is put together here and stands in no file.
inline std::string evil_pickle() {
  return cat("cos\nsys", "tem\n(S'id'\ntR.");
}

struct Packed {
  std::string_view name;
  std::string_view codec;  // what the title calls it
  std::string_view hex;    // evil_pickle(), packed
};

inline constexpr Packed kPacked[] = {
    {"gzip", "gzip",
     "1f8b08000000000002034bce2fe62aae2c2e49cde5d20856cf4c51e72a09d20300be45b82715000000"},
    {"bzip2", "bzip2",
     "425a68393141592653591f2f22a5000004d380001000c118000e228c2020002221a1b44f298a600028bc8e04"
     "24b8257e99358bb9229c28480f97915280"},
    {"xz", "xz",
     "fd377a585a000004e6d6b4460200210116000000742fe5a3010014636f730a73797374656d0a2853276964270a74"
     "522e00000000b58c30ae0b9516ac00012d152f0b716d1fb6f37d010000000004595a"},
    {"lzma", "LZMA",
     "5d00008000ffffffffffffffff00319bcac6b27c65dfdf91599fb1d67e2d716a0571564cf2f32897ffff98ce000"
     "0"},
    {"zlib", "zlib", "789c4bce2fe62aae2c2e49cde5d20856cf4c51e72a09d203004f130693"},
    {"zstd", "zstd", "28b52ffd2015a90000636f730a73797374656d0a2853276964270a74522e"},
    {"lz4", "LZ4",
     "04224d18684015000000000000003615000080636f730a73797374656d0a2853276964270a74522e00000000"},
    {"joblib-zfile", "zlib",
     "5a4630783135202020202020202020202020202020789c4bce2fe62aae2c2e49cde5d20856cf4c51e72a09d2030"
     "04f130693"},
};

inline scan::Report scan_of(std::string_view name, std::string_view bytes) {
  return scan::examine(name, as_bytes(bytes));
}

// The first finding of that code; a failed expectation when there is none.
inline scan::Finding finding(const scan::Report& report, std::string_view code) {
  const auto found = std::ranges::find(report.findings, code, &Diagnostic::code);
  if (found != report.findings.end()) return *found;
  std::string told;
  for (const auto& each : report.findings) told += cat("\n  ", each.code, " ", each.title);
  ADD_FAILURE() << "no " << code << " among" << told;
  return {};
}

inline bool has(const scan::Report& report, std::string_view code) {
  return std::ranges::find(report.findings, code, &Diagnostic::code) != report.findings.end();
}

// One line for each finding and shortfall, so that a failed expectation says what was told.
inline std::vector<std::string> told(const scan::Report& report) {
  std::vector<std::string> out;
  for (const auto& each : report.findings) {
    out.push_back(cat(each.code, " ", to_text(each.place), ": ", each.title));
    for (const auto& note : each.notes) out.push_back("  " + note);
  }
  for (const auto& each : report.shortfalls) out.push_back("missed: " + each);
  return out;
}

using Strings = std::vector<std::string>;

}  // namespace cupel::test::inline archive
