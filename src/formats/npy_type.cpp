// SPDX-License-Identifier: Apache-2.0
// How NumPy spells the types of elements (numpy/core/src/multiarray/descriptor.c).
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/text.h"
#include "formats/npy.h"

namespace cupel::npy {
namespace {

struct Named {
  std::string_view name;
  std::uint64_t bytes;  // 0: systems differ
};

// One letter is a type; a letter with a size is one by kind.
constexpr std::array<Named, 25> kLetters = {
    {{"?", 1}, {"b", 1}, {"B", 1},  {"h", 2}, {"H", 2}, {"i", 4}, {"I", 4}, {"l", 0}, {"L", 0},
     {"q", 8}, {"Q", 8}, {"p", 8},  {"P", 8}, {"n", 8}, {"N", 8}, {"e", 2}, {"f", 4}, {"d", 8},
     {"g", 0}, {"F", 8}, {"D", 16}, {"G", 0}, {"M", 8}, {"m", 8}, {"c", 1}}};

constexpr std::array<Named, 48> kNames = {
    {{"bool", 1},        {"bool8", 1},         {"bool_", 1},       {"byte", 1},
     {"ubyte", 1},       {"int8", 1},          {"uint8", 1},       {"short", 2},
     {"ushort", 2},      {"int16", 2},         {"uint16", 2},      {"intc", 4},
     {"uintc", 4},       {"int32", 4},         {"uint32", 4},      {"int64", 8},
     {"uint64", 8},      {"longlong", 8},      {"ulonglong", 8},   {"half", 2},
     {"float16", 2},     {"single", 4},        {"float32", 4},     {"double", 8},
     {"float64", 8},     {"float", 8},         {"float_", 8},      {"csingle", 8},
     {"complex64", 8},   {"singlecomplex", 8}, {"cdouble", 16},    {"complex128", 16},
     {"complex", 16},    {"complex_", 16},     {"cfloat", 16},     {"datetime64", 8},
     {"timedelta64", 8}, {"int", 0},           {"int_", 0},        {"uint", 0},
     {"intp", 0},        {"uintp", 0},         {"long", 0},        {"ulong", 0},
     {"longdouble", 0},  {"longfloat", 0},     {"clongdouble", 0}, {"clongfloat", 0}}};

// The sizes that a kind may have; the last of floats depend on the system.
bool fits(char kind, std::uint64_t bytes) {
  switch (kind) {
    case 'b':
      return bytes == 1;
    case 'i':
    case 'u':
      return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    case 'f':
      return bytes == 2 || bytes == 4 || bytes == 8 || bytes == 12 || bytes == 16;
    case 'c':
      return bytes == 8 || bytes == 16 || bytes == 24 || bytes == 32;
    case 'M':
    case 'm':
      return bytes == 8;
    default:
      return false;
  }
}

Type known(std::uint64_t bytes) {
  return {.known = true, .objects = false, .bytes = bytes};
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t out = 0;
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, out);
  if (read.ec != std::errc{} || read.ptr != end || out > (1ULL << 31U)) return {};
  return out;
}

// "f4", "U12", "M8[ns]", "float32", without the order of bytes.
Type single(std::string_view text) {
  if (const auto unit = text.find('['); unit != std::string_view::npos) {
    const auto before = text.substr(0, unit);
    const bool time = before == "M8" || before == "m8" || before == "M" || before == "m" ||
                      before == "datetime64" || before == "timedelta64";
    return time && text.ends_with(']') ? known(8) : Type{};
  }
  if (text.empty()) return {};
  const char kind = text[0];
  const auto size = number(text.substr(1));
  if (text == "T" || kind == 'O' || lower(text).find("object") != std::string::npos) {
    return {.known = text.size() == 1 || size == 4 || size == 8 || kind != 'O',
            .objects = true,
            .bytes = {}};
  }
  if (kind == 'S' || kind == 'a' || kind == 'V' || kind == 'U') {
    if (text.size() > 1 && !size) return {};
    return known(size.value_or(0) * (kind == 'U' ? 4 : 1));
  }
  if (text.size() > 1 && size && fits(kind, *size)) return known(*size);
  const auto same = [&](const Named& named) { return named.name == text; };
  const auto letter = std::ranges::find_if(kLetters, same);
  const auto name = std::ranges::find_if(kNames, same);
  const auto* found = letter != kLetters.end() ? &*letter : name != kNames.end() ? &*name : nullptr;
  if (found == nullptr) {
    const bool text_type = text == "str" || text == "str_" || text == "unicode" ||
                           text == "unicode_" || text == "bytes" || text == "bytes_" ||
                           text == "string_" || text == "void";
    return text_type ? known(0) : Type{};
  }
  Type out = known(found->bytes);
  if (found->bytes == 0) out.bytes.reset();
  return out;
}

bool skip_order(std::string_view& text) {
  if (text.empty() || std::string_view("<>|=").find(text[0]) == std::string_view::npos)
    return false;
  text.remove_prefix(1);
  return true;
}

// "(2,3)f4", "2f4", "<f4": how often, and of what.
Type repeated(std::string_view text) {
  text = trim(text);
  skip_order(text);
  std::uint64_t count = 1;
  std::string_view shape;
  if (text.starts_with('(')) {
    const auto end = text.find(')');
    if (end == std::string_view::npos) return {};
    shape = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    shape = text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
    text.remove_prefix(shape.size());
  }
  text = trim(text);
  skip_order(text);
  Type out = single(text);
  for (const auto part : split(shape, ',')) {
    const auto length = trim(part);
    if (length.empty()) continue;
    const auto times = number(length);
    if (!times || __builtin_mul_overflow(count, *times, &count)) return {.objects = out.objects};
  }
  if (out.bytes && __builtin_mul_overflow(*out.bytes, count, &*out.bytes)) {
    return {.objects = out.objects};
  }
  return out;
}

}  // namespace

Type type_of(std::string_view text) {
  Type out = known(0);
  std::size_t begin = 0;
  int open = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ',';
    open += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    if (c != ',' || (open > 0 && at < text.size())) continue;
    const auto part = text.substr(begin, at - begin);
    begin = at + 1;
    if (trim(part).empty() && at == text.size() && at != 0) break;  // 'f4,'
    const Type one = repeated(part);
    out.known = out.known && one.known;
    out.objects = out.objects || one.objects;
    if (!one.bytes || !out.bytes || __builtin_add_overflow(*out.bytes, *one.bytes, &*out.bytes)) {
      out.bytes.reset();
    }
  }
  return out;
}

}  // namespace cupel::npy
