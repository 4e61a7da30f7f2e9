// SPDX-License-Identifier: Apache-2.0
#include "formats/format.h"

#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "pickle/builder.h"
#include "zip/builder.h"

namespace cupel {
namespace {

using namespace std::string_view_literals;

std::string_view id_of(std::string_view bytes, std::string_view name = "x") {
  const auto head = as_bytes(bytes).first(std::min(bytes.size(), kSniffBytes));
  const auto* const format = recognise({.head = head, .size = bytes.size(), .name = name});
  return format == nullptr ? "-" : format->id;
}

TEST(Formats, HaveDistinctIdsAndTitles) {
  std::set<std::string_view> ids;
  for (const auto* format : all_formats()) {
    EXPECT_TRUE(ids.insert(format->id).second) << format->id;
    EXPECT_FALSE(format->title.empty());
    for (const auto extension : format->extensions) EXPECT_TRUE(extension.starts_with('.'));
  }
}

TEST(Formats, AreRecognisedByContentWhateverTheName) {
  EXPECT_EQ(id_of(test::calls_system(), "readme.txt"), "pickle");
  EXPECT_EQ(id_of(test::zip_of({{.name = "archive/data.pkl", .content = "N."}})), "torch-zip");
  EXPECT_EQ(id_of(test::zip_of({{.name = "X.npy", .content = "x"}})), "npz");
  EXPECT_EQ(id_of(test::zip_of({{.name = "config.json", .content = "{}"}})), "keras");
  EXPECT_EQ(id_of(test::zip_of({{.name = "a.txt", .content = "x"}}), "m.pt"), "zip");
  EXPECT_EQ(id_of("\2\0\0\0\0\0\0\0{}"sv), "safetensors");
  EXPECT_EQ(id_of("GGUF\3\0\0\0"sv), "gguf");
  EXPECT_EQ(id_of("\x89HDF\r\n\x1a\n\0"sv), "hdf5");
  EXPECT_EQ(id_of("\x93NUMPY\1\0"sv), "npy");
  EXPECT_EQ(id_of("\x1c\0\0\0TFL3"sv), "tflite");
  EXPECT_EQ(id_of("7z\xbc\xaf\x27\x1c\0\4"sv), "7z");
  EXPECT_EQ(id_of("\x1f\x8b\x08\0"sv), "gzip");
  EXPECT_EQ(id_of("\xfd"
                  "7zXZ\0"sv),
            "xz");
  EXPECT_EQ(id_of("BZh91AY&SY"), "bzip2");
  EXPECT_EQ(id_of("\x28\xb5\x2f\xfd"), "zstd");
  EXPECT_EQ(id_of("\x04\x22\x4d\x18"), "lz4");
  EXPECT_EQ(id_of("\x78\x9c\x4b\x4c\x4c\x04\x00\xff\xff"sv), "zlib");
  EXPECT_EQ(id_of("PAR1\x15\x04"), "parquet");
  EXPECT_EQ(id_of("tree\nversion=v4\n"), "lightgbm");
  EXPECT_EQ(id_of("CBM1\0\0"sv), "catboost");
  EXPECT_EQ(id_of(R"({"learner":{"attributes":{}}})", "m.bin"), "xgboost-json");
  EXPECT_EQ(id_of("{L\0\0\0\0\0\0\0\7learner{"sv), "xgboost-ubj");
  EXPECT_EQ(id_of("\x08\x08\x12\x07pytorch\x3a\x02\x0a\x00"sv), "onnx");
  EXPECT_EQ(id_of(std::string(257, 'a') + "ustar"), "tar");
  EXPECT_EQ(id_of("RDX3\nX\n\0\0\0\3\0\4\0\0\0\3\5\0"sv), "r-data");
}

TEST(Formats, OfTextAreRecognisedWhenTheyAreNamedSo) {
  EXPECT_EQ(id_of("a,b\n1,2\n", "t.csv"), "csv");
  EXPECT_EQ(id_of("{\"a\":1}\n", "t.jsonl"), "jsonl");
  EXPECT_EQ(id_of("{\"a\":1}\n{\"a\":2}\n", "service.log"), "-");
  EXPECT_EQ(id_of("a,b\n1,2\n", "RECORD"), "-");
}

TEST(Formats, TakeNothingElseForOneOfThem) {
  for (const std::string_view text :
       {"", "x", "# Title\n", "PARENT_DIRECTORY\n", "x^2 + y^2\n", "import os\n", "<html>",
        "{\"a\": 1}", "\177ELF\2\1\1", "\x89PNG\r\n\x1a\n", "%PDF-1.7"}) {
    EXPECT_EQ(id_of(text), "-") << text;
  }
}

}  // namespace
}  // namespace cupel
