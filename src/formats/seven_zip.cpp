// SPDX-License-Identifier: Apache-2.0
#include "formats/seven_zip.h"

#include <algorithm>
#include <string_view>

#include <zlib.h>

#include "base/text.h"
#include "formats/unpack/decoder.h"

namespace cupel::seven_zip {
namespace {

constexpr std::uint64_t kSignatureBytes = 32;
constexpr std::size_t kCoders = 4;
constexpr std::uint64_t kThings = 100'000;  // members, folders, streams
constexpr unsigned kProperties = 64;        // of members; there are about a dozen kinds

enum Id : std::uint8_t {
  end = 0x00,
  header = 0x01,
  archive_properties = 0x02,
  additional_streams = 0x03,
  main_streams = 0x04,
  files = 0x05,
  pack_info = 0x06,
  unpack_info = 0x07,
  substreams = 0x08,
  sizes = 0x09,
  digests = 0x0a,
  folder = 0x0b,
  unpack_sizes = 0x0c,
  stream_counts = 0x0d,
  empty_stream = 0x0e,
  empty_file = 0x0f,
  names = 0x11,
  attributes = 0x15,
  encoded_header = 0x17,
};

constexpr std::uint64_t kCopy = 0x00;
constexpr std::uint64_t kLzma = 0x030101;
constexpr std::uint64_t kDeflate = 0x040108;
constexpr std::uint64_t kBzip2 = 0x040202;
constexpr std::uint64_t kZstd = 0x04f71101;
constexpr std::uint64_t kAes = 0x06f10701;

// Filters of liblzma, by the ids of 7z, old and new.
std::optional<unpack::RawFilter::Kind> filter_of(std::uint64_t id) {
  using Kind = unpack::RawFilter::Kind;
  switch (id) {
    case kLzma:
      return Kind::lzma;
    case 0x21:
      return Kind::lzma2;
    case 0x03:
      return Kind::delta;
    case 0x04:
    case 0x03030103:
      return Kind::x86;
    case 0x05:
    case 0x03030205:
      return Kind::powerpc;
    case 0x06:
    case 0x03030401:
      return Kind::ia64;
    case 0x07:
    case 0x03030501:
      return Kind::arm;
    case 0x08:
    case 0x03030701:
      return Kind::armthumb;
    case 0x09:
    case 0x03030805:
      return Kind::sparc;
    case 0x0a:
      return Kind::arm64;
    default:
      return {};
  }
}

// `all` coders, and those of them that make a chain.
std::string why_not(const std::vector<Coder>& all, const std::vector<Coder>& coders) {
  const auto has = [&](std::uint64_t id) {
    return std::ranges::find(all, id, &Coder::id) != all.end();
  };
  if (has(kAes)) return "it is encrypted";
  if (coders.empty()) return "it is packed by several methods at once";
  if (coders.size() == 1 && (has(kCopy) || has(kDeflate) || has(kBzip2) || has(kZstd))) return {};
  for (std::size_t i = 0; i < coders.size(); ++i) {
    using Kind = unpack::RawFilter::Kind;
    const auto filter = filter_of(coders[i].id);
    const bool packs = filter == Kind::lzma || filter == Kind::lzma2;
    if (!filter || packs != (i + 1 == coders.size())) {
      return cat("it is packed by method ", coders[i].id, ", which is not known");
    }
  }
  return {};
}

// One stream of the packed data may feed each coder; what they are when it is a plain chain.
struct Chain {
  std::vector<Coder> coders;                                   // as the header has them
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bonds;  // input, output
  std::uint64_t inputs = 0;
  std::uint64_t outputs = 0;

  [[nodiscard]] std::uint64_t last_output() const {
    for (std::uint64_t i = 0; i < outputs; ++i) {
      if (std::ranges::find(bonds, i, &std::pair<std::uint64_t, std::uint64_t>::second) ==
          bonds.end()) {
        return i;
      }
    }
    return 0;
  }

  // From what unpacks last to what the packed data goes into.
  [[nodiscard]] std::vector<Coder> in_order() const {
    if (inputs != coders.size() || outputs != coders.size()) return {};
    std::vector<Coder> out;
    auto at = last_output();
    while (out.size() < coders.size()) {
      out.push_back(coders[static_cast<std::size_t>(at)]);
      const auto next =
          std::ranges::find(bonds, at, &std::pair<std::uint64_t, std::uint64_t>::first);
      if (next == bonds.end()) break;
      if (next->second >= coders.size()) return {};
      at = next->second;
    }
    return out.size() == coders.size() ? out : std::vector<Coder>{};
  }
};

class Header {
 public:
  Header(Bytes bytes, Reading& reading) : in_(bytes), size_(bytes.size()), reading_(reading) {}

  // What is packed, of the header that holds everything else.
  bool encoded() { return streams() && in_.ok(); }

  bool everything() {
    auto id = in_.u8();
    if (id == archive_properties) {
      while (in_.ok() && in_.u8() != end) in_.take(number());
      id = in_.u8();
    }
    if (id == additional_streams) return false;  // nobody writes them
    if (id == main_streams) {
      if (!streams()) return false;
      id = in_.u8();
    }
    if (id == files) {
      if (!read_files()) return false;
      id = in_.u8();
    }
    return in_.ok() && id == end;
  }

 private:
  // One to nine bytes: the leading ones of the first tell how many follow.
  std::uint64_t number() {
    const unsigned first = in_.u8();
    std::uint64_t value = 0;
    unsigned mask = 0x80;
    for (unsigned i = 0; i < 8; ++i, mask >>= 1U) {
      if ((first & mask) == 0) {
        return value | (std::uint64_t{first & (mask - 1)} << (8 * i));
      }
      value |= std::uint64_t{in_.u8()} << (8 * i);
    }
    return value;
  }

  // A number of things, each of which takes at least one byte of the header.
  bool count(std::uint64_t& value) {
    value = number();
    return in_.ok() && value <= size_ && value <= kThings;
  }

  std::vector<bool> bits(std::uint64_t count) {
    std::vector<bool> out;
    unsigned byte = 0;
    for (std::uint64_t i = 0; i < count && in_.ok(); ++i) {
      if (i % 8 == 0) byte = in_.u8();
      out.push_back(((byte << (i % 8)) & 0x80U) != 0);
    }
    out.resize(static_cast<std::size_t>(count));
    return out;
  }

  std::vector<bool> optional_bits(std::uint64_t count) {
    if (in_.u8() != 0) return std::vector<bool>(static_cast<std::size_t>(count), true);
    return bits(count);
  }

  std::vector<std::optional<std::uint32_t>> checksums(std::uint64_t count) {
    const auto defined = optional_bits(count);
    std::vector<std::optional<std::uint32_t>> out(defined.size());
    for (std::size_t i = 0; i < defined.size() && in_.ok(); ++i) {
      if (defined[i]) out[i] = in_.u32le();
    }
    return out;
  }

  bool streams() {
    auto id = in_.u8();
    if (id == pack_info) {
      if (!packs()) return false;
      id = in_.u8();
    }
    if (id == unpack_info) {
      if (!unpacks()) return false;
      id = in_.u8();
    }
    for (const auto& folder : reading_.folders) {
      streams_.push_back({1, folder.size_bytes});
    }
    if (id == substreams) {
      if (!parts()) return false;
      id = in_.u8();
    } else {
      whole_folders();
    }
    return in_.ok() && id == end;
  }

  bool packs() {
    pack_at_ = number();
    std::uint64_t many = 0;
    if (!count(many) || pack_at_ > ~std::uint64_t{0} / 2) return false;
    for (auto id = in_.u8(); in_.ok() && id != end; id = in_.u8()) {
      if (id == sizes) {
        for (std::uint64_t i = 0; i < many && in_.ok(); ++i) pack_sizes_.push_back(number());
      } else if (id == digests) {
        static_cast<void>(checksums(many));
      } else {
        return false;
      }
    }
    return in_.ok() && pack_sizes_.size() == many;
  }

  bool unpacks() {
    std::uint64_t many = 0;
    if (in_.u8() != folder || !count(many) || in_.u8() != 0) return false;
    std::vector<Chain> chains(static_cast<std::size_t>(many));
    std::size_t next_pack = 0;
    std::uint64_t at = kSignatureBytes + pack_at_;
    for (auto& chain : chains) {
      std::uint64_t packed = 0;
      if (!read_chain(chain, packed)) return false;
      Folder out{.coders = chain.in_order(), .unsupported = {}, .packed_at = at};
      out.unsupported = why_not(chain.coders, out.coders);
      for (std::uint64_t i = 0; i < packed; ++i, ++next_pack) {
        if (next_pack >= pack_sizes_.size()) return false;
        out.packed_bytes += pack_sizes_[next_pack];
        at += pack_sizes_[next_pack];
      }
      reading_.folders.push_back(std::move(out));
    }
    return unpacked_sizes(chains);
  }

  bool unpacked_sizes(const std::vector<Chain>& chains) {
    if (in_.u8() != unpack_sizes) return false;
    for (std::size_t i = 0; i < chains.size(); ++i) {
      const auto last = chains[i].last_output();
      for (std::uint64_t output = 0; output < chains[i].outputs && in_.ok(); ++output) {
        const auto size = number();
        if (output == last) reading_.folders[i].size_bytes = size;
      }
    }
    folder_crc_.resize(chains.size());
    auto id = in_.u8();
    if (id == digests) {
      folder_crc_ = checksums(chains.size());
      id = in_.u8();
    }
    return in_.ok() && id == end;
  }

  bool read_chain(Chain& chain, std::uint64_t& packed) {
    const auto many = number();
    if (!in_.ok() || many == 0 || many > kCoders) return false;
    for (std::uint64_t i = 0; i < many; ++i) {
      Coder coder;
      const unsigned flags = in_.u8();
      if ((flags & 0xcU) > 8 || (flags & 0x80U) != 0) return false;
      for (const auto byte : in_.take(flags & 0xfU)) {
        coder.id = (coder.id << 8U) | std::to_integer<std::uint64_t>(byte);
      }
      const bool complex = (flags & 0x10U) != 0;
      const auto inputs = complex ? number() : 1;
      const auto outputs = complex ? number() : 1;
      if (inputs > kCoders || outputs > kCoders) return false;
      chain.inputs += inputs;
      chain.outputs += outputs;
      if ((flags & 0x20U) != 0) {
        const auto properties = in_.take(number());
        coder.properties.assign(properties.begin(), properties.end());
      }
      chain.coders.push_back(std::move(coder));
    }
    if (!in_.ok() || chain.outputs == 0 || chain.inputs + 1 < chain.outputs) return false;
    for (std::uint64_t i = 0; i + 1 < chain.outputs; ++i) {
      const auto input = number();
      chain.bonds.emplace_back(input, number());
    }
    packed = chain.inputs - chain.bonds.size();
    for (std::uint64_t i = 0; packed > 1 && i < packed; ++i) number();
    return in_.ok();
  }

  struct Streams {
    std::uint64_t count = 1;
    std::uint64_t left = 0;
  };

  void part(std::size_t folder, std::uint64_t offset, std::uint64_t size,
            std::optional<std::uint32_t> crc) {
    parts_.push_back({.folder = folder, .offset = offset, .size_bytes = size, .crc32 = crc});
  }

  void whole_folders() {
    for (std::size_t i = 0; i < reading_.folders.size(); ++i) {
      part(i, 0, reading_.folders[i].size_bytes, folder_crc_[i]);
    }
  }

  bool parts() {
    auto id = in_.u8();
    if (id == stream_counts) {
      std::uint64_t all = 0;
      for (auto& stream : streams_) {
        if (!count(stream.count)) return false;
        all += stream.count;
        if (all > kThings) return false;
      }
      id = in_.u8();
    }
    const bool sized = id == sizes;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      std::uint64_t offset = 0;
      const auto whole = reading_.folders[i].size_bytes;
      for (std::uint64_t j = 0; j < streams_[i].count; ++j) {
        const auto left = whole - offset;
        const auto size = j + 1 == streams_[i].count ? left : sized ? number() : 0;
        if (!in_.ok() || size > left) return false;
        part(i, offset, size, streams_[i].count == 1 ? folder_crc_[i] : std::nullopt);
        offset += size;
      }
    }
    if (sized) id = in_.u8();
    return part_checksums(id);
  }

  bool part_checksums(std::uint8_t id) {
    if (id == digests) {
      std::vector<std::size_t> unknown;
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (!parts_[i].crc32) unknown.push_back(i);
      }
      const auto told = checksums(unknown.size());
      for (std::size_t i = 0; i < unknown.size(); ++i) parts_[unknown[i]].crc32 = told[i];
      id = in_.u8();
    }
    return in_.ok() && id == end;
  }

  bool read_files() {
    std::uint64_t many = 0;
    if (!count(many)) return false;
    reading_.members.resize(static_cast<std::size_t>(many));
    std::vector<bool> empty(reading_.members.size());
    std::vector<bool> empty_files;
    unsigned properties = 0;
    for (auto id = in_.u8(); in_.ok() && id != end; id = in_.u8()) {
      const auto content = in_.take(number());
      if (++properties > kProperties) return false;
      Header property(content, reading_);
      if (id == empty_stream) {
        empty = property.bits(many);
      } else if (id == empty_file) {
        const auto count = static_cast<std::uint64_t>(std::ranges::count(empty, true));
        empty_files = property.bits(count);
      } else if (id == names) {
        if (!property.read_names()) return false;
      } else if (id == attributes) {
        property.read_attributes();
      }
      if (!property.in_.ok()) return false;
    }
    return in_.ok() && assign(empty, empty_files);
  }

  // Names in UTF-16, each with a zero behind it.
  bool read_names() {
    if (in_.u8() != 0) return false;  // stands elsewhere: nobody writes that
    for (auto& member : reading_.members) {
      std::uint32_t high = 0;
      for (auto unit = in_.u16le(); in_.ok() && unit != 0; unit = in_.u16le()) {
        if (unit >= 0xd800 && unit < 0xdc00) {
          high = unit;
        } else if (unit >= 0xdc00 && unit < 0xe000 && high != 0) {
          append_utf8(member.name, 0x10000 + ((high - 0xd800) << 10U) + (unit - 0xdc00U));
          high = 0;
        } else {
          append_utf8(member.name, unit);
        }
      }
    }
    return in_.ok();
  }

  void read_attributes() {
    const auto defined = optional_bits(reading_.members.size());
    if (in_.u8() != 0) return;
    for (std::size_t i = 0; i < defined.size() && in_.ok(); ++i) {
      if (!defined[i]) continue;
      const auto value = in_.u32le();
      constexpr std::uint32_t kUnix = 0x8000;  // the upper half is a mode of Unix
      reading_.members[i].link = (value & kUnix) != 0 && value >> 28U == 0xa;
      reading_.members[i].directory = (value & 0x10U) != 0;
    }
  }

  bool assign(const std::vector<bool>& empty, const std::vector<bool>& empty_files) {
    std::size_t next = 0;
    std::size_t next_empty = 0;
    for (std::size_t i = 0; i < reading_.members.size(); ++i) {
      auto& member = reading_.members[i];
      if (empty[i]) {
        member.directory = next_empty >= empty_files.size() || !empty_files[next_empty];
        ++next_empty;
        continue;
      }
      if (next >= parts_.size()) return false;
      member.folder = parts_[next].folder;
      member.offset = parts_[next].offset;
      member.size_bytes = parts_[next].size_bytes;
      member.crc32 = parts_[next].crc32;
      ++next;
    }
    return next == parts_.size();
  }

  ByteReader in_;
  std::uint64_t size_;
  Reading& reading_;
  std::uint64_t pack_at_ = 0;
  std::vector<std::uint64_t> pack_sizes_;
  std::vector<std::optional<std::uint32_t>> folder_crc_;
  std::vector<Streams> streams_;
  std::vector<Member> parts_;
};

// Headers are packed like everything else, sometimes more than once.
bool unpack_header(Bytes bytes, std::vector<std::byte>& header, const Limits& limits,
                   Reading& reading) {
  for (unsigned turn = 0; turn < 4; ++turn) {
    ByteReader in(header);
    if (in.u8() != encoded_header) return true;
    Reading packed;
    Header encoded(Bytes(header).subspan(1), packed);
    if (!encoded.encoded() || packed.folders.size() != 1) return false;
    const auto& only = packed.folders.front();
    reading.encrypted = only.unsupported == "it is encrypted";
    if (!only.unsupported.empty()) {
      reading.problem = cat("of its header: ", only.unsupported);
      return false;
    }
    std::vector<std::byte> out;
    const auto outcome = extract(bytes, only, limits.header_bytes, out);
    if (!outcome.problem.empty()) {
      reading.problem = cat("of its header: ", outcome.problem);
      return false;
    }
    header = std::move(out);
  }
  return false;
}

}  // namespace

std::uint32_t crc32_of(Bytes bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

bool looks_like(Bytes bytes) {
  return as_text(bytes).starts_with("7z\xbc\xaf\x27\x1c");
}

Reading read(Bytes bytes, const Limits& limits) {
  Reading reading;
  reading.is_seven_zip = looks_like(bytes);
  if (!reading.is_seven_zip) return reading;
  reading.problem = "its header is damaged";
  ByteReader in(bytes);
  in.take(12);  // signature, version, checksum
  const auto offset = in.u64le();
  const auto size = in.u64le();
  const auto crc = in.u32le();
  const auto rest = bytes.size() - std::min<std::uint64_t>(bytes.size(), kSignatureBytes);
  if (!in.ok() || offset > rest || size > rest - offset) {
    reading.problem = "it is cut short";
    reading.end = bytes.size();
    return reading;
  }
  reading.header_offset = kSignatureBytes + offset;
  reading.end = reading.header_offset + size;
  const auto packed = bytes.subspan(static_cast<std::size_t>(reading.header_offset),
                                    static_cast<std::size_t>(size));
  if (size == 0) {
    reading.problem.clear();
    reading.complete = true;
    return reading;
  }
  std::vector<std::byte> header(packed.begin(), packed.end());
  if (!unpack_header(bytes, header, limits, reading)) return reading;
  Header everything(Bytes(header).subspan(1), reading);
  if (header.front() != std::byte{Id::header} || !everything.everything()) return reading;
  reading.problem = crc == crc32_of(packed) ? "" : "its header has another checksum";
  reading.complete = reading.problem.empty();
  return reading;
}

unpack::Outcome extract(Bytes bytes, const Folder& folder, std::uint64_t most,
                        std::vector<std::byte>& out) {
  if (!folder.unsupported.empty()) return {.limited = true, .problem = folder.unsupported};
  if (folder.packed_at > bytes.size() || folder.packed_bytes > bytes.size() - folder.packed_at) {
    return {.problem = "it is not inside the file"};
  }
  const auto packed = bytes.subspan(static_cast<std::size_t>(folder.packed_at),
                                    static_cast<std::size_t>(folder.packed_bytes));
  const auto id = folder.coders.front().id;
  using unpack::Codec;
  if (id == kDeflate) return unpack::unpack(Codec::deflate, packed, most, out);
  if (id == kBzip2) return unpack::unpack_all(Codec::bzip2, packed, most, out);
  if (id == kZstd) return unpack::unpack_all(Codec::zstd, packed, most, out);
  if (id == kCopy) {
    const auto taken =
        packed.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, packed.size())));
    out.insert(out.end(), taken.begin(), taken.end());
    const bool all = taken.size() == packed.size();
    return {.packed_bytes = taken.size(),
            .ended = all,
            .limited = !all,
            .problem = all ? "" : "it is larger than what is examined"};
  }
  std::vector<unpack::RawFilter> filters;
  for (const auto& coder : folder.coders) {
    const auto kind = filter_of(coder.id);
    if (!kind) return {.limited = true, .problem = "it is packed in a way that is not known"};
    filters.push_back({.kind = *kind, .properties = coder.properties});
  }
  const auto decoder = unpack::raw_decoder(filters, folder.size_bytes, true);
  return unpack::run(decoder.get(), packed, most, out);
}

}  // namespace cupel::seven_zip
