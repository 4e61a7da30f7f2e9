// SPDX-License-Identifier: Apache-2.0
// support: what tests share: a temporary folder, files of the source tree, golden text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/result.h"

namespace cupel::test {

// A folder that is gone, with all in it, at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }
  // Writes a file, making its folders.
  std::filesystem::path write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

// The bytes of a file, anywhere; a test failure when it cannot be read.
[[nodiscard]] std::string slurp(const std::filesystem::path& path);
// A path below tests/ of the source tree.
[[nodiscard]] std::filesystem::path test_data(std::string_view name);

// A variable of the environment; nullptr when it is not set.
[[nodiscard]] const char* variable(const char* name);

// Compares with the file, or writes it when UPDATE_GOLDEN is set.
void expect_golden(std::string_view actual, const std::filesystem::path& file);

}  // namespace cupel::test

// The value of a Result, or a test failure that says the error.
#define ASSERT_OK(...)                                                             \
  do {                                                                             \
    const auto& ok_result = (__VA_ARGS__);                                         \
    ASSERT_TRUE(ok_result.ok()) << (ok_result.ok() ? "" : ok_result.error().what); \
  } while (false)
