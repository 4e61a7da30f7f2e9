// SPDX-License-Identifier: Apache-2.0
// drafts: entries as others send them, in JSON.
//
//   {"type":…,"actor":…,"subjects":[…],"media_type":…,"vault":…,"body":…}
//   {"entries":[{…}, …]}
//
// `type`, `actor` and one of `body` and `body_base64` must be there. A body that is a text is
// taken as it is; any other value as its canonical JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"

namespace cupel {

inline constexpr std::size_t kDraftsLimit = 1000;

struct DraftsReading {
  std::vector<Draft> drafts;
  std::vector<std::string> types;  // of the drafts, whose own `type` is not set yet
  std::string problem;             // empty: every draft is one that Ledger::check() takes
};
[[nodiscard]] DraftsReading read_drafts(std::string_view text);

}  // namespace cupel
