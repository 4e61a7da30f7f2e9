// SPDX-License-Identifier: Apache-2.0
// export: a ledger as one file of canonical JSON lines, in which every byte counts.
//
//   {"origin":…,"schema":"cupel/ledger-export/1","size":N,"vkey":…}
//   {"body":…,"index":0,"leaf":…,"leaf_hash":…,"salt":…}       N lines
//   {"checkpoint":…}
//   {"sha256":…,"signature":…}     Ed25519 by the ledger's key over all bytes before this line
//
// Leaf and checkpoint are texts, byte for byte what was hashed and signed. A body that is
// not UTF-8 stands as "body_base64". An erased body, and its salt, are null; an entry of the type
// "erasure" further down names every one of them.
//
// A file that is not exactly what the writer would write again is refused with
// the line and column of the first difference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"

namespace cupel {

struct ExportReading {
  std::string origin;
  std::string vkey;
  std::string checkpoint;
  std::string root;  // hex
  std::vector<Entry> entries;
  std::vector<LedgerProblem> problems;  // any: nothing in it may be relied on
  bool trusted = false;                 // the vkey is the one the caller trusts
  bool extends_checkpoint = false;
};

// Pure: reads and verifies the text of an export.
[[nodiscard]] ExportReading read_export(std::string_view text,
                                        const std::optional<std::string>& trust = {},
                                        const std::optional<std::string>& earlier = {});

}  // namespace cupel
