// SPDX-License-Identifier: Apache-2.0
// content: everything that stands inside of a file: the file itself, what archives and compressed
// streams in it hold, blobs of git, and the tensors of models.
//
// Pure, and bounded by limits whatever the bytes say. It looks for copies, not for danger:
// scan/ judges the same archives more strictly.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"

namespace cupel::retire {

struct ContentLimits {
  unsigned depth = 6;                          // containers in containers
  std::size_t layers = 200'000;                // the file, members and streams
  std::uint64_t unpacked_bytes = 8ULL << 30U;  // of everything that was packed, together
  std::uint64_t member_bytes = 1ULL << 30U;    // of one packed member, held in memory
};

// The file, or something inside of it.
struct ContentLayer {
  Bytes bytes = {};
  std::vector<std::string> inside =
      {};                     // names from the outermost member on; empty: the file itself
  bool is_container = false;  // an archive or a stream: its content follows as layers
};

// Hands every layer to `visit`, outer ones first. The views live as long as the call. Answers why
// something could not be looked into; empty: all of it was seen.
[[nodiscard]] std::vector<std::string> look_inside(
    Bytes file, const std::function<void(const ContentLayer&)>& visit,
    const ContentLimits& limits = {});

// The data of each tensor that a layer holds, as bytes: of safetensors, GGUF and NumPy files as
// their headers say; of a storage of PyTorch (a member `data/N` of its archives) the whole layer.
// Empty for anything else.
[[nodiscard]] std::vector<Bytes> tensors_of(const ContentLayer& layer);

}  // namespace cupel::retire
