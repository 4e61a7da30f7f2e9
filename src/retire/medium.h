// SPDX-License-Identifier: Apache-2.0
// medium: what a file is stored on, as far as the system tells, and what overwriting it there
// cannot assure. NIST SP 800-88 asks a record to name the medium; most of the work is honesty.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace cupel::retire {

struct Medium {
  std::string file_system = {};   // "ext4", "btrfs", "overlay", "0x1234" when unknown
  std::string type = {};          // "magnetic disk", "flash", "memory", "network", "unknown"
  std::string manufacturer = {};  // as the device says; empty when it does not
  std::string model = {};
  std::string serial = {};
  std::optional<bool> rotational = {};  // nothing: there is no device to ask
  bool shares_blocks = false;           // this file's, with another file
};

// The medium of an open file.
[[nodiscard]] Medium medium_of(int fd);
// Why overwriting in place may leave the old bytes somewhere, one sentence each. Pure. Empty for
// file systems that overwrite in place, on magnetic disks.
[[nodiscard]] std::vector<std::string> cannot_assure(const Medium& medium);

[[nodiscard]] Json to_json(const Medium& medium);
[[nodiscard]] Medium medium_from(const Json& json);

}  // namespace cupel::retire
