// SPDX-License-Identifier: Apache-2.0
// guarded mapping: reading a large file that somebody may cut short under us.
#pragma once

#include <filesystem>
#include <functional>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel {

// Maps the file and hands its bytes to `use`, on this thread. What was cut off reads as zeros,
// and `cut` then says so: whatever `use` concluded is not about the file.
[[nodiscard]] Result<void> with_mapping(const std::filesystem::path& path, bool& cut,
                                        const std::function<Result<void>(Bytes)>& use);

}  // namespace cupel
