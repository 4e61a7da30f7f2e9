// SPDX-License-Identifier: Apache-2.0
// seven_zip: the members of a 7z archive, and how what they are packed in is unpacked.
//
// Members of one folder (7z's word for what is packed together) follow each other in what the
// folder unpacks to. Understood are LZMA, LZMA2, deflate, bzip2, Zstandard, stored data, and
// delta and branch filters before LZMA; whatever else, encryption above all, is named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "formats/unpack.h"

namespace cupel::seven_zip {

struct Coder {
  std::uint64_t id = 0;
  std::vector<std::byte> properties = {};
};

struct Folder {
  std::vector<Coder> coders;  // what unpacks last comes first; empty when it is no plain chain
  std::string unsupported;    // why it cannot be unpacked; "" when it can
  std::uint64_t packed_at = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t size_bytes = 0;
};

struct Member {
  std::string name = {};
  bool directory = false;
  bool link = false;                       // a symbolic link of Unix: its content is where it leads
  std::optional<std::size_t> folder = {};  // nothing: it is empty
  std::uint64_t offset = 0;                // in what the folder unpacks to
  std::uint64_t size_bytes = 0;
  std::optional<std::uint32_t> crc32 = {};
};

struct Limits {
  std::uint64_t header_bytes = 16ULL << 20U;  // of an unpacked header
};

struct Reading {
  bool is_seven_zip = false;
  bool complete = false;   // its header was read to the end
  std::string problem;     // why not
  bool encrypted = false;  // the header itself is: not even names are to be seen
  std::vector<Folder> folders;
  std::vector<Member> members;
  std::uint64_t header_offset = 0;
  std::uint64_t end = 0;  // of the archive
};

[[nodiscard]] bool looks_like(Bytes bytes);
[[nodiscard]] Reading read(Bytes bytes, const Limits& limits = {});

// Appends up to `most` bytes of what a folder holds to `out`. A folder that is only stored is
// unpacked too.
[[nodiscard]] unpack::Outcome extract(Bytes bytes, const Folder& folder, std::uint64_t most,
                                      std::vector<std::byte>& out);
[[nodiscard]] std::uint32_t crc32_of(Bytes bytes);

}  // namespace cupel::seven_zip
