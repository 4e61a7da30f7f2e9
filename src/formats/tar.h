// SPDX-License-Identifier: Apache-2.0
// tar: the members of a tar archive (POSIX ustar and pax, GNU, and what was before either), as
// every kind of reader would see them.
//
// Readers stop at different places: Python's at the first block that is no header, GNU tar goes
// on to the next one, some ignore pax headers. Members are therefore all whose headers stand in
// the file, wherever they stand, and each disagreement is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.h"

namespace cupel::tar {

enum class Kind { file, hard_link, symbolic_link, folder, device, other };

struct Member {
  std::string name;
  std::string link;  // where a link leads
  Kind kind = Kind::file;
  std::uint64_t header_offset = 0;
  std::uint64_t data_offset = 0;
  std::uint64_t size_bytes = 0;  // of the data in the archive
  bool hidden = false;           // stands behind the end, or behind damage
  bool sparse = false;           // the data is only part of the file
};

struct Problem {
  std::string what;
  std::uint64_t at = 0;  // of the header
};

struct Limits {
  std::size_t members = 100'000;
};

struct Reading {
  bool is_tar = false;
  bool complete = false;  // up to its end marker, and every member stands inside of the file
  std::vector<Member> members;
  std::vector<Problem> problems;  // damage, and on what readers disagree
  std::uint64_t end = 0;          // of the archive: behind the last header or data
};

// Whether the first block is a header: its checksum fits.
[[nodiscard]] bool looks_like(Bytes bytes);
[[nodiscard]] Reading read(Bytes bytes, const Limits& limits = {});

}  // namespace cupel::tar
