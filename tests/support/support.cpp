// SPDX-License-Identifier: Apache-2.0
#include "support/support.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace cupel::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "cupel-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a test may have made parts unreadable on purpose
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(std::string_view name, std::string_view text) const {
  const auto path = path_ / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string slurp(const std::filesystem::path& path) {
  const std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << "cannot read " << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::filesystem::path test_data(std::string_view name) {
  return std::filesystem::path(CUPEL_SOURCE_DIR) / "tests" / name;
}

const char* variable(const char* name) {
  return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no test sets any
}

void expect_golden(std::string_view actual, const std::filesystem::path& file) {
  if (variable("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(file, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(slurp(file), actual) << "differs from " << file
                                 << "; run with UPDATE_GOLDEN=1 to rewrite it";
}

}  // namespace cupel::test
