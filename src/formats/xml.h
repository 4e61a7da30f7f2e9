// SPDX-License-Identifier: Apache-2.0
// xml: the tags of an XML document, one after the other; entities are told, never expanded.
// Source: https://www.w3.org/TR/xml/
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::xml {

struct Element {
  std::string_view name;
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  // as they are spelled
  Span span;
  unsigned depth = 0;

  [[nodiscard]] std::string_view attribute(std::string_view key) const;
};

struct Reading {
  bool complete = false;
  std::string problem;          // why not
  std::uint64_t end = 0;        // where reading stopped
  std::string_view root;        // the name of the outermost element
  Span doctype;                 // begin == end: there is none
  std::vector<Span> entities;   // declared
  std::vector<Span> externals;  // SYSTEM and PUBLIC identifiers, of entities and the document type
  std::vector<Span> instructions;  // processing instructions but `<?xml … ?>`
};

// Calls `use` for every opening tag.
[[nodiscard]] Reading read(std::string_view text, const std::function<void(const Element&)>& use);

// The document in UTF-8 when it is in UTF-16; nothing to do otherwise: empty.
[[nodiscard]] std::string from_utf16(Bytes bytes);

}  // namespace cupel::xml
