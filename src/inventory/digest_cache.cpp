// SPDX-License-Identifier: Apache-2.0
#include "inventory/digest_cache.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "formats/format.h"

namespace cupel {
namespace {

// On disk, numbers little-endian:
//   "cupel digests 1\n"  SHA-256 of the names of the formats that could be recognised
//   u32 count of format names; each: u8 size, bytes
//   u64 count of entries; each: device, inode, size, mtime, ctime (u64), u32 format, SHA-256
//   SHA-256 of all of the above, or HMAC-SHA-256 when there is a key
constexpr std::string_view kMagic = "cupel digests 1\n";
constexpr std::size_t kEntrySize = 5 * 8 + 4 + 32;
constexpr std::uint64_t kLargest = 512U << 20U;
constexpr std::int64_t kSettleNs = 2'000'000'000;

// A build that recognises other formats must look at the files again.
Digest formats_digest() {
  std::string names;
  for (const auto* format : all_formats()) names += cat(format->id, "\n");
  return sha256(names);
}

void put(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}

void put(std::string& out, const Digest& digest) {
  out += as_text(digest);
}

Digest digest_from(Bytes bytes) {
  Digest digest{};
  if (bytes.size() == digest.size()) std::ranges::copy(bytes, digest.begin());
  return digest;
}

FileState state_from(ByteReader& in) {
  FileState state;
  state.device = in.u64le();
  state.inode = in.u64le();
  state.size = in.u64le();
  state.modified_ns = static_cast<std::int64_t>(in.u64le());
  state.changed_ns = static_cast<std::int64_t>(in.u64le());
  return state;
}

Digest seal_of(std::string_view text, Bytes key) {
  return key.empty() ? sha256(text) : hmac_sha256(key, text);
}

std::vector<std::string> formats_from(ByteReader& in) {
  std::vector<std::string> formats;
  for (auto count = in.u32le(); count > 0 && in.ok(); --count) {
    formats.emplace_back(as_text(in.take(in.u8())));
  }
  return formats;
}

}  // namespace

DigestCache DigestCache::load(const std::filesystem::path& path, std::string& note, Bytes key) {
  const auto bytes = read_file(path, kLargest);
  if (bytes.ok()) return parse(bytes.value(), note, key);
  if (bytes.error().fault != Fault::missing) note = bytes.error().what;
  return {};
}

DigestCache DigestCache::parse(Bytes bytes, std::string& note, Bytes key) {
  constexpr std::size_t kDigest = sizeof(Digest);
  if (bytes.size() < kMagic.size() + 2 * kDigest || as_text(bytes.first(kMagic.size())) != kMagic) {
    note = "it is not a cache of this version";
    return {};
  }
  const Bytes body = bytes.first(bytes.size() - kDigest);
  if (seal_of(as_text(body), key) != digest_from(bytes.last(kDigest))) {
    note = key.empty() ? "it is damaged" : "it is damaged, or another key sealed it";
    return {};
  }
  ByteReader in(body.subspan(kMagic.size()));
  if (digest_from(in.take(kDigest)) != formats_digest()) return {};  // a new build: start anew
  const auto formats = formats_from(in);
  const std::uint64_t count = in.u64le();
  const std::size_t left = body.size() - kMagic.size() - in.offset();
  if (!in.ok() || count != left / kEntrySize || left % kEntrySize != 0) {
    note = "it is damaged";
    return {};
  }
  DigestCache cache;
  cache.entries_.reserve(static_cast<std::size_t>(count));
  while (!in.done()) {
    CachedDigest entry{.state = state_from(in), .sha256 = {}, .format = {}};
    const std::uint32_t format = in.u32le();
    entry.sha256 = digest_from(in.take(kDigest));
    if (format >= formats.size()) {
      note = "it is damaged";
      return {};
    }
    entry.format = formats[format];
    cache.entries_.push_back(std::move(entry));
  }
  if (!std::ranges::is_sorted(cache.entries_, {}, &CachedDigest::state)) {
    note = "it is damaged";
    return {};
  }
  return cache;
}

const CachedDigest* DigestCache::find(const FileState& state) const {
  const auto at = std::ranges::lower_bound(entries_, state, {}, &CachedDigest::state);
  return at != entries_.end() && at->state == state ? &*at : nullptr;
}

void DigestCache::replace(std::vector<CachedDigest> entries) {
  std::ranges::sort(entries, {}, &CachedDigest::state);
  // Hard links are one file; the two readings of it agree or were not remembered.
  const auto twins = std::ranges::unique(entries, {}, &CachedDigest::state);
  entries.erase(twins.begin(), twins.end());
  entries_ = std::move(entries);
}

std::string DigestCache::bytes(Bytes key) const {
  std::map<std::string_view, std::uint32_t> formats;
  for (const auto& entry : entries_) formats.try_emplace(entry.format, 0U);
  std::string out(kMagic);
  put(out, formats_digest());
  put(out, formats.size(), 4);
  std::uint32_t number = 0;
  for (auto& [name, index] : formats) {
    index = number++;
    put(out, name.size(), 1);
    out += name;
  }
  put(out, entries_.size(), 8);
  out.reserve(out.size() + entries_.size() * kEntrySize + sizeof(Digest));
  for (const auto& entry : entries_) {
    put(out, entry.state.device, 8);
    put(out, entry.state.inode, 8);
    put(out, entry.state.size, 8);
    put(out, static_cast<std::uint64_t>(entry.state.modified_ns), 8);
    put(out, static_cast<std::uint64_t>(entry.state.changed_ns), 8);
    put(out, formats.at(entry.format), 4);
    put(out, entry.sha256);
  }
  put(out, seal_of(out, key));
  return out;
}

Result<void> DigestCache::save(const std::filesystem::path& path, Bytes key) const {
  return replace_file(path, bytes(key), 0600);
}

bool DigestCache::settled(const FileState& state, std::int64_t read_at_ns) {
  const std::int64_t latest = std::max(state.modified_ns, state.changed_ns);
  return latest <= read_at_ns - kSettleNs;  // a time in the future never settles
}

}  // namespace cupel
