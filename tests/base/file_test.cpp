// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "support/support.h"

namespace cupel {
namespace {

TEST(File, ReplaceWritesWholeFilesWithTheirMode) {
  const test::TemporaryFolder folder;
  ASSERT_OK(replace_file(folder / "a", std::string_view("first"), 0600));
  ASSERT_OK(replace_file(folder / "a", std::string_view("second"), 0600));
  EXPECT_EQ(test::slurp(folder / "a"), "second");
  struct stat status{};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  // Nothing of the way there stays behind.
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
    ++files;
  EXPECT_EQ(files, 1U);
}

TEST(File, ReplaceThatFailsLeavesTheOldContent) {
  const test::TemporaryFolder folder;
  folder.write("there/old", "old");
  const auto done = replace_file(folder / "there" / "old" / "x", std::string_view("new"));
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().fault, Fault::missing);
  EXPECT_EQ(test::slurp(folder / "there" / "old"), "old");
}

TEST(File, LinksFifosAndFoldersAreNotOpened) {
  const test::TemporaryFolder folder;
  folder.write("real", "x");
  std::filesystem::create_symlink("real", folder / "link");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(File::open(folder / "link").error().fault, Fault::denied);
  EXPECT_EQ(File::open(folder / "fifo").error().fault, Fault::unsupported);  // and does not hang
  EXPECT_EQ(File::open(folder.path()).error().fault, Fault::unsupported);
  EXPECT_EQ(File::open(folder / "nothing").error().fault, Fault::missing);
  EXPECT_TRUE(File::open(folder / "real").ok());
}

TEST(File, ReadingHasALimitThatIsSaid) {
  const test::TemporaryFolder folder;
  folder.write("big", std::string(100, 'x'));
  const auto refused = read_file(folder / "big", 99);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::limit);
  EXPECT_NE(refused.error().what.find("larger than 99 B"), std::string::npos);
  EXPECT_TRUE(read_file(folder / "big", 100).ok());
}

TEST(File, MappingShowsTheBytesAndAnEmptyFileIsEmpty) {
  const test::TemporaryFolder folder;
  folder.write("data", "hello");
  folder.write("empty", "");
  const auto mapped = Mapping::open(folder / "data");
  ASSERT_OK(mapped);
  EXPECT_EQ(as_text(mapped.value().bytes()), "hello");
  const auto nothing = Mapping::open(folder / "empty");
  ASSERT_OK(nothing);
  EXPECT_TRUE(nothing.value().bytes().empty());
}

}  // namespace
}  // namespace cupel
