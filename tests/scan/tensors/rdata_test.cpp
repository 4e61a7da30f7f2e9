// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/archive/support.h"
#include "support/support.h"

namespace cupel {
namespace {

using namespace test;
using namespace std::string_view_literals;

// R's serialization, word by word: binary (XDR) or ASCII.
class Writer {
 public:
  explicit Writer(bool ascii = false, int version = 2) : ascii_(ascii) {
    out_ = ascii ? "A\n" : "X\n";
    number(version).number(0x00030501).number(0x00020300);
    if (version == 3) number(5).raw("UTF-8");
  }
  Writer& number(int value) {
    if (ascii_) {
      out_ += std::to_string(value) + "\n";
      return *this;
    }
    for (int shift = 24; shift >= 0; shift -= 8) out_ += static_cast<char>(value >> shift);
    return *this;
  }
  Writer& raw(std::string_view text) {
    out_ += text;
    if (ascii_) out_ += "\n";
    return *this;
  }
  Writer& text(std::string_view value) {
    return number(0x00040009).number(static_cast<int>(value.size())).raw(value);
  }
  Writer& symbol(std::string_view name) { return number(1).text(name); }
  // A promise of name("argument"), not evaluated yet.
  Writer& promise(std::string_view name, std::string_view argument) {
    number(5 | 0x400).number(253).number(252);  // global environment, no value
    number(6).symbol(name);
    return number(2).number(16).number(1).text(argument).number(254);
  }
  [[nodiscard]] const std::string& bytes() const { return out_; }

 private:
  bool ascii_;
  std::string out_;
};

TEST(RDataScan, TellsPromisesInEveryCoding) {
  for (const bool ascii : {false, true}) {
    for (const int version : {2, 3}) {
      const auto file = Writer(ascii, version).promise("system", "id").bytes();
      const auto report = scan_of("m.rds", file);
      EXPECT_EQ(report.format, "r-data");
      const auto bad = finding(report, "RDS001");
      EXPECT_EQ(bad.severity, Severity::critical);
      EXPECT_EQ(bad.place.span->end, file.size() - (ascii ? 1 : 0));
      EXPECT_EQ(bad.notes.back(), "it names `system` and `id`");
      EXPECT_TRUE(report.complete());
    }
  }
}

TEST(RDataScan, FindsAPromiseInAWorkspace) {
  // A pair list of one: x = promise; as save() writes workspaces.
  const auto file =
      "RDX2\n" + Writer().number(2 | 0x400).symbol("x").promise("system", "id").number(254).bytes();
  const auto report = scan_of("all.RData", file);
  EXPECT_EQ(finding(report, "RDS001").place.span->begin, 5U + 14 + 4 + 4 + 9);
}

TEST(RDataScan, FindsAPromiseInAttributesAndEnvironments) {
  const auto attribute = Writer()
                             .number(13 | 0x200)
                             .number(1)
                             .number(7)
                             .number(2 | 0x400)
                             .symbol("a")
                             .promise("f", "x")
                             .number(254)
                             .bytes();
  EXPECT_EQ(finding(scan_of("m.rds", attribute), "RDS001").severity, Severity::critical);
  const auto environment = [](std::string_view function) {
    Writer out;
    out.number(4).number(0).number(253).number(2 | 0x400).symbol("x").promise(function, "x");
    return out.number(254).number(254).number(254).bytes();
  };
  EXPECT_EQ(finding(scan_of("m.rds", environment("system")), "RDS001").severity,
            Severity::critical);
  EXPECT_EQ(finding(scan_of("m.rds", environment("nrow")), "RDS001").severity, Severity::medium);
}

TEST(RDataScan, TakesAMissingValueForNone) {
  const auto file = Writer().number(5 | 0x400).number(253).number(251).symbol("y").bytes();
  EXPECT_EQ(finding(scan_of("m.rds", file), "RDS001").severity, Severity::critical);
}

TEST(RDataScan, LeavesPromisesAloneThatHaveTheirValue) {
  const auto file = Writer()
                        .number(5)  // no environment any more
                        .number(13)
                        .number(1)
                        .number(7)
                        .symbol("y")
                        .bytes();
  EXPECT_EQ(told(scan_of("m.rds", file)), Strings{});
}

TEST(RDataScan, TellsFunctions) {
  const auto file = Writer().number(3 | 0x400).number(253).number(254).symbol("x").bytes();
  const auto bad = finding(scan_of("m.rds", file), "RDS002");
  EXPECT_EQ(bad.severity, Severity::medium);
  EXPECT_EQ(bad.place.span, (Span{14, 18}));
}

TEST(RDataScan, TellsPackagesThatReadingLoads) {
  const auto of = [](std::string_view name) {
    return Writer().number(249).number(0).number(1).text(name).bytes();
  };
  EXPECT_EQ(finding(scan_of("m.rds", of("evil")), "RDS003").severity, Severity::medium);
  EXPECT_EQ(told(scan_of("m.rds", of("stats"))), Strings{});
}

TEST(RDataScan, TellsDamage) {
  const auto whole = Writer().promise("system", "id").bytes();
  for (std::size_t size = 15; size < whole.size(); ++size) {
    const auto report = scan_of("m.rds", whole.substr(0, size));
    EXPECT_EQ(finding(report, "RDS004").severity, Severity::high);
    EXPECT_FALSE(report.complete());
  }
}

TEST(RDataScan, DoesNotFollowNestingForEver) {
  Writer deep;
  for (int i = 0; i < 5'000; ++i) deep.number(19).number(1);
  const auto report = scan_of("m.rds", deep.number(254).bytes());
  EXPECT_EQ(report.shortfalls, Strings{"it nests deeper than is read"});
  EXPECT_TRUE(report.findings.empty());
}

TEST(RDataScan, LeavesDataAlone) {
  // list(a = c(1.5), b = "x"), with its names.
  const auto file = Writer(false, 3)
                        .number(19 | 0x200)
                        .number(2)
                        .number(14)
                        .number(1)
                        .raw("\x3f\xf8\0\0\0\0\0\0"sv)
                        .number(16)
                        .number(1)
                        .text("x")
                        .number(2 | 0x400)
                        .symbol("names")
                        .number(16)
                        .number(2)
                        .text("a")
                        .text("b")
                        .number(254)
                        .bytes();
  EXPECT_EQ(told(scan_of("m.rds", file)), Strings{});
  EXPECT_EQ(told(scan_of("f.rds", slurp(test_data("scan/archive/honest/frame.rds")))), Strings{});
}

}  // namespace
}  // namespace cupel
