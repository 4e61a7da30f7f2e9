// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/told.h"
#include "support/support.h"

namespace cupel::scan {
namespace {

constexpr const char* kPlainLambda =
    "YwEAAAAAAAAAAAAAAAIAAAADAAAA8wwAAACXAHwAZAF6BQAAUwApAk7pAgAAAKkAKQHaAXhzAQAAACDa"
    "AW36CDxsYW1iZGE+cgUAAAABAAAAcwoAAACAAIghiEGJI4AA8wAAAAA=";
constexpr const char* kEvilLambda =
    "YwEAAAAAAAAAAAAAAAMAAAADAAAA80YAAACXAHQBAAAAAAAAAAAAAGQBpgEAAKsBAAAAAAAAAACgAQAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAZAKmAQAAqwEAAAAAAAAAAFMAKQNO2gJvc9oEdHJ1ZSkC2gpfX2ltcG9y"
    "dF9f2gZzeXN0ZW0pAdoBeHMBAAAAINoBbfoIPGxhbWJkYT5yBwAAAAEAAABzHAAAAIAAjSqQVNEKGtQK"
    "GtcKIdIKIaAm0Qop1AopgADzAAAAAA==";

std::string of(std::string_view text) {
  return told("config.json", text);
}

TEST(Keras, HonestConfigurationsHaveNoFindings) {
  EXPECT_EQ(
      of(R"({"module":"keras","class_name":"Sequential","config":{"name":"s","dtype":{"module":
"keras","class_name":"DTypePolicy","config":{"name":"float32"},"registered_name":null},"layers":[
{"module":"keras.layers","class_name":"Dense","config":{"kernel_initializer":{"module":
"keras.initializers","class_name":"GlorotUniform","config":{"seed":null},"registered_name":null}},
"registered_name":null}]},"registered_name":"Sequential"})"),
      "");
  EXPECT_EQ(
      of(R"({"class_name":"Functional","config":{"layers":[{"class_name":"StringLookup","config":
{"vocabulary":["a","b"]}},{"class_name":"TFOpLambda","config":{"function":"math.reduce_sum"}}]}})"),
      "");
}

TEST(Keras, LambdasAreFoundWhereverTheyStand) {
  EXPECT_EQ(of(R"({"class_name":"Lambda","config":{"name":"l","function":"f"}})"),
            "KRS001 high config.json@0");
  EXPECT_EQ(
      of(R"({"class_name":"TimeDistributed","config":{"layer":{"class_name":"Lambda","config":{}}}})"),
      "KRS001 high config.json@50");
  EXPECT_EQ(of(R"({"class\u005fname":"\u004cambda","config":{}})"), "KRS001 high config.json@0");
  EXPECT_EQ(of(R"({"class_name":"Dense","registered_name":"x>Lambda","config":{}})"),
            "KRS001 high config.json@0");
  EXPECT_EQ(of(R"({"class_name":"Dense","class_name":"Lambda","config":{}})"),
            "KRS001 high config.json@0; KRS004 high config.json@0");
  EXPECT_EQ(of(R"({"class_name":"Dense","config":{},"config":{"a":1}})"),
            "KRS004 high config.json@0");
  EXPECT_EQ(told("arch.yaml",
                 "backend: tensorflow\nclass_name: Sequential\nconfig:\n  layers:\n  - class_name: "
                 "Lambda\n"),
            "KRS001 high arch.yaml@5");
}

TEST(Keras, BytecodeIsTakenApart) {
  // Code objects of `lambda x: x * 2` and of one that uses os.system, marshalled by CPython 3.11.
  const std::string plain = kPlainLambda;
  const std::string evil = kEvilLambda;
  EXPECT_EQ(
      of(cat(
          R"({"class_name":"Lambda","config":{"function":{"class_name":"__lambda__","config":{"code":")",
          plain, R"("}}}})")),
      "KRS001 medium config.json@0; KRS001 medium config.json@44");
  EXPECT_EQ(of(cat(R"({"class_name":"Lambda","config":{"function":[")", evil, R"(",null,null]}})")),
            "KRS001 critical config.json@0");
}

TEST(Keras, InjectedModulesAreFoundWhereverTheyStand) {
  for (
      const std::string_view text : {
          R"({"module":"builtins","class_name":"exec","config":{}})",
          R"({"module":"os","class_name":"system","config":"id"})",
          R"({"module":"keras.utils","class_name":"get_file","config":{"origin":"http://x/"}})",
          R"({"module":"builtins","class_name":"function","config":"os.system","registered_name":"f"})",
          R"({"module":"keras.layers","class_name":"TorchModuleWrapper","config":{}})",
          R"({"class_name":"TFOpLambda","config":{"function":"io.read_file"}})",
      }) {
    EXPECT_TRUE(of(text).starts_with("KRS002 critical config.json@0")) << text << of(text);
  }
  EXPECT_EQ(
      of(R"({"module":"keras.config","class_name":"enable_unsafe_deserialization","config":{}})"),
      "KRS002 high config.json@0");
  EXPECT_EQ(
      of(R"({"class_name":"Dense","config":{"kernel_initializer":{"module":"os","class_name":"getcwd","config":{}}},"compile_config":{"loss":{"module":"subprocess","class_name":"run","config":{}}}})"),
      "KRS002 critical config.json@53; KRS002 critical config.json@129");
  EXPECT_EQ(of(R"({"module":"my.layers","class_name":"Mine","config":{}})"),
            "KRS002 medium config.json@0");
}

TEST(Keras, VocabulariesThatAreFilesAreTold) {
  EXPECT_EQ(of(R"({"class_name":"StringLookup","config":{"vocabulary":"/etc/passwd"}})"),
            "KRS003 high config.json@52");
  EXPECT_EQ(of(R"({"class_name":"TextVectorization","config":{"vocabulary":"http://x/v.txt"}})"),
            "KRS003 high config.json@57");
}

TEST(Hdf5, OfKerasHasNoFindings) {
  EXPECT_EQ(told("fun.h5", test::slurp(test::test_data("scan/keras/honest/fun.h5"))), "");
}

TEST(Hdf5, ThatEndsBeforeItSaysIsTold) {
  auto file = test::slurp(test::test_data("scan/keras/honest/fun.h5"));
  const auto of_bytes = [](std::string_view bytes) { return told("m.h5", bytes); };
  EXPECT_EQ(of_bytes(file + "more"), "");  // the library takes that, too
  const auto whole = std::string(512, 'x') + file;
  EXPECT_EQ(of_bytes(whole), "");  // the superblock may stand at byte 512
  constexpr std::string_view kCut = "HDF002 high m.h5@0; it is cut short: it should end at byte ";
  EXPECT_TRUE(of_bytes(std::string_view(whole).substr(0, whole.size() - 1)).starts_with(kCut));
  file.pop_back();
  EXPECT_TRUE(of_bytes(file).starts_with(kCut)) << of_bytes(file);
}

// Files of h5py: their names say nothing of what they are, and none of them can be loaded.
TEST(Hdf5, ThatReadsOtherFilesIsTold) {
  const auto of_corpus = [](std::string_view name) {
    return told("m.h5", test::slurp(test::test_data(cat("formats/hdf5/corpus/", name))));
  };
  EXPECT_EQ(of_corpus("ext"), "HDF001 high m.h5@856");
  EXPECT_EQ(of_corpus("ext2"), "HDF001 high m.h5@4009");  // kept in a heap, as of a large group
  EXPECT_EQ(of_corpus("stor2"), "HDF001 high m.h5@368");
  EXPECT_EQ(of_corpus("virt"), "HDF001 high m.h5@896");
  EXPECT_EQ(of_corpus("keras"),
            "KRS001 medium attribute at byte 2128@306; KRS001 medium attribute at byte 2128@506");
}

}  // namespace
}  // namespace cupel::scan
