// SPDX-License-Identifier: Apache-2.0
// pickle_findings: one model file, looked into as deep as its containers go, and what
// loading it would do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/asset.h"
#include "vocab/diagnostic.h"

namespace cupel {

struct PickleFindings {
  bool complete = true;   // all of it was examined
  std::string shortfall;  // why not
  std::uint64_t pickles = 0;
  std::uint64_t opcodes = 0;
  std::vector<std::string> imports;  // "os.system", sorted, each once
  std::vector<std::string> calls;    // "os.system('…') by REDUCE", in their order
  std::vector<Diagnostic> diagnostics;
};

// Weights, trees or tables: nothing in such a file is executed. By the format's id.
[[nodiscard]] bool holds_data_only(std::string_view format);
// Data only, and its first byte is no opcode: it needs no reading.
[[nodiscard]] bool cannot_be_pickle(std::string_view format);

[[nodiscard]] PickleFindings find_pickles(const FileEntry& file, Bytes bytes);

}  // namespace cupel
