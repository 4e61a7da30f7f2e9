// SPDX-License-Identifier: Apache-2.0
// build_id: which build of the program this is.
#pragma once

#include <string>

namespace cupel {

// The identifier that the linker made from the program's own code (the ELF note
// NT_GNU_BUILD_ID), in hex: any change of any rule changes it. "" when the linker made none.
[[nodiscard]] std::string build_id();

}  // namespace cupel
