// SPDX-License-Identifier: Apache-2.0
// pickle_findings: one model file, looked into as deep as its containers go, and what
// loading it would do.
#pragma once

#include <cstdint>
#include <string>
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

// Whether loading a file of this kind could run anything at all.
enum class Handling {
  data,        // weights, trees or tables: nothing in it is executed
  examined,    // a pickle, or an archive that may hold one
  unexamined,  // it can carry code, and nothing here looks into it yet
};
// By the format's id; "" is a format that was not recognised.
[[nodiscard]] Handling handling_of(std::string_view format);

[[nodiscard]] PickleFindings find_pickles(const FileEntry& file, Bytes bytes);

}  // namespace cupel
