// SPDX-License-Identifier: Apache-2.0
// shell: lines of shell scripts, notebooks and Dockerfiles that fetch something and run it.
#pragma once

#include <cstdint>
#include <string_view>

#include "scan/examiner.h"

namespace cupel::scan::shell {

// "curl … | sh", "sh -c $(wget …)", "base64 -d | bash", "bash -i >& /dev/tcp/…"; "" when none.
[[nodiscard]] std::string_view danger_of(std::string_view line);
void examine_line(const Layer& layer, Session& session, std::string_view text, std::uint32_t line,
                  Span span);

}  // namespace cupel::scan::shell
