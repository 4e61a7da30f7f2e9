// SPDX-License-Identifier: Apache-2.0
// vectors: test vectors made by others. They stand beside the repository, never in it
// (CUPEL_VECTORS names another place), and must be there when CI is set.
#pragma once

#include <filesystem>

#include "support/support.h"

namespace cupel::test {

inline std::filesystem::path vectors(const char* name) {
  const char* named = variable("CUPEL_VECTORS");
  const auto root = named != nullptr
                        ? std::filesystem::path(named)
                        : std::filesystem::path(CUPEL_SOURCE_DIR).parent_path() / "shared/vectors";
  return root / name;
}

}  // namespace cupel::test

// Skips the test when the vectors are not there; fails it under CI.
#define NEED_VECTORS(folder)                             \
  if (!std::filesystem::exists(folder)) {                \
    if (::cupel::test::variable("CI") != nullptr)        \
      FAIL() << (folder) << " must be present under CI"; \
    GTEST_SKIP() << "no vectors in " << (folder);        \
  }
