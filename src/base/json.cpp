// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "base/require.h"
#include "base/text.h"

namespace cupel {
namespace {

void write_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          std::array<char, 8> escape{};
          std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned char>(c));
          out += escape.data();
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// ECMAScript's Number::toString, which RFC 8785 prescribes. Infinities and NaN
// are not JSON; nobody of ours may write one.
void write_number(std::string& out, double value) {
  require(std::isfinite(value));
  if (value == 0) {
    out += '0';
    return;
  }
  std::array<char, 40> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
          .ptr;
  std::string_view all(text.data(), static_cast<std::size_t>(end - text.data()));
  if (all.front() == '-') {
    out += '-';
    all.remove_prefix(1);
  }
  const auto e = all.find('e');
  std::string digits(1, all[0]);
  if (e > 2) digits += all.substr(2, e - 2);
  int exponent = 0;
  const char* first = all.data() + e + (all[e + 1] == '+' ? 2 : 1);
  std::from_chars(first, all.data() + all.size(), exponent);
  const int n = exponent + 1;  // the decimal point stands behind n digits
  const int k = static_cast<int>(digits.size());
  const auto at = [](int i) { return static_cast<std::size_t>(i); };
  if (k <= n && n <= 21) {
    out += digits + std::string(at(n - k), '0');
  } else if (0 < n && n <= 21) {
    out += digits.substr(0, at(n)) + "." + digits.substr(at(n));
  } else if (-6 < n && n <= 0) {
    out += "0." + std::string(at(-n), '0') + digits;
  } else {
    out += digits.substr(0, 1) + (k > 1 ? "." + digits.substr(1) : "") + "e" +
           (n - 1 < 0 ? "-" : "+") + std::to_string(std::abs(n - 1));
  }
}

// RFC 8785 sorts by UTF-16 code units; UTF-8 bytes give the same order except
// that surrogate pairs (U+10000 and up) come before U+E000 to U+FFFF.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::ranges::mismatch(a, b);
  if (y == b.end()) return false;
  if (x == a.end()) return true;
  const auto rank = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0xf0 ? 0xedU : (u >= 0xee ? u + 1U : u);
  };
  const auto p = rank(*x);
  const auto q = rank(*y);
  return p != q ? p < q : static_cast<unsigned char>(*x) < static_cast<unsigned char>(*y);
}

struct Writer {
  bool canonical;
  std::string out;

  void line(std::size_t level) {
    if (!canonical) out.append("\n").append(level * 2, ' ');
  }

  void value(const Json& json, std::size_t level) {
    if (json.is_object()) {
      object(json.members(), level);
    } else if (json.is_array()) {
      array(json.items(), level);
    } else if (json.is_text()) {
      write_text(out, json.text());
    } else if (json.is_integer()) {
      out += std::to_string(json.integer());
    } else if (json.is_number()) {
      write_number(out, json.number());
    } else if (json.is_bool()) {
      out += json.boolean() ? "true" : "false";
    } else {
      out += "null";
    }
  }

  void object(const Json::Object& members, std::size_t level) {
    std::vector<const Json::Member*> order;
    order.reserve(members.size());
    for (const auto& member : members) order.push_back(&member);
    if (canonical) {
      std::ranges::sort(order,
                        [](const auto* a, const auto* b) { return utf16_less(a->key, b->key); });
    }
    out += '{';
    bool first = true;
    for (const auto* member : order) {
      if (!first) out += ',';
      first = false;
      line(level + 1);
      write_text(out, member->key);
      out += canonical ? ":" : ": ";
      value(member->value, level + 1);
    }
    if (!first) line(level);
    out += '}';
  }

  void array(const Json::Array& items, std::size_t level) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += ',';
      first = false;
      line(level + 1);
      value(item, level + 1);
    }
    if (!first) line(level);
    out += ']';
  }
};

}  // namespace

// Builds our value from the library's events, so that depth, size and duplicate
// keys are ours to refuse and no exception is thrown.
class JsonBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonBuilder(const JsonLimits& limits, JsonReading& reading)
      : limits_(limits), reading_(reading) {}

  bool null() override { return put({}); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return put(static_cast<double>(value));
    return put(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    if (!std::isfinite(value)) return refuse("a number is too large");
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return refuse("binary is not JSON"); }
  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool key(string_t& value) override {
    keys_.back() = std::move(value);
    return true;
  }
  bool end_object() override {
    if (open_.back().members().size() > 1) {
      std::vector<std::string_view> names;
      for (const auto& member : open_.back().members()) names.emplace_back(member.key);
      std::ranges::sort(names);
      const auto twice = std::ranges::adjacent_find(names);
      if (twice != names.end())
        return refuse(cat("the key `", printable(*twice, 80), "` stands twice"));
    }
    return close();
  }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    std::string_view what = error.what();
    const auto detail =
        what.rfind(": ");  // "[json.exception...] parse error at line 1, column 2: ..."
    if (detail != std::string_view::npos) what.remove_prefix(detail + 2);
    reading_.problem = printable(what, 200);
    reading_.offset = position == 0 ? 0 : position - 1;
    return false;
  }

 private:
  bool refuse(std::string why) {
    reading_.problem = std::move(why);
    return false;
  }
  bool put(Json value) {
    if (++count_ > limits_.values) return refuse("it holds too many values");
    if (open_.empty()) {
      reading_.value = std::move(value);
      return true;
    }
    Json& parent = open_.back();
    if (parent.is_array()) {
      parent.add(std::move(value));
    } else {
      append_member(parent, std::move(keys_.back()), std::move(value));
    }
    return true;
  }
  bool open(Json value) {
    if (open_.size() >= limits_.depth) return refuse("it is nested too deeply");
    open_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Json done = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return put(std::move(done));
  }
  // Not Json::set: that looks for the key, which end_object does once for all.
  static void append_member(Json& object, std::string key, Json value) {
    std::get<Json::Object>(object.value_).push_back({std::move(key), std::move(value)});
  }

  const JsonLimits& limits_;
  JsonReading& reading_;
  std::vector<Json> open_;
  std::vector<std::string> keys_;
  std::size_t count_ = 0;
};

namespace {

template <class T>
const T& empty() {
  static const T nothing{};
  return nothing;
}

}  // namespace

Json Json::object(std::initializer_list<Member> members) {
  Json json;
  json.value_ = Object(members);
  return json;
}

Json Json::texts(const std::vector<std::string>& items) {
  Array array;
  array.reserve(items.size());
  for (const auto& item : items) array.emplace_back(item);
  return array;
}

const std::string& Json::text() const {
  const auto* text = std::get_if<std::string>(&value_);
  return text != nullptr ? *text : empty<std::string>();
}

std::string Json::text_or(std::string_view fallback) const {
  return is_text() ? text() : std::string(fallback);
}

std::int64_t Json::integer(std::int64_t fallback) const {
  const auto* number = std::get_if<std::int64_t>(&value_);
  return number != nullptr ? *number : fallback;
}

double Json::number(double fallback) const {
  if (const auto* real = std::get_if<double>(&value_)) return *real;
  const auto* whole = std::get_if<std::int64_t>(&value_);
  return whole != nullptr ? static_cast<double>(*whole) : fallback;
}

bool Json::boolean(bool fallback) const {
  const auto* value = std::get_if<bool>(&value_);
  return value != nullptr ? *value : fallback;
}

const Json::Array& Json::items() const {
  const auto* array = std::get_if<Array>(&value_);
  return array != nullptr ? *array : empty<Array>();
}

const Json::Object& Json::members() const {
  const auto* object = std::get_if<Object>(&value_);
  return object != nullptr ? *object : empty<Object>();
}

const Json& Json::operator[](std::string_view key) const {
  for (const auto& member : members()) {
    if (member.key == key) return member.value;
  }
  return empty<Json>();
}

bool Json::has(std::string_view key) const {
  return std::ranges::any_of(members(), [&](const auto& member) { return member.key == key; });
}

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  auto* object = std::get_if<Object>(&value_);
  require(object != nullptr);
  for (auto& member : *object) {
    if (member.key == key) {
      member.value = std::move(value);
      return *this;
    }
  }
  object->push_back({std::string(key), std::move(value)});
  return *this;
}

Json& Json::add(Json value) {
  if (is_null()) value_ = Array{};
  auto* array = std::get_if<Array>(&value_);
  require(array != nullptr);
  array->push_back(std::move(value));
  return *this;
}

std::string Json::canonical() const {
  Writer writer{.canonical = true, .out = {}};
  writer.value(*this, 0);
  return std::move(writer.out);
}

std::string Json::pretty() const {
  Writer writer{.canonical = false, .out = {}};
  writer.value(*this, 0);
  return std::move(writer.out) + "\n";
}

bool Json::operator==(const Json& other) const {
  return value_ == other.value_;
}
bool Json::Member::operator==(const Member& other) const {
  return key == other.key && value == other.value;
}

JsonReading read_json(std::string_view text, const JsonLimits& limits) {
  JsonReading reading;
  if (!is_utf8(text)) {
    reading.problem = "it is not valid UTF-8";
    return reading;
  }
  // The library takes a NUL for the end of the text, whatever follows.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    reading.problem = "there is a NUL byte in it";
    reading.offset = nul;
    return reading;
  }
  JsonBuilder builder(limits, reading);
  if (!nlohmann::json::sax_parse(text, &builder)) {
    reading.value.reset();
    if (reading.problem.empty()) reading.problem = "it is not JSON";
  }
  return reading;
}

}  // namespace cupel
