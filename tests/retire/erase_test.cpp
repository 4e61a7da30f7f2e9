// SPDX-License-Identifier: Apache-2.0
#include "retire/erase.h"

#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "retire/things.h"
#include "support/support.h"

namespace cupel::retire {
namespace {

namespace fs = std::filesystem;
const FixedClock kClock(Timestamp{1'790'000'000'000});

// A folder with a file, and a plan for it.
class Erasing : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("root/m/a.bin", content_);
    root_ = File(::open((folder_ / "root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  [[nodiscard]] PlanItem item(std::vector<std::string> names = {"m/a.bin"}) const {
    return {.action = Action::erase,
            .names = std::move(names),
            .sha256 = sha256_hex(content_),
            .size_bytes = content_.size()};
  }
  [[nodiscard]] Journal journal() const {
    auto opened = Journal::open(folder_ / "state/retire/x", "plan", Json::array(), "[]");
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().what);
    return std::move(opened).value();
  }
  [[nodiscard]] ErasedItem erase(const PlanItem& wanted) const {
    auto log = journal();
    Task task;
    auto erased = erase_item(root_.fd(), wanted, 0, log, kClock, task);
    EXPECT_TRUE(erased.ok());
    return erased.ok() ? erased.value() : ErasedItem{.problem = "failed"};
  }
  [[nodiscard]] fs::path at(std::string_view name) const { return folder_.path() / "root" / name; }

  test::TemporaryFolder folder_;
  std::string content_ = test::noise(5, 3U << 20U);
  File root_;
};

TEST_F(Erasing, OverwritesReadsBackAndUnlinks) {
  // Another descriptor still sees the blocks that had the content.
  const File watcher(::open(at("m/a.bin").c_str(), O_RDONLY | O_CLOEXEC));
  const auto erased = erase(item());
  EXPECT_EQ(erased.problem, "");
  EXPECT_EQ(erased.overwritten_bytes, content_.size());
  EXPECT_EQ(erased.verified_bytes, content_.size());
  EXPECT_FALSE(erased.medium.file_system.empty());
  EXPECT_FALSE(fs::exists(at("m/a.bin")));
  std::string left(content_.size(), 'x');
  ASSERT_EQ(::pread(watcher.fd(), left.data(), left.size(), 0), static_cast<ssize_t>(left.size()));
  for (std::size_t piece = 0; piece + 64 <= content_.size(); piece += 65536) {
    EXPECT_EQ(left.find(content_.substr(piece, 64)), std::string::npos) << piece;
  }
}

TEST_F(Erasing, LeavesAFileThatIsNotWhatThePlanSays) {
  auto wanted = item();
  wanted.sha256 = sha256_hex("another");
  EXPECT_EQ(erase(wanted).problem, "its bytes are not those of the plan");
  fs::create_hard_link(at("m/a.bin"), at("second"));
  EXPECT_NE(erase(item()).problem.find("it has 2 names now"), std::string::npos);
  EXPECT_EQ(test::slurp(at("m/a.bin")), content_);
}

TEST_F(Erasing, RemovesAllNamesOfAFile) {
  fs::create_hard_link(at("m/a.bin"), at("second"));
  EXPECT_EQ(erase(item({"m/a.bin", "second"})).problem, "");
  EXPECT_FALSE(fs::exists(at("m/a.bin")) || fs::exists(at("second")));
}

TEST_F(Erasing, NeverFollowsALink) {
  folder_.write("outside/a.bin", content_);
  fs::remove(at("m/a.bin"));
  fs::create_symlink(folder_ / "outside/a.bin", at("m/a.bin"));
  EXPECT_NE(erase(item()).problem, "");
  fs::remove_all(at("m"));
  fs::create_directory_symlink(folder_ / "outside", at("m"));
  EXPECT_NE(erase(item()).problem, "");
  EXPECT_NE(erase(item({"../outside/a.bin"})).problem, "");
  EXPECT_EQ(test::slurp(folder_ / "outside/a.bin"), content_);
}

TEST_F(Erasing, UnlinksALinkAndNothingElse) {
  fs::create_symlink("m/a.bin", at("latest"));
  PlanItem link{.action = Action::unlink, .names = {"latest"}};
  EXPECT_EQ(erase(link).problem, "");
  EXPECT_FALSE(fs::is_symlink(at("latest")));
  EXPECT_EQ(test::slurp(at("m/a.bin")), content_);
  link.names = {"m/a.bin"};
  auto log = Journal::open(folder_ / "state/retire/y", "plan", Json::array(), "[]");
  Task task;
  const auto refused = erase_item(root_.fd(), link, 0, log.value(), kClock, task);
  EXPECT_NE(refused.value().problem, "");
  EXPECT_TRUE(fs::exists(at("m/a.bin")));
}

TEST_F(Erasing, GoesOnWithWhatWasBegunThoughItsBytesAreOthersNow) {
  struct stat status{};
  ASSERT_EQ(::stat(at("m/a.bin").c_str(), &status), 0);
  {
    auto log = journal();
    ASSERT_OK(log.begin(0, status.st_dev, status.st_ino));
  }
  std::string half = content_;
  half.replace(0, 1000, 1000, 'r');
  const File writer(::open(at("m/a.bin").c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::pwrite(writer.fd(), half.data(), half.size(), 0), static_cast<ssize_t>(half.size()));
  const auto erased = erase(item());
  EXPECT_EQ(erased.problem, "");
  EXPECT_TRUE(erased.resumed);
  EXPECT_FALSE(fs::exists(at("m/a.bin")));
  // And once more: what is done is told, not done.
  const auto again = erase(item());
  EXPECT_EQ(again.problem, "");
  EXPECT_EQ(again.overwritten_bytes, content_.size());
}

TEST_F(Erasing, DoesNotTakeAnotherFileForTheOneThatWasBegun) {
  {
    auto log = journal();
    ASSERT_OK(log.begin(0, 1, 1));
  }
  EXPECT_EQ(erase(item()).problem, "another file stands there since it was begun");
  EXPECT_EQ(test::slurp(at("m/a.bin")), content_);
}

TEST_F(Erasing, AFileWithHolesIsOverwrittenWhereItIsStored) {
  const auto path = at("sparse.bin");
  {
    const File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ(::ftruncate(file.fd(), 1 << 26), 0);
    ASSERT_EQ(::pwrite(file.fd(), "secret", 6, 1 << 25), 6);
  }
  Task task;
  const auto facts = facts_of(root_.fd(), "sparse.bin", task);
  ASSERT_OK(facts);
  PlanItem wanted{.names = {"sparse.bin"}, .sha256 = facts.value().facts.sha256};
  const auto erased = erase(wanted);
  EXPECT_EQ(erased.problem, "");
  EXPECT_GE(erased.overwritten_bytes, 6U);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Erasing, EmptyFoldersOfTheAssetGo) {
  folder_.write("root/m/deep/b.bin", content_);
  folder_.write("root/keep/c.bin", content_);
  EXPECT_EQ(erase(item()).problem, "");
  fs::remove(at("m/deep/b.bin"));
  fs::remove(at("keep/c.bin"));
  remove_empty_folders(root_.fd(), "m", {"m/a.bin", "m/deep/b.bin", "keep/c.bin"});
  EXPECT_FALSE(fs::exists(at("m")));
  EXPECT_TRUE(fs::exists(at("keep")));
}

TEST(JournalText, LeavesALineThatWasCutOff) {
  const auto read = read_journal(
      "{\"device\":1,\"inode\":2,\"item\":0,\"step\":\"overwriting\"}\n"
      "{\"item\":0,\"result\":{\"problem\":\"\"},\"step\":\"done\"}\n{\"item\":1,\"st");
  EXPECT_EQ(read.problem, "");
  ASSERT_EQ(read.items.size(), 1U);
  EXPECT_TRUE(read.items.at(0).begun);
  EXPECT_EQ(read.items.at(0).inode, 2U);
  EXPECT_TRUE(read.items.at(0).result.has_value());
  EXPECT_EQ(read.record, "");
  EXPECT_EQ(read_journal("{\"record\":\"x\",\"step\":\"finished\"}\n").record, "x");
  EXPECT_NE(read_journal("hello\n").problem, "");
  EXPECT_NE(read_journal("{\"item\":-1,\"step\":\"done\"}\n").problem, "");
}

TEST(JournalText, AnEarlierRunIsFoundWithItsRecordWhenItHasOne) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(find_earlier(folder / "x").value().has_value());
  {
    auto journal = Journal::open(folder / "x", "the plan", Json::array(), "[]");
    ASSERT_OK(journal);
    const auto found = find_earlier(folder / "x").value();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->plan, "the plan");
    EXPECT_EQ(found->record, "");
    ASSERT_OK(journal.value().finish("disposals/x.json"));
  }
  EXPECT_EQ(find_earlier(folder / "x").value()->record, "disposals/x.json");
}

TEST(MediumTest, SaysWhatOverwritingCannotAssure) {
  const auto sentences = [](std::string system, std::optional<bool> rotational, bool shared) {
    Medium medium{.file_system = std::move(system), .rotational = rotational};
    medium.shares_blocks = shared;
    return join(cannot_assure(medium), "; ");
  };
  EXPECT_EQ(sentences("ext4", true, false), "");
  EXPECT_NE(sentences("ext4", false, false).find("levels wear"), std::string::npos);
  EXPECT_NE(sentences("btrfs", true, false).find("instead of overwriting"), std::string::npos);
  EXPECT_NE(sentences("xfs", true, true).find("reflink"), std::string::npos);
  EXPECT_NE(sentences("nfs", {}, false).find("on a server"), std::string::npos);
  EXPECT_NE(sentences("ext4", {}, false).find("virtual disk"), std::string::npos);
  EXPECT_NE(sentences("0x12345678", true, false).find("not known"), std::string::npos);
  EXPECT_EQ(sentences("tmpfs", {}, false), "pages may have been written to swap");
}

}  // namespace
}  // namespace cupel::retire
