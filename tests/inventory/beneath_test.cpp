// SPDX-License-Identifier: Apache-2.0
#include "inventory/beneath.h"

#include <cerrno>

#include <fcntl.h>

#include "support/support.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;

class Beneath : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("a/b/file.txt", "x");
    fs::create_symlink("a", folder_ / "link");
    fs::create_symlink("file.txt", folder_ / "a/b/alias");
    fs::create_symlink("/etc", folder_ / "etc");
    root_ = File(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_GE(root_.fd(), 0);
  }
  // Zero when it could be opened, else why not.
  int refusal(std::string_view path) {
    const File file = open_beneath(root_.fd(), path, O_RDONLY);
    return file.fd() >= 0 ? 0 : errno;
  }

 private:
  test::TemporaryFolder folder_;
  File root_;
};

TEST_F(Beneath, OpensWhatLiesBelow) {
  EXPECT_EQ(refusal("a/b/file.txt"), 0);
  EXPECT_EQ(refusal("a"), 0);
  EXPECT_EQ(refusal("a/b/none"), ENOENT);
}

TEST_F(Beneath, FollowsNoLinkAnywhereInThePath) {
  EXPECT_EQ(refusal("link/b/file.txt"), ELOOP);
  EXPECT_EQ(refusal("a/b/alias"), ELOOP);
  EXPECT_EQ(refusal("etc/passwd"), ELOOP);
}

TEST_F(Beneath, NeverLeavesTheFolder) {
  EXPECT_NE(refusal("../"), 0);
  EXPECT_NE(refusal("a/../../etc/passwd"), 0);
  EXPECT_NE(refusal("/etc/passwd"), 0);
}

}  // namespace
}  // namespace cupel
