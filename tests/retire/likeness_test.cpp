// SPDX-License-Identifier: Apache-2.0
#include "retire/likeness.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "formats/zip/builder.h"
#include "retire/things.h"
#include "scan/archive/tar_builder.h"

namespace cupel::retire {
namespace {

using test::noise;
using test::safetensors_of;

const std::vector<test::TensorOf> kTensors = {{"a", noise(1, 600)}, {"b", noise(2, 900)}};

Wanted wanted(std::string_view file) {
  return Wanted({fingerprint_of("models/fraud.bin", as_bytes(file))});
}

std::string tar_of(const std::vector<test::TarMember>& members) {
  std::string out;
  for (const auto& member : members) out += test::tar_member(member);
  return out + std::string(1024, '\0');
}

TEST(Likeness, KnowsARenamedFileByItsBytes) {
  const auto model = noise(7, 5000);
  const auto found = wanted(model).compare("old/x", as_bytes(model));
  ASSERT_TRUE(found.likeness.has_value());
  EXPECT_EQ(found.likeness->kind, LikenessKind::same);
  EXPECT_EQ(found.likeness->sha256, sha256_hex(model));
  EXPECT_EQ(describe(*found.likeness), "the same bytes as `models/fraud.bin`");
  EXPECT_TRUE(found.missed.empty());
  auto other = model;
  other.back() = static_cast<char>(other.back() ^ 1);
  EXPECT_FALSE(wanted(model).compare("old/x", as_bytes(other)).likeness.has_value());
}

TEST(Likeness, FindsACopyInArchivesInArchives) {
  const auto model = noise(7, 5000);
  const auto inner = tar_of({{.name = "m/fraud.bin", .content = model}});
  const auto outer = test::zip_of(
      {{.name = "nightly.tar", .content = inner}, {.name = "readme", .content = "hello"}});
  const auto found = wanted(model).compare("backup.zip", as_bytes(outer));
  ASSERT_TRUE(found.likeness.has_value());
  EXPECT_EQ(found.likeness->kind, LikenessKind::inside);
  EXPECT_EQ(join(found.likeness->inside, "!"), "nightly.tar!m/fraud.bin");
  EXPECT_FALSE(found.likeness->nothing_else);
  const auto alone = wanted(model).compare("one.tar", as_bytes(inner));
  EXPECT_TRUE(alone.likeness->nothing_else);
}

TEST(Likeness, AnArchiveThatIsItselfWantedIsACopyWhateverStandsInIt) {
  const auto model = test::torch_of(kTensors);
  const auto found = wanted(model).compare("copy.pt", as_bytes(model));
  ASSERT_TRUE(found.likeness.has_value());
  EXPECT_EQ(found.likeness->kind, LikenessKind::same);
  EXPECT_TRUE(found.likeness->nothing_else);
}

TEST(Likeness, KnowsTensorsInOtherFormats) {
  const auto model = safetensors_of(kTensors);
  const auto reordered = safetensors_of({kTensors[1], kTensors[0]}, "other metadata");
  const auto arrays = test::zip_of({{.name = "a.npy", .content = test::npy_of(kTensors[0].data)},
                                    {.name = "b.npy", .content = test::npy_of(kTensors[1].data)}});
  for (const auto& converted : {reordered, test::torch_of(kTensors), arrays}) {
    const auto found = wanted(model).compare("export", as_bytes(converted));
    ASSERT_TRUE(found.likeness.has_value());
    EXPECT_EQ(found.likeness->kind, LikenessKind::converted);
    EXPECT_EQ(found.likeness->total, 2U);
    // And the other way round.
    EXPECT_EQ(wanted(converted).compare("m", as_bytes(model)).likeness->kind,
              LikenessKind::converted);
  }
}

TEST(Likeness, TellsAModelThatSharesSomeTensorsFromACopy) {
  const auto tuned = safetensors_of({kTensors[0], {"head", noise(3, 900)}});
  const auto found = wanted(safetensors_of(kTensors)).compare("tuned", as_bytes(tuned));
  ASSERT_TRUE(found.likeness.has_value());
  EXPECT_EQ(found.likeness->kind, LikenessKind::partly);
  EXPECT_EQ(describe(*found.likeness), "the data of 1 of 2 tensors of `models/fraud.bin`");
}

TEST(Likeness, ZerosAndSmallThingsTellNothing) {
  const std::string zeros(4096, '\0');
  const auto model = safetensors_of({{"w", zeros}, {"s", "tiny"}});
  const auto other = safetensors_of({{"other", zeros}, {"x", "tiny"}}, "another model");
  EXPECT_FALSE(wanted(model).compare("o", as_bytes(other)).likeness.has_value());
  EXPECT_FALSE(wanted("{}").compare("empty.json", as_bytes("{}")).likeness.has_value());
}

TEST(Likeness, SaysWhatItCouldNotLookInto) {
  const auto model = noise(7, 5000);
  auto zip = test::zip_of({{.name = "m", .content = model}});
  zip.resize(zip.size() / 2);
  EXPECT_FALSE(wanted(model).compare("cut.zip", as_bytes(zip)).missed.empty());
  const auto nested =
      tar_of({{.name = "a.tar", .content = tar_of({{.name = "m", .content = model}})}});
  const auto shallow = wanted(model).compare("n.tar", as_bytes(nested), {.depth = 1});
  ASSERT_EQ(shallow.missed.size(), 1U);
  EXPECT_EQ(shallow.missed[0], "a.tar: archives are nested too deep");
  EXPECT_FALSE(shallow.likeness.has_value());
}

TEST(Likeness, PrintsAreReadAsTheyWereWritten) {
  const auto print = fingerprint_of("m", as_bytes(safetensors_of(kTensors)));
  EXPECT_EQ(print.tensors.size(), 2U);
  const auto read = fingerprint_from(to_json(print));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->tensors, print.tensors);
  EXPECT_EQ(read->sha256, print.sha256);
  EXPECT_FALSE(fingerprint_from(Json::object({{"path", "m"}})).has_value());
}

}  // namespace
}  // namespace cupel::retire
