// SPDX-License-Identifier: Apache-2.0
#include "formats/jinja/value.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace cupel::jinja {
namespace {

constexpr std::size_t kItems = 4096;

// As `str()` would write it; nothing when that is not known.
std::optional<std::string> as_string(const Value& value) {
  if (value.is_text()) return value.text;
  if (value.kind == Kind::number && value.exact) return cat(value.number);
  return std::nullopt;
}

Value out_of_sight(const Value& of, const Arguments& with) {
  Value out;
  const bool constant =
      is_made_of_constants(of) && std::ranges::all_of(with.plain, [](const Value& argument) {
        return is_made_of_constants(argument) || argument.kind == Kind::number;
      });
  if (constant) out.kind = Kind::computed;
  inherit(out, of);
  return out;
}

Value joined(const Value& of, const Arguments& with, Budget& budget) {
  const auto* between = with.find("d", 0);
  const std::string glue = between != nullptr && between->is_text() ? between->text : "";
  if (of.is_text()) {  // the letters of a text
    if (glue.empty()) return of;
    return out_of_sight(of, with);
  }
  std::string out;
  if (of.kind != Kind::list) return out_of_sight(of, with);
  for (std::size_t i = 0; i < of.items.size(); ++i) {
    const auto piece = as_string(of.items[i]);
    if (!piece || !budget.take(piece->size() + glue.size())) return out_of_sight(of, with);
    out += cat(i == 0 ? "" : glue, *piece);
  }
  return budget.take(out.size()) ? text_value(std::move(out)) : computed_value();
}

Value replaced(const Value& of, const Arguments& with, Budget& budget) {
  const auto* from = with.find("old", 0);
  const auto* to = with.find("new", 1);
  if (!of.is_text() || from == nullptr || to == nullptr || !from->is_text() || !to->is_text() ||
      from->text.empty()) {
    return out_of_sight(of, with);
  }
  std::string out;
  std::size_t at = 0;
  while (true) {
    const auto next = of.text.find(from->text, at);
    out += of.text.substr(at, next == std::string::npos ? next : next - at);
    if (next == std::string::npos) break;
    out += to->text;
    if (out.size() > (1U << 20U)) return computed_value();
    at = next + from->text.size();
  }
  return budget.take(out.size()) ? text_value(std::move(out)) : computed_value();
}

// '%s%c' % (a, 95): the conversions that text is put together with.
Value formatted(const Value& of, const std::vector<Value>& with, Budget& budget) {
  if (!of.is_text()) return out_of_sight(of, {});
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < of.text.size(); ++i) {
    if (of.text[i] != '%') {
      out += of.text[i];
      continue;
    }
    if (++i >= of.text.size()) break;
    if (of.text[i] == '%') {
      out += '%';
      continue;
    }
    if (next >= with.size()) return computed_value();
    const Value& argument = with[next++];
    if (of.text[i] == 'c' && argument.kind == Kind::number && argument.exact) {
      append_utf8(out, static_cast<std::uint32_t>(argument.number & 0x10ffff));
      continue;
    }
    const auto piece = as_string(argument);
    if (!piece) return out_of_sight(argument, {});
    if (of.text[i] != 's' && of.text[i] != 'd' && of.text[i] != 'c') return computed_value();
    if (!budget.take(piece->size())) return computed_value();
    out += *piece;
  }
  return budget.take(out.size()) ? text_value(std::move(out)) : computed_value();
}

Value reversed(const Value& of) {
  Value out = of;
  std::ranges::reverse(out.text);
  std::ranges::reverse(out.items);
  return out;
}

Value in_case(const Value& of, bool upper) {
  Value out = of;
  for (char& c : out.text) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// '{0}{1}'.format(a, b) without attributes and specifications.
Value braces(const Value& of, const Arguments& with, Budget& budget) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < of.text.size(); ++i) {
    const char c = of.text[i];
    if (c != '{' && c != '}') {
      out += c;
      continue;
    }
    if (i + 1 < of.text.size() && of.text[i + 1] == c) {
      out += c;
      ++i;
      continue;
    }
    const auto end = of.text.find('}', i);
    if (c == '}' || end == std::string::npos) return computed_value();
    const auto field = of.text.substr(i + 1, end - i - 1);
    const bool digits = !field.empty() && field.size() < 4 &&
                        field.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t at = digits ? static_cast<std::size_t>(std::stoi(field)) : next++;
    const auto* argument = field.empty() || digits ? with.find("", at) : with.find(field, 4096);
    const auto piece = argument != nullptr ? as_string(*argument) : std::nullopt;
    if (!piece || !budget.take(piece->size())) return out_of_sight(of, with);
    out += *piece;
    i = end;
  }
  return budget.take(out.size()) ? text_value(std::move(out)) : computed_value();
}

Value letters(const Value& of, Budget& budget) {
  if (!of.is_text()) return of;
  if (of.text.size() > kItems || !budget.take(of.text.size() * 16)) return computed_value();
  std::vector<Value> out;
  for (const char c : of.text) out.push_back(text_value(std::string(1, c)));
  return list_value(std::move(out));
}

bool keeps(std::string_view name) {
  constexpr std::array<std::string_view, 16> kKeeps = {
      "safe", "e",      "escape", "forceescape", "string", "trim",    "strip",  "lstrip",
      "list", "rstrip", "unique", "sort",        "d",      "default", "indent", "tojson"};
  return std::ranges::find(kKeeps, name) != kKeeps.end();
}

Value simple(std::string_view name, const Value& of, const Arguments& with, Budget& budget) {
  if (name == "reverse" || name == "reversed") return reversed(of);
  if (name == "lower" || name == "casefold") return in_case(of, false);
  if (name == "upper") return in_case(of, true);
  if (name == "first") return item_of(of, 0);
  if (name == "last") return item_of(of, -1);
  if (name == "list" && of.is_text()) return letters(of, budget);
  if (name == "string" && of.kind == Kind::list) return out_of_sight(of, with);
  if (keeps(name)) return of;
  return out_of_sight(of, with);
}

}  // namespace

bool is_made_of_constants(const Value& value) {
  if (value.kind == Kind::list || value.kind == Kind::any) {
    return std::ranges::all_of(value.items, [](const Value& item) {
      return item.kind == Kind::number || is_made_of_constants(item);
    });
  }
  return value.is_text() || value.is_computed();
}

const Value* Arguments::find(std::string_view name, std::size_t at) const {
  for (const auto& [key, value] : named) {
    if (key == name) return &value;
  }
  return at < plain.size() ? &plain[at] : nullptr;
}

std::size_t weight(const Value& value) {
  std::size_t out = value.text.size() + 64;
  for (const auto& item : value.items) out += weight(item);
  for (const auto& test : value.tests) out += test.literal.size() + 32;
  return out + value.path.size();
}

Value filtered(std::string_view name, const Value& of, const Arguments& with, Budget& budget) {
  if (!budget.take(weight(of))) return computed_value();
  Value out;
  if (name == "join") {
    out = joined(of, with, budget);
  } else if (name == "replace") {
    out = replaced(of, with, budget);
  } else if (name == "%") {
    out = formatted(of, with.plain, budget);
  } else if (name == "{}") {
    out = braces(of, with, budget);
  } else if (name == "length" || name == "count" || name == "int" || name == "abs") {
    out.kind = Kind::number;
  } else {
    out = simple(name, of, with, budget);
  }
  inherit(out, of);
  // The messages as one text hold what they say.
  const bool whole = name == "string" || name == "tojson" || name == "join";
  out.content = out.content || (whole && of.path.starts_with("messages"));
  return out;
}

Value added(const Value& a, const Value& b, bool as_text, Budget& budget) {
  Value out;
  const auto left = as_string(a);
  const auto right = as_string(b);
  const bool numbers = a.kind == Kind::number && b.kind == Kind::number;
  if (!as_text && (a.kind == Kind::number || b.kind == Kind::number)) {
    out.kind = Kind::number;
    out.exact =
        numbers && a.exact && b.exact && !__builtin_add_overflow(a.number, b.number, &out.number);
  } else if (left && right) {
    out = budget.take(left->size() + right->size()) ? text_value(*left + *right) : computed_value();
  } else if (a.kind == Kind::list && b.kind == Kind::list) {
    if (!budget.take(weight(a) + weight(b))) return computed_value();
    auto items = a.items;
    items.insert(items.end(), b.items.begin(), b.items.end());
    out = list_value(std::move(items));
  } else if (is_made_of_constants(a) && is_made_of_constants(b)) {
    out = computed_value();
  }
  inherit(out, a);
  inherit(out, b);
  return out;
}

Value multiplied(const Value& a, const Value& b, Budget& budget) {
  const Value& text = a.is_text() ? a : b;
  const Value& times = a.is_text() ? b : a;
  Value out;
  if (text.is_text() && times.kind == Kind::number && times.exact) {
    const auto count = std::max<std::int64_t>(times.number, 0);
    if (count > (1 << 16) || !budget.take(text.text.size() * static_cast<std::size_t>(count))) {
      return computed_value();
    }
    std::string all;
    for (std::int64_t i = 0; i < count; ++i) all += text.text;
    return text_value(std::move(all));
  }
  out.kind = text.is_text() || text.is_computed() ? Kind::computed : Kind::number;
  if (a.kind == Kind::number && b.kind == Kind::number) {
    out.exact = a.exact && b.exact && !__builtin_mul_overflow(a.number, b.number, &out.number);
  }
  return out;
}

Value item_of(const Value& of, std::int64_t at) {
  if (of.is_text()) {
    const auto size = static_cast<std::int64_t>(of.text.size());
    const auto index = at < 0 ? at + size : at;
    if (index < 0 || index >= size) return text_value("");
    return text_value(of.text.substr(static_cast<std::size_t>(index), 1));
  }
  Value out;
  if (of.kind == Kind::list) {
    const auto size = static_cast<std::int64_t>(of.items.size());
    const auto index = at < 0 ? at + size : at;
    if (index >= 0 && index < size) out = of.items[static_cast<std::size_t>(index)];
  } else if (of.kind == Kind::any || of.is_computed()) {
    out = computed_value();
  }
  inherit(out, of);
  return out;
}

namespace {

std::int64_t bound(const Value& value, std::int64_t fallback, std::int64_t size) {
  if (value.kind != Kind::number || !value.exact) return fallback;
  const auto at = value.number < 0 ? value.number + size : value.number;
  return std::clamp<std::int64_t>(at, 0, size);
}

}  // namespace

Value slice_of(const Value& of, const Value& begin, const Value& end, const Value& step) {
  Value out;
  inherit(out, of);
  if (of.is_computed() || of.kind == Kind::any) out.kind = Kind::computed;
  if (!of.is_text() && of.kind != Kind::list) return out;
  const auto size = static_cast<std::int64_t>(of.is_text() ? of.text.size() : of.items.size());
  const std::int64_t stride = step.kind == Kind::number && step.exact ? step.number : 1;
  const bool open = begin.kind == Kind::unknown && end.kind == Kind::unknown;
  if (stride == -1 && open) return reversed(of);
  if (stride < 1) return computed_value();
  const auto first = bound(begin, 0, size);
  const auto last = bound(end, size, size);
  out = of;
  out.text.clear();
  out.items.clear();
  for (std::int64_t i = first; i < last; i += std::min(stride, size)) {
    if (of.is_text())
      out.text += of.text[static_cast<std::size_t>(i)];
    else
      out.items.push_back(of.items[static_cast<std::size_t>(i)]);
  }
  return out;
}

}  // namespace cupel::jinja
