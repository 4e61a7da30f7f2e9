// SPDX-License-Identifier: Apache-2.0
#include "formats/security_txt.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::security_txt {
namespace {

constexpr std::size_t kBytes = 1U << 20U;

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c != '\x7f'; });
}

// A URI with one of the schemes that the RFC lets a contact have.
bool is_contact(std::string_view value) {
  constexpr std::array<std::string_view, 3> kSchemes = {"mailto:", "tel:", "https://"};
  return is_visible(value) && std::ranges::any_of(kSchemes, [&](std::string_view scheme) {
           return value.size() > scheme.size() && lower(value.substr(0, scheme.size())) == scheme;
         });
}

class Reader {
 public:
  Reading read(std::string_view text) {
    if (text.size() > kBytes) {
      tell(1, cat("it is larger than ", human_bytes(kBytes)));
      return std::move(reading_);
    }
    if (!is_utf8(text)) tell(1, "it is not UTF-8");
    std::uint32_t number = 0;
    for (auto line : split(text, '\n')) {
      ++number;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!in_signed_part(line)) continue;
      take(line, number);
    }
    conclude();
    return std::move(reading_);
  }

 private:
  enum class Part { fields, armor_headers, signature };

  void tell(std::uint32_t line, std::string what) {
    constexpr std::size_t kMost = 100;
    if (reading_.problems.size() < kMost) reading_.problems.push_back({std::move(what), line});
  }

  // Skips what OpenPGP puts around the fields (RFC 4880, section 7).
  bool in_signed_part(std::string_view& line) {
    if (line == "-----BEGIN PGP SIGNED MESSAGE-----") {
      reading_.is_signed = true;
      part_ = Part::armor_headers;
      return false;
    }
    if (line == "-----BEGIN PGP SIGNATURE-----") part_ = Part::signature;
    if (part_ == Part::armor_headers) {
      if (trim(line).empty()) part_ = Part::fields;
      return false;
    }
    if (reading_.is_signed && line.starts_with("- ")) line.remove_prefix(2);
    return part_ == Part::fields;
  }

  void take(std::string_view line, std::uint32_t number) {
    if (trim(line).empty() || line.starts_with('#')) return;
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) {
      tell(number, "this line is neither a field, nor a comment, nor blank");
      return;
    }
    const auto value = trim(line.substr(colon + 1));
    if (value.empty()) tell(number, cat("`", name, ":` has no value"));
    const std::string key = lower(name);
    if (key == "contact") {
      contact(value, number);
    } else if (key == "expires") {
      expires(value, number);
    } else if (key == "policy") {
      reading_.policies.emplace_back(value);
    } else if (key == "preferred-languages" && ++languages_ == 2) {
      tell(number, "`Preferred-Languages:` stands twice");
    }
    reading_.fields.push_back({.name = key, .value = std::string(value), .line = number});
  }

  void contact(std::string_view value, std::uint32_t line) {
    if (is_contact(value)) {
      reading_.contacts.emplace_back(value);
    } else {
      tell(line, "the contact is no mailto:, tel: or https: address");
    }
  }

  void expires(std::string_view value, std::uint32_t line) {
    if (reading_.expires_line != 0) {
      tell(line, "`Expires:` stands twice");
      return;
    }
    reading_.expires_line = line;
    // A date alone is no date and time of RFC 3339.
    constexpr std::size_t kDateOnly = 10;
    if (value.size() > kDateOnly) reading_.expires = parse_timestamp(value);
    if (!reading_.expires)
      tell(line, "`Expires:` is not a date and time like 2027-10-31T00:00:00Z");
  }

  void conclude() {
    const bool has_contact =
        std::ranges::find(reading_.fields, "contact", &Field::name) != reading_.fields.end();
    if (!has_contact) tell(1, "there is no `Contact:` field");
    if (reading_.expires_line == 0) tell(1, "there is no `Expires:` field");
  }

  Reading reading_;
  Part part_ = Part::fields;
  int languages_ = 0;
};

}  // namespace

Reading read(std::string_view text) {
  return Reader().read(text);
}

}  // namespace cupel::security_txt
