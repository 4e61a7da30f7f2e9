// SPDX-License-Identifier: Apache-2.0
// tiles: the log cut into files that anybody can serve, read and cache, as C2SP tlog-tiles
// has it (https://c2sp.org/tlog-tiles).
//
//   checkpoint                        the newest signed checkpoint
//   tile/<level>/<n>[.p/<width>]      up to 256 hashes of the tree's level 8 * level
//   tile/entries/<n>[.p/<width>]      up to 256 leaves, each behind its length (16 bits,
//   big-endian)
//
// <n> is written in groups of three digits, all but the last behind an `x`: 1234067 is
// x001/x234/067. A full tile never changes; a partial one is a beginning of the full one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "ledger/ledger.h"

namespace cupel::tiles {

inline constexpr unsigned kWidth = 256;
inline constexpr std::size_t kEntryLimit = 65'535;
// Above level 7 there is no tile of a log whose size has 64 bits.
inline constexpr unsigned kLevels = 8;

struct Place {
  std::optional<unsigned> level;  // nothing: a bundle of entries
  std::uint64_t at = 0;
  unsigned width = kWidth;
  bool operator==(const Place&) const = default;
};

[[nodiscard]] std::string path_of(const Place& place);
// Only what path_of writes, of places that a log can have.
[[nodiscard]] std::optional<Place> read_path(std::string_view path);

// How many entries or hashes a log of `size` has at a level.
[[nodiscard]] std::uint64_t count_at(std::optional<unsigned> level, std::uint64_t size);
// What a log of size `to` has and one of size `from` has not: bundles first.
[[nodiscard]] std::vector<Place> added(std::uint64_t from, std::uint64_t to);
// The subtrees whose hashes a tile holds. REQUIRES: a tile of hashes.
[[nodiscard]] std::vector<merkle::Node> nodes_of(const Place& place);

// The file of a tile or bundle. REQUIRES: no entry is larger than kEntryLimit.
[[nodiscard]] std::string tile_text(std::span<const Digest> hashes);
[[nodiscard]] std::string bundle_text(std::span<const std::string> entries);

// What was read, or why not. A tile or bundle holds exactly `width` of them.
template <class T>
struct Reading {
  std::optional<std::vector<T>> items;
  std::string problem;
};
[[nodiscard]] Reading<Digest> read_tile(Bytes file, unsigned width);
[[nodiscard]] Reading<std::string> read_bundle(Bytes file, unsigned width);

// A file of a ledger's log. Fault::missing when the log is not so long.
[[nodiscard]] Result<std::string> file_of(const Ledger& ledger, const Place& place);

struct Published {
  std::uint64_t size = 0;   // of the log that the folder now holds
  std::uint64_t files = 0;  // that were written
};
// Brings the log in `folder` up to the ledger's newest checkpoint: tiles first, then, when all of
// them are durable, the checkpoint. What an earlier checkpoint there covers is not touched, so a
// crash between any two writes leaves the old log, whole. Fault::integrity when the checkpoint
// there is of another log, or says what this ledger does not. One publisher at a time.
[[nodiscard]] Result<Published> publish(const Ledger& ledger, const std::filesystem::path& folder,
                                        Task& task);

}  // namespace cupel::tiles
