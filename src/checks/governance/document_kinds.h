// SPDX-License-Identifier: Apache-2.0
// document_kinds: what a document of each kind has to contain, and which provisions it serves.
//
// docs/documents.md is the same table for people; tests keep both in step with each other and
// with the catalogue of provisions.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace cupel {

// Further keys of the front matter that a kind must have.
enum class ExtraKey { none, sent, decided, changed, model, tested, retention };

// A short list of literals that lives in a constant.
class Texts {
 public:
  template <class... Text>
  constexpr explicit Texts(Text... texts)
      : items_{std::string_view(texts)...}, size_(sizeof...(texts)) {}
  [[nodiscard]] constexpr const std::string_view* begin() const { return items_.data(); }
  [[nodiscard]] constexpr const std::string_view* end() const { return items_.data() + size_; }
  [[nodiscard]] constexpr bool contains(std::string_view text) const {
    for (const auto item : *this) {
      if (item == text) return true;
    }
    return false;
  }

 private:
  std::array<std::string_view, 8> items_;
  std::size_t size_;
};

struct DocumentKind {
  std::string_view id;  // "incident-plan": the `kind:` of the front matter
  Texts sections;       // titles of required sections, level 2
  ExtraKey extra = ExtraKey::none;
  Texts serves;  // ids of provisions
};

[[nodiscard]] std::span<const DocumentKind> document_kinds();
// The row, or null for an unknown kind.
[[nodiscard]] const DocumentKind* document_kind(std::string_view id);

}  // namespace cupel
