// SPDX-License-Identifier: Apache-2.0
#include "scan/pickle/pickle_names.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace cupel {
namespace {

using pickle_names::Role;

TEST(PickleNames, AreRead) {
  const auto read = pickle_names::parse(
      "\x1f"
      "numpy\n# numpy: what\nframework numpy\nclass numpy 1.7 ndarray dtype\n"
      "make numpy.core 1.7 f\ndanger os commands\nstandard abc\nrenamed thread _thread\n"
      "renamed a:b c:d\n");
  ASSERT_TRUE(read.ok());
  const auto& table = read.value();
  ASSERT_NE(table.find("numpy", "ndarray"), nullptr);
  EXPECT_EQ(table.find("numpy", "ndarray")->role, Role::klass);
  EXPECT_EQ(table.find("numpy", "f"), nullptr);
  EXPECT_EQ(table.find("numpy.core", "f")->role, Role::make);
  EXPECT_TRUE(table.is_framework("numpy"));
  EXPECT_TRUE(table.is_standard("abc"));
  ASSERT_NE(table.danger_of("os.path"), nullptr);
  EXPECT_EQ(table.danger_of("os.path")->why, "runs commands");
  EXPECT_EQ(table.danger_of("osmium"), nullptr);
  EXPECT_EQ(table.renaming("thread", "x"),
            std::pair(std::string_view("_thread"), std::string_view("x")));
  EXPECT_EQ(table.renaming("a", "b"), std::pair(std::string_view("c"), std::string_view("d")));
  EXPECT_EQ(table.renaming("a", "c"), std::pair(std::string_view("a"), std::string_view("c")));
}

TEST(PickleNames, AreRefusedLineByLine) {
  for (const std::string_view line :
       {"klass numpy 1.7 ndarray", "class numpy 1.7", "class numpy 1.7 a  b", "danger os evil",
        "standard", "framework a b", "renamed a:b c", "renamed a"}) {
    const auto read = pickle_names::parse(std::string("\x1f") + "x\n\n" + std::string(line));
    ASSERT_FALSE(read.ok()) << line;
    EXPECT_EQ(read.error().what,
              "catalogue/pickle/x.txt:2: none of the lines that its README describes");
  }
  const auto twice = pickle_names::parse("class a * B\nvalue a * B\n");
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().what, "catalogue/pickle: a B stands there twice");
}

TEST(PickleNames, AreEmbedded) {
  const auto& table = pickle_names::table();
  EXPECT_GT(table.names.size(), 1'500U);
  EXPECT_GT(table.standard.size(), 300U);
  EXPECT_TRUE(std::ranges::is_sorted(table.standard));
  for (const auto& name : table.names) {
    EXPECT_FALSE(name.name.starts_with("__") && name.name.ends_with("__") &&
                 name.name != "__newobj__" && name.name != "__main__")
        << name.module << " " << name.name;
  }
  for (const auto& [module, name] :
       {std::pair("numpy.core.multiarray", "_reconstruct"),
        std::pair("torch._utils", "_rebuild_tensor_v2"), std::pair("sklearn.tree._tree", "Tree"),
        std::pair("collections", "OrderedDict")}) {
    EXPECT_NE(table.find(module, name), nullptr) << module << " " << name;
  }
}

}  // namespace
}  // namespace cupel
