// SPDX-License-Identifier: Apache-2.0
// ONNX: attacks on where data come from, which operators run, and what readers trust.
#include <gtest/gtest.h>

#include "scan/graphs/support.h"
#include "scan/graphs/wire.h"

namespace cupel {
namespace {

using test::field;
using test::Lines;
using test::number;
using test::told;

std::string model_of(std::string_view graph, std::string_view rest = "") {
  return number(1, 8) + field(7, graph) + field(8, number(2, 18)) + std::string(rest);
}
std::string node(std::string_view op, std::string_view domain = "", std::string_view rest = "") {
  return field(1, field(4, op) + field(7, domain) + std::string(rest));
}
std::string tensor(std::uint64_t side, std::uint64_t type, std::string_view rest) {
  return field(1, test::varint(side)) + number(2, type) + field(8, "w") + std::string(rest);
}
std::string external(std::string_view location) {
  return tensor(1, 1, field(13, field(1, "location") + field(2, location)) + number(14, 1));
}
std::string worst(std::string_view model, std::string_view needle,
                  std::string_view name = "m.onnx") {
  return test::worst(name, model, needle);
}

TEST(OnnxScan, FindsNothingInASoundModel) {
  const auto report =
      test::examine("m.onnx", model_of(node("Relu") + field(5, tensor(2, 1, field(9, "12345678"))),
                                       field(14, field(1, "license") + field(2, "mit"))));
  EXPECT_EQ(told(report), Lines{});
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.format, "onnx");
  EXPECT_EQ(test::stated(report), (Lines{"licence=mit", "tensors=1", "operator_set=ai.onnx 18"}));
}

TEST(OnnxScan, FindsDataFromElsewhereWhereverATensorStands) {
  const auto evil = external("../../etc/passwd");
  const auto attribute = [](std::string_view inner) { return field(5, inner); };
  const Lines models = {
      model_of(field(5, evil)),                                              // initializer
      model_of(node("Constant", "", attribute(field(5, evil)))),             // attribute
      model_of(node("Constant", "", attribute(field(10, evil)))),            // list of tensors
      model_of(node("If", "", attribute(field(6, field(5, evil))))),         // subgraph
      model_of(node("If", "", attribute(field(11, field(5, evil))))),        // list of graphs
      model_of(field(15, field(1, evil))),                                   // sparse values
      model_of(field(15, field(2, evil))),                                   // sparse indices
      model_of(node("Constant", "", attribute(field(22, field(1, evil))))),  // sparse attribute
      model_of("", field(25, field(1, "f") +
                                 field(7, field(4, "Constant") + attribute(field(5, evil))))),
      model_of("", field(20, field(2, field(5, evil)))),  // training
  };
  for (const auto& model : models) {
    EXPECT_EQ(worst(model, "../../etc/passwd"), "ONX002 critical");
    EXPECT_EQ(worst(model, "../../etc/passwd", "weights.bin"), "ONX002 critical");
  }
}

TEST(OnnxScan, KnowsEveryWayOutOfTheFolder) {
  for (const std::string_view path :
       {"../w", "a/../../w", "a/..", "/etc/passwd", R"(\\host\w)", "C:\\w", "..\\w", "~/w",
        "file:///etc/passwd", "http://a/w", ""}) {
    EXPECT_EQ(worst(model_of(field(5, external(path))), path), "ONX002 critical") << path;
  }
  for (const std::string_view path : {"w.bin", "data/w.bin", "..w", "a..b/w"}) {
    EXPECT_EQ(worst(model_of(field(5, external(path))), path), "nothing") << path;
  }
  EXPECT_EQ(test::stated(test::examine("m.onnx", model_of(field(5, external("w.bin"))))).front(),
            "external_data=w.bin");
}

TEST(OnnxScan, JudgesOperatorsByWhatTheyReach) {
  EXPECT_EQ(worst(model_of(node("PyOp", "ai.onnx.contrib")), "PyOp"), "ONX004 critical");
  EXPECT_EQ(worst(model_of(node("PythonOp", "com.microsoft")), "PythonOp"), "ONX004 critical");
  EXPECT_EQ(worst(model_of(node("Run", "acme")), "acme"), "ONX003 medium");
  EXPECT_EQ(worst(model_of(node("Run")), "Run"), "ONX003 medium");
  EXPECT_EQ(worst(model_of(node("FusedConv", "com.microsoft")), ""), "nothing");
  EXPECT_EQ(worst(model_of(node("EPContext", "com.microsoft",
                                field(5, field(1, "ep_cache_context") + field(4, "../x.bin")))),
                  "../x.bin"),
            "ONX002 critical");
  // Where the model defines it itself there is nothing to load.
  const auto function = field(25, field(1, "Run") + field(10, "acme") + field(7, field(4, "Relu")));
  EXPECT_EQ(worst(model_of(node("Run", "acme"), function), ""), "nothing");
  const auto within = field(25, field(1, "Run") + field(10, "acme") + field(7, field(4, "PyOp")));
  EXPECT_EQ(worst(model_of(node("Run", "acme"), within), "PyOp"), "ONX004 critical");
}

TEST(OnnxScan, FindsCodeInMetadata) {
  EXPECT_EQ(worst(model_of(node("Relu"),
                           field(14, field(1, "note") + field(2, "__import__('os').system('id')"))),
                  "__import__"),
            "TXT001 high");
}

TEST(OnnxScan, RefusesWhatContradictsItself) {
  const auto of = [](std::string_view inner) { return worst(model_of(field(5, inner)), "w"); };
  EXPECT_EQ(of(tensor(~0ULL, 1, field(9, "1234"))), "ONX001 high");        // negative
  EXPECT_EQ(of(tensor(1ULL << 62U, 1, field(9, "1234"))), "ONX001 high");  // too many
  EXPECT_EQ(of(tensor(2, 1, field(9, "1234"))), "ONX001 high");            // too few bytes
  EXPECT_EQ(of(tensor(2, 1, "")), "ONX001 high");                          // none at all
  EXPECT_EQ(of(tensor(1, 99, field(9, "1234"))), "ONX001 high");           // type
  EXPECT_EQ(of(tensor(1, 1, number(14, 1))), "ONX001 high");               // where?
  EXPECT_EQ(of(tensor(1, 1,
                      field(13, field(1, "location") + field(2, "w")) +
                          field(13, field(1, "offset") + field(2, "-8")) + number(14, 1))),
            "ONX001 high");
  EXPECT_EQ(of(tensor(1, 1,
                      field(13, field(1, "location") + field(2, "w")) +
                          field(13, field(1, "length") + field(2, "9")) + number(14, 1))),
            "ONX001 high");
  const auto loop =
      field(25, field(1, "f") + field(10, "d") + field(7, field(4, "f") + field(7, "d")));
  EXPECT_EQ(worst(model_of("", loop), ""), "ONX001 high");
}

TEST(OnnxScan, RefusesWhatIsNestedTooDeeply) {
  std::string graph = node("Relu");
  for (int i = 0; i < 2'000; ++i) graph = node("If", "", field(5, field(6, graph)));
  EXPECT_EQ(worst(model_of(graph), ""), "ONX001 high");
}

TEST(OnnxScan, IsTruncatedNowhereWithoutBeingTold) {
  const auto whole = model_of(node("Relu") + field(5, tensor(2, 1, field(9, "12345678"))));
  for (std::size_t size = 3; size < whole.size(); ++size) {
    EXPECT_NE(scan::verdict_of(test::examine("m.onnx", whole.substr(0, size))), Verdict::pass)
        << size;
  }
}

TEST(OnnxScan, ReadsWhatTheLibraryWrites) {
  for (const auto* name : {"tiny.onnx", "external.onnx"}) {
    const auto report = test::examine(name, test::read_file(test::honest() / name));
    EXPECT_EQ(told(report), Lines{}) << name;
    EXPECT_TRUE(report.complete()) << name;
  }
}

}  // namespace
}  // namespace cupel
