// SPDX-License-Identifier: Apache-2.0
#include "detect/pair_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cupel::detect {
namespace {

// Bytes that are letters of one case, digits or signs share their high half: bucketed by
// the first byte's low half, a bucket takes in few pairs that nobody asked for.
std::uint8_t bucket_of(unsigned char first) {
  return static_cast<std::uint8_t>(1U << (first & 7U));
}

}  // namespace

void PairScan::Halves::mark(unsigned char byte, std::uint8_t bucket) {
  low.at(byte & 15U) |= bucket;
  high.at(byte >> 4U) |= bucket;
}

void PairScan::add(unsigned char first, unsigned char second) {
  pairs_.set(static_cast<std::size_t>(first) << 8U | second);
  first_.mark(first, bucket_of(first));
  second_.mark(second, bucket_of(first));
}

void PairScan::add_first(unsigned char first) {
  for (unsigned second = 0; second < 256; ++second) add(first, static_cast<unsigned char>(second));
}

std::size_t PairScan::next_plain(std::string_view text, std::size_t from) const {
  for (std::size_t at = from; at + 1 < text.size(); ++at) {
    if (holds(text, at)) return at;
  }
  return text.size();
}

#if defined(__x86_64__)

namespace {

// The buckets that each of 32 bytes may belong to.
__attribute__((target("avx2"))) inline __m256i buckets(__m256i bytes, __m256i low, __m256i high) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i low_half = _mm256_and_si256(bytes, nibble);
  const __m256i high_half = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
  return _mm256_and_si256(_mm256_shuffle_epi8(low, low_half), _mm256_shuffle_epi8(high, high_half));
}

__attribute__((target("avx2"))) inline __m256i table(const std::array<std::uint8_t, 16>& halves) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(halves.data())));
}

__attribute__((target("avx2"))) inline __m256i load(const char* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

}  // namespace

__attribute__((target("avx2"))) std::size_t PairScan::next_avx2(std::string_view text,
                                                                std::size_t from) const {
  constexpr std::size_t kPlaces = 32;
  const __m256i first_low = table(first_.low);
  const __m256i first_high = table(first_.high);
  const __m256i second_low = table(second_.low);
  const __m256i second_high = table(second_.high);
  std::size_t at = from;
  for (; at + kPlaces < text.size(); at += kPlaces) {
    const __m256i here = buckets(load(text.data() + at), first_low, first_high);
    const __m256i after = buckets(load(text.data() + at + 1), second_low, second_high);
    const __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(here, after), _mm256_setzero_si256());
    auto maybe = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
    for (; maybe != 0; maybe &= maybe - 1) {
      const auto place = at + static_cast<std::size_t>(__builtin_ctz(maybe));
      if (holds(text, place)) return place;
    }
  }
  return next_plain(text, at);
}

std::size_t PairScan::next(std::string_view text, std::size_t from) const {
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  return avx2 ? next_avx2(text, from) : next_plain(text, from);
}

#else

std::size_t PairScan::next(std::string_view text, std::size_t from) const {
  return next_plain(text, from);
}

#endif

}  // namespace cupel::detect
