// SPDX-License-Identifier: Apache-2.0
// Json: a value of RFC 8259, read strictly and written in one way.
//
// Objects keep the order in which members were added, for people; canonical()
// writes RFC 8785 (sorted members, no spaces), for digests and signatures.
// Reading refuses duplicate keys, bytes behind the value, invalid UTF-8 and
// anything deeper or larger than its limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace cupel {

class Json {
 public:
  struct Member;
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;

  Json();
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  Json(std::nullptr_t);          // NOLINT(*-explicit-*)
  Json(bool value);              // NOLINT(*-explicit-*)
  Json(double value);            // NOLINT(*-explicit-*)
  Json(std::string value);       // NOLINT(*-explicit-*)
  Json(std::string_view value);  // NOLINT(*-explicit-*)
  Json(const char* value);       // NOLINT(*-explicit-*)
  Json(Array value);             // NOLINT(*-explicit-*)
  template <class Int>
    requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>)
  Json(Int value) : Json(Whole{static_cast<std::int64_t>(value)}) {}  // NOLINT(*-explicit-*)

  // {{"a", 1}, {"b", "two"}}: keys must differ.
  [[nodiscard]] static Json object(std::initializer_list<Member> members = {});
  [[nodiscard]] static Json array();
  [[nodiscard]] static Json array(Array items);
  // An array of texts.
  [[nodiscard]] static Json texts(const std::vector<std::string>& items);

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_text() const { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  [[nodiscard]] bool is_number() const {
    return is_integer() || std::holds_alternative<double>(value_);
  }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(value_); }

  // The value, or the fallback when it is of another kind.
  [[nodiscard]] const std::string& text() const;  // "" otherwise
  [[nodiscard]] std::string text_or(std::string_view fallback) const;
  [[nodiscard]] std::int64_t integer(std::int64_t fallback = 0) const;
  [[nodiscard]] double number(double fallback = 0) const;
  [[nodiscard]] bool boolean(bool fallback = false) const;
  [[nodiscard]] const Array& items() const;     // empty otherwise
  [[nodiscard]] const Object& members() const;  // empty otherwise

  // The member, or null for a missing key or a value that is no object.
  [[nodiscard]] const Json& operator[](std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const;

  // Sets a member; a null Json becomes an object first. REQUIRES: null or object.
  Json& set(std::string_view key, Json value);
  // Adds an item; a null Json becomes an array first. REQUIRES: null or array.
  Json& add(Json value);

  // RFC 8785: the one spelling that digests and signatures are made over.
  [[nodiscard]] std::string canonical() const;
  // For people: two spaces per level, members in the order they were added.
  [[nodiscard]] std::string pretty() const;

  bool operator==(const Json& other) const;

 private:
  struct Whole {
    std::int64_t value;
  };
  explicit Json(Whole whole);

  friend class JsonBuilder;  // of the reader: appends members and looks for twins once, at the end
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_;
};

struct Json::Member {
  std::string key;
  Json value;
  bool operator==(const Member& other) const;
};

// Defined here, where Member is complete: clang instantiates vector<Member> at first sight.
inline Json::Json() = default;
inline Json::Json(const Json&) = default;
inline Json::Json(Json&&) noexcept = default;
inline Json& Json::operator=(const Json&) = default;
inline Json& Json::operator=(Json&&) noexcept = default;
inline Json::~Json() = default;
inline Json::Json(std::nullptr_t) {}
inline Json::Json(bool value) : value_(value) {}
inline Json::Json(double value) : value_(value) {}
inline Json::Json(std::string value) : value_(std::move(value)) {}
inline Json::Json(std::string_view value) : value_(std::string(value)) {}
inline Json::Json(const char* value) : value_(std::string(value)) {}
inline Json::Json(Whole whole) : value_(whole.value) {}
inline Json::Json(Array value) : value_(std::move(value)) {}
inline Json Json::array() {
  return {Array{}};
}
inline Json Json::array(Array items) {
  return {std::move(items)};
}

struct JsonLimits {
  std::size_t depth = 64;
  std::size_t values = 20'000'000;
};

// What was read: a value, or the reason why not and the byte where it stands.
struct JsonReading {
  std::optional<Json> value;
  std::string problem;
  std::size_t offset = 0;
};
[[nodiscard]] JsonReading read_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace cupel
