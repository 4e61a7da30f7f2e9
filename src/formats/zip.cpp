// SPDX-License-Identifier: Apache-2.0
#include "formats/zip.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <zlib.h>

#include "base/text.h"

namespace cupel::zip {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEndRecord = 0x06054b50;
constexpr std::uint32_t kZip64EndRecord = 0x06064b50;
constexpr std::uint32_t kZip64Locator = 0x07064b50;
constexpr std::size_t kEndRecordBytes = 22;
constexpr std::size_t kLocalHeaderBytes = 30;
constexpr std::size_t kProblems = 100;

constexpr std::uint16_t kEncrypted = 0x0001;
constexpr std::uint16_t kSizesFollow = 0x0008;  // a data descriptor has them
constexpr std::uint16_t kPatched = 0x0020;
constexpr std::uint16_t kStronglyEncrypted = 0x0040;
constexpr std::uint16_t kMaskedHeaders = 0x2000;

struct Directory {
  std::uint64_t at = 0;  // where it stands in the file
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t shift = 0;  // bytes that somebody put before the archive
};

struct LocalHeader {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t data_offset = 0;
};

ByteReader reader_at(Bytes bytes, std::uint64_t at) {
  if (at >= bytes.size()) return ByteReader({});
  return ByteReader(bytes.subspan(static_cast<std::size_t>(at)));
}

std::uint32_t signature_at(Bytes bytes, std::uint64_t at) {
  return reader_at(bytes, at).u32le();
}

// The values that did not fit into 32 bits, from the ZIP64 extra field, in their fixed order.
void widen(Bytes extra, std::initializer_list<std::uint64_t*> values) {
  ByteReader in(extra);
  while (!in.done()) {
    const auto id = in.u16le();
    const auto content = in.take(in.u16le());
    if (!in.ok() || id != 0x0001) continue;
    ByteReader wide(content);
    for (auto* value : values) {
      if (*value != 0xffff'ffff) continue;
      const auto real = wide.u64le();
      if (wide.ok()) *value = real;
    }
    return;
  }
}

std::optional<LocalHeader> local_header(Bytes bytes, std::uint64_t at) {
  auto in = reader_at(bytes, at);
  if (in.u32le() != kLocalHeader) return {};
  LocalHeader header;
  in.u16le();  // version needed
  header.flags = in.u16le();
  header.method = in.u16le();
  in.u32le();  // time
  header.crc32 = in.u32le();
  header.compressed_bytes = in.u32le();
  header.size_bytes = in.u32le();
  const auto name_bytes = in.u16le();
  const auto extra_bytes = in.u16le();
  header.name = as_text(in.take(name_bytes));
  const auto extra = in.take(extra_bytes);
  if (!in.ok()) return {};
  widen(extra, {&header.size_bytes, &header.compressed_bytes});
  header.data_offset = at + in.offset();
  return header;
}

class Archive {
 public:
  Archive(Bytes bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

  Reading read() {
    const auto end = find_end();
    reading_.is_zip = end.has_value() || signature_at(bytes_, 0) == kLocalHeader;
    if (!reading_.is_zip) return std::move(reading_);
    bool whole = false;
    if (end) {
      whole = read_directory(*end);
    } else {
      problem("the archive has no end record: it is cut short");
    }
    find_hidden(end ? end->at : bytes_.size());
    compare_names();
    compare_places();
    reading_.complete = whole && !overflowed_;
    return std::move(reading_);
  }

 private:
  void problem(std::string what) {
    if (reading_.problems.size() < kProblems) reading_.problems.push_back(std::move(what));
  }
  void problem_of(const Member& member, std::string_view what) {
    problem(cat("member `", printable(member.name, 200), "` ", what));
  }

  // The end record nearest to the end of the file, as every reader takes it.
  std::optional<Directory> find_end() {
    constexpr std::size_t kLongestComment = 0xffff;
    if (bytes_.size() < kEndRecordBytes) return {};
    const std::size_t last = bytes_.size() - kEndRecordBytes;
    const std::size_t first = last - std::min(last, kLongestComment);
    std::optional<Directory> found;
    for (std::size_t at = last + 1; at-- > first;) {
      if (bytes_[at] != std::byte{'P'} || signature_at(bytes_, at) != kEndRecord) continue;
      auto in = reader_at(bytes_, at);
      in.take(8);  // signature and disk numbers
      Directory directory;
      in.u16le();  // entries on this disk
      directory.entries = in.u16le();
      directory.bytes = in.u32le();
      directory.at = in.u32le();
      const auto comment = in.u16le();
      if (at + kEndRecordBytes + comment > bytes_.size()) continue;
      if (found) {  // an archive inside of this one has an end record too, but none that reaches
                    // here
        if (at + kEndRecordBytes + comment < bytes_.size()) continue;
        problem("there are two end records, and readers differ in which they take");
        break;
      }
      if (at + kEndRecordBytes + comment < bytes_.size()) {
        problem("there are bytes behind the end of the archive");
      }
      found = widened(directory, at);
    }
    return found;
  }

  // Takes ZIP64's record where there is one, and finds out how far the archive was shifted.
  Directory widened(Directory directory, std::uint64_t end_at) {
    constexpr std::uint64_t kLocatorBytes = 20;
    std::uint64_t directory_end = end_at;
    if (end_at >= kLocatorBytes && signature_at(bytes_, end_at - kLocatorBytes) == kZip64Locator) {
      auto locator = reader_at(bytes_, end_at - kLocatorBytes + 8);
      auto at = locator.u64le();
      if (signature_at(bytes_, at) != kZip64EndRecord && end_at >= kLocatorBytes + 56) {
        at = end_at - kLocatorBytes - 56;
      }
      if (signature_at(bytes_, at) == kZip64EndRecord) {
        auto record = reader_at(bytes_, at);
        record.take(24);  // signature, size, versions, disks
        record.u64le();
        directory.entries = record.u64le();
        directory.bytes = record.u64le();
        directory.at = record.u64le();
        directory_end = at;
      } else {
        problem("the ZIP64 end record is not where its locator says");
      }
    }
    if (directory.bytes <= directory_end && directory.at < directory_end - directory.bytes) {
      directory.shift = directory_end - directory.bytes - directory.at;
      if (signature_at(bytes_, directory.at) == kCentralHeader && directory.entries != 0) {
        problem("there are two central directories, and readers differ in which they take");
      }
      if (signature_at(bytes_, directory.at + directory.shift) != kCentralHeader) {
        directory.shift = 0;
      } else {
        problem(cat(directory.shift, " bytes stand before the archive"));
      }
      directory.at += directory.shift;
    }
    return directory;
  }

  bool read_directory(const Directory& directory) {
    auto in = reader_at(bytes_, directory.at);
    std::uint64_t count = 0;
    for (; count < directory.entries; ++count) {
      if (reading_.members.size() >= limits_.members) {
        overflowed_ = true;
        problem("there are more members than the limit allows");
        return false;
      }
      Member member;
      if (!read_entry(in, member)) {
        problem(
            cat("the central directory ends after ", count, " of ", directory.entries, " members"));
        return false;
      }
      member.header_offset += directory.shift;
      if (!join_local(member)) whole_ = false;
      reading_.members.push_back(std::move(member));
    }
    if (in.u32le() == kCentralHeader && in.ok()) {
      problem("the central directory has more members than the end record counts");
      return false;
    }
    return whole_;
  }

  static bool read_entry(ByteReader& in, Member& member) {
    if (in.u32le() != kCentralHeader) return false;
    in.u32le();  // versions
    member.flags = in.u16le();
    member.method = in.u16le();
    in.u32le();  // time
    member.crc32 = in.u32le();
    member.compressed_bytes = in.u32le();
    member.size_bytes = in.u32le();
    const auto name_bytes = in.u16le();
    const auto extra_bytes = in.u16le();
    const auto comment_bytes = in.u16le();
    in.take(8);  // disk, attributes
    member.header_offset = in.u32le();
    member.name = as_text(in.take(name_bytes));
    const auto extra = in.take(extra_bytes);
    in.take(comment_bytes);
    if (!in.ok()) return false;
    widen(extra, {&member.size_bytes, &member.compressed_bytes, &member.header_offset});
    return true;
  }

  // Compares with the local header and finds the data. False when it is not in the file.
  bool join_local(Member& member) {
    const auto local = local_header(bytes_, member.header_offset);
    if (!local) {
      problem_of(member, "has no local header where the central directory says");
      return false;
    }
    member.local_name = local->name;
    member.data_offset = local->data_offset;
    if (local->name != member.name) {
      problem_of(member, cat("is called `", printable(local->name, 200), "` in its local header"));
    }
    if (local->method != member.method) problem_of(member, "has two compression methods");
    constexpr std::uint16_t kTelling = kEncrypted | kPatched | kStronglyEncrypted | kMaskedHeaders;
    if (((local->flags ^ member.flags) & kTelling) != 0)
      problem_of(member, "has two sets of flags");
    if ((local->flags & kSizesFollow) == 0 &&
        (local->size_bytes != member.size_bytes ||
         local->compressed_bytes != member.compressed_bytes)) {
      problem_of(member, "has two sizes");
    }
    if ((local->flags & kSizesFollow) == 0 && local->crc32 != member.crc32) {
      problem_of(member, "has two checksums");
    }
    member.flags = static_cast<std::uint16_t>(member.flags | local->flags);
    if (member.compressed_bytes > bytes_.size() - member.data_offset) {
      problem_of(member, "reaches beyond the end of the file");
      return false;
    }
    return true;
  }

  // Local headers in the bytes that no member of the directory covers.
  void find_hidden(std::uint64_t end) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> covered;
    for (const auto& member : reading_.members) {
      if (member.data_offset == 0) continue;
      covered.emplace_back(member.header_offset, member.data_offset + member.compressed_bytes);
    }
    std::ranges::sort(covered);
    std::uint64_t at = 0;
    const std::uint64_t limit = std::min<std::uint64_t>(end, bytes_.size());
    for (const auto& [begin, past] : covered) {
      if (begin > at) find_hidden_in(at, std::min(begin, limit));
      at = std::max(at, past);
    }
    if (at < limit) find_hidden_in(at, limit);
  }

  void find_hidden_in(std::uint64_t at, std::uint64_t end) {
    constexpr std::string_view kSignature("PK\x03\x04", 4);
    while (at + kLocalHeaderBytes <= end) {
      const auto gap =
          as_text(bytes_.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(end - at)));
      const auto found = gap.find(kSignature);
      if (found == std::string_view::npos) return;
      at += found;
      const auto local = local_header(bytes_, at);
      if (!local || local->data_offset > end) {
        ++at;
        continue;
      }
      if (reading_.members.size() >= limits_.members) {
        overflowed_ = true;
        return;
      }
      Member member{.name = local->name,
                    .local_name = local->name,
                    .method = local->method,
                    .flags = local->flags,
                    .crc32 = local->crc32,
                    .compressed_bytes = local->compressed_bytes,
                    .size_bytes = local->size_bytes,
                    .header_offset = at,
                    .data_offset = local->data_offset,
                    .hidden = true};
      // Without sizes, what follows up to the next thing may be its data.
      const auto left = bytes_.size() - member.data_offset;
      const bool unsized = (member.flags & kSizesFollow) != 0 && member.compressed_bytes == 0;
      if (unsized || member.compressed_bytes > left) {
        member.compressed_bytes = std::min<std::uint64_t>(end, bytes_.size()) - member.data_offset;
        if (member.method == 0) member.size_bytes = member.compressed_bytes;
      }
      problem_of(member, "is not in the central directory");
      at = unsized ? member.data_offset : member.data_offset + member.compressed_bytes;
      reading_.members.push_back(std::move(member));
    }
  }

  void compare_names() {
    std::unordered_map<std::string_view, int> seen;
    for (const auto& member : reading_.members) {
      if (++seen[member.name] == 2) problem_of(member, "stands in the archive twice");
      if (member.name.find('\0') != std::string::npos) problem_of(member, "has a NUL in its name");
      if (leaves_folder(member.name)) problem_of(member, "would be unpacked outside its folder");
    }
  }

  static bool leaves_folder(std::string_view name) {
    if (name.starts_with('/') || name.starts_with('\\')) return true;
    if (name.size() > 1 && name[1] == ':') return true;
    std::string plain(name);
    std::ranges::replace(plain, '\\', '/');
    const auto parts = split(plain, '/');
    return std::ranges::find(parts, std::string_view("..")) != parts.end();
  }

  void compare_places() {
    std::vector<const Member*> by_place;
    for (const auto& member : reading_.members) {
      if (member.data_offset != 0) by_place.push_back(&member);
    }
    std::ranges::sort(by_place, {}, &Member::header_offset);
    for (std::size_t i = 1; i < by_place.size(); ++i) {
      const auto& before = *by_place[i - 1];
      if (before.data_offset + before.compressed_bytes > by_place[i]->header_offset) {
        problem_of(*by_place[i], "shares bytes with the member before it");
        return;
      }
    }
  }

  Bytes bytes_;
  const Limits& limits_;
  Reading reading_;
  bool whole_ = true;
  bool overflowed_ = false;
};

struct Inflater {
  z_stream stream{};
  bool ready = false;
  Inflater() { ready = inflateInit2(&stream, -MAX_WBITS) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  Inflater(Inflater&&) = delete;
  Inflater& operator=(Inflater&&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

// Inflates up to `most` bytes. Growth follows what was really unpacked, never what a header claims.
Result<bool> inflate_into(Bytes packed, std::vector<std::byte>& out, std::uint64_t most) {
  constexpr std::size_t kStep = 256U << 10U;
  Inflater inflater;
  if (!inflater.ready) return fail(Fault::limit, "not enough memory to unpack");
  auto& stream = inflater.stream;
  std::size_t fed = 0;
  out.clear();
  int state = Z_OK;
  while (state != Z_STREAM_END && out.size() < most) {
    if (stream.avail_in == 0 && fed < packed.size()) {
      const auto piece = std::min<std::size_t>(packed.size() - fed, 1U << 30U);
      // zlib does not write through next_in, but its type says otherwise.
      stream.next_in = const_cast<Bytef*>(  // NOLINT(*-const-cast)
          reinterpret_cast<const Bytef*>(packed.data() + fed));
      stream.avail_in = static_cast<uInt>(piece);
      fed += piece;
    }
    const std::size_t before = out.size();
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(
        most - before, std::max<std::size_t>(kStep, std::min<std::size_t>(before, 64U << 20U))));
    out.resize(before + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(room);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + room - stream.avail_out);
    const bool starved = state == Z_BUF_ERROR && stream.avail_in == 0 && fed == packed.size();
    if (starved || (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)) {
      return fail(Fault::integrity, "damaged deflate data");
    }
  }
  return state == Z_STREAM_END;
}

Result<Bytes> packed_bytes(Bytes bytes, const Member& member) {
  if (member.method != 0 && member.method != 8) {
    return fail(Fault::unsupported, cat("compression method ", member.method, " is not known"));
  }
  if (member.data_offset == 0 || member.data_offset > bytes.size() ||
      member.compressed_bytes > bytes.size() - member.data_offset) {
    return fail(Fault::integrity, "the member is not inside the file");
  }
  return bytes.subspan(static_cast<std::size_t>(member.data_offset),
                       static_cast<std::size_t>(member.compressed_bytes));
}

bool crc_fits(Bytes content, const Member& member) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()) == member.crc32;
}

}  // namespace

Reading read(Bytes bytes, const Limits& limits) {
  return Archive(bytes, limits).read();
}

bool is_encrypted(const Member& member) {
  return (member.flags & (kEncrypted | kStronglyEncrypted | kMaskedHeaders)) != 0;
}

Result<Content> extract(Bytes bytes, const Member& member, std::vector<std::byte>& buffer,
                        const Limits& limits) {
  const auto packed = TRY(packed_bytes(bytes, member));
  if (member.method == 0) return Content{packed, crc_fits(packed, member)};
  constexpr std::uint64_t kHarmless = 1U << 20U;  // the ratio of something small is no bomb
  const std::uint64_t by_ratio =
      std::max<std::uint64_t>(kHarmless, limits.ratio * std::uint64_t{packed.size()});
  const std::uint64_t most = std::min(limits.member_bytes, by_ratio);
  if (!TRY(inflate_into(packed, buffer, most)) && buffer.size() >= most) {
    return fail(Fault::limit, cat("the member unpacks to more than ", human_bytes(most)));
  }
  return Content{buffer, crc_fits(buffer, member)};
}

Result<std::vector<std::byte>> peek(Bytes bytes, const Member& member, std::size_t count) {
  const auto packed = TRY(packed_bytes(bytes, member));
  std::vector<std::byte> head;
  if (member.method == 0) {
    const auto first = packed.first(std::min(count, packed.size()));
    head.assign(first.begin(), first.end());
    return head;
  }
  static_cast<void>(TRY(inflate_into(packed, head, count)));
  return head;
}

}  // namespace cupel::zip
