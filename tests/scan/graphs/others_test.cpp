// SPDX-License-Identifier: Apache-2.0
// TensorFlow Lite, MessagePack, XML, MXNet, Torch7, trees and safetensors.
#include <gtest/gtest.h>

#include "scan/graphs/support.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;
using test::le;
using test::Lines;
using test::told;

void expect_nothing(std::string_view name) {
  const auto report = test::examine(name, test::read_file(test::honest() / name));
  EXPECT_EQ(told(report), Lines{}) << name;
  EXPECT_TRUE(report.complete()) << name << ": " << report.shortfalls[0];
  EXPECT_FALSE(report.formats.empty()) << name;
}

// The text in the file with something else of the same length in its place.
std::string with(std::string text, std::string_view what, std::string_view other) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  if (at != std::string::npos) text.replace(at, what.size(), other);
  return text;
}

TEST(TfliteScan, JudgesFlexOperatorsLikeThoseOfTensorflow) {
  const auto flex = test::read_file(test::honest() / "flex.tflite");
  const auto told_of = [&](std::string_view op) {
    const auto report = test::examine("m.tflite", with(flex, "FlexStringLower", op));
    return report.findings.empty() ? "nothing"
                                   : cat(report.findings[0].code, " ", report.findings[0].title);
  };
  EXPECT_EQ(
      told_of("FlexMatchingFil"),
      "TFL002 the operator `FlexMatchingFil` is an operator of TensorFlow that nobody vetted");
  EXPECT_EQ(told_of("AcmeStringLower"),
            "TFL002 the operator `AcmeStringLower` is native code that the app must bring");
  EXPECT_EQ(told_of("FlexEagerPyFunc"), "TFL003 the operator `FlexEagerPyFunc` calls Python");
}

TEST(TfliteScan, RefusesOffsetsThatLeadOut) {
  const auto whole = test::read_file(test::honest() / "tiny.tflite");
  EXPECT_EQ(told("m.tflite", le(0x7fffffff, 4) + whole.substr(4)).front(),
            cat("TFL001 high @", whole.size(), "-", whole.size()));
  for (std::size_t size = 8; size + 16 < whole.size(); size += 4) {
    EXPECT_EQ(scan::verdict_of(test::examine("m.tflite", whole.substr(0, size))), Verdict::fail)
        << size;
  }
}

TEST(MsgpackScan, ReadsWhatFlaxWritesAndRefusesTheRest) {
  expect_nothing("flax.msgpack");
  const auto whole = test::read_file(test::honest() / "flax.msgpack");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(scan::verdict_of(test::examine("m.msgpack", whole.substr(0, size))), Verdict::fail)
        << size;
  }
  EXPECT_EQ(told("m.msgpack", "\x81\xa1k\xdd\xff\xff\xff\xff"sv), Lines{"MSG001 high @3-3"});
  EXPECT_EQ(told("m.msgpack", "\x81\xa1k\xc6\xff\xff\xff\xff"sv).front(), "MSG001 high @3-3");
  EXPECT_EQ(told("m.msgpack", std::string(1'000, '\x91') + "\x01"), Lines{"MSG001 high @512-512"});
  EXPECT_EQ(told("m.msgpack", "\x81\xa1k\x01\x02"sv), Lines{"MSG001 high @4-4"});
}

// {"w": extension 1 of [shape, type, bytes]}, as flax.serialization packs an array.
std::string flax_array(std::string_view shape, std::string_view type, std::string_view data) {
  const auto packed = cat("\x93", shape, static_cast<char>(0xa0 + type.size()), type, "\xc4",
                          static_cast<char>(data.size()), data);
  return cat("\x81\xa1w\xc7", static_cast<char>(packed.size()), '\x01', packed);
}

TEST(MsgpackScan, HoldsShapesAgainstTheBytes) {
  EXPECT_EQ(told("m.msgpack", flax_array("\x92\x02\x03", "float32", std::string(24, 'x'))),
            Lines{});
  EXPECT_EQ(told("m.msgpack", flax_array("\x90", "int64", std::string(8, 'x'))), Lines{});
  EXPECT_EQ(told("m.msgpack", flax_array("\x91\x02", "int4", "x")), Lines{});  // not known
  const std::string_view wrong[] = {"\x92\x02\x02", "\x92\x02\xff", "\x91\xcd\x01\x06", "\x90",
                                    "\x92\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x10"};
  for (const auto shape : wrong) {
    const auto found = told("m.msgpack", flax_array(shape, "float32", std::string(24, 'x')));
    ASSERT_EQ(found.size(), 1U) << shape;
    EXPECT_TRUE(found[0].starts_with("MSG001 high @3-")) << found[0];
  }
}

TEST(MsgpackScan, ExaminesBytes) {
  const std::string pickle = "cos\nsystem\n(S'id'\ntR.";
  const auto binary = cat("\x81\xa1k\xc4", static_cast<char>(pickle.size()), pickle);
  EXPECT_TRUE(told("m.msgpack", binary).front().starts_with("PKL001 critical"));
  const auto extension = cat("\x81\xa1k\xc7", static_cast<char>(pickle.size()), '\x2a', pickle);
  const auto found = told("m.msgpack", extension);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].starts_with("PKL001 critical"));
  EXPECT_EQ(found[1], "MSG002 medium @3-27");
}

TEST(XmlScan, FindsEntitiesLibrariesAndForeignOperators) {
  const std::string net = R"(<net name="n" version="11"><layers>)";
  const std::string end = "</layers></net>";
  const auto sound = net + R"(<layer id="0" name="x" type="Parameter" version="opset1"/>)" + end;
  EXPECT_EQ(told("m.xml", sound), Lines{});
  EXPECT_EQ(told("m.xml", R"(<!DOCTYPE net [<!ENTITY x SYSTEM "file:///etc/passwd">]>)" + sound),
            Lines{"XML002 critical @26-32"});
  EXPECT_EQ(told("m.xml", R"(<!DOCTYPE net [<!ENTITY x "y">]>)" + sound),
            Lines{"XML002 high @15-23"});
  EXPECT_EQ(told("m.pmml", R"(<!DOCTYPE PMML SYSTEM "http://a/x.dtd"><PMML version="4.4"/>)"),
            Lines{"XML002 critical @15-21"});
  EXPECT_EQ(told("m.pmml", R"(<PMML version="4.4"><Header/></PMML>)"), Lines{});
  EXPECT_EQ(
      told("m.xml", net + R"(<layer id="0" name="x" type="Acme" version="extension"/>)" + end),
      Lines{"XML004 medium @35-91"});
  EXPECT_EQ(
      told(
          "m.xml",
          net +
              R"(<layer id="0" name="x" type="Acme" version="opset1"><data library="/tmp/libevil.so"/></layer>)" +
              end),
      Lines{"XML003 critical @87-120"});
  EXPECT_EQ(told("m.xml", net + "<layer id=\"0\" name=\"x\""), Lines{"XML001 high @57-57"});
  std::string wide = "\xff\xfe";
  for (const char c : R"(<!DOCTYPE a SYSTEM "file:///x"><PMML version="4.4"/>)"sv)
    wide += {c, '\0'};
  EXPECT_EQ(told("m.pmml", wide), Lines{"XML002 critical @12-18"});
}

TEST(MxnetScan, FindsOperatorsOfPython) {
  const auto symbol = [](std::string_view op) {
    return cat(R"({"nodes":[{"op":")", op,
               R"(","name":"x","attrs":{"op_type":"evil"},"inputs":[]}],"arg_nodes":[0]})");
  };
  EXPECT_EQ(told("m-symbol.json", symbol("Custom")), Lines{"MXN002 high /nodes/0"});
  EXPECT_EQ(told("m-symbol.json", symbol("FullyConnected")), Lines{});
  EXPECT_EQ(told("m-symbol.json", symbol("Custom").substr(0, 90)).size(), 1U);
}

TEST(Torch7Scan, FindsFunctions) {
  const auto text = [](std::string_view s) { return le(s.size(), 4) + std::string(s); };
  const auto table = le(3, 4) + le(1, 4) + le(1, 4) + le(2, 4) + text("f");
  EXPECT_EQ(told("m.t7", table + le(1, 4) + le(0, 8)), Lines{});
  EXPECT_EQ(told("m.t7", table + le(8, 4) + le(2, 4) + text("code") + le(0, 4)),
            Lines{"LUA001 critical @21-37"});
  EXPECT_EQ(told("x.dat", le(4, 4) + le(1, 4) + text("V 1") + text("nn.X") + "\x1bLJ\1"),
            Lines{"LUA001 critical @23-26"});
}

TEST(TreesScan, FindsNothingInWhatTheLibrariesWrite) {
  for (const auto* name : {"xgb.json", "xgb.ubj", "xgb_cat.ubj", "xgb_dart.json", "xgb_linear.ubj",
                           "lgb.txt", "cat.cbm", "cat_ctr.cbm"}) {
    expect_nothing(name);
  }
}

TEST(TreesScan, RefusesTreesThatLeadOut) {
  const auto xgb = test::read_file(test::honest() / "xgb_dart.json");
  const std::string at = " /learner/gradient_booster/gbtree/model/trees/0/";
  EXPECT_EQ(told("m.json", with(xgb, "\"left_children\":[1,", "\"left_children\":[9,")),
            Lines{"TRE001 high" + at + "left_children"});
  EXPECT_EQ(told("m.json", with(xgb, "\"left_children\":[1,", "\"left_children\":[0,")),
            Lines{"TRE001 high" + at + "left_children"});
  EXPECT_EQ(told("m.json", with(xgb, "\"split_indices\":[0,", "\"split_indices\":[7,")),
            Lines{"TRE001 high" + at + "split_indices"});
  EXPECT_EQ(told("m.json", with(xgb, "\"num_nodes\":\"3\"", "\"num_nodes\":\"9\"")),
            Lines{"TRE001 high" + at + "tree_param/num_nodes"});
  EXPECT_EQ(told("m.json", xgb.substr(0, 700)).size(), 1U);
  const auto lgb = test::read_file(test::honest() / "lgb.txt");
  EXPECT_EQ(told("m.txt", with(lgb, "left_child=-1 -2", "left_child=-1 99")).size(), 1U);
  EXPECT_EQ(told("m.txt", with(lgb, "split_feature=0 0", "split_feature=0 9")).size(), 1U);
  EXPECT_EQ(told("m.txt", with(lgb, "num_leaves=3", "num_leaves=4")).size(), 1U);
  EXPECT_EQ(told("m.txt", lgb.substr(0, 800)).size(), 1U);
}

TEST(TreesScan, RefusesTruncatedFiles) {
  for (const auto* name : {"xgb.ubj", "xgb_linear.ubj", "cat.cbm"}) {
    const auto whole = test::read_file(test::honest() / name);
    for (std::size_t size = 70; size < whole.size() - 8; size += 7) {
      EXPECT_EQ(scan::verdict_of(test::examine(name, whole.substr(0, size))), Verdict::fail)
          << name << size;
    }
  }
  EXPECT_EQ(
      told("m.ubj", "{L\0\0\0\0\0\0\0\7learner[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff"sv).size(), 1U);
}

TEST(SafetensorsScan, RefusesEveryStructuralAttack) {
  const auto file = [](std::string_view header, std::size_t data) {
    std::string text(header);
    while (text.size() % 8 != 0) text += ' ';
    return le(text.size(), 8) + text + std::string(data, '\0');
  };
  const auto tensor = [](std::string_view name, std::string_view type, std::string_view shape,
                         std::string_view offsets) {
    return cat("\"", name, R"(":{"dtype":")", type, R"(","shape":[)", shape,
               R"(],"data_offsets":[)", offsets, "]}");
  };
  const auto a = tensor("a", "U8", "4", "0,4");
  const Lines attacks = {
      le(1ULL << 40U, 8) + "{\"",                                                // header length
      le(~0ULL, 8) + "{\"",                                                      // its overflow
      file("{" + a + "," + tensor("b", "U8", "4", "2,6") + "}", 6),              // overlap
      file("{" + a + "," + tensor("b", "U8", "4", "8,12") + "}", 12),            // hole
      file("{" + tensor("a", "U8", "5", "0,4") + "}", 4),                        // shape
      file("{" + tensor("a", "U8", "4294967296,4294967296,4", "0,4") + "}", 4),  // product
      file("{" + tensor("a", "U8", "-4", "0,4") + "}", 4),                       // negative
      file("{" + tensor("a", "X9", "4", "0,4") + "}", 4),                        // type
      file("{" + tensor("a", "U8", "4", "4,0") + "}", 4),                        // backwards
      file("{" + tensor("a", "U8", "4", "0,4") + "}", 3),                        // beyond
      file("{" + a + "}", 9),                                                    // trailing
      file("{" + a + "," + a + "}", 4),                                          // twice
      file(R"({"__metadata__":{"a":{"b":1}},)" + a + "}", 4),                    // metadata
      file("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}", 0),  // nesting
      file("{\"a\":1}", 0),                                                      // no tensor
  };
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    const auto found = told("m.safetensors", attacks[i]);
    ASSERT_FALSE(found.empty()) << i;
    EXPECT_TRUE(found[0].starts_with("SFT001 high @")) << i << found[0];
  }
  EXPECT_EQ(told("m.safetensors", file("{" + a + "}", 4)), Lines{});
  const std::string_view note = R"x("__metadata__":{"x":"import os; os.system('id')"},)x";
  EXPECT_EQ(told("m.safetensors", file(cat("{", note, a, "}"), 4)), Lines{"TXT001 high @8-112 x"});
  expect_nothing("tiny.safetensors");
}

}  // namespace
}  // namespace cupel
