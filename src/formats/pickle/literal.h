// SPDX-License-Identifier: Apache-2.0
// literal: the constants of an opcode stream, decoded from where they stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "formats/pickle/value.h"

namespace cupel::pickle {

// The text or bytes that the opcode at `offset` pushes, escapes resolved, at most
// `limit` bytes of it. Nothing when the opcode is none of these or what it says is damaged.
[[nodiscard]] std::optional<std::string> text_at(Bytes stream, std::uint64_t offset,
                                                 std::size_t limit = SIZE_MAX);

// The integer that the opcode at `offset` pushes, when it fits.
[[nodiscard]] std::optional<std::int64_t> integer_at(Bytes stream, std::uint64_t offset);

// Whether a line is what int() or float() accepts, as INT, LONG, GET, PUT and FLOAT need it.
[[nodiscard]] std::optional<std::int64_t> decimal(std::string_view line);
[[nodiscard]] bool is_integer_line(std::string_view line);
[[nodiscard]] bool is_real_line(std::string_view line);
// Whether a STRING line is quoted as the unpickler demands.
[[nodiscard]] bool is_quoted_line(std::string_view line);

// Whether an import of this text could succeed: identifiers with dots between them.
[[nodiscard]] bool is_importable(std::string_view text);

}  // namespace cupel::pickle
