// SPDX-License-Identifier: Apache-2.0
// marshal: what Python's marshalled code (.pyc, marshal.loads) names. Nothing of it is executed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/byte_reader.h"

namespace cupel::marshal {

// The texts in it, each once, in their order: names that code looks up, its constants, the file
// it came from. At most `limit` of them; what stands before damage still counts.
[[nodiscard]] std::vector<std::string> texts_in(Bytes bytes, std::size_t limit = 200);

}  // namespace cupel::marshal
