// SPDX-License-Identifier: Apache-2.0
#include "ledger/tiles.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace cupel::tiles {
namespace {

// Three digits that are behind the next group, or all of it.
constexpr std::uint64_t kGroup = 1000;
// The highest number of a tile whose entries can be counted in 64 bits.
constexpr std::uint64_t kLast = ~std::uint64_t{0} / kWidth;

std::string three(std::uint64_t number) {
  std::string digits = cat(number);
  digits.insert(0, 3 - digits.size(), '0');
  return digits;
}

std::optional<std::uint64_t> plain_number(std::string_view text, std::uint64_t limit) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || cat(number) != text || number > limit) return {};
  return number;
}

// x001/x234/067: every group but the last behind an x, and the first of several not zero.
std::optional<std::uint64_t> read_groups(std::span<const std::string_view> groups) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::string_view group = groups[i];
    if (i + 1 < groups.size()) {
      if (!group.starts_with('x')) return {};
      group.remove_prefix(1);
    }
    const bool digits = group.size() == 3 &&
                        std::ranges::all_of(group, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || (groups.size() > 1 && i == 0 && group == "000")) return {};
    std::uint64_t value = 0;
    std::from_chars(group.data(), group.data() + group.size(), value);
    if (number > (kLast - value) / kGroup) return {};
    number = number * kGroup + value;
  }
  return groups.empty() ? std::nullopt : std::optional(number);
}

}  // namespace

std::string path_of(const Place& place) {
  std::string number = three(place.at % kGroup);
  for (std::uint64_t rest = place.at / kGroup; rest != 0; rest /= kGroup) {
    number.insert(0, cat("x", three(rest % kGroup), "/"));
  }
  const std::string level = place.level ? cat(*place.level) : "entries";
  const std::string partial = place.width == kWidth ? "" : cat(".p/", place.width);
  return cat("tile/", level, "/", number, partial);
}

std::optional<Place> read_path(std::string_view path) {
  // The longest is that of level 0 with seven groups.
  if (path.size() > 64) return {};
  auto parts = split(path, '/');
  Place place;
  if (parts.size() >= 4 && parts[parts.size() - 2].ends_with(".p")) {
    const auto width = plain_number(parts.back(), kWidth - 1);
    if (!width || *width == 0) return {};
    place.width = static_cast<unsigned>(*width);
    parts.pop_back();
    parts.back().remove_suffix(2);
  }
  if (parts.size() < 3 || parts[0] != "tile") return {};
  if (parts[1] != "entries") {
    const auto level = plain_number(parts[1], kLevels - 1);
    if (!level) return {};
    place.level = static_cast<unsigned>(*level);
  }
  const auto at = read_groups(std::span(parts).subspan(2));
  if (!at || *at >= kLast >> 8 * place.level.value_or(0)) return {};
  place.at = *at;
  return place;
}

std::uint64_t count_at(std::optional<unsigned> level, std::uint64_t size) {
  return level.value_or(0) >= kLevels ? 0 : size >> 8 * level.value_or(0);
}

std::vector<Place> added(std::uint64_t from, std::uint64_t to) {
  std::vector<Place> places;
  const auto add = [&](std::optional<unsigned> level) {
    const std::uint64_t before = count_at(level, from);
    const std::uint64_t now = count_at(level, to);
    if (now == before) return;
    for (std::uint64_t at = before / kWidth; at < now / kWidth; ++at) {
      places.push_back({.level = level, .at = at, .width = kWidth});
    }
    const auto rest = static_cast<unsigned>(now % kWidth);
    if (rest != 0) places.push_back({.level = level, .at = now / kWidth, .width = rest});
  };
  add({});
  for (unsigned level = 0; level < kLevels; ++level) add(level);
  return places;
}

std::vector<merkle::Node> nodes_of(const Place& place) {
  require(place.level.has_value());
  std::vector<merkle::Node> nodes;
  for (unsigned i = 0; i < place.width; ++i) {
    nodes.push_back({.level = 8 * *place.level, .at = place.at * kWidth + i});
  }
  return nodes;
}

std::string tile_text(std::span<const Digest> hashes) {
  std::string text;
  for (const auto& hash : hashes) text += as_text(hash);
  return text;
}

std::string bundle_text(std::span<const std::string> entries) {
  std::string text;
  for (const auto& entry : entries) {
    require(entry.size() <= kEntryLimit);
    text += static_cast<char>(entry.size() >> 8U);
    text += static_cast<char>(entry.size() & 0xFFU);
    text += entry;
  }
  return text;
}

Reading<Digest> read_tile(Bytes file, unsigned width) {
  constexpr std::size_t kHash = Digest().size();
  if (file.size() != width * kHash) {
    return {.items = {}, .problem = cat("it has ", file.size(), " bytes and not ", width * kHash)};
  }
  std::vector<Digest> hashes(width);
  for (auto& hash : hashes) {
    std::ranges::copy(file.first(kHash), hash.begin());
    file = file.subspan(kHash);
  }
  return {.items = std::move(hashes), .problem = {}};
}

Reading<std::string> read_bundle(Bytes file, unsigned width) {
  std::vector<std::string> entries;
  ByteReader in(file);
  for (unsigned i = 0; i < width; ++i) {
    const Bytes entry = in.take(in.u16be());
    if (!in.ok()) {
      return {.items = {}, .problem = cat("it ends at byte ", in.offset(), ", in entry ", i)};
    }
    entries.emplace_back(as_text(entry));
  }
  if (!in.done()) {
    return {.items = {}, .problem = cat("more follows at byte ", in.offset(), ", behind its end")};
  }
  return {.items = std::move(entries), .problem = {}};
}

}  // namespace cupel::tiles
