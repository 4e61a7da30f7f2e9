// SPDX-License-Identifier: Apache-2.0
#include "provenance/manifest.h"

#include <functional>

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace cupel {
namespace {

ModelManifest manifest_of(std::vector<std::string> names) {
  ModelManifest manifest{.model = "model", .root = {}};
  for (auto& name : names) {
    const auto digest = sha256_hex(name);
    manifest.resources.push_back({.name = std::move(name), .digest = digest});
  }
  manifest.root = root_of(manifest.resources);
  return manifest;
}

// The statement with one thing changed in it. The root is made to fit, so that it is not what
// fails.
std::string changed(const ModelManifest& manifest, std::string_view from, std::string_view to) {
  auto text = write_manifest(manifest);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string problem_of(const ModelManifest& manifest) {
  const auto reading = read_manifest(write_manifest(manifest));
  EXPECT_EQ(reading.manifest.has_value(), reading.problem.empty());
  return reading.problem;
}

TEST(ModelManifest, ComesBackAsItWasWritten) {
  auto manifest = manifest_of({"a", "b/c", "d e/\xF0\x9F\x98\x80.bin"});
  manifest.ignore_paths = {".git", "notes/private"};
  const auto reading = read_manifest(write_manifest(manifest));
  ASSERT_TRUE(reading.manifest) << reading.problem;
  EXPECT_EQ(reading.manifest->resources, manifest.resources);
  EXPECT_EQ(reading.manifest->root, manifest.root);
  EXPECT_EQ(reading.manifest->ignore_paths, manifest.ignore_paths);
  EXPECT_EQ(reading.notes, std::vector<std::string>{});
}

TEST(ModelManifest, HasItsRootOverTheRawDigests) {
  const auto manifest = manifest_of({"a", "b"});
  const auto raw = cat(as_text(sha256("a")), as_text(sha256("b")));
  EXPECT_EQ(manifest.root, sha256_hex(raw));
}

TEST(ModelManifest, SortsByCodePointAndReadsTheOrderOfThePythonReference) {
  auto manifest = manifest_of({"a/b", "a-b/c", "a.txt"});
  EXPECT_EQ(problem_of(manifest), "");
  EXPECT_EQ(read_manifest(write_manifest(manifest)).notes,
            std::vector<std::string>{"files are listed in the order of the Python reference"});
  sort_resources(manifest.resources);
  std::vector<std::string> names;
  for (const auto& resource : manifest.resources) names.push_back(resource.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a-b/c", "a.txt", "a/b"}));
  EXPECT_EQ(problem_of(manifest_of({"b", "a"})), "the files are listed in no order that is known");
}

TEST(ModelManifest, OrdersShardsByNameOrAsTheReferenceByNumber) {
  auto manifest = manifest_of({"w:0:7", "w:7:14", "w:14:20"});
  manifest.shard_size = 7;
  EXPECT_EQ(problem_of(manifest), "");
  sort_resources(manifest.resources);
  manifest.root = root_of(manifest.resources);
  EXPECT_EQ(manifest.resources[1].name, "w:14:20");
  EXPECT_EQ(problem_of(manifest), "");
}

TEST(ModelManifest, ReadsShardsFromTheLastTwoColons) {
  const auto shard = shard_of("c:1:2:0:7");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->path, "c:1:2");
  EXPECT_EQ(shard->begin, 0U);
  EXPECT_EQ(shard->end, 7U);
  for (const std::string_view name :
       {"a", "a:1", "a::1", "a:01:2", "a:1:-2", ":1", "a:1:99999999999999999999"}) {
    EXPECT_FALSE(shard_of(name)) << name;
  }
}

TEST(ModelManifest, RefusesShardsThatAreNoneOfTheirSize) {
  for (const std::string_view name : {"w:1:7", "w:0:8", "w:7:7", "w:7:3", "w"}) {
    auto manifest = manifest_of({std::string(name)});
    manifest.shard_size = 7;
    EXPECT_NE(problem_of(manifest), "") << name;
  }
}

TEST(ModelManifest, RefusesNamesThatCouldLeadElsewhere) {
  for (const std::string_view name :
       {"/a", "a/", "a//b", "./a", "a/../b", "..", "", "a\\\xff", "a/."}) {
    EXPECT_FALSE(is_canonical_name(name)) << name;
    if (is_utf8(name)) {
      EXPECT_NE(problem_of(manifest_of({std::string(name)})), "") << name;
    }
  }
  EXPECT_TRUE(is_canonical_name("a b/c:d/...\xE6\xA8\xA1"));
}

TEST(ModelManifest, TakesADotForTheOnlyFileAsTheReferenceWritesIt) {
  EXPECT_EQ(problem_of(manifest_of({"."})), "");
  EXPECT_NE(problem_of(manifest_of({".", "a"})), "");
}

struct Damage {
  std::string_view from;
  std::string_view to;
  std::string_view problem;  // a part of it
};

class Damaged : public testing::TestWithParam<Damage> {};

TEST_P(Damaged, IsRefusedWithItsReason) {
  const auto text = changed(manifest_of({"a"}), GetParam().from, GetParam().to);
  const auto reading = read_manifest(text);
  EXPECT_FALSE(reading.manifest);
  EXPECT_NE(reading.problem.find(GetParam().problem), std::string::npos) << reading.problem;
}

const std::string kDigest = sha256_hex("a");
const std::string kRoot = root_of({{.name = "a", .digest = kDigest}});
INSTANTIATE_TEST_SUITE_P(
    ModelManifest, Damaged,
    testing::Values(
        Damage{"Statement/v1", "Statement/v2", "is of the type"},
        Damage{"signature/v1.0", "signature/v9", "not the files of a model"},
        Damage{R"("name":"model")", R"("name":"")", "no name"},
        Damage{R"("method":"files")", R"("method":"trees")", "unknown method"},
        Damage{R"("hash_type":"sha256")", R"("hash_type":"md5")", "not known"},
        Damage{R"("hash_type":"sha256")", R"("hash_type":"blake3")", "not that of the serial"},
        Damage{R"("hash_type":"sha256")", R"("hash_type":"blake2b")", "right length"},
        Damage{R"("allow_symlinks":false,)", "", "allow_symlinks"},
        Damage{R"("method":"files")", R"("method":"files","shard_size":7)", "no shard_size"},
        Damage{R"("method":"files")", R"("method":"shards")", "shard_size"},
        Damage{R"("method":"files")", R"("method":"shards","shard_size":0)", "shard_size"},
        Damage{R"("method":"files")", R"("method":"shards","shard_size":1.5)", "shard_size"},
        Damage{R"("ignore_paths":[])", R"("ignore_paths":["/etc"])", "ignored path"},
        Damage{R"("ignore_paths":[])", R"("ignore_paths":["*.bin"])", "ignored path"},
        Damage{R"("ignore_paths":[])", R"("ignore_paths":"a")", "not a list"},
        Damage{R"("algorithm":"sha256")", R"("algorithm":"sha512")", "algorithm"},
        Damage{R"("name":"a")", R"("name":"a","name":"b")", "byte"},
        Damage{R"(],"serialization")",
               R"(,{"algorithm":"sha256","digest":")"
               "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afe48bb"
               R"(b","name":"a"}],"serialization")",
               "twice"},
        Damage{"\"predicate\"", "\"predicament\"", "no predicate"},
        Damage{"ca978112ca1bbdca", "CA978112ca1bbdca", "lower-case"},
        Damage{"ca978112ca1bbdca", "da978112ca1bbdca", "root digest"}));

TEST(ModelManifest, RefusesAnEmptyOne) {
  const auto text =
      changed(manifest_of({"a"}),
              cat(R"([{"algorithm":"sha256","digest":")", kDigest, R"(","name":"a"}])"), "[]");
  EXPECT_EQ(read_manifest(text).problem, "no files are listed");
}

TEST(ModelManifest, ReadsWhatVersionsBeforeItWrote) {
  const auto reading = read_manifest(cat(
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":")",
      kDigest, R"("}}],"predicateType":"https://model_signing/Digests/v0.1","predicate":{}})"));
  ASSERT_TRUE(reading.manifest) << reading.problem;
  EXPECT_EQ(reading.manifest->resources.at(0), (Resource{.name = "a", .digest = kDigest}));
  EXPECT_EQ(reading.notes.size(), 1U);
}

}  // namespace
}  // namespace cupel
