// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/archive/support.h"
#include "support/support.h"

namespace cupel {
namespace {

using namespace test;

class EveryCodec : public testing::TestWithParam<Packed> {};

TEST_P(EveryCodec, ShowsTheHostilePickleInside) {
  for (const std::string_view name : {"model.joblib", "model.bin", "model"}) {
    const auto report = scan_of(name, unhex(GetParam().hex));
    const auto bad = finding(report, "PKL001");
    EXPECT_EQ(bad.severity, Severity::critical);
    EXPECT_EQ(bad.place.path, (Strings{std::string(name), std::string(name)}));
    EXPECT_EQ(bad.place.span, (Span{0, 11}));
    EXPECT_EQ(scan::verdict_of(report), Verdict::fail);
    EXPECT_TRUE(std::ranges::find(report.formats, GetParam().name) != report.formats.end());
  }
}

TEST_P(EveryCodec, IsNeverCleanWhenItIsCutShort) {
  const auto whole = unhex(GetParam().hex);
  for (std::size_t size = 24; size < whole.size(); ++size) {
    const auto report = scan_of("model.joblib", whole.substr(0, size));
    EXPECT_NE(scan::verdict_of(report), Verdict::pass) << size;
  }
}

TEST_P(EveryCodec, TellsWhatStandsBehindTheEnd) {
  const auto whole = unhex(GetParam().hex);
  const auto report = scan_of("model.joblib", whole + "\x80\x04" + evil_pickle());
  const auto bad = finding(report, "PCK002");
  EXPECT_EQ(bad.severity, Severity::medium);
  EXPECT_EQ(bad.place.span, (Span{whole.size(), whole.size() + 2 + evil_pickle().size()}));
  EXPECT_EQ(std::ranges::count(report.findings, std::string("PKL001"), &Diagnostic::code), 2);
}

TEST_P(EveryCodec, ReadsASecondStreamLikeTheFirst) {
  const auto whole = unhex(GetParam().hex);
  const auto report = scan_of("model.joblib", whole + whole);
  EXPECT_GE(std::ranges::count(report.findings, std::string("PKL001"), &Diagnostic::code), 1);
}

INSTANTIATE_TEST_SUITE_P(Streams, EveryCodec, testing::ValuesIn(kPacked), [](const auto& param) {
  std::string name(param.param.name);
  std::erase(name, '-');
  return name;
});

TEST(Streams, FindsWhatStandsBehindAnEmptyBzip2Stream) {
  const auto report =
      scan_of("m.joblib", unhex("425a683917724538509000000000") + unhex(kPacked[1].hex));
  EXPECT_TRUE(has(report, "PKL001"));
}

TEST(Streams, SkipsFramesThatHoldNothing) {
  using namespace std::string_view_literals;
  const auto skippable = std::string("\x50\x2a\x4d\x18\x03\0\0\0abc"sv);
  for (const auto& packed : {kPacked[5], kPacked[6]}) {
    EXPECT_TRUE(has(scan_of("m.joblib", skippable + unhex(packed.hex)), "PKL001"));
  }
}

TEST(Streams, TellsDamageBehindThePayload) {
  auto gzip = unhex(kPacked[0].hex);
  gzip[gzip.size() - 8] ^= 1;  // the checksum
  const auto report = scan_of("model.pkl.gz", gzip);
  EXPECT_TRUE(has(report, "PKL001"));
  const auto damage = finding(report, "PCK001");
  EXPECT_EQ(damage.severity, Severity::high);
  EXPECT_EQ(damage.title, "the gzip stream `model.pkl.gz` is damaged or cut short");
  EXPECT_FALSE(report.complete());
}

TEST(Streams, CallsTheContentAsAToolWould) {
  const auto report = scan_of("m.tar.gz", unhex(kPacked[0].hex));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"m.tar.gz", "m.tar"}));
  EXPECT_EQ(finding(scan_of("m.tgz", unhex(kPacked[0].hex)), "PKL001").place.path,
            (Strings{"m.tgz", "m.tar"}));
}

TEST(Streams, StopsABomb) {
  const auto packed = unhex(kPacked[0].hex);
  const auto report = scan::examine("a.gz", as_bytes(packed), {.member_bytes = 5});
  EXPECT_FALSE(report.complete());
  EXPECT_EQ(report.shortfalls, Strings{"it unpacks to more than 5 B"});
}

TEST(Streams, LeaveHonestJoblibFilesAlone) {
  for (const std::string_view name : {"zlib", "gzip", "bz2", "xz", "lzma", "lz4"}) {
    const auto file = cat(name, ".joblib");
    const auto bytes = slurp(test_data(cat("scan/archive/honest/", file)));
    EXPECT_EQ(told(scan_of(file, bytes)), Strings{}) << file;
  }
}

TEST(Streams, TakeTextForText) {
  for (const std::string_view text : {"x^2 + y^2 = z^2 and so on for ever and ever", "]\0 is not",
                                      "BZh is how it begins", "ZF0x is not a size"}) {
    EXPECT_TRUE(scan_of("a.txt", text).formats.empty()) << text;
  }
}

}  // namespace
}  // namespace cupel
