// SPDX-License-Identifier: Apache-2.0
// named_code: members of a configuration that name code to be imported or files to be read.
#pragma once

#include <string_view>

#include "formats/loose_json.h"
#include "scan/examiner.h"

namespace cupel::scan::named_code {

// Whether any of the keys below stands in the text, in whatever spelling.
[[nodiscard]] bool may_name_code(std::string_view text);
void examine_member(const Layer& layer, Session& session, std::string_view key,
                    const loose_json::Value& value);
// The same of a key of YAML, whose value is one text.
void examine_text(const Layer& layer, Session& session, std::string_view key,
                  std::string_view value, Span span, std::uint32_t line);
// "../x", "/x", "C:\x", "\\x": leads out of the folder that it is read from.
[[nodiscard]] bool leads_out(std::string_view path);

}  // namespace cupel::scan::named_code
