// SPDX-License-Identifier: Apache-2.0
// values: the rules for single values of cupel.yaml, without the tree they stand in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace cupel::system_file {

// What the plain (unquoted) word means in YAML 1.2's core schema: a number, true or
// false, or text.
[[nodiscard]] bool is_number_word(std::string_view word);
[[nodiscard]] std::optional<bool> flag_from(std::string_view word);
// An integer or a decimal number that JSON could hold; nothing for hexadecimal and the like.
[[nodiscard]] std::optional<Json> number_from(std::string_view word);

// The path without "." parts and doubled or trailing slashes; nothing when it is
// absolute or climbs out of its folder on the way.
[[nodiscard]] std::optional<std::string> path_inside(std::string_view path);

[[nodiscard]] bool is_url(std::string_view text);
[[nodiscard]] bool is_sha256(std::string_view text);
[[nodiscard]] bool is_public_key(std::string_view text);
// The parameter of a claim is a span of time, by its name.
[[nodiscard]] bool names_duration(std::string_view parameter);
// One line that a person sees in full.
[[nodiscard]] bool is_plain_line(std::string_view text);

}  // namespace cupel::system_file
