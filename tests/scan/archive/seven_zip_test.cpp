// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/archive/support.h"
#include "support/support.h"

namespace cupel {
namespace {

using namespace test;

// data.pkl with evil_pickle(), by 7-Zip 26.02 with each of its methods.
constexpr std::pair<std::string_view, std::string_view> kArchives[] = {
    {"LZMA",
     "377abcaf271c000477d7900392000000000000002000000000000000af8ac09b00319bcac6b27c65dfdf9"
     "1599fb1d67e2d716a0571564cf251d024a85338c12bcb00000000813307ae0fd03c16fc9f3f474162b215"
     "bb3ddeb5105cfa2460cf7b2762caff96be1144ec82a3f62edf61b6e941bbbe91c6d72f81de03afda4abd0"
     "f3ec1187d0975265b6894420a502083dbefd8931e0ca19b84f9196ab2a7b79b90f83b54394e580d635c93"
     "791d6bd09429000017062301096f00070b01000123030101055d001000000c7e0a01c4357b0a0000"},
    {"LZMA2",
     "377abcaf271c0004d106229d970000000000000020000000000000003a017031e0002600225d00319bcac"
     "6b27c65dfdf91599fb1d67e2d716a0571564cf251d024a85338c12bcb0000000000813307ae0fd0a606bc"
     "9f3f4741040f710cfcd11fbc65936a779a98fc5a7e9a4f313f02bd808aee51b3d7c0c8ee01e1b0443e030"
     "ce8273f879a2614f33d4d4cbe3570c2ddc462020c53e5e2e4c96b6ee111e67c092c1305c6f1efacb51561"
     "3fda0b642b7f3d7488c000000017062a01096d00070b01000123030101055d001000000c7e0a018813680"
     "e0000"},
    {"Deflate",
     "377abcaf271c0004ec160c2996000000000000002000000000000000dda7d5b84dc4b10d00200804c0fe1"
     "7c1ca61740425d10443f1346e4fcb15b79ce067e8439b72b720463f6ae6a8270000813307ae0fd0a606bc"
     "9f3f473be7d11e8293500eb7e8b4b6d929e22f1ac31915f83f0cfc0eca92c4e1d9d48fc28e48e27806b65"
     "0e7082c6670310c9bec2dd1fb2d6b9814f07cb5ab3cf58a4a52017828e7c48610c254acb8991392366184"
     "ae7e03441199d95fffa0000017062a01096c00070b01000123030101055d001000000c7e0a015da2bedb0"
     "000"},
    {"BZip2",
     "377abcaf271c00043b918dbeb2000000000000002000000000000000a48adb72425a68393141592653596"
     "590713a0000065380001000c118000e668c2020003140c000469320d1a7a44f417dc622a1890ec9304505"
     "5147d94a4f8bb9229c284832c8389d000000813307ae0fd233803d40c090cee5cb76f63d1cec91081d5db"
     "981a04d6a9f023be9694b7607182bd0f72ecfaf089d2d36743e0e549aa266acb1359d8b8eaa27eb926bac"
     "4da64168904273c35b5408a8887c30334d9ce83dae60794858135d86ff4292c5bea7f2090000000017064"
     "501096d00070b01000123030101055d001000000c7e0a012dfbacc60000"},
    {"Copy",
     "377abcaf271c0004c3b3d65391000000000000002000000000000000adec25fa636f730a73797374656d0"
     "a2853276964270a74522e68656c6c6f0a68656c6c6f0a68656c6c6f0a0000813307ae3199a5c29aa6fa01"
     "22afb3ea64465442526352f8524e0023773c80a82f82ff3a895cb761f44089b40919be3ba505e7c5af392"
     "0a19c56b5c4021912982ea459e6218314a427172917edfc637379647941055b0b851d571e0e4010c7b447"
     "6a12e67683000017062701096a00070b01000123030101055d001000000c7e0a01a3add0910000"},
    {"bcj",
     "377abcaf271c00042bf35b091b000000000000005a00000000000000e793801f00319bcac6b27c65dfdf9"
     "1599fb1d67e2d716a0571564cf1d779800104060001091b00070b01000223030101055d00100000040303"
     "010301000c151500080a01be45b8270000050111130064006100740061002e0070006b006c00000019001"
     "40a0100c8eabd4bcf7add01150601002080a4810000"},
    {"delta",
     "377abcaf271c0004f23b056c19000000000000005a00000000000000e20888be010014636f730a100a006"
     "af2f497b4eeba5f3cd4e30bee07000104060001091900070b010002212101002103010301000c15150008"
     "0a01be45b827000005011905000000000011130064006100740061002e0070006b006c0000001900140a0"
     "100c8eabd4bcf7add01150601002080a4810000"},
    {"py7zr",
     "377abcaf271c0004bc233aa774000000000000001400000000000000d2ef7071010014636f730a7379737"
     "4656d0a2853276964270a74522e00e0005600535d0000813307ae0fcf926e600fd46a5e7de5d7de343cd2"
     "76cb6217a782e193082ed9a8943ae8d4fd1ada7ff9413591906046abe4766f6a80c1c9892b93c138f47a2"
     "5bd281c7265538ef009f98868877df4fa0000000017061901095b00070b010001212101180c570000"},
    {"zstd",
     "377abcaf271c0004511bb27479000000000000001400000000000000b6e55e9028b52ffd0058a90000636"
     "f730a73797374656d0a2853276964270a74522ee0005600535d0000813307ae0fcfeb30140febea9ea764"
     "27d87306d8a193390d8642cd3938cc41f1b360776bb0b0052301712bd3bb3262d278de352eac34fd625cc"
     "07f79a0d1bff31039df41ca3669006ae10dde143809ec00000017061e01095b00070b010001212101180c"
     "570000"},
};

TEST(SevenZipScan, ShowsTheHostilePickleHoweverItIsPacked) {
  for (const auto& [method, hex] : kArchives) {
    const auto report = scan_of("m.7z", unhex(hex));
    EXPECT_EQ(report.format, "7z");
    const auto bad = finding(report, "PKL001");
    EXPECT_EQ(bad.place.path, (Strings{"m.7z", "data.pkl"})) << method;
    EXPECT_EQ(bad.place.span, (Span{0, 11})) << method;
    EXPECT_TRUE(report.complete()) << method;
  }
}

TEST(SevenZipScan, SaysWhatItCannotUnpack) {
  const auto aes = scan_of(
      "m.7z",
      unhex("377abcaf271c0004587029f920000000000000006a000000000000005658b0af67b078a9f6f2ef7c2dc6"
            "82e3b76a34139e203ff2189d77cb0b1e6de32a23525d0104060001092000070b0100022406f107011253"
            "0f88e223e0ee8be2fa2fbc7d799a5a6a682121010001000c191500080a01be45b8270000050119010011"
            "130064006100740061002e0070006b006c0000001900140a0100c8eabd4bcf7add01150601002080a481"
            "0000"));
  EXPECT_EQ(aes.shortfalls, Strings{"it is encrypted"});
  EXPECT_TRUE(aes.findings.empty());
  const auto names = scan_of(
      "m.7z",
      unhex("377abcaf271c000424403a1790000000000000002e00000000000000a1ccf44c5b032c3c8411d64eba93"
            "ac2966225bcec391c88c0b4d458d844b95942bfd2855e759f5a7bdc37d412924746f26262df30bd118e2"
            "cdf77cf814755d8aab8bb577fd28ca4941b65d5a9dbe78cfa10858bb811dbce158db3f6e18ebb4734afb"
            "436abe3139b21477a35e7f0b165198e3a16538c9522c601a6356324a791d51d2c8de3a47c5da74593561"
            "d28c4da5e76133a917062001097000070b0100012406f1070112530f7ea14d963e56166bbb48f25c0243"
            "11700c6a0a01f5cb283a0000"));
  EXPECT_EQ(names.shortfalls, Strings{"of its header: it is encrypted"});
  const auto ppmd = scan_of(
      "m.7z",
      unhex("377abcaf271c00042a2ef3a38e000000000000002000000000000000894b43d100630e3265ff4eef5009"
            "e2010dff1cc205010ed0e21f2fd60ef0283328bb000000813307ae0fcffcf06c0febea9e010ee8c4aa4f"
            "ad5e4d6bea999795a7a10dfcfa78c3480dd201991f801012d06f9c2c867e2dd344f008de0bc85e46b572"
            "4090ba5462e4e24bf8cc0479879d2a0411d77df1103274f3c6791ea05a06108331a7af6172879ce7dcea"
            "ebae85b6000017061f01096f00070b01000123030101055d001000000c7e0a01259c31620000"));
  EXPECT_EQ(ppmd.shortfalls, Strings{"it is packed by method 197633, which is not known"});
  const auto bcj2 = scan_of(
      "m.7z",
      unhex("377abcaf271c00049cea4ea12a000000000000008a0000000000000005044f7d00319bcac6b27c65dfdf"
            "91599fb1d67e2d716a0571564cf1d779800000000000000000000000000000000104060004091b050505"
            "00070b01000423030101055d0010000023030101055d0010000023030101055d00100000140303011b04"
            "01050004010302020601000c0000151500080a01be45b82700000501190b000000000000000000000011"
            "130064006100740061002e0070006b006c0000001900140a0100c8eabd4bcf7add01150601002080a481"
            "0000"));
  EXPECT_EQ(bcj2.shortfalls, Strings{"it is packed by several methods at once"});
}

TEST(SevenZipScan, IsNeverCleanWhenAByteIsChangedOrMissing) {
  const auto whole = unhex(kArchives[0].second);
  for (std::size_t at = 8; at < whole.size(); ++at) {
    if (at < 12) continue;  // the checksum of the next three fields, which nobody needs
    auto broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x10);
    EXPECT_NE(scan::verdict_of(scan_of("m.7z", broken)), Verdict::pass) << at;
    EXPECT_NE(scan::verdict_of(scan_of("m.7z", whole.substr(0, at))), Verdict::pass) << at;
  }
}

TEST(SevenZipScan, TellsDamage) {
  auto broken = unhex(kArchives[0].second);
  broken[40] = static_cast<char>(broken[40] ^ 0x10);  // in what is packed
  const auto bad = finding(scan_of("m.7z", broken), "SVZ001");
  EXPECT_EQ(bad.severity, Severity::high);
  EXPECT_TRUE(bad.place.span.has_value());
}

TEST(SevenZipScan, ExaminesWhatStandsBehindTheArchive) {
  const auto whole = unhex(kArchives[0].second);
  const auto report = scan_of("m.7z", whole + evil_pickle());
  EXPECT_EQ(finding(report, "ARC004").place.span,
            (Span{whole.size(), whole.size() + evil_pickle().size()}));
}

TEST(SevenZipScan, LeavesHonestArchivesAlone) {
  for (const std::string_view file : {"lzma.7z", "lzma2.7z", "py7zr.7z"}) {
    EXPECT_EQ(told(scan_of(file, slurp(test_data(cat("scan/archive/honest/", file))))), Strings{});
  }
}

}  // namespace
}  // namespace cupel
