// SPDX-License-Identifier: Apache-2.0
#include "formats/npy.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "formats/python_literal.h"

namespace cupel::npy {
namespace {

using python_literal::Kind;
using python_literal::Value;

constexpr std::uint64_t kLongestHeader = 1U << 20U;
constexpr std::uint64_t kUsualHeader = 10'000;  // numpy reads more only when told to trust it
constexpr std::size_t kProblems = 20;

class Header {
 public:
  Header(Bytes bytes, Reading& out) : bytes_(bytes), out_(out) {}

  void run() {
    ByteReader in(bytes_);
    out_.is_npy = as_text(in.take(6)) == "\x93NUMPY";
    if (!out_.is_npy) return;
    major_ = in.u8();
    const unsigned minor = in.u8();
    const std::uint64_t length = major_ == 1 ? in.u16le() : in.u32le();
    if (!in.ok() || major_ == 0 || major_ > 3 || length > kLongestHeader) return;
    begin_ = in.offset();
    const auto header = as_text(in.take(length));
    if (!in.ok()) return;
    out_.description = header;
    out_.data_offset = in.offset();
    out_.complete = true;
    if (minor != 0) problem("it is of a version that NumPy does not know", {6, 8});
    if (length > kUsualHeader) {
      odd(cat("its header has ", length,
              " bytes: NumPy reads more than 10,000 only when it is told to trust the file"),
          {begin_, begin_ + length});
    }
    if (major_ == 3 && !is_utf8(header)) problem("its header is not UTF-8", place({}));
    dictionary(header);
  }

 private:
  void problem(std::string what, Span span) {
    if (out_.problems.size() < kProblems) out_.problems.push_back({std::move(what), span});
  }
  void odd(std::string what, Span span) {
    if (out_.oddities.size() < kProblems) out_.oddities.push_back({std::move(what), span});
  }
  [[nodiscard]] Span place(const Value& value) const {
    if (value.end <= value.begin) return {begin_, out_.data_offset};
    return {begin_ + value.begin, begin_ + value.end};
  }

  void dictionary(std::string_view header) {
    const auto reading = python_literal::read(header);
    if (!reading.problem.empty()) {
      out_.called = reading.called;
      // What cannot be read may be what another reader takes for objects.
      out_.objects = header.find('O') != std::string_view::npos ||
                     header.find("object") != std::string_view::npos;
      return problem(cat("its header is no constant of Python: ", reading.problem),
                     {begin_ + reading.at, begin_ + std::min(reading.at + 1, header.size())});
    }
    if (reading.commented)
      odd("its header holds a comment, which not every reader skips", place({}));
    const Value& all = reading.value;
    if (all.kind != Kind::mapping) return problem("its header is no dictionary", place(all));
    constexpr std::array<std::string_view, 3> kKeys = {"descr", "fortran_order", "shape"};
    std::array<const Value*, 3> found = {};
    for (std::size_t i = 0; i + 1 < all.items.size(); i += 2) {
      const auto& key = all.items[i];
      const auto at = std::ranges::find(kKeys, std::string_view(key.text));
      if (key.kind != Kind::text || key.hidden || at == kKeys.end()) {
        problem("its header has a key that no array has", place(key));
        continue;
      }
      auto*& slot = found.at(static_cast<std::size_t>(at - kKeys.begin()));
      if (slot != nullptr) {
        problem(cat("its header says `", key.text, "` twice: readers differ in which they take"),
                place(key));
        if (at == kKeys.begin()) static_cast<void>(type(*slot, 0));  // it may be of objects
      }
      slot = &all.items[i + 1];
    }
    if (std::ranges::find(found, nullptr) != found.end()) {
      problem("its header lacks a key that every array has", place(all));
    }
    if (found[1] != nullptr && found[1]->kind != Kind::boolean) {
      problem("the order of its elements is neither True nor False", place(*found[1]));
    }
    const auto size = found[0] != nullptr ? type(*found[0], 0) : std::nullopt;
    const auto count = found[2] != nullptr ? shape(*found[2]) : std::nullopt;
    if (size && count) amount(*size, *count, place(*found[2]));
  }

  // How many elements; nothing when that is not known.
  std::optional<std::uint64_t> shape(const Value& value) {
    constexpr std::size_t kMostDimensions = 64;
    if (value.kind != Kind::tuple) {
      problem("its shape is no tuple", place(value));
      return {};
    }
    if (value.items.size() > kMostDimensions) {
      problem("its shape has more dimensions than NumPy allows", place(value));
      return {};
    }
    std::uint64_t count = 1;
    bool overflows = false;
    for (const auto& item : value.items) {
      if (item.kind != Kind::integer) {
        problem("its shape holds something that is no whole number", place(item));
        return {};
      }
      if (item.integer < 0) {
        problem("its shape has a negative length", place(item));
        return {};
      }
      overflows = overflows || !item.fits;
      const bool more =
          __builtin_mul_overflow(count, static_cast<std::uint64_t>(item.integer), &count);
      overflows = overflows || more;
    }
    const bool empty = std::ranges::any_of(
        value.items, [](const Value& item) { return item.integer == 0 && item.fits; });
    if (empty) return 0;
    if (!overflows) return count;
    problem("its shape is more than any computer counts", place(value));
    return {};
  }

  void amount(std::uint64_t size, std::uint64_t count, Span span) {
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(size, count, &bytes)) {
      return problem("its shape is more than any computer counts", span);
    }
    if (out_.objects) return;
    out_.data_bytes = bytes;
    const auto rest = bytes_.size() - out_.data_offset;
    if (bytes > rest) {
      problem(cat("its shape asks for ", bytes, " bytes and ", rest, " are there"), span);
    }
  }

  // How large an element is: descr_to_dtype() of numpy/lib/format.py, and numpy.dtype() of what
  // older versions handed to it.
  std::optional<std::uint64_t> type(const Value& value, unsigned depth) {
    if (value.kind == Kind::text || value.kind == Kind::bytes) return named(value);
    if (value.kind == Kind::tuple) return subarray(value, depth);
    if (value.kind == Kind::list) return record(value, depth);
    any_type(value);
    problem("its element type is described in a way that NumPy refuses", place(value));
    return {};
  }

  std::optional<std::uint64_t> named(const Value& value) {
    const auto type = type_of(value.text);
    out_.objects = out_.objects || type.objects || value.hidden;
    if (value.escaped) {
      problem("its element type is hidden behind escapes", place(value));
    } else if (value.kind == Kind::bytes) {
      problem("its element type is described in a way that NumPy refuses", place(value));
    } else if (!type.known) {
      odd(cat("its element type `", printable(value.text, 60), "` is not known"), place(value));
    }
    if (!type.known) return {};
    return type.bytes;
  }

  std::optional<std::uint64_t> subarray(const Value& value, unsigned depth) {
    if (value.items.size() != 2) {
      any_type(value);
      problem("its element type is described in a way that NumPy refuses", place(value));
      return {};
    }
    const auto size = type(value.items[0], depth + 1);
    const auto count = lengths(value.items[1]);
    std::uint64_t bytes = 0;
    if (!size || !count || __builtin_mul_overflow(*size, *count, &bytes)) return {};
    return bytes;
  }

  // (2, 3), or 2 alone.
  std::optional<std::uint64_t> lengths(const Value& value) {
    if (value.kind == Kind::tuple) return shape(value);
    if (value.kind != Kind::integer || value.integer < 0) {
      problem("the shape of an element is no whole number", place(value));
      return {};
    }
    return static_cast<std::uint64_t>(value.integer);
  }

  // [('name', '<f4'), ('name', '<f4', (2,))]
  std::optional<std::uint64_t> record(const Value& value, unsigned depth) {
    std::optional<std::uint64_t> all = 0;
    for (const auto& field : value.items) {
      if (field.kind != Kind::tuple || field.items.size() < 2 || field.items.size() > 3) {
        any_type(field);
        problem("a field of its elements is no pair of name and type", place(field));
        all.reset();
        continue;
      }
      const auto size = type(field.items[1], depth + 1);
      const auto count =
          field.items.size() == 3 ? lengths(field.items[2]) : std::optional<std::uint64_t>(1);
      std::uint64_t bytes = 0;
      if (!all || !size || !count || __builtin_mul_overflow(*size, *count, &bytes) ||
          __builtin_add_overflow(*all, bytes, &*all)) {
        all.reset();
      }
    }
    return all;
  }

  // Whether any text in it is one of objects to a version that takes such descriptions.
  void any_type(const Value& value) {
    if (value.kind == Kind::text || value.kind == Kind::bytes) {
      out_.objects = out_.objects || type_of(value.text).objects || value.hidden;
    }
    for (const auto& item : value.items) any_type(item);
  }

  Bytes bytes_;
  Reading& out_;
  unsigned major_ = 0;
  std::uint64_t begin_ = 0;
};

}  // namespace

Reading read(Bytes bytes) {
  Reading out;
  Header(bytes, out).run();
  return out;
}

}  // namespace cupel::npy
