// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/archive/support.h"
#include "scan/archive/tar_builder.h"
#include "support/support.h"

namespace cupel {
namespace {

using namespace test;

TEST(TarScan, ShowsTheHostilePickleInAnyMember) {
  const auto archive = tar_of({{.name = "model_config.yaml", .content = "a: 1\n"},
                               {.name = "weights", .content = evil_pickle()}});
  const auto report = scan_of("m.nemo", archive);
  EXPECT_EQ(report.format, "nemo");
  const auto bad = finding(report, "PKL001");
  EXPECT_EQ(bad.place.path, (Strings{"m.nemo", "weights"}));
  EXPECT_EQ(bad.place.span, (Span{0, 11}));
}

TEST(TarScan, ReadsArchivesOfBeforeUstar) {
  const auto report =
      scan_of("m.bin", tar_of({{.name = "data", .content = evil_pickle(), .ustar = false}}));
  EXPECT_EQ(report.format, "tar");
  EXPECT_TRUE(has(report, "PKL001"));
}

TEST(TarScan, TellsMembersThatLeaveTheFolder) {
  for (const std::string_view name :
       {"../x.py", "/etc/cron.d/x", R"(a\..\..\x)", "C:\\x", "a/../../b"}) {
    const auto archive =
        tar_of({{.name = "ok", .content = "1"}, {.name = std::string(name), .content = "1"}});
    const auto report = scan_of("m.nemo", archive);
    const auto bad = finding(report, "ARC001");
    EXPECT_EQ(bad.severity, Severity::high) << name;
    EXPECT_EQ(bad.place.span, (Span{1024, 1536})) << name;
  }
}

TEST(TarScan, TakesTheNameFromWhereverItStands) {
  const TarMember gnu{
      .name = "././@LongLink", .content = std::string("../../evil\0", 11), .type = 'L'};
  const TarMember pax{.name = "x", .content = pax_record("path", "../../evil"), .type = 'x'};
  const TarMember global{.name = "g", .content = pax_record("path", "../../evil"), .type = 'g'};
  for (const auto& extension : {gnu, pax, global}) {
    const auto report = scan_of("m.tar", tar_of({extension, {.name = "safe", .content = "1"}}));
    EXPECT_EQ(finding(report, "ARC001").title,
              "the member `../../evil` would be unpacked outside of its folder");
  }
}

TEST(TarScan, TellsLinksThatLeadOut) {
  const auto absolute =
      scan_of("m.tar", tar_of({{.name = "a/weights", .type = '2', .link = "/etc/passwd"}}));
  EXPECT_EQ(finding(absolute, "ARC002").severity, Severity::medium);
  EXPECT_EQ(finding(absolute, "ARC002").place.span, (Span{0, 512}));
  const auto upwards =
      scan_of("m.tar", tar_of({{.name = "a/weights", .type = '2', .link = "../../x"}}));
  EXPECT_EQ(finding(upwards, "ARC002").severity, Severity::high);
  const auto hard = scan_of("m.tar", tar_of({{.name = "a/weights", .type = '1', .link = "../x"}}));
  EXPECT_EQ(finding(hard, "ARC002").severity, Severity::high);
  const auto inside = scan_of("m.tar", tar_of({{.name = "a/b", .type = '2', .link = "../c"}}));
  EXPECT_EQ(told(inside), Strings{});
}

TEST(TarScan, TellsAMemberThatIsWrittenThroughALink) {
  const auto report = scan_of("m.nemo", tar_of({{.name = "tmp", .type = '2', .link = "/tmp"},
                                                {.name = "./tmp//x.py", .content = "1"}}));
  EXPECT_EQ(finding(report, "ARC001").title,
            "the member `./tmp//x.py` would be unpacked outside of its folder, through the link "
            "`tmp`");
}

TEST(TarScan, TellsDevicesAndNamesThatStandTwice) {
  const auto report = scan_of("m.tar", tar_of({{.name = "null", .type = '3'},
                                               {.name = "a", .content = "1"},
                                               {.name = "./a", .content = "2"}}));
  EXPECT_EQ(finding(report, "ARC003").place.span, (Span{0, 512}));
  EXPECT_EQ(finding(report, "ARC005").place.span, (Span{1536, 2048}));
  EXPECT_EQ(scan::verdict_of(report), Verdict::inconclusive);
}

TEST(TarScan, ExaminesMembersBehindTheEnd) {
  const auto report = scan_of("m.tar", tar_of({{.name = "a", .content = "1"}}) +
                                           tar_of({{.name = "b", .content = evil_pickle()}}));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"m.tar", "b"}));
  const auto bad = finding(report, "TAR001");
  EXPECT_EQ(bad.severity, Severity::high);
  EXPECT_EQ(bad.place.span, (Span{2048, 2560}));
}

TEST(TarScan, TellsTwoSizesAndExaminesBothReadings) {
  const auto inner = tar_of({{.name = "inner", .content = evil_pickle()}});
  const TarMember pax{
      .name = "x", .content = pax_record("size", std::to_string(inner.size())), .type = 'x'};
  const auto report =
      scan_of("m.tar", tar_of({pax, {.name = "a.bin", .content = inner, .size = 0}}));
  EXPECT_EQ(finding(report, "TAR001").notes,
            (Strings{cat("a member has two sizes, 0 and ", inner.size(), ", at byte 1024")}));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"m.tar", "a.bin", "inner"}));
}

TEST(TarScan, ExaminesWhatStandsBehindTheArchive) {
  const auto archive = tar_of({{.name = "a", .content = "1"}});
  const auto report = scan_of("m.tar", archive + evil_pickle());
  EXPECT_EQ(finding(report, "ARC004").place.span,
            (Span{archive.size(), archive.size() + evil_pickle().size()}));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"m.tar", "(behind the archive)"}));
}

TEST(TarScan, IsNeverCleanWhenItIsCutShort) {
  const auto archive = tar_of({{.name = "a", .content = std::string(700, 'x')}});
  for (std::size_t size = 513; size < archive.size() - 1024; ++size) {
    EXPECT_NE(scan::verdict_of(scan_of("m.tar", archive.substr(0, size))), Verdict::pass) << size;
  }
}

TEST(TarScan, ReadsAPackedLayerOfAnImage) {
  // {"data": evil_pickle()} in tar and gzip, by Python's tarfile.
  const auto report = scan_of(
      "layer.tar.gz",
      unhex(
          "1f8b0800000000000203edcd310ac2400004c0abef1576b1d24393f80f7dc1612c2cc4e09d85bf37a411ec15"
          "c19966976d368fe37ac835870f4a93be6de79cbc674a9beed5e77db7edfab048e10beea5e6db7419fed3f15a"
          "6279947abac4e5a1390f4dacfb55000000000000000000e0d73d019178bf4a00280000"));
  EXPECT_EQ(finding(report, "PKL001").place.path,
            (Strings{"layer.tar.gz", "layer.tar", "app/data"}));
}

TEST(TarScan, LeavesHonestArchivesAlone) {
  for (const std::string_view file : {"ustar.tar", "pax.tar", "gnu.tar"}) {
    EXPECT_EQ(told(scan_of(file, slurp(test_data(cat("scan/archive/honest/", file))))), Strings{});
  }
}

}  // namespace
}  // namespace cupel
