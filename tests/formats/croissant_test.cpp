// SPDX-License-Identifier: Apache-2.0
#include "formats/croissant.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/support.h"

namespace cupel {
namespace {

using test::slurp;

// The digest that both files of the corpus state, once in capitals.
constexpr std::string_view kDigest =
    "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b";

std::string sample(std::string_view name) {
  return slurp(cat(CUPEL_SOURCE_DIR, "/tests/formats/croissant/corpus/", name));
}

std::string with(std::string_view members) {
  return cat(
      R"({"@type":"sc:Dataset","conformsTo":"http://mlcommons.org/croissant/1.0","name":"d")",
      members, "}");
}

TEST(Croissant, TellsWhatThePublisherSays) {
  const auto reading = croissant::read(sample("merchant-categories.json"));
  ASSERT_TRUE(reading.dataset) << reading.problem;
  const auto& dataset = *reading.dataset;
  EXPECT_EQ(dataset.version, "1.1");
  EXPECT_EQ(dataset.name, "merchant-categories");
  EXPECT_EQ(dataset.url, "https://data.example.org/mcc");
  EXPECT_EQ(dataset.licences, std::vector<std::string>{"https://spdx.org/licenses/MIT"});
  EXPECT_EQ(dataset.created, "2025-12-01");
  EXPECT_EQ(dataset.published, "2026-01-15");
  ASSERT_EQ(dataset.files.size(), 2U) << "a set of files is none";
  EXPECT_EQ(dataset.files[0].name, "mcc.csv");
  EXPECT_EQ(dataset.files[0].url, "https://data.example.org/mcc.csv");
  EXPECT_EQ(dataset.files[0].sha256, kDigest);
}

TEST(Croissant, DoesNotTakeAnMd5ForASha256) {
  const auto reading = croissant::read(sample("merchant-categories.json"));
  EXPECT_EQ(reading.dataset.value().files[1].sha256, "");
  EXPECT_EQ(reading.notes,
            std::vector<std::string>{
                "the `sha256` of `old.csv` is none: `d41d8cd98f00b204e9800998ecf8427e`"});
}

TEST(Croissant, KnowsTermsWithTheirPrefixesAndInLongForm) {
  const auto reading = croissant::read(sample("prefixed.json"));
  ASSERT_TRUE(reading.dataset) << reading.problem;
  EXPECT_EQ(reading.dataset->name, "prefixed");
  EXPECT_EQ(reading.dataset->url, "https://data.example.org/p");
  EXPECT_EQ(reading.dataset->licences, (std::vector<std::string>{"CC-BY-4.0", "MIT"}));
  ASSERT_EQ(reading.dataset->files.size(), 1U);
  EXPECT_EQ(reading.dataset->files[0].sha256, kDigest);
}

TEST(Croissant, RefusesWhatIsNone) {
  const auto problem = [](std::string_view text) { return croissant::read(text).problem; };
  EXPECT_EQ(problem(with("")), "");
  EXPECT_TRUE(problem("{").starts_with("byte "));
  EXPECT_EQ(problem("[]"), "it describes no dataset (`@type`)");
  EXPECT_EQ(problem(R"({"@type":"sc:Recipe"})"), "it describes no dataset (`@type`)");
  EXPECT_EQ(problem(R"({"@type":"Dataset","name":"d"})"),
            "it is not Croissant 1.0 or 1.1 (`conformsTo`)");
  EXPECT_EQ(problem(R"({"@type":"Dataset","conformsTo":"http://mlcommons.org/croissant/2.0"})"),
            "it is not Croissant 1.0 or 1.1 (`conformsTo`): `2.0`");
  EXPECT_EQ(problem(R"({"@type":"Dataset","conformsTo":"http://mlcommons.org/croissant/1.0"})"),
            "the dataset has no name");
  std::string many = R"({"@type":"cr:FileObject"})";
  for (int i = 0; i < 100'000; ++i) many += ",{}";
  EXPECT_EQ(problem(with(cat(R"(,"distribution":[)", many, "]"))),
            "it lists more than 100000 files");
}

}  // namespace
}  // namespace cupel
