// SPDX-License-Identifier: Apache-2.0
// Pickles that hold code, as dill and cloudpickle write them: open when nothing is known to be
// wrong with it, and a failure when the code, or what makes it, reaches more.
#include <filesystem>

#include <gtest/gtest.h>

#include "formats/pickle/builder.h"
#include "scan/graphs/support.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;
using test::Lines;
using test::Pickle;

std::filesystem::path honest_code() {
  return std::filesystem::path(CUPEL_SOURCE_DIR) / "tests/scan/pickle/honest";
}

// "PKL006 medium", without places.
Lines codes_of(std::string_view stream) {
  Lines out;
  const auto report = test::examine("m.pkl", stream);
  for (const auto& finding : report.findings) {
    out.push_back(cat(finding.code, " ", to_text(finding.severity)));
  }
  for (const auto& shortfall : report.shortfalls) out.push_back(shortfall);
  return out;
}

std::string honest_file(std::string_view name) {
  return test::read_file(honest_code() / name);
}

// The honest file with every `what` in it as `other`, which is as long.
std::string replaced(std::string_view name, std::string_view what, std::string_view other) {
  std::string text = honest_file(name);
  EXPECT_EQ(what.size(), other.size());
  EXPECT_NE(text.find(what), std::string::npos) << name;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    text.replace(at, what.size(), other);
  }
  return text;
}

std::string first_title(std::string_view stream) {
  const auto report = test::examine("m.pkl", stream);
  return report.findings.empty() ? "" : report.findings.front().title;
}

TEST(PickledCode, OfHonestFilesIsOpenAndNoFailure) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(honest_code())) {
    if (entry.path().extension() == ".md") continue;
    ++files;
    EXPECT_EQ(codes_of(test::read_file(entry.path())), Lines{"PKL006 medium"}) << entry.path();
  }
  EXPECT_EQ(files, 12U);
}

TEST(PickledCode, IsToldWithItsPlaceAndWhatItNames) {
  const auto stream = honest_file("module.cloudpickle");
  const auto report = test::examine("m.pkl", stream);
  ASSERT_EQ(report.findings.size(), 1U);
  const auto& finding = report.findings.front();
  ASSERT_TRUE(finding.place.span.has_value());
  EXPECT_LT(finding.place.span->begin, finding.place.span->end);
  EXPECT_EQ(finding.notes, Lines{"the code names: `math` and `sqrt`"});
}

TEST(PickledCode, ThatUsesADangerousNameFails) {
  EXPECT_EQ(codes_of(replaced("module.cloudpickle", "sqrt", "eval")).front(), "PKL001 critical");
  EXPECT_EQ(first_title(replaced("module.dill", "sqrt", "exec")),
            "loading `m.pkl` makes code that uses `exec`");
  EXPECT_EQ(first_title(replaced("mixed.dill", "strip", "popen")),
            "loading `m.pkl` makes code that uses `popen`");
}

TEST(PickledCode, ThatImportsADangerousModuleFails) {
  for (const auto* name : {"module.cloudpickle", "module.dill"}) {
    const auto codes = codes_of(replaced(name, "math", "http"));
    EXPECT_EQ(codes.front(), "PKL001 critical") << name;
  }
  // dill takes attributes of modules, too.
  const auto of = [](std::string_view module) {
    return codes_of(Pickle(3).call("dill._dill", "_import_module", module).stop());
  };
  EXPECT_EQ(of("math"), Lines{"PKL006 medium"});
  EXPECT_EQ(of("os.system").front(), "PKL001 critical");
  EXPECT_EQ(of("random._os.system").front(), "PKL001 critical");
  const auto computed = Pickle(3)
                            .global("dill._dill", "_import_module")
                            .call("_codecs", "encode", "bf")
                            .tuple(1)
                            .reduce()
                            .stop();
  EXPECT_EQ(codes_of(computed).front(), "PKL001 critical");
}

// types.CodeType(0, code, constants, names).
Pickle& code(Pickle& stream, std::string_view constants, std::string_view names) {
  return stream.call("cloudpickle.cloudpickle", "_builtin_type", "CodeType")
      .mark()
      .integer(0)
      .bytes("\x97")
      .raw(constants)
      .raw(names)
      .raw("tR");
}
std::string code_of(std::string_view constants, std::string_view names) {
  Pickle stream(3);
  return code(stream, constants, names).stop();
}
std::string texts(std::initializer_list<std::string_view> words) {
  Pickle out;
  out.mark();
  for (const auto word : words) out.text(word);
  return out.raw("t").unfinished();
}

TEST(PickledCode, WhoseNamesAreNotAllWrittenFails) {
  EXPECT_EQ(codes_of(code_of(texts({}), texts({"abs"}))), Lines{"PKL006 medium"});
  const auto hidden =
      Pickle().mark().text("abs").call("_codecs", "encode", "flfgrz").raw("t").unfinished();
  EXPECT_EQ(first_title(code_of(texts({}), hidden)),
            "loading `m.pkl` makes code whose names are not all written in the file");
  EXPECT_EQ(codes_of(code_of("", "")).front(), "PKL001 critical");
  // A function of code that was made elsewhere.
  EXPECT_EQ(codes_of(Pickle(3).call("types", "FunctionType", "x").stop()).front(),
            "PKL001 critical");
  EXPECT_EQ(
      codes_of(Pickle(3).global("types", "FunctionType").none().tuple(1).newobj().stop()).front(),
      "PKL001 critical");
}

TEST(PickledCode, ThatLooksUpByTextIsJudgedByItsTexts) {
  EXPECT_EQ(codes_of(code_of(texts({"system"}), texts({"len"}))), Lines{"PKL006 medium"});
  EXPECT_EQ(codes_of(code_of(texts({"system"}), texts({"getattr"}))).front(), "PKL001 critical");
  EXPECT_EQ(codes_of(code_of(texts({}), texts({"__subclasses__"}))).front(), "PKL001 critical");
  EXPECT_EQ(codes_of(code_of(texts({}), texts({"__init__", "code", "io"}))),
            Lines{"PKL006 medium"});
}

TEST(PickledCode, ThatIsCalledWhileLoadingFails) {
  Pickle stream(3);
  stream.global("dill._dill", "_create_function").mark();
  code(stream, texts({}), texts({"abs"})).raw("}tR)R");
  EXPECT_EQ(codes_of(stream.stop()).front(), "PKL004 critical");
}

TEST(PickledCode, MayNotChangeWhatWasImported) {
  const auto set = [](std::string_view target) {
    return codes_of(Pickle(3)
                        .global("dill._dill", "_create_cell")
                        .pop()
                        .global("builtins", "setattr")
                        .mark()
                        .raw(target)
                        .text("sqrt")
                        .none()
                        .raw("tR")
                        .stop());
  };
  EXPECT_EQ(set("ccollections\nOrderedDict\n").front(), "PKL001 high");
  EXPECT_EQ(set("N").front(), "PKL004 critical");
  EXPECT_EQ(set("ccollections\nOrderedDict\n)R"), Lines{"PKL006 medium"});
  EXPECT_EQ(codes_of(Pickle(3).global("builtins", "setattr").stop()), Lines{"PKL001 critical"})
      << "dill is not there";
}

}  // namespace
}  // namespace cupel
