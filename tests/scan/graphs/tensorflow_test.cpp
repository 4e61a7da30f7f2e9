// SPDX-License-Identifier: Apache-2.0
// TensorFlow and what is built on it: operators that reach files, the network and Python.
#include <gtest/gtest.h>

#include "scan/graphs/support.h"
#include "scan/graphs/wire.h"

namespace cupel {
namespace {

using test::field;
using test::Lines;
using test::number;
using test::told;

std::string attribute(std::string_view key, std::string_view value) {
  return field(5, field(1, key) + field(2, value));
}
std::string node(std::string_view op, std::string_view rest = "") {
  return field(1, "n") + field(2, op) + std::string(rest);
}
std::string graph(std::string_view op, std::string_view rest = "") {
  return field(1, node("Placeholder")) + field(1, node(op, rest));
}
std::string in_function(std::string_view op) {
  return field(1, node("f")) + field(2, field(1, field(1, field(1, "f")) + field(3, node(op))));
}
std::string meta_graph(std::string_view graph, std::string_view rest = "") {
  return field(1, field(4, "serve") + field(5, "2.21.0")) + field(2, graph) + std::string(rest);
}
std::string saved_model(std::string_view meta) {
  return number(1, 1) + field(2, meta);
}

using test::worst;

TEST(TensorflowScan, FindsOperatorsThatReachOut) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"ReadFile", "TFG003 high"},
      {"WriteFile", "TFG003 critical"},
      {"MatchingFiles", "TFG003 high"},
      {"TextLineDataset", "TFG003 high"},
      {"TFRecordDataset", "TFG003 high"},
      {"SqlDataset", "TFG003 high"},
      {"LMDBReader", "TFG003 high"},
      {"FixedLengthRecordDatasetV2", "TFG003 high"},
      {"WholeFileReaderV2", "TFG003 high"},
      {"SaveDatasetV2", "TFG003 critical"},
      {"ImmutableConst", "TFG003 high"},
      {"RpcClient", "TFG003 high"},
      {"DataServiceDatasetV4", "TFG003 high"},
      {"PyFunc", "TFG002 critical"},
      {"PyFuncStateless", "TFG002 critical"},
      {"EagerPyFunc", "TFG002 critical"},
      {"DatasetFromGraph", "TFG004 medium"},
      {"Acme>Run", "TFG004 medium"},
      {"SaveV2", "nothing"},
      {"RestoreV2", "nothing"},
      {"MatMul", "nothing"}};
  for (const auto& [op, expected] : cases) {
    EXPECT_EQ(worst("frozen.pb", graph(op), op), expected) << op;
    EXPECT_EQ(worst("frozen.pb", in_function(op), op), expected) << op;
    EXPECT_EQ(worst("m.meta", meta_graph(graph(op)), op), expected) << op;
    EXPECT_EQ(worst("saved_model.pb", saved_model(meta_graph(in_function(op))), op), expected)
        << op;
    // Whatever it is called, and whatever fields stand before.
    EXPECT_EQ(worst("x.dat", number(99, 1) + saved_model(meta_graph(graph(op))), op), expected)
        << op;
  }
}

TEST(TensorflowScan, FindsAddressesThatOperatorsUse) {
  const auto debug =
      graph("DebugIdentityV2", attribute("debug_urls", field(1, field(2, "file:///tmp/x"))));
  EXPECT_EQ(worst("frozen.pb", debug, "file:///tmp/x"), "TFG003 high");
  EXPECT_EQ(worst("frozen.pb", graph("PrintV2", attribute("output_stream", field(2, "file:///x"))),
                  "file:///x"),
            "TFG003 high");
  EXPECT_EQ(worst("frozen.pb",
                  graph("DecodeProtoV2", attribute("descriptor_source", field(2, "local://"))), ""),
            "nothing");
}

TEST(TensorflowScan, ShowsWhatTheGraphHoldsByWayOfPaths) {
  const auto text = attribute("value", field(8, field(8, "/etc/passwd")));
  const auto report =
      test::examine("frozen.pb", field(1, node("Const", text)) + field(1, node("ReadFile")));
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].notes,
            (Lines{"used 1 time, first in `n`", "the graph holds the constant `/etc/passwd`"}));
}

TEST(TensorflowScan, FindsAssetsOutside) {
  EXPECT_EQ(worst("saved_model.pb",
                  saved_model(meta_graph(graph("MatMul"), field(6, field(2, "../../etc/passwd")))),
                  "../../etc/passwd"),
            "TFG005 critical");
}

TEST(TensorflowScan, HandsOnWhatKerasSaysOfItsLayers) {
  const std::string_view lambda = R"({"class_name":"Lambda","config":{}})";
  const auto metadata = field(1, number(2, 1) + field(3, "root.layer") + field(5, lambda));
  const auto report = test::examine("keras_metadata.pb", metadata);
  EXPECT_EQ(report.layers, 2U);
  EXPECT_NE(scan::verdict_of(report), Verdict::pass);
  const auto object = field(7, field(1, field(4, field(1, "_tf_keras_layer") + field(3, lambda))));
  EXPECT_EQ(
      test::examine("saved_model.pb", saved_model(meta_graph(graph("MatMul"), object))).layers, 2U);
}

TEST(TensorflowScan, ReadsGraphsInText) {
  EXPECT_EQ(worst("g.pbtxt", "# x\nnode { name: \"a\" op: \"Read\\x46ile\" }\n", "op:"),
            "TFG003 high");
  EXPECT_EQ(worst("g.pbtxt", "node < name: 'a' op: 'Py' 'Func' >", "op:"), "TFG002 critical");
  EXPECT_EQ(worst("g.pbtxt",
                  "node { op: \"f\" } library { function { signature { name: \"f\" } "
                  "node_def { name: \"x\" op: \"WriteFile\" } } }",
                  "WriteFile"),
            "TFG003 critical");
  EXPECT_EQ(
      worst("g.pbtxt",
            "node { name: \"a\" op: \"MatMul\" attr { key: \"T\" value { type: DT_FLOAT } } }", ""),
      "nothing");
  EXPECT_EQ(worst("g.pbtxt", "node { name: \"a\" op: \"MatMul\" ", ""), "TFG001 high");
}

TEST(TensorflowScan, IsTruncatedNowhereWithoutBeingTold) {
  const auto whole = saved_model(meta_graph(graph("MatMul")));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_NE(scan::verdict_of(test::examine("saved_model.pb", whole.substr(0, size))),
              Verdict::pass)
        << size;
  }
}

TEST(TensorflowScan, TellsPathsThatSaversMayBeGiven) {
  const auto with = [](std::string_view op, std::string_view path, std::string_view asset = "") {
    const auto value = field(8, number(1, 7) + field(8, path));
    const auto named = asset.empty() ? std::string() : field(6, field(2, asset));
    return saved_model(
        meta_graph(graph(op) + field(1, node("Const", attribute("value", value))), named));
  };
  for (const std::string_view op : {"Save", "SaveV2", "MergeV2Checkpoints", "RestoreV2"}) {
    EXPECT_EQ(worst("saved_model.pb", with(op, "/etc/passwd"), "/etc/passwd"), "TFG003 medium");
    EXPECT_EQ(worst("saved_model.pb", with(op, "_temp/part"), ""), "nothing") << op;
  }
  EXPECT_EQ(worst("saved_model.pb", with("Add", "/etc/passwd"), ""), "nothing");
  EXPECT_EQ(worst("saved_model.pb",
                  with("InitializeTableFromTextFileV2", "/home/me/vocab.txt", "vocab.txt"), ""),
            "nothing");
}

TEST(TensorflowScan, TakesAFingerprintForWhatItIs) {
  const auto print = number(1, 1ULL << 63U) + number(2, 5) + number(5, 7) + field(6, number(1, 3)) +
                     field(7, "0123456789");
  EXPECT_EQ(worst("m/fingerprint.pb", print, ""), "nothing");
  EXPECT_EQ(worst("other.pb", print, ""), "missed");
  EXPECT_EQ(worst("fingerprint.pb", "", ""), "missed");
  EXPECT_EQ(worst("fingerprint.pb", graph("ReadFile"), "ReadFile"), "TFG003 high");
}

TEST(TensorflowScan, FindsNothingInWhatTheLibrariesWrite) {
  for (const auto* name :
       {"saved_model.pb", "frozen.pb", "frozen.pbtxt", "v1.meta", "tiny.tflite", "flex.tflite"}) {
    const auto report = test::examine(name, test::read_file(test::honest() / name));
    EXPECT_EQ(told(report), Lines{}) << name;
    EXPECT_TRUE(report.complete()) << name << ": " << report.shortfalls[0];
  }
}

TEST(PaddleScan, FindsPythonAndFiles) {
  const auto program = [](std::string_view type) {
    return field(1,
                 number(1, 0) + number(2, 0) + field(4, field(1, field(1, "X")) + field(3, type)));
  };
  EXPECT_EQ(worst("inference.pdmodel", program("py_func"), "py_func"), "PDL002 critical");
  EXPECT_EQ(worst("__model__", program("save"), "save"), "PDL003 high");
  EXPECT_EQ(worst("inference.pdmodel", program("matmul"), ""), "nothing");
  EXPECT_EQ(worst("inference.pdmodel", program("matmul").substr(0, 12), ""), "PDL001 high");
}

TEST(CoremlScan, FindsCustomLayersAndPaths) {
  const auto layer = field(1, field(1, "l") + field(500, field(10, "EvilLayer")));
  EXPECT_EQ(worst("m.mlmodel", number(1, 4) + field(500, layer), "EvilLayer"), "CML002 medium");
  EXPECT_EQ(worst("x.bin", number(1, 4) + field(202, field(1, number(1, 4) + field(403, layer))),
                  "EvilLayer"),
            "CML002 medium");
  EXPECT_EQ(worst("m.mlmodel", number(1, 4) + field(555, field(1, "EvilModel")), "EvilModel"),
            "CML002 medium");
  EXPECT_EQ(worst("m.mlmodel", number(1, 7) + field(502, field(5, field(1, "@model_path/../../x"))),
                  "../../x"),
            "CML003 critical");
  EXPECT_EQ(
      worst("m.mlmodel", number(1, 4) + field(500, field(1, field(1, "l") + field(230, ""))), ""),
      "nothing");
  EXPECT_EQ(worst("m.mlmodel", number(1, 4) + "\xa2\x1f\x05", ""), "CML001 high");
}

TEST(TensorflowScan, TakesAFingerprintForOneByItsNameOnly) {
  const std::string_view bytes("\x08\x9d\x01\x10\x03\x32\x02\x08\x04\x3a\x02\x34\x32", 13);
  EXPECT_EQ(scan::verdict_of(test::examine("fingerprint.pb", bytes)), Verdict::pass);
  EXPECT_NE(scan::verdict_of(test::examine("saved_model.pb", bytes)), Verdict::pass);
}

}  // namespace
}  // namespace cupel
