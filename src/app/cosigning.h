// SPDX-License-Identifier: Apache-2.0
// cosigning: asking witnesses for cosignatures, and keeping what they gave, in the file
// `ledger-cosigned` of the state folder: the newest checkpoint that a witness has cosigned.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/ledger.h"

namespace cupel {

struct WitnessPlace {
  std::string url;
  std::optional<note::Verifier> key;  // nothing: its cosignature is kept unchecked
};

// The ledger's newest checkpoint with a cosignature of every witness, kept. Fault::integrity when a
// witness knows another history, or a longer one, or signs with another key.
[[nodiscard]] Result<std::string> cosigned_checkpoint(const Ledger& ledger,
                                                      const std::filesystem::path& state,
                                                      const std::vector<WitnessPlace>& witnesses);

// The checkpoint that was kept; nothing when there is none.
[[nodiscard]] Result<std::optional<std::string>> kept_checkpoint(
    const std::filesystem::path& state);

}  // namespace cupel
