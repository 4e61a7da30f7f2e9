// SPDX-License-Identifier: Apache-2.0
#include "formats/onnx.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "base/text.h"

namespace cupel::onnx {
namespace {

using protobuf::Field;
using protobuf::Message;
using protobuf::Wire;

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kMostEntries = 1'000'000;  // of nodes, and of tensors in other files
constexpr std::size_t kShown = 120;
constexpr std::uint64_t kMostSize = INT64_MAX;

// Bits of an element by TensorProto.DataType; 0: of no fixed size, or no type.
constexpr std::array<std::uint8_t, 29> kBits = {0,  32, 8,  8,  16, 16,  32, 64, 0, 8,
                                                16, 64, 32, 64, 64, 128, 16, 8,  8, 8,
                                                8,  4,  4,  4,  8,  2,   2,  6,  6};
constexpr std::uint64_t kString = 8;
constexpr std::uint64_t kComplex64 = 14;
constexpr std::uint64_t kComplex128 = 15;

// Messages that say nothing of interest here, and must be messages all the same: a reader refuses
// the whole file when one of them is none.
enum class Part : std::uint8_t {
  leaf,  // holds no messages
  value,
  type,
  tensor_type,
  sequence,  // of one type
  map,
  shape,
  annotation,
  devices,
  sharding,
  sharded
};
struct Inside {
  Part outer;
  std::uint32_t number;
  Part inner;
};
constexpr std::array<Inside, 17> kInside = {{
    {Part::value, 2, Part::type},
    {Part::value, 4, Part::leaf},
    {Part::type, 1, Part::tensor_type},
    {Part::type, 4, Part::sequence},
    {Part::type, 5, Part::map},
    {Part::type, 7, Part::leaf},
    {Part::type, 8, Part::tensor_type},
    {Part::type, 9, Part::sequence},
    {Part::sequence, 1, Part::type},
    {Part::map, 2, Part::type},
    {Part::tensor_type, 2, Part::shape},
    {Part::shape, 1, Part::leaf},
    {Part::annotation, 2, Part::leaf},
    {Part::devices, 2, Part::sharding},
    {Part::sharding, 3, Part::leaf},
    {Part::sharding, 4, Part::sharded},
    {Part::sharded, 2, Part::leaf},
}};

struct Tensor {
  std::string_view name;
  std::uint64_t type = 0;
  std::uint64_t elements = 1;
  bool countable = true;
  bool negative = false;
  std::uint64_t dimensions = 0;
  std::optional<std::uint64_t> raw;  // bytes of raw_data
  std::uint64_t values = 0;          // in the typed fields
  std::uint32_t fields = 0;          // a bit for each of the typed fields that has values
  bool external = false;
  bool segmented = false;
  std::vector<std::pair<std::string_view, std::string_view>> entries;  // external_data
  Span span;

  void side(std::uint64_t length) {
    ++dimensions;
    if (length > kMostSize) {
      negative = true;
    } else if (__builtin_mul_overflow(elements, length, &elements) || elements > kMostSize) {
      countable = false;
      elements = 1;
    }
  }
};

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

class Walk {
 public:
  explicit Walk(Bytes bytes) : bytes_(bytes) {}

  Reading run() {
    reading_.complete = true;
    model();
    check_functions();
    return std::move(reading_);
  }

 private:
  void note(std::string what, Span span, std::string_view pointer = {}) {
    if (reading_.problems.size() >= kMostProblems) return;
    reading_.problems.push_back(
        {.what = std::move(what), .span = span, .pointer = std::string(pointer.substr(0, 1000))});
  }

  // Calls `use` for each field, and tells where the message is no message.
  template <class Use>
  void each(Message message, unsigned depth, std::string_view what, const Use& use) {
    if (depth > protobuf::kMostDepth) {
      reading_.complete = false;
      return note("messages are nested deeper than any reader follows",
                  {message.offset(), message.offset()});
    }
    while (const auto field = message.next()) use(*field);
    if (message.sound()) return;
    reading_.complete = false;
    note(cat(what, " is cut short, or is no message"), {message.offset(), message.offset()});
  }

  void part(const Field& field, unsigned depth, Part kind) {
    each(Message(field), depth, "a description", [&](const Field& inner) {
      for (const auto& row : kInside) {
        if (row.outer == kind && inner.has_bytes(row.number)) part(inner, depth + 1, row.inner);
      }
    });
  }

  // Numbers one behind the other, each ending in itself; `width` 0: of any length.
  void packed(const Field& field, std::size_t width) {
    if (field.wire != Wire::bytes) return;
    const bool sound =
        width == 0 ? protobuf::are_varints(field.bytes) : field.bytes.size() % width == 0;
    if (sound) return;
    reading_.complete = false;
    note("a list of numbers is cut short", field.span);
  }

  std::pair<std::string_view, std::string_view> entry(const Field& field, unsigned depth) {
    part(field, depth, Part::leaf);
    return {protobuf::text_of(field.bytes, 1), protobuf::text_of(field.bytes, 2)};
  }

  void model() {
    each(Message(bytes_), 1, "the model", [&](const Field& field) {
      if (field.is_number(1)) reading_.ir_version = field.value;
      if (field.has_bytes(2)) reading_.producer = field.text();
      if (field.has_bytes(6)) reading_.notes.emplace_back(field.text(), field.span);
      if (field.has_bytes(7)) graph(field, 2);
      if (field.has_bytes(8)) reading_.opsets.push_back(opset(field, 2));
      if (field.has_bytes(14)) reading_.metadata.push_back(entry(field, 2));
      if (field.has_bytes(20)) training(field, 2);
      if (field.has_bytes(25)) function(field, 2);
      if (field.has_bytes(26)) part(field, 2, Part::leaf);
      graph_ = graph_ || field.has_bytes(7);
    });
    if (!graph_) note("it has no graph", {0, bytes_.size()});
    if (reading_.ir_version == 0) note("it does not say its version", {0, bytes_.size()});
    if (reading_.ir_version >= 3 && reading_.opsets.empty()) {
      note("it does not say which operators it means", {0, bytes_.size()});
    }
  }

  std::pair<std::string_view, std::uint64_t> opset(const Field& field, unsigned depth) {
    std::uint64_t version = 0;
    each(Message(field), depth, "an operator set", [&](const Field& inner) {
      if (inner.is_number(2)) version = inner.value;
    });
    return {protobuf::text_of(field.bytes, 1), version};
  }

  void training(const Field& field, unsigned depth) {
    each(Message(field), depth, "the training information", [&](const Field& inner) {
      if (inner.has_bytes(1) || inner.has_bytes(2)) graph(inner, depth + 1);
      if (inner.has_bytes(3) || inner.has_bytes(4)) part(inner, depth + 1, Part::leaf);
    });
  }

  void graph(const Field& field, unsigned depth) {
    each(Message(field), depth, "a graph", [&](const Field& inner) {
      if (inner.has_bytes(1)) node(inner, depth + 1);
      if (inner.has_bytes(5)) tensor(inner, depth + 1, "an initializer");
      if (inner.has_bytes(10)) reading_.notes.emplace_back(inner.text(), inner.span);
      if (inner.has_bytes(11) || inner.has_bytes(12) || inner.has_bytes(13)) {
        part(inner, depth + 1, Part::value);
      }
      if (inner.has_bytes(14)) part(inner, depth + 1, Part::annotation);
      if (inner.has_bytes(15)) sparse(inner, depth + 1);
      if (inner.has_bytes(16)) reading_.metadata.push_back(entry(inner, depth + 1));
    });
  }

  void function(const Field& field, unsigned depth) {
    reading_.functions.push_back({.domain = protobuf::text_of(field.bytes, 10),
                                  .name = protobuf::text_of(field.bytes, 1),
                                  .span = field.span});
    function_ = reading_.functions.size();
    each(Message(field), depth, "a function", [&](const Field& inner) {
      if (inner.has_bytes(7)) node(inner, depth + 1);
      if (inner.has_bytes(8)) reading_.notes.emplace_back(inner.text(), inner.span);
      if (inner.has_bytes(9)) static_cast<void>(opset(inner, depth + 1));
      if (inner.has_bytes(11)) attribute(inner, depth + 1);
      if (inner.has_bytes(12)) part(inner, depth + 1, Part::value);
      if (inner.has_bytes(14)) reading_.metadata.push_back(entry(inner, depth + 1));
    });
    function_ = 0;
  }

  void node(const Field& field, unsigned depth) {
    Node node{
        .domain = {}, .op = {}, .bytes = field.bytes, .span = field.span, .function = function_};
    each(Message(field), depth, "a node", [&](const Field& inner) {
      if (inner.has_bytes(4)) node.op = inner.text();
      if (inner.has_bytes(7)) node.domain = inner.text();
      if (inner.has_bytes(5)) attribute(inner, depth + 1);
      if (inner.has_bytes(9)) part(inner, depth + 1, Part::leaf);
      if (inner.has_bytes(10)) part(inner, depth + 1, Part::devices);
    });
    if (reading_.nodes.size() < kMostEntries) {
      reading_.nodes.push_back(node);
    } else if (reading_.complete) {
      reading_.complete = false;
      note(cat("it has more than ", kMostEntries, " nodes"), field.span);
    }
  }

  void attribute(const Field& field, unsigned depth) {
    each(Message(field), depth, "an attribute", [&](const Field& inner) {
      if (inner.has_bytes(5) || inner.has_bytes(10)) tensor(inner, depth + 1, "an attribute");
      if (inner.has_bytes(6) || inner.has_bytes(11)) graph(inner, depth + 1);
      if (inner.has_bytes(22) || inner.has_bytes(23)) sparse(inner, depth + 1);
      if (inner.has_bytes(14) || inner.has_bytes(15)) part(inner, depth + 1, Part::type);
      if (inner.number == 7) packed(inner, sizeof(float));
      if (inner.number == 8) packed(inner, 0);
    });
  }

  void sparse(const Field& field, unsigned depth) {
    bool negative = false;
    each(Message(field), depth, "a sparse tensor", [&](const Field& inner) {
      if (inner.has_bytes(1) || inner.has_bytes(2)) tensor(inner, depth + 1, "a sparse tensor");
      if (inner.is_number(3)) negative = negative || inner.value > kMostSize;
      if (inner.number == 3) packed(inner, 0);
    });
    if (negative) note("a sparse tensor has a negative dimension", field.span);
  }

  void tensor(const Field& field, unsigned depth, std::string_view where) {
    Tensor tensor;
    tensor.span = field.span;
    each(Message(field), depth, "a tensor",
         [&](const Field& inner) { read(tensor, inner, depth + 1); });
    ++reading_.tensors;
    check(tensor, where);
  }

  static void sides(Tensor& tensor, const Field& field) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const auto byte : field.bytes) {
      value |= (std::to_integer<std::uint64_t>(byte) & 0x7fU) << std::min(shift, 63U);
      shift += 7;
      if (byte >= std::byte{0x80}) continue;
      tensor.side(value);
      value = 0;
      shift = 0;
    }
  }

  static void typed(Tensor& tensor, std::uint32_t field, std::uint64_t values) {
    if (values != 0) tensor.fields |= 1U << field;
    tensor.values += values;
  }

  // A field of another kind than its number's is an unknown field to every reader.
  void read(Tensor& tensor, const Field& field, unsigned depth) {
    const bool number = field.wire == Wire::varint;
    const bool bytes = field.wire == Wire::bytes;
    switch (field.number) {
      case 1:
        packed(field, 0);
        if (number) tensor.side(field.value);
        if (bytes) sides(tensor, field);
        break;
      case 2:
        if (number) tensor.type = field.value & UINT32_MAX;
        break;
      case 3:
        if (bytes) part(field, depth, Part::leaf);
        tensor.segmented = tensor.segmented || bytes;
        break;
      case 4:
        numbers(tensor, field, Wire::fixed32, sizeof(float));
        break;
      case 5:
      case 7:
      case 11:
        numbers(tensor, field, Wire::varint, 0);
        break;
      case 6:
        if (bytes) typed(tensor, field.number, 1);
        break;
      case 8:
        if (bytes) tensor.name = field.text();
        break;
      case 9:
        if (bytes) tensor.raw = field.bytes.size();
        break;
      case 10:
        numbers(tensor, field, Wire::fixed64, sizeof(double));
        break;
      case 13:
        if (bytes) tensor.entries.push_back(entry(field, depth));
        break;
      case 14:
        // An enumerator that nobody knows is an unknown field, too.
        if (number && field.value <= 1) tensor.external = field.value == 1;
        break;
      case 16:
        if (bytes) part(field, depth, Part::leaf);
        break;
      default:
        break;
    }
  }

  void numbers(Tensor& tensor, const Field& field, Wire single, std::size_t width) {
    packed(field, width);
    if (field.wire == single) typed(tensor, field.number, 1);
    if (field.wire != Wire::bytes) return;
    typed(tensor, field.number,
          width == 0 ? protobuf::count_varints(field.bytes) : field.bytes.size() / width);
  }

  void check(const Tensor& tensor, std::string_view where) {
    const auto shown = cat("tensor `", printable(tensor.name, kShown), "`");
    if (tensor.negative) {
      return note(cat(shown, " has a negative dimension"), tensor.span, tensor.name);
    }
    const bool known =
        tensor.type == kString || (tensor.type < kBits.size() && kBits.at(tensor.type) != 0);
    if (!known) {
      note(cat(shown, " is of the unknown type ", tensor.type), tensor.span, tensor.name);
    }
    check_fields(tensor, shown);
    std::uint64_t bits = 0;
    if (!tensor.countable ||
        (known && __builtin_mul_overflow(tensor.elements, kBits.at(tensor.type), &bits))) {
      note(cat(shown, " has dimensions too large to count"), tensor.span, tensor.name);
    } else if (tensor.external) {
      check_external_size(tensor, shown, bits);
    } else if (known && !tensor.segmented) {
      check_size(tensor, shown, bits / 8 + (bits % 8 != 0 ? 1 : 0));
    }
    if (tensor.external || !tensor.entries.empty()) external(tensor, where, shown);
  }

  // The typed field that the values of a type stand in.
  static std::uint32_t field_of(std::uint64_t type) {
    constexpr std::array<std::uint32_t, 16> kFields = {5, 4, 5, 5,  5,  5,  5, 7,
                                                       6, 5, 5, 10, 11, 11, 4, 10};
    return type < kFields.size() ? kFields.at(static_cast<std::size_t>(type)) : 5;
  }

  void check_fields(const Tensor& tensor, const std::string& shown) {
    const auto wrong = [&](std::string_view what) {
      note(cat(shown, " ", what), tensor.span, tensor.name);
    };
    if (tensor.external && tensor.raw) return wrong("has its data here and in another file");
    const auto own = 1U << field_of(tensor.type);
    if ((tensor.fields & ~own) != 0) return wrong("has its values in the field of another type");
    if (tensor.raw && tensor.fields != 0) wrong("has its data in two fields");
  }

  // The number of values in the typed fields, where each type has its own.
  static std::uint64_t expected(const Tensor& tensor) {
    if (tensor.type == kComplex64 || tensor.type == kComplex128) return 2 * tensor.elements;
    const auto bits = kBits.at(tensor.type);
    if (bits == 4) return tensor.elements / 2 + tensor.elements % 2;
    if (bits == 2) return tensor.elements / 4 + (tensor.elements % 4 != 0 ? 1 : 0);
    return tensor.elements;
  }

  void check_size(const Tensor& tensor, const std::string& shown, std::uint64_t bytes) {
    if (tensor.raw && tensor.type != kString) {
      if (*tensor.raw == bytes) return;
      return note(cat(shown, " needs ", bytes, " bytes and has ", *tensor.raw), tensor.span,
                  tensor.name);
    }
    if (tensor.values == expected(tensor)) return;
    note(cat(shown, " needs ", expected(tensor), " values and has ", tensor.values), tensor.span,
         tensor.name);
  }

  void check_external_size(const Tensor& tensor, const std::string& shown, std::uint64_t bits) {
    std::uint64_t end = 0;
    for (const auto& [key, value] : tensor.entries) {
      if (key != "offset" && key != "length") continue;
      const auto number = number_from(value);
      if (!number || *number > kMostSize || __builtin_add_overflow(end, number.value_or(0), &end) ||
          end > kMostSize) {
        note(cat(shown, " has no sound ", key, " in its other file"), tensor.span, tensor.name);
      } else if (key == "length" && tensor.type < kBits.size() && *number != (bits + 7) / 8) {
        note(cat(shown, " needs ", (bits + 7) / 8, " bytes and takes ", *number,
                 " of its other file"),
             tensor.span, tensor.name);
      }
    }
  }

  // Offset and length together; the largest number when they are none.
  static std::uint64_t end_of(const Tensor& tensor) {
    std::uint64_t end = 0;
    for (const auto& [key, value] : tensor.entries) {
      if (key != "offset" && key != "length") continue;
      if (__builtin_add_overflow(end, number_from(value).value_or(kMostSize), &end))
        return kMostSize;
    }
    return end;
  }

  void external(const Tensor& tensor, std::string_view where, const std::string& shown) {
    bool located = false;
    for (const auto& [key, value] : tensor.entries) {
      if (key != "location") continue;
      located = true;
      if (reading_.externals.size() >= kMostEntries) {
        reading_.complete = false;
        continue;
      }
      reading_.externals.push_back({.tensor = tensor.name,
                                    .location = value,
                                    .where = where,
                                    .span = tensor.span,
                                    .end = end_of(tensor)});
    }
    if (!located) {
      note(cat(shown, " has its data in another file and does not say which"), tensor.span,
           tensor.name);
    }
  }

  // A function that uses itself has no end.
  void check_functions() {
    const auto count = reading_.functions.size();
    if (count == 0) return;
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> by_name;
    for (std::size_t i = 0; i < count; ++i) {
      by_name.try_emplace({reading_.functions[i].domain, reading_.functions[i].name}, i);
    }
    std::vector<std::vector<std::size_t>> uses(count);
    for (const auto& node : reading_.nodes) {
      if (node.function == 0) continue;
      const auto used = by_name.find({node.domain, node.op});
      if (used != by_name.end()) uses[node.function - 1].push_back(used->second);
    }
    // Taken away one after the other, those that use none; what is left goes in circles.
    std::vector<std::size_t> open(count);
    std::vector<std::vector<std::size_t>> users(count);
    std::vector<std::size_t> done;
    for (std::size_t i = 0; i < count; ++i) {
      open[i] = uses[i].size();
      for (const auto used : uses[i]) users[used].push_back(i);
      if (open[i] == 0) done.push_back(i);
    }
    for (std::size_t next = 0; next < done.size(); ++next) {
      for (const auto user : users[done[next]]) {
        if (--open[user] == 0) done.push_back(user);
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (open[i] == 0) continue;
      return note(
          cat("the function `", printable(reading_.functions[i].name, kShown), "` uses itself"),
          reading_.functions[i].span, reading_.functions[i].name);
    }
  }

  Bytes bytes_;
  std::size_t function_ = 0;
  bool graph_ = false;
  Reading reading_;
};

}  // namespace

Reading read(Bytes bytes) {
  return Walk(bytes).run();
}

std::string_view text_attribute(const Node& node, std::string_view name) {
  Message message(node.bytes);
  while (const auto field = message.next()) {
    if (field->has_bytes(5) && protobuf::text_of(field->bytes, 1) == name) {
      return protobuf::text_of(field->bytes, 4);
    }
  }
  return {};
}

}  // namespace cupel::onnx
