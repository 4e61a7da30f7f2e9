// SPDX-License-Identifier: Apache-2.0
// secret_rules: one question per kind of credential: does one stand here?
//
// Each `…_at` is asked at the byte where its beginning was seen and answers with the
// credential's span, or with nothing. None looks further than its own limit, so a
// file of nothing but beginnings still takes linear time.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "detect/secrets.h"

namespace cupel::detect {

using Candidate = std::optional<Secret>;

// Characters of which a token's body is made.
enum class Alphabet { base62, base64url, hex, letters, base32 };

// A token that begins with its provider's own prefix.
struct TokenRule {
  std::string_view prefix;
  std::string_view name;
  Alphabet alphabet = Alphabet::base62;
  std::size_t least = 0;  // length of the body
  std::size_t most = 0;
  bool (*valid)(std::string_view body) = nullptr;  // structure beyond the alphabet
};
[[nodiscard]] std::span<const TokenRule> token_rules();

[[nodiscard]] Candidate token_at(std::string_view text, std::size_t at);
// "-----BEGIN … PRIVATE KEY-----", also with escaped line ends as JSON has them.
[[nodiscard]] Candidate private_key_at(std::string_view text, std::size_t at);
// "://user:password@host": `at` is that of "//".
[[nodiscard]] Candidate url_password_at(std::string_view text, std::size_t at);
// "abc8Q~…": `at` is that of "Q~".
[[nodiscard]] Candidate azure_client_secret_at(std::string_view text, std::size_t at);
// A JSON Web Token with a signature.
[[nodiscard]] Candidate web_token_at(std::string_view text, std::size_t at);
// `api_key = "…"`: `at` is that of '=' or ':'.
[[nodiscard]] Candidate assignment_at(std::string_view text, std::size_t at);

// Shannon entropy of the bytes, in bits per byte.
[[nodiscard]] double entropy_of(std::string_view text);
// The value stands for one that is filled in elsewhere, or is a published example.
[[nodiscard]] bool is_placeholder(std::string_view value);
// GitHub's token checksum: the last six characters are the CRC-32 of the others, base 62.
[[nodiscard]] bool has_crc32_tail(std::string_view body);

}  // namespace cupel::detect
