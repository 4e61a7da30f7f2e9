// SPDX-License-Identifier: Apache-2.0
// checksums: the lists that sha256sum writes and reads ("<64 hex>  name", "<64 hex> *name").
//
// The names of lines that begin with a backslash are escaped as coreutils does it, and the
// BSD spelling "SHA256 (name) = <64 hex>" is read too. Pure; every input has a reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::checksums {

struct Sum {
  std::string name;    // as listed, unescaped; empty in a file of a digest alone
  std::string sha256;  // lower-case hex
  std::uint32_t line = 0;
};

struct Listing {
  std::vector<Sum> sums;
  std::vector<std::uint32_t> unread;  // lines that are no SHA-256 sums
};

[[nodiscard]] Listing read(std::string_view text);

}  // namespace cupel::checksums
