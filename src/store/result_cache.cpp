// SPDX-License-Identifier: Apache-2.0
#include "store/result_cache.h"

#include <algorithm>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace cupel {
namespace {

// On disk, numbers little-endian:
//   "cupel results 1\n"  u8 size and bytes of the build's name
//   u64 count of entries; each: u16 size and bytes of the key, u32 size and bytes of the answer
//   SHA-256 of all of the above
constexpr std::string_view kMagic = "cupel results 1\n";
constexpr std::uint64_t kLargest = 512U << 20U;
constexpr std::size_t kLongestKey = 0xffff;
constexpr std::size_t kLongestAnswer = 1U << 20U;

void put_number(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}

std::string key_of(std::string_view question, std::string_view sha256) {
  return cat(sha256, " ", question);
}

}  // namespace

ResultCache ResultCache::load(const std::filesystem::path& path, std::string_view build,
                              std::string& note) {
  const auto bytes = read_file(path, kLargest);
  if (bytes.ok()) return parse(bytes.value(), build, note);
  if (bytes.error().fault != Fault::missing) note = bytes.error().what;
  return ResultCache(build);
}

ResultCache ResultCache::parse(Bytes bytes, std::string_view build, std::string& note) {
  constexpr std::size_t kDigest = sizeof(Digest);
  ResultCache cache(build);
  if (bytes.size() < kMagic.size() + kDigest || as_text(bytes.first(kMagic.size())) != kMagic) {
    note = "it is not a cache of this version";
    return cache;
  }
  const Bytes body = bytes.first(bytes.size() - kDigest);
  if (!std::ranges::equal(sha256(body), bytes.last(kDigest))) {
    note = "it is damaged";
    return cache;
  }
  ByteReader in(body.subspan(kMagic.size()));
  if (as_text(in.take(in.u8())) != build) return cache;
  for (std::uint64_t count = in.u64le(); count > 0 && in.ok(); --count) {
    std::string key(as_text(in.take(in.u16le())));
    std::string answer(as_text(in.take(in.u32le())));
    cache.answers_.insert_or_assign(std::move(key), Answer{.text = std::move(answer)});
  }
  if (!in.ok() || !in.done()) {
    note = "it is damaged";
    return ResultCache(build);
  }
  return cache;
}

const std::string* ResultCache::find(std::string_view question, std::string_view sha256) {
  const auto at = answers_.find(key_of(question, sha256));
  if (at == answers_.end()) return nullptr;
  if (!at->second.used) ++used_;
  at->second.used = true;
  return &at->second.text;
}

void ResultCache::put(std::string_view question, std::string_view sha256, std::string answer) {
  auto key = key_of(question, sha256);
  if (key.size() > kLongestKey || answer.size() > kLongestAnswer) return;
  auto& entry = answers_[std::move(key)];
  if (!entry.used) ++used_;
  entry = {.text = std::move(answer), .used = true};
  added_ = true;
}

std::string ResultCache::bytes() const {
  std::vector<const std::pair<const std::string, Answer>*> entries;
  for (const auto& entry : answers_) {
    if (entry.second.used) entries.push_back(&entry);
  }
  std::ranges::sort(entries, {},
                    [](const auto* entry) -> const std::string& { return entry->first; });
  std::string out(kMagic);
  put_number(out, build_.size(), 1);
  out += build_;
  put_number(out, entries.size(), 8);
  for (const auto* entry : entries) {
    put_number(out, entry->first.size(), 2);
    out += entry->first;
    put_number(out, entry->second.text.size(), 4);
    out += entry->second.text;
  }
  out += as_text(sha256(out));
  return out;
}

Result<void> ResultCache::save(const std::filesystem::path& path) const {
  return replace_file(path, bytes(), 0600);
}

}  // namespace cupel
