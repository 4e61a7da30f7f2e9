// SPDX-License-Identifier: Apache-2.0
// leaf: the line of an entry that is hashed into the tree. It says who wrote what, when, and
// commits to a body without telling anything about it.
//
//   {"actor":…,"body_sha256":…,"media_type":…,"seq":…,"subjects":[…],"ts":…,"type":…,"v":1}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "ledger/ledger.h"

namespace cupel {

inline constexpr std::size_t kLeafLimit = 4096;
// More subjects than this are folded into one, "list:<SHA-256 of their lines>"; all of
// them stand in the body.
inline constexpr std::size_t kSubjectLimit = 40;

using Salt = std::array<std::byte, 32>;

struct Leaf {
  std::string type;
  std::string actor;
  std::string media_type;
  std::string body_sha256;  // the commitment, hex
  std::vector<std::string> subjects;
  std::uint64_t seq = 0;
  Timestamp at;
};

// SHA-256(salt || body).
[[nodiscard]] Digest commitment(Bytes salt, std::string_view body);

// The leaf of a draft but for what is known only when its turn comes. Making one does the work
// that callers can do at the same time.
class LeafForm {
 public:
  // Fault::usage or Fault::limit for a draft that cannot be an entry.
  static Result<LeafForm> make(const Draft& draft);
  // The canonical text.
  [[nodiscard]] std::string text(std::uint64_t seq, std::string_view at, const Digest& body) const;

 private:
  std::string actor_;     // {"actor":…,"body_sha256":"
  std::string media_;     // ","media_type":…,"seq":
  std::string subjects_;  // ,"subjects":[…],"ts":"
  std::string type_;      // ","type":…,"v":1}
};

struct LeafReading {
  std::optional<Leaf> leaf;
  std::string problem;
};
// Reads only what a LeafForm would have written.
[[nodiscard]] LeafReading read_leaf(std::string_view text);

}  // namespace cupel
