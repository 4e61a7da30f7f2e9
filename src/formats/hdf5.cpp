// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "base/text.h"
#include "formats/loose_json.h"

namespace cupel::hdf5 {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n"sv;
constexpr std::size_t kFacts = 1'000;

struct Message {
  unsigned type = 0;
  std::size_t begin = 0;
  Bytes body;
};

class Walk {
 public:
  Walk(Bytes bytes, const Limits& limits, Reading& out)
      : bytes_(bytes), text_(as_text(bytes)), limits_(limits), out_(out) {}

  void run() {
    if (!superblock()) return;
    while (!todo_.empty()) {
      const auto at = todo_.back();
      todo_.pop_back();
      if (!seen_.insert(at).second) continue;
      if (++out_.objects > limits_.objects) return stop("it has more objects than are examined");
      header(at);
    }
    sweep();
  }

 private:
  void stop(std::string_view why) {
    if (out_.problem.empty()) out_.problem = std::string(why);
  }

  ByteReader at(std::uint64_t offset) {
    return ByteReader(bytes_.subspan(std::min<std::uint64_t>(offset, bytes_.size())));
  }

  std::uint64_t number(ByteReader& in, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      const std::uint64_t byte = in.u8();
      if (i < 8) value |= byte << (8 * i);
    }
    return value;
  }
  std::uint64_t offset(ByteReader& in) { return number(in, offset_size_) + base_; }
  std::uint64_t length(ByteReader& in) { return number(in, length_size_); }

  bool superblock() {
    std::uint64_t begin = 0;  // 0, 512, 1024 …: what stands before it belongs to somebody else
    while (begin < bytes_.size() && text_.substr(begin, 8) != kSignature) {
      begin = begin == 0 ? 512 : begin * 2;
    }
    if (begin >= bytes_.size()) return false;
    out_.is_hdf5 = true;
    auto in = at(begin + 8);
    const auto version = in.u8();
    if (version > 3) {
      stop("its superblock is of a version that is not known");
      return true;
    }
    if (version < 2) in.take(4);
    offset_size_ = in.u8();
    length_size_ = in.u8();
    if (offset_size_ == 0 || offset_size_ > 16 || length_size_ == 0 || length_size_ > 16) {
      stop("its superblock is damaged");
      offset_size_ = length_size_ = 8;
      return true;
    }
    in.take(version < 2 ? 9 : 1);
    if (version == 1) in.take(4);
    base_ = begin;
    const auto base = number(in, offset_size_);
    if (base != begin && base != 0) stop("its base address is not where it begins");
    in.take(offset_size_);  // free space, or an extension
    const auto end = number(in, offset_size_);
    in.take(std::uint64_t{offset_size_} * (version < 2 ? 2U : 0U));
    push(offset(in));  // of the root's header; its symbol table is found through that
    if (!in.ok()) stop("its superblock is cut short");
    if (in.ok()) whole(end, begin - std::min(base, begin));
    return true;
  }

  // The library opens no file that ends before its superblock says; addresses move along with a
  // superblock that is not where it says that it is.
  void whole(std::uint64_t end, std::uint64_t moved) {
    std::uint64_t there = 0;
    if (end != ~std::uint64_t{0} && !__builtin_add_overflow(end, moved, &there) &&
        there <= bytes_.size()) {
      return;
    }
    stop(cat("it is cut short: it should end at byte ", end, " and has ", bytes_.size()));
  }

  void push(std::uint64_t object) {
    if (object < bytes_.size())
      todo_.push_back(object);
    else if (object - base_ != ~std::uint64_t{0})
      stop("an object stands outside of the file");
  }

  void header(std::uint64_t where) {
    if (text_.substr(where, 4) == "OHDR") return new_header(where);
    auto in = at(where);
    if (in.u8() != 1) return stop("an object's header is damaged");
    in.take(3);
    in.take(4);
    const std::uint64_t size = in.u32le();
    in.take(4);
    old_messages(where + 16, size, 0);
  }

  void old_messages(std::uint64_t begin, std::uint64_t size, unsigned depth) {
    auto in = at(begin);
    const std::uint64_t end = std::min<std::uint64_t>(size, bytes_.size());
    while (in.ok() && in.offset() + 8 <= end) {
      const unsigned type = in.u16le();
      const std::uint64_t bytes = in.u16le();
      in.take(4);
      const auto from = begin + in.offset();
      const auto body = in.take(bytes);
      if (!in.ok()) return stop("an object's header is cut short");
      if (type == 0x10 && depth < 64) {
        ByteReader more(body);
        const auto next = offset(more);
        const auto length_of = length(more);
        if (seen_.insert(next).second) old_messages(next, length_of, depth + 1);
      } else {
        message({type, from, body});
      }
    }
  }

  void new_header(std::uint64_t where) {
    auto in = at(where + 5);
    const auto flags = in.u8();
    if ((flags & 0x20U) != 0) in.take(16);
    if ((flags & 0x10U) != 0) in.take(4);
    const auto size = number(in, 1U << (flags & 3U));
    if (!in.ok() || size > bytes_.size()) return stop("an object's header is cut short");
    new_messages(where + 5 + in.offset(), size, flags, 0);
  }

  void new_messages(std::uint64_t begin, std::uint64_t size, unsigned flags, unsigned depth) {
    auto in = at(begin);
    const bool ordered = (flags & 4U) != 0;
    while (in.ok() && in.offset() + 4 <= size) {
      const unsigned type = in.u8();
      const std::uint64_t bytes = in.u16le();
      in.take(ordered ? 3 : 1);
      const auto from = begin + in.offset();
      const auto body = in.take(bytes);
      if (!in.ok()) return stop("an object's header is cut short");
      if (type == 0x10 && depth < 64) {
        ByteReader more(body);
        const auto next = offset(more);
        const auto length_of = length(more);
        if (length_of > 8 && seen_.insert(next).second) {
          new_messages(next + 4, length_of - 8, flags, depth + 1);
        }
      } else {
        message({type, from, body});
      }
    }
  }

  void message(const Message& message) {
    if (message.type == 0x06) link(message.begin, message.body);
    if (message.type == 0x07) external_files(message);
    if (message.type == 0x08) layout(message);
    if (message.type == 0x11) {
      ByteReader in(message.body);
      const auto tree = offset(in);
      const auto heap = offset(in);
      symbols(tree, local_heap(heap), 0);
    }
  }

  bool link(std::uint64_t begin, Bytes body) {
    ByteReader in(body);
    if (in.u8() != 1) return false;
    const auto flags = in.u8();
    if (flags > 0x1f) return false;
    const unsigned type = (flags & 8U) != 0 ? in.u8() : 0;
    if ((flags & 4U) != 0) in.u64le();
    if ((flags & 16U) != 0) in.u8();
    const auto name = as_text(in.take(number(in, 1U << (flags & 3U))));
    if (!in.ok()) return false;
    if (type == 0) {
      const auto object = offset(in);
      if (in.ok()) push(object);
      return in.ok();
    }
    const auto value = as_text(in.take(in.u16le()));
    if (!in.ok() || type != 64 || value.size() < 3) return in.ok();
    const auto file = value.substr(1, value.find('\0', 1) - 1);
    const auto rest = value.substr(std::min(value.size(), file.size() + 2));
    tell({Reach::external_link,
          std::string(file),
          std::string(rest.substr(0, rest.find('\0'))),
          std::string(name),
          {begin, begin + in.offset()}});
    return true;
  }

  void external_files(const Message& message) {
    ByteReader in(message.body);
    if (in.u8() != 1) return;
    in.take(5);
    const unsigned used = in.u16le();
    const auto heap = offset(in);
    const auto names = local_heap(heap);
    for (unsigned i = 0; i < used && in.ok(); ++i) {
      const auto name = length(in);
      const auto from = length(in);
      static_cast<void>(from);
      length(in);
      const auto text = as_text(names).substr(std::min<std::uint64_t>(name, names.size()));
      if (in.ok()) {
        tell({Reach::external_storage,
              std::string(text.substr(0, text.find('\0')).substr(0, 4096)),
              {},
              {},
              {message.begin, message.begin + message.body.size()}});
      }
    }
    if (used == 0) return;
    if (!in.ok()) tell({Reach::external_storage, {}, {}, {}, {message.begin, message.begin}});
  }

  void layout(const Message& message) {
    ByteReader in(message.body);
    const auto version = in.u8();
    const auto kind = in.u8();
    if (version < 3 || kind != 3) return;  // virtual: sources stand in a global heap
    tell({Reach::virtual_source, {}, {}, {}, {message.begin, message.begin + message.body.size()}});
  }

  Bytes local_heap(std::uint64_t where) {
    if (where >= bytes_.size() || text_.substr(where, 4) != "HEAP") {
      stop("a heap of names is damaged");
      return {};
    }
    auto in = at(where + 8);
    const auto size = length(in);
    length(in);
    const auto data = offset(in);
    if (!in.ok() || data > bytes_.size()) return {};
    return bytes_.subspan(data, std::min<std::uint64_t>(size, bytes_.size() - data));
  }

  void symbols(std::uint64_t node, Bytes names, unsigned depth) {
    if (depth > 32 || node >= bytes_.size() || !seen_.insert(node).second) return;
    if (text_.substr(node, 4) == "SNOD") return symbol_node(node, names);
    if (text_.substr(node, 4) != "TREE") return stop("an index of a group is damaged");
    auto in = at(node + 6);
    const unsigned entries = in.u16le();
    offset(in);
    offset(in);
    for (unsigned i = 0; i < entries && in.ok(); ++i) {
      length(in);
      symbols(offset(in), names, depth + 1);
    }
  }

  void symbol_node(std::uint64_t node, Bytes /*names*/) {
    auto in = at(node + 6);
    const unsigned entries = in.u16le();
    for (unsigned i = 0; i < entries; ++i) {
      offset(in);
      const auto object = offset(in);
      const auto cached = in.u32le();
      in.take(20);
      if (!in.ok()) return stop("an index of a group is cut short");
      if (cached != 2) push(object);  // 2: a soft link, which stays in this file
    }
  }

  // Headers of which nothing above knows, and links of large groups, kept in heaps.
  void sweep() {
    for (std::size_t at = 0; (at = text_.find("OHDR", at)) != std::string_view::npos; at += 4) {
      if (!seen_.insert(at).second || at + 6 > bytes_.size() || bytes_[at + 4] != std::byte{2})
        continue;
      if (++out_.objects > limits_.objects) return stop("it has more objects than are examined");
      const std::string kept = out_.problem;
      new_header(at);
      out_.problem = kept;  // it may be the weights that say OHDR
      for (std::size_t n = 0; n < 10'000 && !todo_.empty(); ++n) {
        const auto object = todo_.back();
        todo_.pop_back();
        if (seen_.insert(object).second && text_.substr(object, 4) != "OHDR")
          header(object);
        else if (text_.substr(object, 4) == "OHDR")
          seen_.erase(object);
      }
      out_.problem = kept;
    }
    for (std::size_t at = 0; (at = text_.find("FHDB", at)) != std::string_view::npos; at += 4) {
      heap_block(at);
    }
    json_texts();
  }

  // Link messages in a block of a heap: each begins with its version.
  void heap_block(std::size_t begin) {
    const auto end = std::min({bytes_.size(), begin + (16U << 20U), text_.find("FHDB", begin + 4)});
    for (std::size_t at = begin + 4; at + 8 < end; ++at) {
      if (bytes_[at] != std::byte{1} || (bytes_[at + 1] & std::byte{0xe8}) != std::byte{8} ||
          bytes_[at + 2] != std::byte{64}) {
        continue;
      }
      link(at, bytes_.subspan(at, std::min<std::size_t>(end - at, 70'000)));
    }
  }

  void json_texts() {
    std::size_t budget = bytes_.size() * 4 + 1024;  // of tries that come to nothing
    for (std::size_t at = 0; (at = text_.find('{', at)) != std::string_view::npos; ++at) {
      const auto next = text_.find_first_not_of(" \t\r\n", at + 1);
      if (next == std::string_view::npos || text_[next] != '"') continue;
      const auto document = loose_json::read(text_.substr(at, 64U << 20U), true);
      if (!document.complete()) {
        if (document.examined > budget) return stop("texts of JSON are not all examined");
        budget -= document.examined;
        continue;
      }
      if (document.examined < 16) continue;
      if (out_.texts.size() >= limits_.texts) return stop("it has more texts than are examined");
      out_.texts.push_back({at, at + document.examined});
      at += document.examined - 1;
    }
  }

  void tell(Outside outside) {
    if (out_.outside.size() < kFacts) out_.outside.push_back(std::move(outside));
  }

  Bytes bytes_;
  std::string_view text_;
  const Limits& limits_;
  Reading& out_;
  std::uint64_t base_ = 0;
  unsigned offset_size_ = 8;
  unsigned length_size_ = 8;
  std::vector<std::uint64_t> todo_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

Reading read(Bytes bytes, const Limits& limits) {
  Reading out;
  Walk(bytes, limits, out).run();
  return out;
}

}  // namespace cupel::hdf5
