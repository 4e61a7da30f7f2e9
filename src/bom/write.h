// SPDX-License-Identifier: Apache-2.0
// write: a bill of materials as a standard document. The same document gives the same bytes.
//
// What a standard has no member for, and how each thing is known, stands in properties named
// "cupel:<truth>:<key>" (docs/bom.md), so that reading gives back what was written.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "bom/bom.h"

namespace cupel::bom {

[[nodiscard]] Json to_cyclonedx(const Document& document);  // 1.6
[[nodiscard]] Json to_spdx(const Document& document);       // 3.0.1, JSON-LD

// The facts and edges of a component as properties, in order: ("cupel:observed:format", "gguf"),
// ("cupel:seen:format", "models/chat.gguf").
using Properties = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Properties properties_of(const Document& document, const Component& component);

// "urn:uuid:…": a name (RFC 9562, version 8) made from the SHA-256 of the document's content
// without its time: the same content has the same name.
[[nodiscard]] std::string serial_number(const Document& document);

// The SPDX licence id that is meant ("apache-2.0" → "Apache-2.0"), or "".
[[nodiscard]] std::string spdx_licence(std::string_view text);

// A path or a name as part of a URI.
[[nodiscard]] std::string as_uri(std::string_view text);
// RFC 3986: what is neither unreserved nor `also_plain` as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view also_plain);

}  // namespace cupel::bom
