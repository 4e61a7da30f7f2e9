// SPDX-License-Identifier: Apache-2.0
// erasure: the body of the entry that says that a vault's key was destroyed. It stands in clear
// and is never erased itself, so that anybody can tell an erased body from one that was lost.
//
//   {"entries":[[from,to],…],"reason":…,"vault":N}      ranges, `to` not included
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/merkle.h"

namespace cupel {

struct ErasureRecord {
  std::int64_t vault = 0;
  std::vector<merkle::Range> entries;  // in order, none empty
  std::string reason;

  [[nodiscard]] bool names(std::uint64_t entry) const;
  [[nodiscard]] std::uint64_t count() const;
};

// Adds an entry that stands behind all others.
void add_entry(ErasureRecord& record, std::uint64_t seq);
[[nodiscard]] std::string text_of(const ErasureRecord& record);
// Reads only what text_of would have written.
[[nodiscard]] std::optional<ErasureRecord> read_erasure(std::string_view text);

}  // namespace cupel
