// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/archive/support.h"

namespace cupel {
namespace {

using namespace test;
using namespace std::string_view_literals;

std::string array(std::string_view type, std::string_view shape, std::string_view data) {
  const auto header =
      cat("{'descr': ", type, ", 'fortran_order': False, 'shape': ", shape, ", }\n");
  return cat("\x93NUMPY\1\0"sv, static_cast<char>(header.size()), '\0', header, data);
}

TEST(NpyScan, PassesNumbers) {
  EXPECT_EQ(told(scan_of("a.npy", array("'<f4'", "(1,)", "data"))), Strings{});
  EXPECT_EQ(told(scan_of("a.npy", array("'<f4'", "(0, 3)", ""))), Strings{});
}

TEST(NpyScan, FollowsObjectsHoweverTheyAreSpelled) {
  for (const std::string_view type : {"'|O'", "'i4,O'", "'object'", "'\\x4f'", "[('a', 'O')]"}) {
    const auto report = scan_of("a.npy", array(type, "(1,)", evil_pickle()));
    EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"a.npy", "objects.pkl"})) << type;
  }
}

TEST(NpyScan, TellsWhatNumPyRefuses) {
  const auto cut = finding(scan_of("a.npy", array("'<f4'", "(400,)", "data")), "NPY001");
  EXPECT_EQ(cut.severity, Severity::high);
  EXPECT_EQ(cut.notes, Strings{"its shape asks for 1600 bytes and 4 are there"});
  EXPECT_EQ(cut.place.span, (Span{60, 66}));
  EXPECT_TRUE(has(scan_of("a.npy", array("'<f4'", "(-4,)", "data")), "NPY001"));
  const auto head = finding(scan_of("a.npy", "\x93NUMPY\1\0\xff\xff{}"sv), "NPY001");
  EXPECT_EQ(head.title, "the header of `a.npy` is damaged");
  const auto program = cat("\x93NUMPY\1\0\x0c\0"sv, "print('run')");
  EXPECT_EQ(finding(scan_of("a.npy", program), "NPY001").notes.back(),
            "a reader that evaluates the header runs what it names");
}

TEST(NpyScan, TellsATypeThatIsNotKnown) {
  const auto odd = finding(scan_of("a.npy", array("'<q4'", "(1,)", "data")), "NPY002");
  EXPECT_EQ(odd.severity, Severity::medium);
  EXPECT_EQ(odd.place.span, (Span{20, 25}));
}

TEST(NpyScan, ReadsArraysThatStandBehindEachOther) {
  std::string many;
  for (int i = 0; i < 20; ++i) many += array("'<f4'", "(1,)", "data");
  EXPECT_EQ(told(scan_of("a.npy", many)), Strings{});
  const auto report = scan_of("a.npy", many + array("'|O'", "(1,)", evil_pickle()));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"a.npy", "array 21", "objects.pkl"}));
}

TEST(NpyScan, TellsAndExaminesWhatStandsBehindTheArray) {
  const auto numbers = array("'<f4'", "(1,)", "data");
  EXPECT_EQ(told(scan_of("a.npy", numbers + std::string(64, '\0'))), Strings{});
  const auto report = scan_of("a.npy", numbers + evil_pickle());
  EXPECT_EQ(finding(report, "NPY003").place.span,
            (Span{numbers.size(), numbers.size() + evil_pickle().size()}));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"a.npy", "(behind the array)"}));
}

}  // namespace
}  // namespace cupel
