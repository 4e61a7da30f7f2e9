// SPDX-License-Identifier: Apache-2.0
#include "formats/zip.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/text.h"

namespace cupel::zip {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEndRecord = 0x06054b50;
constexpr std::uint32_t kZip64EndRecord = 0x06064b50;
constexpr std::uint32_t kZip64Locator = 0x07064b50;
constexpr std::uint32_t kDescriptor = 0x08074b50;
constexpr std::size_t kEndRecordBytes = 22;
constexpr std::size_t kLocalHeaderBytes = 30;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::size_t kProblems = 100;
constexpr std::uint32_t kWide = 0xffff'ffff;  // the value stands in the ZIP64 extra field

constexpr std::uint16_t kEncrypted = 0x0001;
constexpr std::uint16_t kSizesFollow = 0x0008;  // a data descriptor has them
constexpr std::uint16_t kPatched = 0x0020;
constexpr std::uint16_t kStronglyEncrypted = 0x0040;
constexpr std::uint16_t kMaskedHeaders = 0x2000;

struct Directory {
  std::uint64_t at = 0;  // where it stands in the file
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::int64_t shift = 0;       // bytes that somebody put before the archive, or took away
  std::uint64_t end = 0;        // where the records behind it begin
  std::uint64_t record_at = 0;  // the end record
};

struct LocalHeader {
  std::string_view name;
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

// The content of an extra field; nothing when there is none of that kind.
std::optional<Bytes> extra_field(Bytes extra, std::uint16_t wanted) {
  ByteReader in(extra);
  while (!in.done()) {
    const auto id = in.u16le();
    const auto content = in.take(in.u16le());
    if (in.ok() && id == wanted) return content;
  }
  return {};
}

// The values that did not fit into 32 bits, from the ZIP64 extra field, in their fixed order.
void widen(Bytes extra, std::initializer_list<std::uint64_t*> values) {
  const auto content = extra_field(extra, 0x0001);
  if (!content) return;
  ByteReader wide(*content);
  for (auto* value : values) {
    if (*value != kWide) continue;
    const auto real = wide.u64le();
    if (wide.ok()) *value = real;
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

// The end record nearest to the end, as every reader takes it, of those before `before`; its
// offset.
std::optional<std::size_t> last_end_record(Bytes bytes, std::size_t before = SIZE_MAX) {
  if (bytes.size() < kEndRecordBytes) return {};
  const std::size_t last = bytes.size() - kEndRecordBytes;
  const std::size_t first = last - std::min(last, kLongestComment);
  const auto window = as_text(bytes.subspan(first, last - first + 4));
  if (before <= first) return {};
  const auto found = window.rfind(std::string_view("PK\x05\x06", 4), before - 1 - first);
  if (found == std::string_view::npos) return {};
  return first + found;
}

bool has_name_in_other_letters(Bytes extra, std::string_view name) {
  const auto field = extra_field(extra, 0x7075);  // Unicode path: version, CRC, name in UTF-8
  if (!field || field->size() < 5) return false;
  const bool ascii = std::ranges::all_of(name, [](char c) { return (c & '\x80') == 0; });
  return ascii && as_text(field->subspan(5)) != name;
}

class Archive {
 public:
  Archive(Bytes bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

  Reading read() {
    const auto end = find_end();
    reading_.is_zip = end.has_value() || signature_at(bytes_, 0) == kLocalHeader;
    if (!reading_.is_zip) return std::move(reading_);
    bool whole = false;
    std::uint64_t past = bytes_.size();
    if (end) {
      whole = read_directory(*end);
      past = end->at;
    } else {
      reading_.end = bytes_.size();
      problem("the archive has no end record: it is cut short", bytes_.size());
    }
    find_uncovered(past);
    compare_names();
    compare_places();
    reading_.complete = whole && !overflowed_;
    return std::move(reading_);
  }

  std::optional<Extent> extent() {
    const auto end = find_end();
    if (!end || !read_directory(*end)) return {};
    if (!reading_.problems.empty() || reading_.members.empty()) return {};
    const auto first = std::ranges::min_element(reading_.members, {}, &Member::header_offset);
    return Extent{.begin = first->header_offset, .end = reading_.end};
  }

 private:
  void problem(std::string what, std::uint64_t at) {
    if (reading_.problems.size() < kProblems) reading_.problems.push_back({std::move(what), at});
  }
  void problem_of(const Member& member, std::string_view what) {
    problem(cat("member `", printable(member.name, 200), "` ", what), member.header_offset);
  }
  void stray(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end || end > bytes_.size()) return;
    const auto piece =
        bytes_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    if (std::ranges::all_of(piece, [](std::byte b) { return b == std::byte{0}; })) return;
    if (reading_.stray.size() < kProblems) {
      reading_.stray.push_back({begin, end});
    } else {
      reading_.stray.back().end = end;
    }
  }

  std::optional<Directory> find_end() {
    const auto at = last_end_record(bytes_);
    if (!at) return {};
    auto in = reader_at(bytes_, *at);
    in.u32le();
    const auto disk = in.u16le();
    const auto directory_disk = in.u16le();
    Directory directory{.record_at = *at};
    const auto here = in.u16le();
    directory.entries = in.u16le();
    directory.bytes = in.u32le();
    directory.at = in.u32le();
    reading_.end = *at + kEndRecordBytes + in.u16le();
    if ((disk != 0 || directory_disk != 0) && disk != 0xffff && directory_disk != 0xffff) {
      problem("the archive is one part of several", *at);
    } else if (here != directory.entries) {
      problem("the end record counts the members twice, and differently", *at);
    }
    if (reading_.end > bytes_.size()) {
      problem("the archive's comment reaches beyond the end of the file", *at);
      reading_.end = bytes_.size();
    }
    if (has_rival(*at)) {
      problem("there are two end records, and readers differ in which they take", *at);
    }
    stray(reading_.end, bytes_.size());
    return widened(directory);
  }

  // Another end record whose comment reaches to the very end. That of an archive inside of this
  // one does not.
  [[nodiscard]] bool has_rival(std::size_t at) const {
    for (auto other = last_end_record(bytes_, at); other; other = last_end_record(bytes_, *other)) {
      const auto comment = reader_at(bytes_, *other + 20).u16le();
      if (*other + kEndRecordBytes + comment == bytes_.size()) return true;
    }
    return false;
  }

  // Takes ZIP64's record where there is one, and finds out how far the archive was shifted.
  Directory widened(Directory directory) {
    constexpr std::uint64_t kLocatorBytes = 20;
    constexpr std::uint64_t kRecordBytes = 56;
    directory.end = directory.record_at;
    const auto locator_at = directory.record_at - std::min(directory.record_at, kLocatorBytes);
    if (directory.record_at >= kLocatorBytes && signature_at(bytes_, locator_at) == kZip64Locator) {
      auto locator = reader_at(bytes_, locator_at + 4);
      const auto disk = locator.u32le();
      auto at = locator.u64le();
      if (disk != 0 || locator.u32le() > 1) {
        problem("the archive is one part of several", locator_at);
      }
      if (signature_at(bytes_, at) != kZip64EndRecord && locator_at >= kRecordBytes) {
        at = locator_at - kRecordBytes;
      }
      if (signature_at(bytes_, at) == kZip64EndRecord && at <= locator_at) {
        read_zip64(directory, at, locator_at);
      } else {
        problem("the ZIP64 end record is not where its locator says", locator_at);
      }
    }
    return shifted(directory);
  }

  void read_zip64(Directory& directory, std::uint64_t at, std::uint64_t locator_at) {
    auto record = reader_at(bytes_, at + 4);
    const auto size = record.u64le();
    record.take(20);  // versions, disks, members on this disk
    const auto entries = record.u64le();
    const auto bytes = record.u64le();
    const auto where = record.u64le();
    const bool differs = (directory.entries != 0xffff && directory.entries != entries) ||
                         (directory.bytes != kWide && directory.bytes != bytes) ||
                         (directory.at != kWide && directory.at != where);
    if (differs) problem("its two end records disagree, and readers differ in which they take", at);
    if (at + 12 + size != locator_at) {
      problem("the ZIP64 end record does not end where its locator begins", at);
    }
    directory.entries = entries;
    directory.bytes = bytes;
    directory.at = where;
    directory.end = at;
  }

  // Python looks for the directory right before the records behind it, and takes the difference
  // for bytes that came or went in front; others go where the end record says.
  Directory shifted(Directory directory) {
    if (directory.bytes > directory.end) return directory;
    const auto before_end = directory.end - directory.bytes;
    if (directory.at == before_end) return directory;
    const bool here = signature_at(bytes_, directory.at) == kCentralHeader;
    const bool there = signature_at(bytes_, before_end) == kCentralHeader;
    if (here && directory.entries != 0 && (there || directory.at < before_end)) {
      problem("there are two central directories, and readers differ in which they take",
              directory.at);
    }
    if (there || (directory.entries == 0 && directory.at < before_end)) {
      directory.shift = static_cast<std::int64_t>(before_end - directory.at);
      directory.at = before_end;
    }
    return directory;
  }

  // Some readers go by the number of members, some by the directory's size: all that stand there.
  bool read_directory(const Directory& directory) {
    auto in = reader_at(bytes_, directory.at);
    std::uint64_t count = 0;
    while (signature_at(bytes_, directory.at + in.offset()) == kCentralHeader) {
      if (reading_.members.size() >= limits_.members) {
        overflowed_ = true;
        problem("there are more members than the limit allows", directory.at + in.offset());
        return false;
      }
      Member member;
      if (!read_entry(in, member, directory.at)) break;
      member.header_offset += static_cast<std::uint64_t>(directory.shift);
      if (!join_local(member)) whole_ = false;
      reading_.members.push_back(std::move(member));
      ++count;
    }
    if (count < directory.entries) {
      problem(
          cat("the central directory ends after ", count, " of ", directory.entries, " members"),
          directory.at);
      whole_ = false;
    } else if (count > directory.entries) {
      problem("the central directory has more members than the end record counts", directory.at);
    } else if (in.offset() != directory.bytes) {
      problem("the central directory is not as large as the end record says", directory.at);
    }
    stray(directory.at + in.offset(), directory.end);
    return whole_;
  }

  bool read_entry(ByteReader& in, Member& member, std::uint64_t directory_at) {
    const auto at = directory_at + in.offset();
    in.u32le();  // signature
    const auto made_by = in.u16le();
    in.u16le();  // version needed
    member.flags = in.u16le();
    member.method = in.u16le();
    in.u32le();  // time
    member.crc32 = in.u32le();
    member.compressed_bytes = in.u32le();
    member.size_bytes = in.u32le();
    const auto name_bytes = in.u16le();
    const auto extra_bytes = in.u16le();
    const auto comment_bytes = in.u16le();
    in.u32le();  // disk, internal attributes
    const auto attributes = in.u32le();
    member.header_offset = in.u32le();
    member.name = as_text(in.take(name_bytes));
    if (!in.ok()) return false;
    // zipfile takes what there is of the rest.
    const auto left = bytes_.size() - directory_at - in.offset();
    if (left < std::uint64_t{extra_bytes} + comment_bytes) {
      problem(cat("the entry of `", printable(member.name, 200), "` is cut short"), at);
    }
    const auto extra = in.take(std::min<std::uint64_t>(extra_bytes, left));
    in.take(std::min<std::uint64_t>(comment_bytes, left - extra.size()));
    widen(extra, {&member.size_bytes, &member.compressed_bytes, &member.header_offset});
    constexpr unsigned kUnix = 3;
    member.link = made_by >> 8U == kUnix && attributes >> 28U == 0xa;
    if (has_name_in_other_letters(extra, member.name)) {
      problem(cat("member `", printable(member.name, 200), "` has another name in Unicode"), at);
    }
    return true;
  }

  // Compares with the local header and finds the data. False when it is not in the file.
  bool join_local(Member& member) {
    const auto local = local_header(bytes_, member.header_offset);
    if (!local) {
      problem_of(member, "has no local header where the central directory says");
      return false;
    }
    member.data_offset = local->data_offset;
    compare(member, *local);
    member.flags = static_cast<std::uint16_t>(member.flags | local->flags);
    if (member.compressed_bytes > bytes_.size() - member.data_offset) {
      problem_of(member, "reaches beyond the end of the file");
      return false;
    }
    return true;
  }

  void compare(const Member& member, const LocalHeader& local) {
    if (local.name != member.name) {
      problem_of(member, cat("is called `", printable(local.name, 200), "` in its local header"));
    }
    if (local.method != member.method) problem_of(member, "has two compression methods");
    constexpr std::uint16_t kTelling = kEncrypted | kPatched | kStronglyEncrypted | kMaskedHeaders;
    if (((local.flags ^ member.flags) & kTelling) != 0) problem_of(member, "has two sets of flags");
    // What follows the data may stand in the header too, as zero or in ZIP64's way.
    const bool follow = (local.flags & kSizesFollow) != 0;
    const auto differs = [&](std::uint64_t here, std::uint64_t there) {
      return here != there && !(follow && (here == 0 || here == kWide));
    };
    if (differs(local.size_bytes, member.size_bytes) ||
        differs(local.compressed_bytes, member.compressed_bytes)) {
      problem_of(member, "has two sizes");
    }
    if (differs(local.crc32, member.crc32)) problem_of(member, "has two checksums");
  }

  // How many bytes of data descriptor follow a member: with or without a signature, with sizes
  // of 4 or of 8 bytes.
  std::uint64_t descriptor_bytes(const Member& member) {
    if ((member.flags & kSizesFollow) == 0) return 0;
    const auto at = member.data_offset + member.compressed_bytes;
    const bool marked = signature_at(bytes_, at) == kDescriptor;
    const std::uint64_t head = marked ? 4 : 0;
    const auto crc = reader_at(bytes_, at + head).u32le();
    auto narrow = reader_at(bytes_, at + head + 4);
    auto wide = narrow;
    const bool fits_wide =
        wide.u64le() == member.compressed_bytes && wide.u64le() == member.size_bytes && wide.ok();
    const bool fits_narrow = narrow.u32le() == member.compressed_bytes &&
                             narrow.u32le() == member.size_bytes && narrow.ok();
    if (!fits_wide && !fits_narrow) {
      if (marked) problem_of(member, "has other sizes behind its data");
      return marked ? 16 : 0;
    }
    if (crc != member.crc32 && marked) problem_of(member, "has another checksum behind its data");
    return head + 4 + (fits_wide ? 16 : 8);
  }

  // Local headers, and other things, in the bytes that no member of the directory covers.
  void find_uncovered(std::uint64_t end) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> covered;
    for (const auto& member : reading_.members) {
      if (member.data_offset == 0) continue;
      covered.emplace_back(member.header_offset,
                           member.data_offset + member.compressed_bytes + descriptor_bytes(member));
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
    std::uint64_t told = at;  // what stands before is told
    while (at + kLocalHeaderBytes <= end) {
      const auto gap =
          as_text(bytes_.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(end - at)));
      const auto found = gap.find(kSignature);
      if (found == std::string_view::npos) break;
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
      stray(told, at);
      at = add_hidden(*local, at, end);
      told = reading_.members.back().unsized ? end : at;
    }
    stray(told, end);
  }

  // Where to look on.
  std::uint64_t add_hidden(const LocalHeader& local, std::uint64_t at, std::uint64_t end) {
    Member member{.name = std::string(local.name),
                  .method = local.method,
                  .flags = local.flags,
                  .crc32 = local.crc32,
                  .compressed_bytes = local.compressed_bytes,
                  .size_bytes = local.size_bytes,
                  .header_offset = at,
                  .data_offset = local.data_offset,
                  .hidden = true};
    // Without sizes, what follows up to the next thing may be its data.
    const auto left = std::min<std::uint64_t>(end, bytes_.size()) - member.data_offset;
    member.unsized = (member.flags & kSizesFollow) != 0 && member.compressed_bytes == 0;
    if (member.unsized || member.compressed_bytes > left) {
      member.compressed_bytes = left;
      if (member.method == 0) member.size_bytes = member.compressed_bytes;
    }
    problem_of(member, "is not in the central directory");
    const auto next = member.unsized
                          ? member.data_offset
                          : member.data_offset + member.compressed_bytes +
                                (member.compressed_bytes < left ? descriptor_bytes(member) : 0);
    reading_.members.push_back(std::move(member));
    return std::min(next, end);
  }

  void compare_names() {
    std::unordered_map<std::string_view, int> seen;
    for (const auto& member : reading_.members) {
      if (++seen[member.name] == 2) problem_of(member, "stands in the archive twice");
      if (member.name.find('\0') != std::string::npos) problem_of(member, "has a NUL in its name");
    }
  }

  void compare_places() {
    std::vector<const Member*> by_place;
    for (const auto& member : reading_.members) {
      if (member.data_offset != 0) by_place.push_back(&member);
    }
    std::ranges::sort(by_place, {}, &Member::header_offset);
    for (std::size_t i = 1; i < by_place.size(); ++i) {
      const auto& before = *by_place[i - 1];
      if (before.unsized) continue;
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

}  // namespace

bool looks_like(Bytes bytes) {
  const auto begin = signature_at(bytes, 0);
  if (begin == kLocalHeader || begin == kEndRecord) return true;
  const auto at = last_end_record(bytes);
  if (!at) return false;
  auto in = reader_at(bytes, *at + 10);
  const auto entries = in.u16le();
  const std::uint64_t size = in.u32le();
  const std::uint64_t where = in.u32le();
  if (entries == 0) return false;
  if (*at >= 20 && signature_at(bytes, *at - 20) == kZip64Locator) return true;
  return (size <= *at && signature_at(bytes, *at - size) == kCentralHeader) ||
         signature_at(bytes, where) == kCentralHeader;
}

Reading read(Bytes bytes, const Limits& limits) {
  return Archive(bytes, limits).read();
}

std::optional<Extent> extent_of(Bytes bytes, const Limits& limits) {
  return Archive(bytes, limits).extent();
}

}  // namespace cupel::zip
