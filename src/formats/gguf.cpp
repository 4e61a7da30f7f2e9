// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/text.h"

namespace cupel::gguf {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kShown = 120;
// Ten times the largest model in use; a file of small entries takes no more memory than that.
constexpr std::uint64_t kMostEntries = 1'000'000;
constexpr std::uint64_t kMostDimensions = 4;
constexpr std::uint64_t kMostNameBytes = 63;  // GGML_MAX_NAME, less its end
constexpr std::uint64_t kMostKeyBytes = 65'535;
constexpr std::uint64_t kMostSize = INT64_MAX;

struct TensorType {
  std::string_view name;  // "": was never one; with no bytes: was withdrawn
  std::uint32_t items = 1;
  std::uint32_t bytes = 0;
};
// As ggml-common.h packs them. gguf-py gives Q8_1, which no file holds, 40 bytes.
constexpr std::array<TensorType, 42> kTensorTypes = {{
    {"F32", 1, 4},         {"F16", 1, 2},         {"Q4_0", 32, 18},      {"Q4_1", 32, 20},
    {"Q4_2", 16, 0},       {"Q4_3", 16, 0},       {"Q5_0", 32, 22},      {"Q5_1", 32, 24},
    {"Q8_0", 32, 34},      {"Q8_1", 32, 36},      {"Q2_K", 256, 84},     {"Q3_K", 256, 110},
    {"Q4_K", 256, 144},    {"Q5_K", 256, 176},    {"Q6_K", 256, 210},    {"Q8_K", 256, 292},
    {"IQ2_XXS", 256, 66},  {"IQ2_XS", 256, 74},   {"IQ3_XXS", 256, 98},  {"IQ1_S", 256, 50},
    {"IQ4_NL", 32, 18},    {"IQ3_S", 256, 110},   {"IQ2_S", 256, 82},    {"IQ4_XS", 256, 136},
    {"I8", 1, 1},          {"I16", 1, 2},         {"I32", 1, 4},         {"I64", 1, 8},
    {"F64", 1, 8},         {"IQ1_M", 256, 56},    {"BF16", 1, 2},        {"Q4_0_4_4", 32, 0},
    {"Q4_0_4_8", 32, 0},   {"Q4_0_8_8", 32, 0},   {"TQ1_0", 256, 54},    {"TQ2_0", 256, 66},
    {"IQ4_NL_4_4", 32, 0}, {"IQ4_NL_4_8", 32, 0}, {"IQ4_NL_8_8", 32, 0}, {"MXFP4", 32, 17},
    {"NVFP4", 64, 36},     {"Q1_0", 128, 18},
}};

// Bytes of one value of a type; 0 for those without a size of their own.
constexpr std::array<std::uint8_t, 13> kSizes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

bool is_whole(Type type) {
  return type != Type::float32 && type != Type::float64 && type != Type::string &&
         type != Type::array;
}

// The padding behind `size` bytes; nothing when the sum would not fit.
std::optional<std::uint64_t> padded(std::uint64_t size, std::uint64_t alignment) {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(size, alignment - 1, &sum)) return {};
  return sum / alignment * alignment;
}

class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes), in_(bytes) {}

  Reading read() {
    if (as_text(in_.take(4)) != "GGUF") {
      refuse("it does not begin with GGUF", 0);
      return std::move(reading_);
    }
    if (!read_version()) return std::move(reading_);
    const auto tensors = count();
    const auto pairs = count();
    if (!in_.ok()) {
      refuse("the file ends inside of its header", 0);
      return std::move(reading_);
    }
    // Magic of a pair: two lengths and a type at least; of a tensor likewise.
    if (!plausible(pairs, 6, "metadata entries", 16) || !plausible(tensors, 8, "tensors", 8)) {
      return std::move(reading_);
    }
    for (std::uint64_t i = 0; i < pairs; ++i) {
      if (!read_pair()) return std::move(reading_);
    }
    check_keys();
    find_alignment();
    for (std::uint64_t i = 0; i < tensors; ++i) {
      if (!read_tensor()) return std::move(reading_);
    }
    reading_.complete = true;
    check_names();
    check_places();
    return std::move(reading_);
  }

 private:
  void note(Gravity gravity, std::string what, std::uint64_t at, std::string_view pointer = {}) {
    if (reading_.problems.size() >= kMostProblems) return;
    const auto begin = std::min<std::uint64_t>(at, bytes_.size());
    reading_.problems.push_back({.what = std::move(what),
                                 .span = {begin, std::max<std::uint64_t>(begin, in_.offset())},
                                 .gravity = gravity,
                                 .pointer = std::string(pointer.substr(0, 1000))});
  }
  void refuse(std::string what, std::uint64_t at, std::string_view pointer = {}) {
    note(Gravity::refused, std::move(what), at, pointer);
  }
  void overflow(std::string what, std::uint64_t at, std::string_view pointer = {}) {
    note(Gravity::overflow, std::move(what), at, pointer);
  }

  bool read_version() {
    reading_.version = in_.u32le();
    // A version below 65536 whose bytes stand the other way round: so does everything else.
    reading_.big_endian = (reading_.version & 0xffffU) == 0 && reading_.version != 0;
    if (reading_.big_endian) reading_.version = __builtin_bswap32(reading_.version);
    if (!in_.ok()) {
      refuse("the file ends inside of its header", 0);
      return false;
    }
    if (reading_.version < 1 || reading_.version > 3) {
      refuse(cat("it is of version ", reading_.version, ", and versions 1 to 3 are known"), 4);
      return false;
    }
    return true;
  }

  std::uint32_t u32() { return reading_.big_endian ? in_.u32be() : in_.u32le(); }
  std::uint64_t u64() { return reading_.big_endian ? in_.u64be() : in_.u64le(); }
  // Counts and lengths were of 32 bits in version 1.
  std::uint64_t count() { return reading_.version == 1 ? u32() : u64(); }
  [[nodiscard]] std::uint64_t left() const { return bytes_.size() - in_.offset(); }

  bool plausible(std::uint64_t entries, std::uint64_t least, std::string_view what,
                 std::uint64_t at) {
    if (entries > left() / least) {
      overflow(cat("it claims ", entries, " ", what, ", more than its bytes can hold"), at);
      return false;
    }
    if (entries > kMostEntries) {
      refuse(cat("it has ", entries, " ", what, ", and no more than ", kMostEntries, " are read"),
             at);
      return false;
    }
    return true;
  }

  std::optional<std::string_view> text(std::string_view what) {
    const auto begin = in_.offset();
    const auto length = count();
    if (!in_.ok() || length > left()) {
      if (in_.ok()) {
        overflow(cat(what, " claims ", length, " bytes, and ", left(), " are left"), begin);
      } else {
        refuse(cat("the file ends inside of ", what), begin);
      }
      return {};
    }
    return as_text(in_.take(length));
  }

  std::optional<Type> type_at(std::string_view what, std::string_view key) {
    const auto begin = in_.offset();
    const auto type = u32();
    if (!in_.ok()) {
      refuse(cat("the file ends inside of ", what), begin, key);
      return {};
    }
    if (type >= kSizes.size()) {
      refuse(cat(what, " is of the unknown type ", type), begin, key);
      return {};
    }
    return static_cast<Type>(type);
  }

  bool read_pair() {
    const auto begin = in_.offset();
    const auto key = text("a key");
    if (!key) return false;
    const auto shown = cat("`", printable(*key, kShown), "`");
    if (key->empty()) refuse("a key is empty", begin);
    if (key->size() > kMostKeyBytes) refuse(cat("a key has ", key->size(), " bytes"), begin);
    if (!key->empty() && printable(*key, key->size()) != *key) {
      note(Gravity::odd, cat("the key ", shown, " is not plain"), begin, *key);
    }
    const auto type = type_at(cat("the value of ", shown), *key);
    if (!type) return false;
    Pair pair{.key = *key, .value = {.type = *type, .item = *type}, .span = {begin, begin}};
    if (!read_value(pair, shown)) return false;
    pair.span.end = in_.offset();
    reading_.pairs.push_back(pair);
    return true;
  }

  bool read_value(Pair& pair, const std::string& shown) {
    auto& value = pair.value;
    if (value.type == Type::string) {
      const auto content = text(cat("the text of ", shown));
      if (!content) return false;
      value.bytes = as_bytes(*content);
      return true;
    }
    if (value.type == Type::array) return read_array(pair, shown);
    const auto begin = in_.offset();
    const auto size = kSizes.at(static_cast<std::size_t>(value.type));
    value.bytes = in_.take(size);
    if (!in_.ok()) {
      refuse(cat("the file ends inside of the value of ", shown), begin, pair.key);
      return false;
    }
    for (std::size_t i = 0; is_whole(value.type) && i < size; ++i) {
      const auto at = reading_.big_endian ? i : size - 1 - i;
      value.number = (value.number << 8U) | std::to_integer<std::uint64_t>(value.bytes[at]);
    }
    if (value.type == Type::boolean && value.number > 1) {
      refuse(cat("the boolean ", shown, " is neither 0 nor 1"), begin, pair.key);
    }
    return true;
  }

  bool read_array(Pair& pair, const std::string& shown) {
    auto& value = pair.value;
    const auto begin = in_.offset();
    const auto item = type_at(cat("the array ", shown), pair.key);
    if (!item) return false;
    value.item = *item;
    value.count = count();
    const auto least = *item == Type::string  ? (reading_.version == 1 ? 4U : 8U)
                       : *item == Type::array ? 12U
                                              : kSizes.at(static_cast<std::size_t>(*item));
    if (!in_.ok()) {
      refuse(cat("the file ends inside of the array ", shown), begin, pair.key);
      return false;
    }
    if (*item == Type::array) {
      refuse(cat(shown, " is an array of arrays"), begin, pair.key);
      return false;
    }
    if (value.count > left() / least) {
      overflow(cat("the array ", shown, " claims ", value.count, " items, and ", left(),
                   " bytes are left"),
               begin, pair.key);
      return false;
    }
    const auto content = in_.offset();
    if (*item != Type::string) in_.take(value.count * least);
    for (std::uint64_t i = 0; *item == Type::string && i < value.count; ++i) {
      if (!text(cat("an item of ", shown))) return false;
    }
    value.bytes = bytes_.subspan(content, in_.offset() - content);
    return true;
  }

  template <class Items, class Name>
  void tell_twins(const Items& items, std::string_view what, const Name& name_of) {
    using Item = typename Items::value_type;
    std::vector<const Item*> sorted;
    sorted.reserve(items.size());
    for (const auto& item : items) sorted.push_back(&item);
    std::ranges::sort(sorted, [&](const Item* a, const Item* b) {
      return std::tuple(name_of(*a), a->span.begin) < std::tuple(name_of(*b), b->span.begin);
    });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      const auto name = name_of(*sorted[i]);
      if (name != name_of(*sorted[i - 1])) continue;
      refuse(cat("the ", what, " `", printable(name, kShown), "` stands twice"),
             sorted[i]->span.begin, name);
      reading_.problems.back().span = sorted[i]->span;
    }
  }

  void check_keys() {
    tell_twins(reading_.pairs, "key", [](const Pair& pair) { return pair.key; });
  }
  void check_names() {
    tell_twins(reading_.tensors, "tensor", [](const Tensor& tensor) { return tensor.name; });
  }

  void find_alignment() {
    const auto* value = reading_.find("general.alignment");
    if (value == nullptr) return;
    const bool sound = value->type == Type::uint32 && value->number != 0 &&
                       (value->number & (value->number - 1)) == 0;
    if (sound) {
      reading_.alignment = value->number;
      if (value->number % 8 == 0) return;
    }
    const auto pair = std::ranges::find(reading_.pairs, "general.alignment", &Pair::key);
    note(sound ? Gravity::odd : Gravity::refused,
         sound ? cat("its alignment of ", value->number, " is no multiple of 8")
               : cat("its alignment is no power of two, but ", value->number),
         pair->span.begin, pair->key);
    reading_.problems.back().span = pair->span;
  }

  bool read_tensor() {
    Tensor tensor;
    const auto begin = in_.offset();
    const auto name = text("the name of a tensor");
    if (!name) return false;
    tensor.name = *name;
    const auto shown = cat("tensor `", printable(*name, kShown), "`");
    tensor.dimensions = u32();
    if (in_.ok() && tensor.dimensions > kMostDimensions) {
      overflow(cat(shown, " has ", tensor.dimensions, " dimensions; readers have room for 4"),
               begin, *name);
      return false;
    }
    for (std::uint32_t i = 0; i < tensor.dimensions; ++i) tensor.sides.at(i) = count();
    tensor.type = u32();
    tensor.offset = u64();
    if (!in_.ok()) {
      refuse(cat("the file ends inside of the description of ", shown), begin, *name);
      return false;
    }
    tensor.span = {begin, in_.offset()};
    if (name->size() > kMostNameBytes) {
      overflow(cat(shown, " has a name of ", name->size(), " bytes; readers have room for 63"),
               begin, *name);
    } else if (name->empty() || printable(*name, name->size()) != *name) {
      note(Gravity::odd, cat("the name of ", shown, " is not plain"), begin, *name);
    }
    measure(tensor, shown);
    reading_.tensors.push_back(tensor);
    return true;
  }

  void measure(Tensor& tensor, const std::string& shown) {
    const auto at = tensor.span.begin;
    const bool measured = measured_;
    measured_ = false;
    if (name_of_tensor_type(tensor.type).empty()) {
      return refuse(cat(shown, " is of the unknown type ", tensor.type), at, tensor.name);
    }
    const auto& type = kTensorTypes.at(tensor.type);
    if (type.bytes == 0) {
      return note(Gravity::odd, cat(shown, " is of the type ", type.name, ", which was withdrawn"),
                  at, tensor.name);
    }
    std::uint64_t items = 1;
    for (std::uint32_t i = 0; i < tensor.dimensions; ++i) {
      if (tensor.sides.at(i) > kMostSize ||
          __builtin_mul_overflow(items, tensor.sides.at(i), &items) || items > kMostSize) {
        return overflow(cat(shown, " has dimensions too large to count"), at, tensor.name);
      }
    }
    if (tensor.sides[0] % type.items != 0 && tensor.dimensions > 0) {
      return refuse(cat("the rows of ", shown, " have ", tensor.sides[0], " items; the type ",
                        type.name, " packs ", type.items, " into one"),
                    at, tensor.name);
    }
    std::uint64_t size = 0;
    if (__builtin_mul_overflow(items / type.items, type.bytes, &size) || size > kMostSize) {
      return overflow(cat(shown, " has dimensions too large to count"), at, tensor.name);
    }
    tensor.size = size;
    measured_ = measured;
  }

  // The tensors follow one another, each padded to the alignment, and end within the file.
  void check_places() {
    const auto begin = padded(in_.offset(), reading_.alignment);
    reading_.data_offset = std::min<std::uint64_t>(begin.value_or(bytes_.size()), bytes_.size());
    reading_.data_end = reading_.data_offset;
    const auto room = bytes_.size() - reading_.data_offset;
    std::vector<const Tensor*> sorted;
    sorted.reserve(reading_.tensors.size());
    for (const auto& tensor : reading_.tensors) sorted.push_back(&tensor);
    std::ranges::sort(sorted, [](const Tensor* a, const Tensor* b) {
      return std::tie(a->offset, a->size, a->span.begin) <
             std::tie(b->offset, b->size, b->span.begin);
    });
    std::uint64_t at = 0;
    for (const auto* tensor : sorted) {
      check_place(*tensor, at, room);
      const auto end = tensor->offset > room ? room : tensor->offset + std::min(tensor->size, room);
      at = std::max(at, padded(end, reading_.alignment).value_or(room));
    }
    // Where a size could not be told, the rest of the file may be that tensor's.
    reading_.data_end += measured_ ? std::min(at, room) : room;
  }

  void check_place(const Tensor& tensor, std::uint64_t at, std::uint64_t room) {
    const auto shown = cat("tensor `", printable(tensor.name, kShown), "`");
    const auto tell = [&](Gravity gravity, std::string what) {
      note(gravity, std::move(what), tensor.span.begin, tensor.name);
      if (!reading_.problems.empty()) reading_.problems.back().span = tensor.span;
    };
    std::uint64_t end = 0;
    if (tensor.offset % reading_.alignment != 0) {
      tell(Gravity::refused, cat(shown, " begins at byte ", tensor.offset,
                                 " of the data, no multiple of ", reading_.alignment));
    } else if (tensor.offset < at) {
      tell(Gravity::refused, cat(shown, " overlaps another one"));
    } else if (tensor.offset > at && tensor.offset <= room) {
      tell(Gravity::refused, cat(tensor.offset - at, " bytes before ", shown, " belong to none"));
    }
    if (__builtin_add_overflow(tensor.offset, tensor.size, &end)) {
      tell(Gravity::overflow, cat(shown, " ends beyond any file"));
    } else if (end > room) {
      tell(Gravity::refused,
           cat(shown, " ends at byte ", end, " of the data, and the file has ", room));
    }
  }

  Bytes bytes_;
  ByteReader in_;
  bool measured_ = true;
  Reading reading_;
};

}  // namespace

const Value* Reading::find(std::string_view key) const {
  const auto found = std::ranges::find(pairs, key, &Pair::key);
  return found == pairs.end() ? nullptr : &found->value;
}

Reading read(Bytes bytes) {
  return Reader(bytes).read();
}

std::vector<std::string_view> texts_of(const Reading& reading, const Value& value,
                                       std::size_t most) {
  std::vector<std::string_view> out;
  if (value.type != Type::array || value.item != Type::string) return out;
  ByteReader in(value.bytes);
  while (!in.done() && out.size() < most) {
    std::uint64_t length = 0;
    if (reading.version == 1) {
      length = reading.big_endian ? in.u32be() : in.u32le();
    } else {
      length = reading.big_endian ? in.u64be() : in.u64le();
    }
    const auto text = as_text(in.take(length));
    if (in.ok()) out.push_back(text);
  }
  return out;
}

std::string_view name_of_tensor_type(std::uint32_t type) {
  return type < kTensorTypes.size() ? kTensorTypes.at(type).name : std::string_view{};
}

}  // namespace cupel::gguf
