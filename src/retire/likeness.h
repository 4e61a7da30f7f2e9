// SPDX-License-Identifier: Apache-2.0
// likeness: is this file a copy of one that is to go, under whatever name and in whatever wrapping?
//
// A file is known again by its bytes (renamed), by the bytes of a member of an archive (nested),
// and by the data of its tensors (converted to another format). Retrained or quantised weights are
// other bytes: nothing here finds them, and the plan says so. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "retire/content.h"

namespace cupel::retire {

// What a file is known again by.
struct Fingerprint {
  std::string path = {};
  std::string sha256 = {};  // hex, of the whole
  std::uint64_t size_bytes = 0;
  std::map<std::string, std::uint64_t> tensors = {};  // SHA-256 of each one's data → bytes
};
[[nodiscard]] Fingerprint fingerprint_of(std::string_view path, Bytes bytes);

[[nodiscard]] Json to_json(const Fingerprint& print);
[[nodiscard]] std::optional<Fingerprint> fingerprint_from(const Json& json);

enum class LikenessKind {
  same,       // the same bytes
  inside,     // it holds the same bytes, packed or in an archive
  converted,  // it holds the data of every tensor
  partly,     // it holds the data of some tensors
};
struct Likeness {
  LikenessKind kind = LikenessKind::same;
  std::string path = {};                 // of the file that was looked at
  std::string of = {};                   // of the file that it is a copy of
  std::vector<std::string> inside = {};  // where the copy stands in it
  bool nothing_else = false;             // an archive of copies alone
  std::size_t found = 0;                 // tensors
  std::size_t total = 0;
  std::string sha256 = {};  // of the file that was looked at, hex
  std::uint64_t size_bytes = 0;
};

// What one file was found to be, and what of it could not be looked into.
struct Comparison {
  std::optional<Likeness> likeness = {};
  std::vector<std::string> missed = {};
};

// Files to go. Bytes below kLeastBytes are not known again: too many files are alike by chance.
class Wanted {
 public:
  static constexpr std::uint64_t kLeastBytes = 32;

  explicit Wanted(std::vector<Fingerprint> prints);
  [[nodiscard]] const std::vector<Fingerprint>& prints() const { return prints_; }
  [[nodiscard]] Comparison compare(std::string_view path, Bytes bytes,
                                   const ContentLimits& limits = {}) const;

 private:
  friend class LikenessSearch;
  std::vector<Fingerprint> prints_ = {};
  std::map<std::string, std::size_t, std::less<>> whole_ = {};                // digest → print
  std::map<std::string, std::vector<std::size_t>, std::less<>> tensor_ = {};  // digest → prints
  std::set<std::uint64_t> sizes_;  // of wholes and tensors: nothing else need be hashed
};

// "the same bytes as `a`", "`a` stands in it, as `b!c`", "3 of 4 tensors of `a`".
[[nodiscard]] std::string describe(const Likeness& likeness);

}  // namespace cupel::retire
