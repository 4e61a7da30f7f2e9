// SPDX-License-Identifier: Apache-2.0
// Which files of a folder are its models: by content, under any name, clean or not.
#include <gtest/gtest.h>

#include "formats/format.h"
#include "scan/graphs/support.h"
#include "scan/graphs/wire.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;
using test::field;
using test::le;
using test::number;

Bytes head_of(std::string_view content) {
  return as_bytes(content.substr(0, kSniffBytes));
}

std::string_view format_of(std::string_view name, std::string_view content) {
  const auto* const format =
      recognise({.head = head_of(content), .size = content.size(), .name = name});
  return format == nullptr ? "-" : format->id;
}

bool is_subject(std::string_view name, std::string_view content) {
  return scan::is_model_file(name, head_of(content), content.size());
}

// Clean, recognised, and a subject under a name that says nothing.
void expect_subject(std::string_view id, std::string_view content) {
  EXPECT_EQ(format_of("weights.dat", content), id);
  EXPECT_TRUE(is_subject("weights.dat", content)) << id;
  const auto report = test::examine("weights.dat", content);
  EXPECT_EQ(report.format, id);
  EXPECT_EQ(scan::verdict_of(report), Verdict::pass)
      << id << ": " << (report.complete() ? "" : report.shortfalls.front());
}

// A program of one operator, as framework.proto has it; the parent of its block is -1.
std::string paddle(std::string_view type, std::uint64_t none) {
  const auto variable = field(1, "x") + field(2, number(1, 7));
  const auto op = field(1, field(1, "X") + field(2, "x")) + field(3, type);
  return field(1, number(1, 0) + number(2, none) + field(3, variable) + field(4, op)) +
         field(4, number(1, 2'005'000));
}

std::string torch7_tensor() {
  const auto text = [](std::string_view s) { return le(s.size(), 4) + std::string(s); };
  const auto storage =
      le(4, 4) + le(2, 4) + text("V 1") + text("torch.FloatStorage") + le(2, 8) + le(0, 8);
  return le(4, 4) + le(1, 4) + text("V 1") + text("torch.FloatTensor") + le(1, 4) + le(2, 8) +
         le(1, 8) + le(1, 8) + storage;
}

TEST(Subjects, AreWhatTheFrameworksWrote) {
  for (const auto& [name, id] : {std::pair("tiny.mlmodel", "coreml"),
                                 {"program.mlmodel", "coreml"},
                                 {"line.pmml", "pmml"},
                                 {"tiny-symbol.json", "mxnet-symbol"},
                                 {"frozen.pbtxt", "tensorflow-text"},
                                 {"tiny.onnx", "onnx"},
                                 {"tiny.tflite", "tflite"},
                                 {"xgb.json", "xgboost-json"},
                                 {"lgb.txt", "lightgbm"}}) {
    expect_subject(id, test::read_file(test::honest() / name));
  }
}

TEST(Subjects, ArePutTogetherByHandWhereTheFrameworkIsGoneOrHuge) {
  expect_subject("paddle", paddle("relu", UINT64_MAX));
  expect_subject("paddle", paddle("relu", UINT32_MAX));
  expect_subject("torch7", torch7_tensor());
  expect_subject("openvino",
                 R"(<?xml version="1.0"?><net name="n" version="11"><layers>)"
                 R"(<layer id="0" name="x" type="Parameter" version="opset1"/></layers></net>)");
}

TEST(Subjects, AreStillJudged) {
  EXPECT_EQ(scan::verdict_of(test::examine("weights.dat", paddle("py_func", UINT64_MAX))),
            Verdict::fail);
}

TEST(Subjects, AreRecognisedWithMoreThanTheFirstBytesShow) {
  // 300 inputs: the description of the model goes beyond what a sniffer is shown.
  std::string description;
  for (int i = 0; i < 300; ++i) description += field(1, field(1, cat("input number ", i)));
  const auto model = number(1, 5) + field(2, description) + field(303, field(1, field(1, "layer")));
  EXPECT_EQ(format_of("weights.dat", model), "coreml");
}

TEST(Subjects, AreArchivesThatLibrariesNameAndArraysOfNumpy) {
  const auto zip = "PK\x05\x06"sv;
  EXPECT_EQ(format_of("m.skops", zip), "skops");
  EXPECT_EQ(format_of("m.nemo", "\x1f\x8b\x08\0"sv), "nemo");
  EXPECT_EQ(format_of("m.nemo", std::string(257, 'a') + "ustar"), "nemo");
  EXPECT_EQ(format_of("m.skops", "plain"), "-");
  EXPECT_EQ(format_of("m.zip", zip), "zip");
  EXPECT_TRUE(is_subject("a.dat", "\x93NUMPY\1\0"sv));
  EXPECT_FALSE(is_subject("m.zip", zip));
}

TEST(Subjects, AreNoFilesThatOnlyLookAlike) {
  const auto onnx = test::read_file(test::honest() / "tiny.onnx");
  EXPECT_EQ(format_of("m.mlmodel", onnx), "onnx");
  for (const std::string_view text :
       {R"({"nodes":[{"id":1,"name":"a"}],"links":[]})"sv, R"({"op":"x","name":"y","inputs":[]})"sv,
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><layer/></svg>"sv, "<p>PMML and <net></p>"sv,
        "library: pytorch\nversions: {}\n"sv, "node {\n  x: 1\n}\n"sv, "\x0a\x02\x08\x01"sv,
        "\x0a\x04\x08\x01\x10\x00"sv, "\x08\x03\x12\x02hi\xa2\x12\x01x"sv, "\x08\xff\xff"sv,
        "\x04\0\0\0\x02\0\0\0"sv, "\x03\0\0\0\x01\0\0\0\x01\0\0\0"sv}) {
    EXPECT_EQ(format_of("x", text), "-") << text;
    EXPECT_FALSE(is_subject("x", text)) << text;
  }
}

}  // namespace
}  // namespace cupel
