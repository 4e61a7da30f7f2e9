// SPDX-License-Identifier: Apache-2.0
#include "inventory/model_folder.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "support/support.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;
using Digests = std::map<std::string, std::string>;

Result<ModelFiles> read(const fs::path& model, const ModelRules& rules = {}) {
  Task task;
  return read_model(model, rules, task);
}

Digests digests(const fs::path& model, const ModelRules& rules = {}) {
  const auto files = read(model, rules);
  EXPECT_TRUE(files.ok()) << (files.ok() ? "" : files.error().what);
  Digests found;
  if (files.ok()) {
    for (const auto& resource : files.value().resources) {
      found.emplace(resource.name, resource.digest);
    }
  }
  return found;
}

TEST(ModelFolder, NamesEveryFileByItsPathBelowTheModel) {
  const test::TemporaryFolder folder;
  folder.write("m/a.bin", "a");
  folder.write("m/sub/b c.bin", "b");
  folder.write("m/.cache/d", "");
  EXPECT_EQ(digests(folder / "m"), (Digests{{"a.bin", sha256_hex("a")},
                                            {"sub/b c.bin", sha256_hex("b")},
                                            {".cache/d", sha256_hex("")}}));
  const auto files = read(folder / "m").value();
  EXPECT_EQ(files.files, 3U);
  EXPECT_EQ(files.bytes, 2U);
  EXPECT_FALSE(files.single);
}

TEST(ModelFolder, TakesOneFileForAModel) {
  const test::TemporaryFolder folder;
  folder.write("m.gguf", "x");
  EXPECT_EQ(digests(folder / "m.gguf"), (Digests{{"m.gguf", sha256_hex("x")}}));
  EXPECT_TRUE(read(folder / "m.gguf").value().single);
}

TEST(ModelFolder, LeavesOutWhatIsIgnoredWithAllBelowItAndNothingElse) {
  const test::TemporaryFolder folder;
  for (const auto* name : {"m/.git/HEAD", "m/.gitignore", "m/sub/.git", "m/a", "m/ab", "m/x/y"}) {
    folder.write(name, "1");
  }
  ModelRules rules{.ignore = default_ignored()};
  rules.ignore.emplace_back("a");
  rules.ignore.emplace_back("x");
  EXPECT_EQ(digests(folder / "m", rules),
            (Digests{{"sub/.git", sha256_hex("1")}, {"ab", sha256_hex("1")}}));
}

TEST(ModelFolder, CutsFilesIntoShardsAndLeavesOutEmptyOnes) {
  const test::TemporaryFolder folder;
  folder.write("m/w", "0123456789");
  folder.write("m/none", "");
  EXPECT_EQ(digests(folder / "m", {.shard_size = 4}), (Digests{{"w:0:4", sha256_hex("0123")},
                                                               {"w:4:8", sha256_hex("4567")},
                                                               {"w:8:10", sha256_hex("89")}}));
}

TEST(ModelFolder, CutsLargeFilesWhereBuffersDoNotEnd) {
  const test::TemporaryFolder folder;
  std::string large;
  for (int i = 0; i < 200'000; ++i) large += cat(i, ",");
  folder.write("m", large);
  constexpr std::size_t kStep = 300'001;
  Digests expected;
  for (std::size_t at = 0; at < large.size(); at += kStep) {
    const auto part = large.substr(at, kStep);
    expected.emplace(cat("m:", at, ":", at + part.size()), sha256_hex(part));
  }
  EXPECT_EQ(digests(folder / "m", {.shard_size = kStep}), expected);
}

TEST(ModelFolder, HashesByTheOtherDigestsToo) {
  const test::TemporaryFolder folder;
  folder.write("m/abc", "abc");
  EXPECT_EQ(digests(folder / "m", {.hash = HashKind::blake3})["abc"],
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
  EXPECT_EQ(digests(folder / "m", {.hash = HashKind::blake2b})["abc"].size(), 128U);
}

TEST(ModelFolder, RefusesWhatIsNoRegularFile) {
  const test::TemporaryFolder folder;
  folder.write("m/a", "a");
  ASSERT_EQ(::mkfifo((folder / "m/pipe").c_str(), 0600), 0);
  const auto refused = read(folder / "m");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().what.find("`pipe`"), std::string::npos) << refused.error().what;
  EXPECT_TRUE(read(folder / "m", {.ignore = {"pipe"}}).ok());
}

TEST(ModelFolder, RefusesNamesThatNoSignatureCanHold) {
  const test::TemporaryFolder folder;
  folder.write("m/\xff", "a");
  EXPECT_EQ(read(folder / "m").error().hint, "file names must be valid UTF-8");
}

TEST(ModelFolder, SaysThatAModelIsNotThere) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(read(folder / "none").error().fault, Fault::missing);
}

TEST(ModelLinks, AreRefusedUnlessTheyAreAllowed) {
  const test::TemporaryFolder folder;
  folder.write("m/a", "a");
  fs::create_symlink("a", folder / "m/link");
  EXPECT_EQ(read(folder / "m").error().what, "`link` is a symbolic link");
  EXPECT_EQ(digests(folder / "m", {.links = Links::follow}),
            (Digests{{"a", sha256_hex("a")}, {"link", sha256_hex("a")}}));
}

TEST(ModelLinks, NeverLeadOutOfTheModelOrInCircles) {
  const test::TemporaryFolder folder;
  folder.write("secret", "s");
  for (const auto* target : {"../secret", "/etc/passwd", "gone", "link", "."}) {
    fs::remove_all(folder / "m");
    folder.write("m/a", "a");
    fs::create_symlink(target, folder / "m/link");
    const auto refused = read(folder / "m", {.links = Links::follow});
    ASSERT_FALSE(refused.ok()) << target;
    EXPECT_NE(refused.error().what.find("cannot be followed"), std::string::npos) << target;
  }
}

TEST(ModelLinks, OfTheHuggingFaceCacheLeadToItsBlobs) {
  const test::TemporaryFolder folder;
  folder.write("models--a--b/blobs/1234", "weights");
  folder.write("models--a--b/blobs/5678", "config");
  folder.write("models--a--b/secret", "s");
  const auto snapshot = folder / "models--a--b/snapshots/rev";
  fs::create_directories(snapshot / "sub");
  fs::create_symlink("../../blobs/1234", snapshot / "model.bin");
  fs::create_symlink("../../../blobs/5678", snapshot / "sub/config.json");
  const ModelRules rules{.links = Links::hugging_face};
  EXPECT_EQ(digests(snapshot, rules), (Digests{{"model.bin", sha256_hex("weights")},
                                               {"sub/config.json", sha256_hex("config")}}));
  for (const auto* target : {"../../secret", "../../blobs/../secret", "../../blobs/none",
                             "../../../../../../etc/passwd", "/etc/passwd"}) {
    fs::remove(snapshot / "bad");
    fs::create_symlink(target, snapshot / "bad");
    EXPECT_FALSE(read(snapshot, rules).ok()) << target;
  }
}

TEST(IgnoredPath, IsARelativePathWithoutPatterns) {
  const test::TemporaryFolder folder;
  folder.write("m/sub/a", "a");
  EXPECT_EQ(ignored_path(folder / "m", "sub/").value(), "sub");
  EXPECT_EQ(ignored_path(folder / "m", folder / "m/sub/a").value(), "sub/a");
  for (const auto* path : {"../x", "/etc", "", "*.bin", "."}) {
    EXPECT_FALSE(ignored_path(folder / "m", path).ok()) << path;
  }
}

// Files that changed within the last two seconds are not remembered, so they are made old.
class Remembered : public testing::Test {
 protected:
  void make(std::string_view name, std::string_view text) const {
    const auto path = folder_.write(name, text);
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  // The change time cannot be set: wait until it has settled.
  static void settle() { ::usleep(2'100'000); }

  [[nodiscard]] ModelFiles files(bool rehash = false) const {
    return read(folder_ / "m", {.remember = folder_ / "cache", .rehash = rehash}).value();
  }
  [[nodiscard]] fs::path memory() const {
    for (const auto& entry : fs::directory_iterator(folder_ / "cache")) {
      if (entry.path().filename() != "key") return entry.path();
    }
    return {};
  }
  test::TemporaryFolder folder_;
};

TEST_F(Remembered, DigestsSpareTheReadingUntilAFileChanges) {
  make("m/a", "a");
  make("m/b", "b");
  settle();
  const auto first = files();
  EXPECT_EQ(first.remembered, 0U);
  const auto second = files();
  EXPECT_EQ(second.remembered, 2U);
  auto sorted = second.resources;
  sort_resources(sorted);
  EXPECT_EQ(sorted, (std::vector<Resource>{{"a", sha256_hex("a")}, {"b", sha256_hex("b")}}));
  EXPECT_EQ(files(true).remembered, 0U);
  make("m/a", "x");
  const auto third = files();
  EXPECT_EQ(third.remembered, 1U);
  EXPECT_TRUE(std::ranges::find(third.resources, Resource{"a", sha256_hex("x")}) !=
              third.resources.end());
}

TEST_F(Remembered, DigestsCountOnlyWithTheirSeal) {
  make("m/a", "a");
  settle();
  (void)files();
  const auto bytes = test::slurp(memory());
  for (const std::size_t at : {bytes.size() - 1, bytes.size() - 33, bytes.size() / 2}) {
    auto other = bytes;
    other[at] = static_cast<char>(other[at] ^ 1);
    folder_.write(fs::relative(memory(), folder_.path()).string(), other);
    const auto again = files();
    EXPECT_EQ(again.remembered, 0U) << at;
    EXPECT_EQ(again.note, "it is damaged, or another key sealed it");
    EXPECT_EQ(again.resources.at(0).digest, sha256_hex("a"));
  }
  folder_.write("cache/key", std::string(32, 'k'));  // a memory brought from elsewhere
  EXPECT_EQ(files().remembered, 0U);
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "cache/key").c_str(), &status), 0);
}

TEST_F(Remembered, KeyIsReadableByItsOwnerAlone) {
  make("m/a", "a");
  (void)files();
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "cache/key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((folder_ / "cache").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

}  // namespace
}  // namespace cupel
