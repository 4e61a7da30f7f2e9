// SPDX-License-Identifier: Apache-2.0
// GGUF: every structural attack that is known, each told with its code and its place.
#include <gtest/gtest.h>

#include "scan/graphs/support.h"

namespace cupel {
namespace {

using test::le;
using test::Lines;
using test::told;

std::string text(std::string_view content) {
  return le(content.size(), 8) + std::string(content);
}
std::string pair(std::string_view key, std::uint32_t type, std::string_view value) {
  return text(key) + le(type, 4) + std::string(value);
}
std::string text_pair(std::string_view key, std::string_view value) {
  return pair(key, 8, text(value));
}
std::string tensor(std::string_view name, const std::vector<std::uint64_t>& sides,
                   std::uint32_t type, std::uint64_t offset) {
  std::string out = text(name) + le(sides.size(), 4);
  for (const auto side : sides) out += le(side, 8);
  return out + le(type, 4) + le(offset, 8);
}
std::string header(std::uint64_t tensors, std::uint64_t pairs, std::uint32_t version = 3) {
  return "GGUF" + le(version, 4) + le(tensors, 8) + le(pairs, 8);
}
std::string file(const Lines& pairs, const Lines& tensors, std::size_t data) {
  std::string out = header(tensors.size(), pairs.size());
  for (const auto& each : pairs) out += each;
  for (const auto& each : tensors) out += each;
  while (out.size() % 32 != 0) out += '\0';
  return out + std::string(data, '\1');
}
const std::string kArchitecture = text_pair("general.architecture", "llama");

TEST(GgufScan, FindsNothingInASoundFile) {
  const auto report = test::examine(
      "m.gguf",
      file({kArchitecture, text_pair("general.license", "mit"),
            text_pair("general.base_model.0.name", "Base"),
            text_pair("tokenizer.ggml.model", "gpt2"), pair("general.file_type", 4, le(15, 4)),
            pair("general.tags", 9, le(8, 4) + le(2, 8) + text("chat") + text("text"))},
           {tensor("a", {32}, 2, 0), tensor("b", {4, 2}, 0, 32)}, 64));
  EXPECT_EQ(told(report), Lines{});
  EXPECT_TRUE(report.complete()) << report.shortfalls[0];
  EXPECT_EQ(report.format, "gguf");
  EXPECT_EQ(test::stated(report),
            (Lines{"architecture=llama", "licence=mit", "base_model=Base", "tokenizer=gpt2",
                   "tag=chat", "tag=text", "quantisation=Q4_K_M", "tensors=2", "parameters=40"}));
}

TEST(GgufScan, RefusesCountsThatTheFileCannotHold) {
  EXPECT_EQ(told("m.gguf", header(0, 1ULL << 63U)), Lines{"GGF003 high @16-24"});
  EXPECT_EQ(told("m.gguf", header(1ULL << 60U, 0)), Lines{"GGF003 high @8-24"});
  EXPECT_EQ(told("m.gguf", header(1, 0)), Lines{"GGF003 high @8-24"});
  EXPECT_EQ(told("m.gguf", header(0, 0).substr(0, 20)), Lines{"GGF001 high @0-16"});
}

TEST(GgufScan, RefusesLengthsThatTheFileCannotHold) {
  // A key, a text, an array, an item of an array, the name of a tensor.
  EXPECT_EQ(told("m.gguf", header(0, 1) + le(~0ULL, 8) + "x"), Lines{"GGF003 high @24-32"});
  EXPECT_EQ(told("m.gguf", header(0, 1) + pair("k", 8, le(1ULL << 62U, 8))),
            Lines{"GGF003 high @37-45"});
  EXPECT_EQ(told("m.gguf", header(0, 1) + pair("k", 9, le(4, 4) + le(1ULL << 62U, 8))),
            Lines{"GGF003 high @37-49 k"});
  EXPECT_EQ(told("m.gguf", header(0, 1) + pair("k", 9, le(8, 4) + le(1, 8) + le(99, 8))),
            Lines{"GGF003 high @49-57"});
  EXPECT_EQ(told("m.gguf", header(1, 0) + le(1ULL << 40U, 8) + "name"),
            Lines{"GGF003 high @24-32"});
}

TEST(GgufScan, RefusesTypesThatNobodyKnows) {
  EXPECT_EQ(told("m.gguf", header(0, 1) + pair("k", 99, "xxxx")), Lines{"GGF001 high @33-37 k"});
  EXPECT_EQ(told("m.gguf", header(0, 1) + pair("k", 9, le(13, 4) + le(0, 8))),
            Lines{"GGF001 high @37-41 k"});
  EXPECT_EQ(told("m.gguf", file({}, {tensor("t", {1}, 77, 0)}, 32)), Lines{"GGF001 high @24-57 t"});
  EXPECT_EQ(told("m.gguf", file({pair("k", 7, "\2")}, {}, 0)), Lines{"GGF001 high @37-38 k"});
  EXPECT_EQ(told("m.gguf", header(0, 0, 4)), Lines{"GGF001 high @4-8"});
}

TEST(GgufScan, RefusesDimensionsThatOverflow) {
  EXPECT_EQ(told("m.gguf", file({}, {tensor("t", {1ULL << 33U, 1ULL << 33U}, 0, 0)}, 32)),
            Lines{"GGF003 high @24-65 t"});
  EXPECT_EQ(told("m.gguf", file({}, {tensor("t", {1ULL << 62U}, 0, 0)}, 32)),
            Lines{"GGF003 high @24-57 t"});
  EXPECT_EQ(told("m.gguf", file({}, {tensor("t", {1, 1, 1, 1, 1}, 0, 0)}, 32)),
            Lines{"GGF003 high @24-37 t"});
  EXPECT_EQ(told("m.gguf", file({}, {tensor("t", {33}, 2, 0)}, 64)), Lines{"GGF001 high @24-57 t"});
  EXPECT_EQ(told("m.gguf", file({}, {tensor(std::string(64, 'n'), {8}, 0, 0)}, 32)).front(),
            "GGF003 high @24-120 " + std::string(64, 'n'));
}

TEST(GgufScan, RefusesTensorsThatOverlapLeaveHolesOrEndOutside) {
  const auto a = tensor("a", {8}, 0, 0);
  EXPECT_EQ(told("m.gguf", file({}, {a, tensor("b", {8}, 0, 0)}, 64)),
            (Lines{"GGF001 high @57-90 b", "GGF002 medium @128-160"}));
  EXPECT_EQ(told("m.gguf", file({}, {a, tensor("b", {8}, 0, 33)}, 96)).front(),
            "GGF001 high @57-90 b");
  EXPECT_EQ(told("m.gguf", file({}, {a, tensor("b", {8}, 0, 64)}, 96)),
            Lines{"GGF001 high @57-90 b"});
  EXPECT_EQ(told("m.gguf", file({}, {a, tensor("b", {8}, 0, 32)}, 32)),
            Lines{"GGF001 high @57-90 b"});
  EXPECT_EQ(told("m.gguf", file({}, {a, tensor("b", {8}, 0, ~0ULL - 31)}, 32)),
            Lines{"GGF003 high @57-90 b"});
}

TEST(GgufScan, RefusesNamesThatStandTwice) {
  EXPECT_EQ(told("m.gguf", file({kArchitecture, kArchitecture}, {}, 0)),
            Lines{"GGF001 high @69-114 general.architecture"});
  EXPECT_EQ(told("m.gguf", file({}, {tensor("a", {8}, 0, 0), tensor("a", {8}, 0, 32)}, 64)),
            Lines{"GGF001 high @57-90 a"});
}

TEST(GgufScan, RefusesAlignmentsAndNestedArrays) {
  for (const std::uint64_t alignment : {0U, 3U, 33U}) {
    EXPECT_EQ(told("m.gguf", file({pair("general.alignment", 4, le(alignment, 4))}, {}, 0)),
              Lines{"GGF001 high @24-57 general.alignment"})
        << alignment;
  }
  EXPECT_EQ(told("m.gguf", file({pair("general.alignment", 10, le(32, 8))}, {}, 0)),
            Lines{"GGF001 high @24-61 general.alignment"});
  EXPECT_EQ(told("m.gguf", file({pair("general.alignment", 4, le(4, 4))}, {}, 0)),
            Lines{"GGF002 medium @24-57 general.alignment"});
  EXPECT_EQ(told("m.gguf", header(0, 1) + pair("k", 9, le(9, 4) + le(1, 8) + le(9, 4) + le(1, 8))),
            Lines{"GGF001 high @37-49 k"});
}

TEST(GgufScan, IsTruncatedNowhereWithoutBeingTold) {
  const auto whole = file({kArchitecture, pair("k", 9, le(8, 4) + le(1, 8) + text("x"))},
                          {tensor("t", {8}, 0, 0)}, 32);
  for (std::size_t size = 4; size < whole.size(); ++size) {
    EXPECT_EQ(scan::verdict_of(test::examine("m.gguf", whole.substr(0, size))), Verdict::fail)
        << size;
  }
}

TEST(GgufScan, ExaminesWhatIsAppended) {
  const auto whole = file({}, {tensor("t", {8}, 0, 0)}, 32) + "cos\nsystem\n(S'id'\ntR.";
  const auto found = told("m.gguf", whole);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].starts_with("PKL001 critical @0-")) << found[0];
  EXPECT_EQ(found[1], "GGF002 medium @96-117");
}

TEST(GgufScan, HandsEveryChatTemplateOn) {
  const auto report = test::examine(
      "m.gguf",
      file({text_pair("tokenizer.chat_template", "{{ a }}"),
            text_pair("tokenizer.chat_template.tool_use", "{{ b }}"),
            pair("tokenizer.chat_template.list", 9, le(8, 4) + le(1, 8) + text("{{ c }}"))},
           {}, 0));
  EXPECT_EQ(report.layers, 4U);
}

TEST(GgufScan, FindsCodeAndCredentialsInMetadata) {
  EXPECT_EQ(told("m.gguf",
                 file({text_pair("general.description", "__import__('os').system('id')")}, {}, 0)),
            Lines{"TXT001 high @24-92 general.description"});
  EXPECT_EQ(
      told("m.gguf",
           file({text_pair("general.description", "A model for os-systems; evaluate (exec) it.")},
                {}, 0)),
      Lines{});
}

TEST(GgufScan, ReadsWhatTheLibraryWrites) {
  const auto report = test::examine("tiny.gguf", test::read_file(test::honest() / "tiny.gguf"));
  EXPECT_EQ(told(report), Lines{});
  EXPECT_EQ(test::stated(report),
            (Lines{"architecture=llama", "name=Tiny", "licence=apache-2.0", "tokenizer=gpt2",
                   "tag=chat", "base_model=Base", "quantisation=F16", "tensors=3", "parameters=187",
                   "context_length=16"}));
}

TEST(GgufScan, ReadsTheOtherByteOrderAndTheFirstVersion) {
  const std::string big = std::string("GGUF\0\0\0\3", 8) + std::string(8, '\0') +
                          std::string(7, '\0') + '\1' + std::string(7, '\0') + '\1' + 'k' +
                          std::string("\0\0\0\4\0\0\0\7", 8);
  EXPECT_EQ(told("m.gguf", big), Lines{});
  EXPECT_TRUE(test::examine("m.gguf", big).complete());
  const std::string first = "GGUF" + le(1, 4) + le(1, 4) + le(1, 4) + le(1, 4) + "k" + le(8, 4) +
                            le(2, 4) + "vv" + le(1, 4) + "t" + le(1, 4) + le(8, 4) + le(0, 4) +
                            le(0, 8);
  EXPECT_EQ(told("m.gguf", first + std::string(64 - first.size() % 64 + 32, '\0')), Lines{});
}

}  // namespace
}  // namespace cupel
