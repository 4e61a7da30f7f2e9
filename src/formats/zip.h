// SPDX-License-Identifier: Apache-2.0
// zip: the members of a ZIP archive (APPNOTE 6.3.10), as every kind of reader would see them.
//
// Loaders disagree: Python's zipfile reads the central directory and checks it
// against local headers, PyTorch reads the central directory and ignores CRCs,
// others walk local headers. Members are therefore the union of the central
// directory and the local headers it does not mention, and each disagreement is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel::zip {

struct Member {
  std::string name;          // from the central directory; from the local header when hidden
  std::uint16_t method = 0;  // 0 stored, 8 deflated
  std::uint16_t flags = 0;   // of the central directory, or-ed with the local header's
  std::uint32_t crc32 = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t header_offset = 0;
  std::uint64_t data_offset = 0;
  bool hidden = false;   // stands in the file but not in the central directory
  bool unsized = false;  // no header says how large it is
  bool link = false;     // a symbolic link of Unix: its content is where it leads
};

struct Problem {
  std::string what;
  std::uint64_t at = 0;  // the header that says so
};

struct Limits {
  std::size_t members = 100'000;
  std::uint64_t member_bytes = 4ULL << 30U;  // of one extracted member
  std::uint64_t ratio = 200;                 // extracted to compressed, above 1 MiB
  bool checksums = true;  // false: that of a stored member is not computed, and passes for right
};

// Bytes that belong to nothing and are not all zero.
struct Stray {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct Reading {
  bool is_zip = false;
  bool complete =
      false;  // the directory was read to its end and every member stands inside the file
  std::vector<Member> members;
  std::vector<Problem> problems;  // disagreements and damage, one sentence each
  std::vector<Stray> stray;       // before, between and behind the members
  std::uint64_t end = 0;          // behind the end record and its comment
};

// Whether the bytes begin or end like an archive: one may stand behind anything.
[[nodiscard]] bool looks_like(Bytes bytes);
[[nodiscard]] Reading read(Bytes bytes, const Limits& limits = {});

// From the first member to behind the end record, of an archive about whose place no reader is in
// doubt: nothing when end records or central directories disagree.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
[[nodiscard]] std::optional<Extent> extent_of(Bytes bytes, const Limits& limits = {});

// Whether the flags of either header call the member encrypted. Readers differ in
// whether they mind: extract() goes on, for what is stored under such a flag may be plain.
[[nodiscard]] bool is_encrypted(const Member& member);

// The member's content: a view into `bytes` when it is stored, else unpacked into
// `buffer` (deflate, bzip2, LZMA, xz, Zstandard). Fault::unsupported for unknown methods,
// Fault::limit for what is larger than allowed, Fault::integrity for damaged data; `buffer` then
// holds what was unpacked so far. A wrong CRC is not an error (PyTorch ignores it); it is told
// in `crc_matches`.
struct Content {
  Bytes bytes;
  bool crc_matches = true;
  bool size_matches = true;
};
[[nodiscard]] Result<Content> extract(Bytes bytes, const Member& member,
                                      std::vector<std::byte>& buffer, const Limits& limits = {});

}  // namespace cupel::zip
