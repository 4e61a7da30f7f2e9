// SPDX-License-Identifier: Apache-2.0
// score: which of the 50 elements of the G7's "SBOM for AI: minimum elements" (BSI, 2026-05-12) a
// bill of materials has, by which rule, and on what evidence.
//
// Nothing is weighed: an element is *shown* when what says it is verified or observed for every
// part that it is asked of, *declared* when somebody merely says it, *inferred*, *in part* when
// some parts have it and others do not, or *missing*. What is asked of a kind of part that the
// system does not have is *without subject*. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "bom/bom.h"

namespace cupel::bom {

enum class Standing { shown, declared, inferred, in_part, missing, without_subject };
[[nodiscard]] std::string_view to_text(Standing standing);

struct Evidence {
  std::string ref;  // of the part; "document" for the document itself
  Fact fact;
};

struct Element {
  std::string_view id;    // "MDL-07"
  std::string_view name;  // "model hash value"
  std::string_view rule;  // by which it is found
  Standing standing = Standing::missing;
  std::size_t parts = 0;                 // it is asked of
  std::vector<std::string> absent = {};  // refs of the parts that do not have it
  std::vector<Evidence> evidence = {};   // the best of each part that has it
};

struct Score {
  std::vector<Element> elements;  // 50, in the order of the publication
  [[nodiscard]] std::size_t count(Standing standing) const;
};

// `format` is what the document is, or will be, written as: "CycloneDX 1.6".
[[nodiscard]] Score score(const Document& document, std::string_view format);
[[nodiscard]] Json to_json(const Score& score);  // the elements and their counts

}  // namespace cupel::bom
