// SPDX-License-Identifier: Apache-2.0
// secrets: text → the spans that are credentials.
//
// One pass: a table of two-byte beginnings decides for each byte whether any rule
// is asked at all. Rules of known providers check the structure that the provider
// gave its tokens (alphabet, length, embedded marker, checksum); the generic rule
// asks that a name says "password" and that the value looks drawn by a machine.
// Placeholders, references to variables and published example keys are no findings.
// Pure; never fails; does not know how bad a finding is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cupel {

struct Secret {
  std::size_t begin = 0;  // bytes of the credential itself
  std::size_t end = 0;
  std::string_view name;  // "AWS access key id"
  bool known = false;     // the format of a known provider; else it only looks like a credential
  bool operator==(const Secret&) const = default;
};

struct SecretOptions {
  bool generic = true;           // also ask the generic rule: for text, not for binary files
  std::size_t findings = 1'000;  // stop after so many
};

struct SecretReading {
  std::vector<Secret> secrets;  // in the order they stand; no two overlap
  std::size_t examined = 0;     // bytes; fewer than there are when `findings` was reached
};

[[nodiscard]] SecretReading find_secrets(std::string_view text, const SecretOptions& options = {});

// What may be shown of a credential: "AKIA… (20 characters)". Never more than its first
// four characters, and never more than a quarter of it.
[[nodiscard]] std::string redacted(std::string_view secret);

}  // namespace cupel
