// SPDX-License-Identifier: Apache-2.0
// beneath: opening what lies under a folder, without ever following a symbolic link on the way.
#pragma once

#include <string_view>

#include "base/file.h"

namespace cupel {

// Opens `path`, relative to the open folder `root`, with these flags of open(2). No part
// of the path may be a link or `..`. The file is empty (fd() < 0) and errno says why when
// it cannot be opened; ELOOP means a link. Paths may be longer than PATH_MAX.
[[nodiscard]] File open_beneath(int root, std::string_view path, int flags);

}  // namespace cupel
