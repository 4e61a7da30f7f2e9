// SPDX-License-Identifier: Apache-2.0
// MessagePack, which Flax saves parameters in: numbers, unless bytes are handed to a loader.
#include "formats/msgpack.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "scan/examiner.h"
#include "scan/text/hidden.h"

namespace cupel::scan {

extern const Examiner kMsgpack;

namespace {

constexpr std::array<std::string_view, 4> kCodes = {"MSG001", "MSG002", "TXT001", "TXT002"};
constexpr unsigned kMostFollowed = 10'000;

bool is_named(const Layer& layer) {
  const auto name = lower(layer.name());
  return name.ends_with(".msgpack") || name.ends_with(".flax");
}

bool fits(const Layer& layer) {
  if (is_named(layer)) return true;
  return msgpack::looks_like(sniff_of(layer).head) &&
         msgpack::read(layer.bytes, [](const msgpack::Item&) {}).complete;
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void all() {
    const auto reading =
        msgpack::read(layer_.bytes, [&](const msgpack::Item& item) { value(item); });
    if (reading.complete) return;
    session_.miss(layer_, "it could not be read to its end", layer_.bytes.size() - reading.end);
    session_.tell(layer_, {.code = "MSG001",
                           .severity = Severity::high,
                           .title = cat(quote(layer_.name()), ": ", reading.problem),
                           .place = layer_.place(reading.end, reading.end),
                           .help = "save the parameters again; if the file came from elsewhere, "
                                   "compare digests"});
    session_.follow(layer_, "rest", layer_.bytes.subspan(static_cast<std::size_t>(reading.end)));
  }

 private:
  void value(const msgpack::Item& item) {
    if (item.kind == msgpack::Kind::text) {
      if (item.bytes.size() > 32) {
        examine_hidden_text(layer_, session_, "text", as_text(item.bytes), item.span);
      }
    } else if (item.kind == msgpack::Kind::binary) {
      content(item);
    } else if (item.kind == msgpack::Kind::extension) {
      extension(item);
    }
  }

  // Bytes are no business of Flax; whoever unpacks them may load them.
  void content(const msgpack::Item& item) {
    if (item.bytes.size() < 4) return;
    if (++followed_ > kMostFollowed) return session_.miss(layer_, "it holds very many bytes", 1);
    session_.follow(layer_, cat("bytes at ", item.span.begin), item.bytes);
  }

  // flax.serialization: 1 is an array, 2 a complex number, 3 a scalar.
  void extension(const msgpack::Item& item) {
    if (item.extension == 1 || item.extension == 3) return array(item);
    if (item.extension == 2 || item.extension == -1) return;  // -1: a time, of MessagePack itself
    odd(item, cat("an extension of the type ", item.extension, ", which Flax does not know"));
    content(item);
  }

  // An array is packed itself: shape, name of the type, bytes.
  void array(const msgpack::Item& item) {
    std::string_view type;
    bool object = false;
    std::optional<std::uint64_t> elements = 1;
    const auto reading = msgpack::read(item.bytes, [&](const msgpack::Item& part) {
      if (part.kind == msgpack::Kind::number && type.empty()) elements = times(elements, part);
      if (part.kind == msgpack::Kind::binary) check_size(item, elements, type, part.bytes.size());
      if (part.kind == msgpack::Kind::text && type.empty()) type = as_text(part.bytes);
      object = type == "object" || type.find('O') != std::string_view::npos;
      if (object && part.kind == msgpack::Kind::binary) {
        session_.follow(layer_, cat("objects at ", item.span.begin), part.bytes, true);
      }
    });
    if (!reading.complete) {
      odd(item, cat("an array that is none: ", reading.problem));
      content(item);
    } else if (object) {
      odd(item, "an array of objects");
    }
  }

  // Nothing when a length is negative, or the product does not fit.
  static std::optional<std::uint64_t> times(std::optional<std::uint64_t> product,
                                            const msgpack::Item& length) {
    if (!product || !length.number) return {};
    std::uint64_t result = 0;
    if (__builtin_mul_overflow(*product, *length.number, &result)) return {};
    return result;
  }

  // Of the types that Flax writes; 0 for others, whose arrays nobody can measure.
  static std::uint64_t size_of(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 16> kSizes = {
        {{"float32", 4},
         {"float64", 8},
         {"float16", 2},
         {"bfloat16", 2},
         {"int8", 1},
         {"int16", 2},
         {"int32", 4},
         {"int64", 8},
         {"uint8", 1},
         {"uint16", 2},
         {"uint32", 4},
         {"uint64", 8},
         {"bool", 1},
         {"complex64", 8},
         {"complex128", 16},
         {"float8_e4m3fn", 1}}};
    const auto* const found =
        std::ranges::find(kSizes, type, &std::pair<std::string_view, std::uint64_t>::first);
    return found == kSizes.end() ? 0 : found->second;
  }

  void check_size(const msgpack::Item& item, std::optional<std::uint64_t> elements,
                  std::string_view type, std::uint64_t bytes) {
    const auto size = size_of(type);
    if (size == 0) return;
    if (elements && bytes % size == 0 && bytes / size == *elements) return;
    session_.tell(layer_, {.code = "MSG001",
                           .severity = Severity::high,
                           .title = cat(quote(layer_.name()), " holds an array of ", type,
                                        " whose shape is not that of its ", bytes, " bytes"),
                           .place = layer_.place(item.span.begin, item.span.end),
                           .help = "save the parameters again; if the file came from elsewhere, "
                                   "compare digests"});
  }

  void odd(const msgpack::Item& item, const std::string& what) {
    session_.tell(layer_, {.code = "MSG002",
                           .severity = Severity::medium,
                           .title = cat(quote(layer_.name()), " holds ", what),
                           .place = layer_.place(item.span.begin, item.span.end),
                           .help = "find out which program reads it, and what that does with it"});
  }

  const Layer& layer_;
  Session& session_;
  unsigned followed_ = 0;
};

void examine(const Layer& layer, Session& session) {
  Telling(layer, session).all();
}

}  // namespace

constinit const Examiner kMsgpack = {
    .id = "msgpack", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
