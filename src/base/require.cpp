// SPDX-License-Identifier: Apache-2.0
#include "base/require.h"

#include <cstdio>
#include <cstdlib>

namespace cupel {

void require_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "cupel: this is our mistake: %s does not hold at %s:%d\n", condition, file,
               line);
  std::abort();
}

}  // namespace cupel
