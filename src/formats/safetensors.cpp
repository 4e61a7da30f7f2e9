// SPDX-License-Identifier: Apache-2.0
#include "formats/safetensors.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>

#include "base/json.h"
#include "base/text.h"

namespace cupel::safetensors {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // of the reference implementation
constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kShown = 120;
// 200,000 tensors, ten times the largest model in use; and no more memory than that.
// As deep as the JSON reader of the reference implementation goes into keys nobody knows.
constexpr JsonLimits kJsonLimits{.depth = 127, .values = 2'000'000};

struct Dtype {
  std::string_view name;
  unsigned bits;
};
constexpr std::array<Dtype, 22> kDtypes = {{
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"F64", 64},    {"I64", 64},
    {"U64", 64},        {"C64", 64},
}};

std::optional<unsigned> bits_of(std::string_view dtype) {
  const auto* const found = std::ranges::find(kDtypes, dtype, &Dtype::name);
  if (found == kDtypes.end()) return {};
  return found->bits;
}

std::optional<std::uint64_t> count_from(const Json& json) {
  if (!json.is_integer() || json.integer() < 0) return {};
  return static_cast<std::uint64_t>(json.integer());
}

class Header {
 public:
  Header(Bytes head, std::uint64_t size) : head_(head), size_(size) {}

  Reading read() {
    ByteReader in(head_);
    const auto length = in.u64le();
    reading_.is_safetensors = looks_like(head_, size_);
    if (!in.ok()) {
      refuse("the file is shorter than the length of its header");
      return std::move(reading_);
    }
    reading_.header_bytes = length;
    if (length > kMostHeaderBytes) {
      refuse(cat("the header claims ", length, " bytes; readers take at most 100 MB"));
    } else if (length > size_ - kLengthBytes) {
      refuse(cat("the header claims ", length, " bytes, the file has ", size_ - kLengthBytes));
    } else if (length > head_.size() - kLengthBytes) {
      refuse("the header was not read to its end");
    } else {
      read_header(as_text(head_.subspan(kLengthBytes, static_cast<std::size_t>(length))));
    }
    return std::move(reading_);
  }

 private:
  void note(std::string what, std::string_view tensor, bool refused) {
    if (reading_.problems.size() >= kMostProblems) return;
    const auto end = std::min<std::uint64_t>(size_, kLengthBytes + reading_.header_bytes);
    reading_.problems.push_back({.what = std::move(what),
                                 .tensor = std::string(tensor.substr(0, 1000)),
                                 .span = {0, end},
                                 .refused = refused});
  }
  void refuse(std::string what, std::string_view tensor = {}) {
    note(std::move(what), tensor, true);
  }
  void odd(std::string what, std::string_view tensor = {}) { note(std::move(what), tensor, false); }

  void read_header(std::string_view text) {
    if (!text.starts_with('{')) {
      refuse("the header does not begin with `{`");
      return;
    }
    const auto json = read_json(text, kJsonLimits);
    if (!json.value) {
      refuse(cat("the header is not sound JSON: ", json.problem));
      reading_.problems.back().span = {kLengthBytes + json.offset, kLengthBytes + json.offset};
      return;
    }
    reading_.complete = true;
    for (const auto& [name, value] : json.value->members()) {
      if (name == "__metadata__") {
        read_metadata(value);
      } else {
        read_tensor(name, value);
      }
    }
    check_places();
    if ((kLengthBytes + reading_.header_bytes) % 8 != 0) {
      odd("the tensors do not begin at a multiple of 8 bytes");
    }
  }

  void read_metadata(const Json& value) {
    if (value.is_null()) return odd("`__metadata__` is null");
    if (!value.is_object()) {
      refuse("`__metadata__` is not an object");
      return;
    }
    for (const auto& [key, text] : value.members()) {
      if (text.is_text()) {
        reading_.metadata.emplace_back(key, text.text());
      } else {
        refuse(
            cat("`__metadata__` has a value that is no text under `", printable(key, kShown), "`"));
      }
    }
  }

  void read_tensor(const std::string& name, const Json& value) {
    Tensor tensor;
    tensor.name = name;
    const auto shown = printable(name, kShown);
    if (!value.is_object() || !value["dtype"].is_text() || !value["shape"].is_array() ||
        value["data_offsets"].items().size() != 2) {
      refuse(cat("tensor `", shown, "` lacks dtype, shape or data_offsets"), name);
      return;
    }
    tensor.dtype = value["dtype"].text();
    for (const auto& side : value["shape"].items()) {
      const auto length = count_from(side);
      if (!length) {
        refuse(cat("tensor `", shown, "` has a shape that is no list of counts"), name);
        return;
      }
      tensor.shape.push_back(*length);
    }
    const auto begin = count_from(value["data_offsets"].items()[0]);
    const auto end = count_from(value["data_offsets"].items()[1]);
    if (!begin || !end) {
      refuse(cat("tensor `", shown, "` has offsets that are no counts"), name);
      return;
    }
    tensor.begin = *begin;
    tensor.end = *end;
    if (value.members().size() > 3) odd(cat("tensor `", shown, "` has unknown keys"), name);
    if (shown != name || name.empty())
      odd(cat("the name of tensor `", shown, "` is not plain"), name);
    check_size(tensor);
    reading_.tensors.push_back(std::move(tensor));
  }

  void check_size(const Tensor& tensor) {
    const auto shown = printable(tensor.name, kShown);
    const auto bits = bits_of(tensor.dtype);
    if (!bits) {
      refuse(cat("tensor `", shown, "` is of the unknown type `", printable(tensor.dtype, 40), "`"),
             tensor.name);
      return;
    }
    std::uint64_t needed = *bits;
    // In the order of the reference implementation: elements first, then bits.
    std::uint64_t elements = 1;
    for (const auto side : tensor.shape) {
      if (__builtin_mul_overflow(elements, side, &elements)) needed = 0;
    }
    if (needed == 0 || __builtin_mul_overflow(elements, needed, &needed)) {
      refuse(cat("tensor `", shown, "` has a shape too large to count"), tensor.name);
      return;
    }
    if (needed % 8 != 0) {
      refuse(cat("tensor `", shown, "` ends inside of a byte"), tensor.name);
      return;
    }
    if (tensor.end < tensor.begin || tensor.end - tensor.begin != needed / 8) {
      refuse(cat("tensor `", shown, "` needs ", needed / 8, " bytes, its offsets are ",
                 tensor.begin, " and ", tensor.end),
             tensor.name);
    }
  }

  // The tensors must follow one another without a gap and fill the file.
  void check_places() {
    std::vector<const Tensor*> by_place;
    by_place.reserve(reading_.tensors.size());
    for (const auto& tensor : reading_.tensors) by_place.push_back(&tensor);
    std::ranges::sort(by_place, [](const Tensor* a, const Tensor* b) {
      return std::tie(a->begin, a->end, a->name) < std::tie(b->begin, b->end, b->name);
    });
    std::uint64_t at = 0;
    for (const auto* tensor : by_place) {
      const auto shown = printable(tensor->name, kShown);
      if (tensor->begin < at) {
        refuse(cat("tensor `", shown, "` overlaps the one before it"), tensor->name);
      } else if (tensor->begin > at) {
        refuse(cat(tensor->begin - at, " bytes before tensor `", shown, "` belong to none"),
               tensor->name);
      }
      at = std::max(at, tensor->end);
    }
    const auto data = size_ - kLengthBytes - reading_.header_bytes;
    if (at > data) refuse(cat("the tensors need ", at, " bytes, the file has ", data));
    if (at < data) refuse(cat(data - at, " bytes behind the last tensor belong to none"));
  }

  Bytes head_;
  std::uint64_t size_;
  Reading reading_;
};

}  // namespace

bool looks_like(Bytes head, std::uint64_t size) {
  ByteReader in(head);
  const auto length = in.u64le();
  const auto first = in.u8();
  if (!in.ok() || first != '{' || length < 2 || length > kMostHeaderBytes) return false;
  // A cut file is still one; what follows the brace must then be a key.
  auto second = in.u8();
  while (in.ok() && (second == ' ' || second == '\n')) second = in.u8();
  return in.ok() && (second == '"' || (second == '}' && length <= size - kLengthBytes));
}

Reading read(Bytes head, std::uint64_t size) {
  return Header(head, size).read();
}

}  // namespace cupel::safetensors
