// SPDX-License-Identifier: Apache-2.0
// hdf5: the links and outside files of an HDF5 file, and the texts that its attributes hold.
//
// Object headers are found in two ways: by walking groups from the root, as a loader does, and by
// their signatures wherever those stand, so that newer ways to index groups need no reading.
// Attributes are never packed: a text of JSON that one holds stands in the file as it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::hdf5 {

enum class Reach { external_link, external_storage, virtual_source };

// Bytes of another file that opening an object reads.
struct Outside {
  Reach reach = Reach::external_link;
  std::string file;
  std::string object;  // of a link
  std::string name;    // of what stands in this file, where it is known
  Span span;
};

struct Reading {
  bool is_hdf5 = false;
  std::vector<Outside> outside;
  std::vector<Span> texts;  // "{…}" of JSON, not in each other
  std::size_t objects = 0;  // headers that were read
  std::string problem;      // what of the structure could not be read
};

struct Limits {
  std::size_t objects = 1'000'000;
  std::size_t texts = 10'000;
};

[[nodiscard]] Reading read(Bytes bytes, const Limits& limits = {});

}  // namespace cupel::hdf5
