// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "../../formats/zip/builder.h"
#include "scan/archive/support.h"
#include "scan/archive/tar_builder.h"

namespace cupel {
namespace {

using namespace test;
using namespace std::string_view_literals;

// Headers only: nothing here could run.
const std::string kElf(std::string("\x7f"
                                   "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0"sv) +
                       std::string(40, '\0'));

std::string pe() {
  std::string out = "MZ" + std::string(58, '\0') + little_endian(64, 4);
  out += std::string("PE\0\0"sv) + little_endian(0x8664, 2) + little_endian(5, 2) +
         std::string(12, '\0') + little_endian(0xf0, 2) + little_endian(0x22, 2) +
         little_endian(0x20b, 2);
  return out + std::string(64, '\0');
}

const std::string kMachO("\xcf\xfa\xed\xfe\x0c\0\0\1\0\0\0\0\6\0\0\0\x10\0\0\0"sv);
const std::string kMachOBig("\xfe\xed\xfa\xce\0\0\0\x12\0\0\0\0\0\0\0\6\0\0\0\x10"sv);
const std::string kWasm("\0asm\1\0\0\0"sv);
const std::string kJava("\xca\xfe\xba\xbe\0\0\0\x34\0\x1d\x0a"sv);

TEST(ExecutableScan, TellsProgramsInsideOfArchives) {
  for (const auto& program :
       {kElf, pe(), kMachO, kWasm, kJava, std::string("\x1bLua"), std::string("dex\n035\0"sv)}) {
    for (const auto& archive :
         {zip_of({{.name = "data/aotinductor/model/x.so", .content = program}}),
          tar_of({{.name = "data/aotinductor/model/x.so", .content = program}})}) {
      const auto report = scan_of("m.pt2", archive);
      const auto bad = finding(report, "EXE001");
      EXPECT_EQ(bad.severity, Severity::high);
      EXPECT_EQ(bad.place.path, (Strings{"m.pt2", "data/aotinductor/model/x.so"}));
      EXPECT_EQ(bad.place.span->begin, 0U);
    }
  }
}

TEST(ExecutableScan, TellsAProgramThatIsCalledLikeAModel) {
  EXPECT_EQ(finding(scan_of("model.safetensors", kElf), "EXE001").severity, Severity::high);
  EXPECT_EQ(finding(scan_of("model.onnx", pe()), "EXE001").severity, Severity::high);
  EXPECT_EQ(finding(scan_of("libmodel.so", kElf), "EXE001").severity, Severity::medium);
}

TEST(ExecutableScan, TellsScripts) {
  const std::string script = "#!/bin/sh\necho hello\n";
  const auto report = scan_of("m.nemo", tar_of({{.name = "run", .content = script}}));
  EXPECT_EQ(finding(report, "EXE002").severity, Severity::high);
  EXPECT_EQ(finding(report, "EXE002").place.path, (Strings{"m.nemo", "run"}));
  const std::string python = "#!/usr/bin/env python3\nprint()\n";
  const auto archive = scan_of("m.mar", zip_of({{.name = "handler.py", .content = python}}));
  EXPECT_EQ(finding(archive, "EXE002").severity, Severity::medium);
  EXPECT_FALSE(has(scan_of("train.py", python), "EXE002"));
}

TEST(ExecutableScan, FindsProgramsHiddenInOtherData) {
  const std::string before(1000, 'w');
  for (const auto& program : {kElf, pe(), kMachO, kMachOBig, kJava}) {
    const auto report = scan_of("weights.bin", cat(before, program, before));
    const auto bad = finding(report, "EXE003");
    EXPECT_EQ(bad.severity, Severity::high);
    const auto header = program.starts_with("MZ") ? 64U : 0U;
    EXPECT_EQ(bad.place.span, (Span{1000 + header, 1016 + header}));
  }
}

TEST(ExecutableScan, FindsAProgramBehindAnArchive) {
  const auto archive = zip_of({{.name = "a", .content = "1"}});
  const auto report = scan_of("m.pt", archive + kElf);
  EXPECT_EQ(finding(report, "EXE001").place.path, (Strings{"m.pt", "(behind the archive)"}));
}

TEST(ExecutableScan, SaysWhatALlamafileIs) {
  const std::string head = "MZqFpD='\n" + std::string(100, ' ') + kElf;
  const auto report = scan_of("m.llamafile", zip_of({{.name = "ggml.so", .content = kElf}}, head));
  EXPECT_EQ(finding(report, "EXE004").severity, Severity::medium);
  EXPECT_EQ(finding(report, "EXE004").place.span, (Span{0, 16}));
  EXPECT_EQ(finding(report, "EXE001").severity, Severity::medium);
  EXPECT_EQ(scan::verdict_of(report), Verdict::inconclusive);
  const auto hostile =
      scan_of("m.llamafile", zip_of({{.name = "x.pkl", .content = evil_pickle()}}, head));
  EXPECT_EQ(scan::verdict_of(hostile), Verdict::fail);
}

TEST(ExecutableScan, TakesWhatOnlyBeginsAlikeForData) {
  for (const auto data :
       {"\x7f"
        "ELF but a text"sv,
        "MZ"sv, "\xca\xfe\xba\xbe"sv, "#! not a path"sv, "\0asm\2\0\0\0"sv, "PE\0\0"sv}) {
    EXPECT_TRUE(scan_of("a.dat", data).findings.empty());
  }
}

}  // namespace
}  // namespace cupel
