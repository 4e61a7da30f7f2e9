// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <gtest/gtest.h>

#include "../../formats/zip/builder.h"
#include "scan/archive/support.h"
#include "scan/archive/tar_builder.h"
#include "support/support.h"

namespace cupel {
namespace {

using namespace test;

TEST(ZipScan, ShowsTheHostilePickleHoweverItIsPacked) {
  // evil_pickle() as the members of archives hold it, by Python's zlib, bz2, lzma and zstandard.
  const std::pair<std::uint16_t, std::string> packed[] = {
      {0, evil_pickle()},
      {8, unhex("4bce2fe62aae2c2e49cde5d20856cf4c51e72a09d20300")},
      {12, unhex(kPacked[1].hex)},
      {14,
       unhex(
           "090405005d0000800000319bcac6b27c65dfdf91599fb1d67e2d716a0571564cf2f32897ffff98ce0000")},
      {93, unhex(kPacked[5].hex)},
      {95, unhex(kPacked[2].hex)},
  };
  for (const auto& [method, content] : packed) {
    const auto archive = zip_of({{.name = "m/data.pkl",
                                  .content = content,
                                  .method = method,
                                  .local_flags = static_cast<std::uint16_t>(method == 14 ? 2 : 0),
                                  .flags = static_cast<std::uint16_t>(method == 14 ? 2 : 0),
                                  .crc = crc32_of(evil_pickle()),
                                  .size = static_cast<std::uint32_t>(evil_pickle().size())}});
    const auto report = scan_of("m.pt", archive);
    const auto bad = finding(report, "PKL001");
    EXPECT_EQ(bad.place.path, (Strings{"m.pt", "m/data.pkl"})) << method;
    EXPECT_EQ(bad.place.span, (Span{0, 11})) << method;
    EXPECT_TRUE(report.complete()) << method << " " << report.shortfalls.front();
    EXPECT_FALSE(has(report, "ZIP001") || has(report, "ZIP002")) << method;
  }
}

TEST(ZipScan, TellsThatAMethodIsNotKnown) {
  const auto report = scan_of("m.pt", zip_of({{.name = "a", .content = "x", .method = 9}}));
  EXPECT_EQ(report.shortfalls, Strings{"m.pt!a: compression method 9 is not known"});
}

TEST(ZipScan, ExaminesWhatADamagedMemberHeldBefore) {
  auto content = unhex("4bce2fe62aae2c2e49cde5d20856cf4c51e72a09d20300");
  content.resize(content.size() - 2);
  const auto archive = zip_of({{.name = "a.pkl", .content = content, .method = 8, .size = 21}});
  const auto report = scan_of("m.pt", archive);
  EXPECT_TRUE(has(report, "PKL001"));
  EXPECT_FALSE(report.complete());
}

struct Tampering {
  std::string_view what;
  std::vector<ZipMember> members;
};

class Disagreement : public testing::TestWithParam<Tampering> {};

TEST_P(Disagreement, IsToldAndWhatItHidesIsExamined) {
  const auto report = scan_of("m.pt", zip_of(GetParam().members));
  const auto bad = finding(report, "ZIP001");
  EXPECT_EQ(bad.severity, Severity::high);
  EXPECT_TRUE(bad.place.span.has_value());
  EXPECT_TRUE(has(report, "PKL001"));
}

INSTANTIATE_TEST_SUITE_P(
    ZipScan, Disagreement,
    testing::Values(
        Tampering{"Name", {{.name = "w", .content = evil_pickle(), .local_name = "data.pkl"}}},
        Tampering{"Encrypted", {{.name = "w", .content = evil_pickle(), .local_flags = 1}}},
        Tampering{"Patched", {{.name = "w", .content = evil_pickle(), .local_flags = 0x20}}},
        Tampering{"Strong", {{.name = "w", .content = evil_pickle(), .local_flags = 0x40}}},
        Tampering{"Twice",
                  {{.name = "w", .content = "N."}, {.name = "w", .content = evil_pickle()}}},
        Tampering{"Hidden",
                  {{.name = "w", .content = "N."},
                   {.name = "x", .content = evil_pickle(), .hidden = true}}},
        Tampering{"HiddenFirst",
                  {{.name = "w", .content = evil_pickle(), .hidden = true},
                   {.name = "w", .content = "N."}}},
        Tampering{"Nul", {{.name = std::string("w.pkl\0.txt", 10), .content = evil_pickle()}}}),
    [](const auto& param) { return std::string(param.param.what); });

TEST(ZipScan, TellsAChecksumThatDoesNotMatch) {
  const auto report =
      scan_of("m.pt", zip_of({{.name = "data.pkl", .content = evil_pickle(), .crc = 1}}));
  const auto bad = finding(report, "ZIP002");
  EXPECT_EQ(bad.place.path, (Strings{"m.pt", "data.pkl"}));
  EXPECT_TRUE(has(report, "PKL001"));
}

// --no-hash: what reads all of the weights is left out, and nothing that loading acts on.
TEST(ZipScan, ReadsNoWeightsWhenToldSo) {
  const std::string numbers = std::string(200'000, '\x11') + unhex("7f454c46020101") +
                              std::string(57, '\0') + std::string(1000, '\x11');
  const auto model = zip_of({{.name = "m/data.pkl", .content = "N."},
                             {.name = "m/version", .content = "3\n"},
                             {.name = "m/data/0", .content = numbers, .crc = 1}});
  const auto skimmed = scan::examine("m.pt", as_bytes(model), {.weights = false});
  EXPECT_FALSE(has(skimmed, "ZIP002"));
  EXPECT_TRUE(has(scan_of("m.pt", model), "ZIP002"));
  const auto bad = zip_of({{.name = "m/data.pkl", .content = evil_pickle(), .crc = 1}});
  EXPECT_TRUE(has(scan::examine("m.pt", as_bytes(bad), {.weights = false}), "PKL001"));
}

TEST(ZipScan, IsNeverCleanWhenAMemberIsEncrypted) {
  const auto report =
      scan_of("m.pt", zip_of({{.name = "a", .content = "x", .local_flags = 1, .flags = 1}}));
  EXPECT_EQ(scan::verdict_of(report), Verdict::inconclusive);
}

TEST(ZipScan, TellsNamesThatLeaveTheFolder) {
  for (const std::string_view name : {"../x", "/etc/x", "..\\x", "C:\\x", "a/../../b"}) {
    const auto report = scan_of("m.zip", zip_of({{.name = "ok", .content = "1"},
                                                 {.name = std::string(name), .content = "1"}}));
    const auto bad = finding(report, "ARC001");
    EXPECT_EQ(bad.severity, Severity::high) << name;
    EXPECT_EQ(bad.place.span, (Span{33, 63 + name.size()})) << name;
  }
}

TEST(ZipScan, TellsSymbolicLinks) {
  auto archive = zip_of({{.name = "weights.bin", .content = "../../etc/passwd"}});
  const auto entry = archive.find("PK\x01\x02");
  archive[entry + 5] = 3;                                          // made on Unix
  archive.replace(entry + 38, 4, std::string("\0\0\xff\xa1", 4));  // lrwxrwxrwx
  const auto report = scan_of("m.zip", archive);
  EXPECT_EQ(finding(report, "ARC002").title,
            "the member `weights.bin` is a link to `../../etc/passwd`, outside of its folder");
}

TEST(ZipScan, ExaminesAnArchiveBehindAPickle) {
  const auto archive = zip_of({{.name = "data.pkl", .content = evil_pickle()}}, evil_pickle());
  const auto report = scan_of("m.bin", archive);
  EXPECT_EQ(report.formats, (Strings{"pickle", "zip"}));
  const auto size = evil_pickle().size();
  EXPECT_EQ(finding(report, "ARC004").place.span, (Span{0, size}));
  std::vector<Strings> places;
  for (const auto& each : report.findings) {
    if (each.code == "PKL001") places.push_back(each.place.path);
  }
  EXPECT_EQ(places, (std::vector<Strings>{{"m.bin"}, {"m.bin", "data.pkl"}}));
}

TEST(ZipScan, TakesAnArchiveInATarForItsMember) {
  const auto archive = zip_of({{.name = "data.pkl", .content = "N."}});
  const TarMember member{.name = "m.zip", .content = archive};
  EXPECT_EQ(told(scan_of("m.tar", tar_of({member}))), Strings{});
  EXPECT_EQ(told(scan_of("m.tar", tar_of({member, {.name = "b.zip", .content = archive}}))),
            Strings{});
  const auto evil = zip_of({{.name = "data.pkl", .content = evil_pickle()}});
  EXPECT_EQ(
      finding(scan_of("m.tar", tar_of({{.name = "m.zip", .content = evil}})), "PKL001").place.path,
      (Strings{"m.tar", "m.zip", "data.pkl"}));
}

TEST(ZipScan, TellsAnArchiveThatNoMemberOfATarIs) {
  const auto archive = zip_of({{.name = "data.pkl", .content = "N."}});
  const auto place = [](const std::string& tar) {
    return finding(scan_of("m.tar", tar), "ARC004").place.span.value_or(Span{});
  };
  const auto appended = tar_of({{.name = "a", .content = "1"}}) + archive;
  EXPECT_EQ(place(appended), (Span{0, appended.size() - archive.size()}));
  // In a header that no reader shows.
  const auto hidden = tar_of({{.name = "x", .content = pax_record("comment", archive), .type = 'x'},
                              {.name = "a", .content = "1"}});
  EXPECT_EQ(place(hidden).begin, 0U);
  const auto both = tar_of({{.name = "x", .content = pax_record("comment", archive), .type = 'x'},
                            {.name = "m.zip", .content = archive}});
  EXPECT_EQ(place(both).begin, 0U);
  // Behind the beginning of a member, and beyond its end.
  EXPECT_EQ(place(tar_of({{.name = "m", .content = "x" + archive}})).begin, 0U);
  const auto beyond =
      tar_of({{.name = "m", .content = archive, .size = static_cast<long>(archive.size()) - 1}});
  EXPECT_EQ(place(beyond).begin, 0U);
}

TEST(ZipScan, ExaminesWhatStandsBehindTheArchive) {
  const auto archive = zip_of({{.name = "a", .content = "1"}});
  const auto report = scan_of("m.pt", archive + evil_pickle());
  EXPECT_EQ(finding(report, "ARC004").place.span,
            (Span{archive.size(), archive.size() + evil_pickle().size()}));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"m.pt", "(behind the archive)"}));
}

TEST(ZipScan, ExaminesWhatStandsBetweenMembers) {
  auto archive = zip_of({{.name = "a", .content = evil_pickle()}});
  // The member's size, in both headers, is now zero: its content belongs to nothing.
  const auto entry = archive.find("PK\x01\x02");
  for (const std::size_t at : {std::size_t{18}, std::size_t{22}, entry + 20, entry + 24}) {
    archive.replace(at, 4, std::string(4, '\0'));
  }
  const auto report = scan_of("m.pt", archive);
  EXPECT_EQ(finding(report, "ARC004").place.span, (Span{31, 31 + evil_pickle().size()}));
  EXPECT_EQ(finding(report, "PKL001").place.path, (Strings{"m.pt", "(between the members)"}));
}

TEST(ZipScan, TellsTwoEndRecordsThatDisagree) {
  const auto plain = zip_of({{.name = "a", .content = "x"}});
  const auto end = plain.find("PK\x05\x06");
  const auto directory = plain.find("PK\x01\x02");
  const auto record = "PK\x06\x06" + little_endian(44, 8) + little_endian(0, 12) +
                      little_endian(1, 8) + little_endian(1, 8) +
                      little_endian(end - directory, 8) + little_endian(directory, 8);
  const auto locator =
      "PK\x06\x07" + little_endian(0, 4) + little_endian(end, 8) + little_endian(1, 4);
  auto other = plain.substr(end);
  other[10] = 2;  // members
  const auto report = scan_of("m.pt", plain.substr(0, end) + record + locator + other);
  EXPECT_EQ(finding(report, "ZIP001").notes.back(),
            "its two end records disagree, and readers differ in which they take");
}

TEST(ZipScan, IsQuickOnTwentyThousandEmptyMembers) {
  std::vector<ZipMember> members;
  members.reserve(20'000);
  for (int i = 0; i < 20'000; ++i) members.push_back({.name = cat("member/", i), .content = ""});
  const auto archive = zip_of(members);
  const auto begin = std::chrono::steady_clock::now();
  const auto report = scan_of("m.zip", archive);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(told(report), Strings{});
  EXPECT_LT(took, std::chrono::seconds(10));  // a twentieth of it without sanitizers and neighbours
}

TEST(ZipScan, DoesNotExamineTheSameBytesForEachOfManyMembers) {
  // A thousand entries of the directory, all of them about one member.
  auto archive = zip_of({{.name = "a", .content = std::string(100'000, 'x')}});
  const auto at = archive.find("PK\x01\x02");
  const auto end = archive.find("PK\x05\x06");
  const auto entry = archive.substr(at, end - at);
  std::string directory;
  for (int i = 0; i < 1'000; ++i) directory += entry;
  archive = archive.substr(0, at) + directory + "PK\x05\x06" + little_endian(0, 4) +
            little_endian(1'000, 2) + little_endian(1'000, 2) + little_endian(directory.size(), 4) +
            little_endian(at, 4) + little_endian(0, 2);
  const auto report = scan_of("m.zip", archive);
  EXPECT_TRUE(has(report, "ZIP001"));
  EXPECT_LE(report.layers, 3U);
  EXPECT_FALSE(report.complete());
}

TEST(ZipScan, LeavesHonestArchivesAlone) {
  for (const std::string_view file : {"two.npz", "packed.npz"}) {
    const auto report = scan_of(file, slurp(test_data(cat("scan/archive/honest/", file))));
    EXPECT_EQ(told(report), Strings{}) << file;
  }
}

}  // namespace
}  // namespace cupel
