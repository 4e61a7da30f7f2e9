// SPDX-License-Identifier: Apache-2.0
// decode: what Python's small decoders give for constants. Each gives nothing when Python would
// raise, or when the result would be longer than `limit`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cupel::pickle {

// The standard and the URL alphabet; other characters are skipped, as Python does.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
[[nodiscard]] std::optional<std::string> inflate(std::string_view packed, std::size_t limit);
[[nodiscard]] std::optional<std::string> to_latin1(std::string_view utf8);

// codecs.encode(text, codec): bytes; codecs.decode(bytes, codec).
[[nodiscard]] std::optional<std::string> encode(std::string_view text, std::string_view codec);
[[nodiscard]] std::optional<std::string> decode(std::string_view bytes, std::string_view codec,
                                                std::size_t limit);

}  // namespace cupel::pickle
