// SPDX-License-Identifier: Apache-2.0
// Constants that are computed while loading, and bytes that are loaded in their turn.
//
// What comes out is only told, never trusted: it says what an import or a payload very likely
// is, and cannot make either look better.
#include <algorithm>

#include "base/text.h"
#include "formats/pickle/decode.h"
#include "formats/pickle/literal.h"
#include "formats/pickle/machine.h"

namespace cupel::pickle {
namespace {

constexpr unsigned kFoldDepth = 16;

// Where the content of a constant stands in the stream; nothing when it is written with escapes.
std::optional<Span> content_of(Bytes stream, std::uint64_t offset) {
  if (offset >= stream.size()) return {};
  ByteReader in(stream.subspan(static_cast<std::size_t>(offset)));
  std::uint64_t length = 0;
  switch (static_cast<Opcode>(in.u8())) {
    case Opcode::short_binbytes:
    case Opcode::short_binstring:
      length = in.u8();
      break;
    case Opcode::binbytes:
    case Opcode::binstring:
      length = in.u32le();
      break;
    case Opcode::binbytes8:
    case Opcode::bytearray8:
      length = in.u64le();
      break;
    default:
      return {};
  }
  const auto begin = offset + in.offset();
  if (!in.ok() || length > stream.size() - begin) return {};
  return Span{begin, begin + length};
}

}  // namespace

std::optional<std::string> Machine::fold(Value value, unsigned depth) {
  auto& left = session_.folded_left();
  if (depth > kFoldDepth || left == 0) return {};
  std::optional<std::string> out;
  if (value.is(Kind::text) || value.is(Kind::bytes)) {
    out = text_at(stream_, value.payload(), left);
  } else if (value.is(Kind::result)) {
    out = fold_call(session_.meaning(value.name()), Value(Kind::tuple, value.items()), depth + 1);
  }
  left -= std::min(left, out ? out->size() + 1 : 1);
  return out;
}

std::optional<std::string> Machine::fold_call(Meaning meaning, Value arguments, unsigned depth) {
  if (meaning == Meaning::get_item) return fold_item(arguments, depth);
  if (meaning < Meaning::same) return {};
  const auto first = fold(item(arguments, 0), depth);
  if (!first) return {};
  switch (meaning) {
    case Meaning::same:
      return first;
    case Meaning::from_base64:
      return from_base64(*first);
    case Meaning::from_hex:
      return from_hex(*first);
    case Meaning::inflate:
      return inflate(*first, session_.folded_left());
    case Meaning::join:
      return fold_items(*first, item(arguments, 1), depth);
    default:
      break;
  }
  const bool is_alone = count_of_items(arguments) < 2;
  const auto second =
      is_alone ? std::optional<std::string>("utf-8") : fold(item(arguments, 1), depth);
  if (!second) return {};
  if (meaning == Meaning::encode) return encode(*first, *second);
  if (meaning == Meaning::decode) return decode(*first, *second, session_.folded_left());
  return cat(*first, *second);
}

std::optional<std::string> Machine::fold_items(std::string_view between, Value items,
                                               unsigned depth) {
  if (items.is(Kind::text)) return {};
  std::string out;
  for (std::size_t i = 0; i < count_of_items(items); ++i) {
    const auto piece = fold(item(items, i), depth);
    if (!piece || out.size() + piece->size() > session_.folded_left()) return {};
    if (i != 0) out += between;
    out += *piece;
  }
  return out;
}

// ("os", "posix")[0], or a letter of a text.
std::optional<std::string> Machine::fold_item(Value arguments, unsigned depth) {
  const Value items = item(arguments, 0);
  const Value index = item(arguments, 1);
  const auto number = index.is(Kind::integer) ? integer_at(stream_, index.payload()) : std::nullopt;
  if (!number) return {};
  const auto at = [&](std::size_t size) {
    return static_cast<std::size_t>(*number < 0 ? *number + static_cast<std::int64_t>(size)
                                                : *number);
  };
  if (items.is(Kind::tuple) || items.is(Kind::list)) {
    return fold(item(items, at(count_of_items(items))), depth);
  }
  const auto text = fold(items, depth);
  if (!text || at(text->size()) >= text->size()) return {};
  return text->substr(at(text->size()), 1);
}

// "".join(["o", "s"]): a method that an attribute of a constant gave, with that constant in front.
Value Machine::call_method(Value method, Value arguments) {
  const std::size_t begin = stack_.size();
  stack_.push_back(item(Value(Kind::tuple, method.items()), 0));
  for (std::size_t i = 0; i < std::min<std::size_t>(count_of_items(arguments), 4); ++i) {
    stack_.push_back(item(arguments, i));
  }
  const Value all = make_tuple(begin);
  stack_.resize(begin);
  return Value::result(method.name(), all.items());
}

void Machine::follow(std::uint32_t loader, Value content) {
  Payload payload{.loader = session_.dotted(loader),
                  .span = span(),
                  .is_code = session_.meaning(loader) == Meaning::loads_code};
  // A file around the bytes changes nothing.
  for (unsigned i = 0; i < kFoldDepth && content.is(Kind::result) &&
                       session_.meaning(content.name()) == Meaning::same;
       ++i) {
    content = item(Value(Kind::tuple, content.items()), 0);
  }
  const bool is_constant = content.is(Kind::bytes) || content.is(Kind::text);
  const auto place = is_constant ? content_of(stream_, content.payload()) : std::nullopt;
  if (place) {
    payload.content = *place;
  } else if (auto computed = fold(content); computed && !computed->empty()) {
    payload.computed = std::move(*computed);
  } else {
    payload.known = false;
  }
  session_.follow(std::move(payload));
}

// Nothing in sight loads it, and it is a pickle all the same.
void Machine::notice_hidden(std::size_t begin) {
  if (stream_[begin] != std::byte{0x80}) return;
  const auto version = std::to_integer<unsigned>(stream_[begin + 1]);
  if (version < 2 || version > kHighestProtocol) return;
  session_.follow({.span = span(), .content = {begin, at_}});
}

}  // namespace cupel::pickle
