// SPDX-License-Identifier: Apache-2.0
// npy: the header of a NumPy array file, which says whether a pickle follows.
// Source: numpy/lib/format.py, versions 1.0 to 3.0.
#pragma once

#include <cstdint>
#include <string>

#include "base/byte_reader.h"

namespace cupel::npy {

struct Reading {
  bool is_npy = false;
  bool complete = false;          // the header was read to its end
  bool objects = false;           // the elements are Python objects: the data are a pickle
  std::string description;        // the header's text
  std::uint64_t data_offset = 0;  // where the data begin
};

[[nodiscard]] Reading read(Bytes bytes);

}  // namespace cupel::npy
