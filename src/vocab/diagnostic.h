// SPDX-License-Identifier: Apache-2.0
// Diagnostic: what a person is told about something in the input.
//
// It holds places, never pictures: the terminal, SARIF, HTML and the ledger each
// render the same value. Codes (PKL001) are never reused and each has a page in
// catalogue/codes/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cupel {

enum class Severity { info, low, medium, high, critical };
[[nodiscard]] std::string_view to_text(Severity severity);
[[nodiscard]] std::optional<Severity> severity_from(std::string_view text);

// Bytes [begin, end) of the innermost file of a place.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const Span&) const = default;
};

// Where something stands: {"models/fraud.pt", "archive/data.pkl"} is a member of an archive.
struct Place {
  std::vector<std::string> path;  // outermost first; the first is relative to the system's folder
  std::optional<Span> span = {};
  std::uint32_t line = 0;    // 1-based; 0 when the place has no line
  std::uint32_t column = 0;  // 1-based, in code points; 0 when it has none
  std::string pointer = {};  // a tensor, a JSON pointer, a key; may be empty
  bool operator==(const Place&) const = default;
};
// "models/fraud.pt!archive/data.pkl at byte 0x10", "cupel.yaml:12:3".
[[nodiscard]] std::string to_text(const Place& place);

struct Diagnostic {
  std::string code;  // "PKL001"
  Severity severity = Severity::info;
  std::string title;  // one lower-case sentence without a full stop
  Place place = {};
  std::string label = {};  // said beside the caret; may be empty
  std::vector<std::string> notes = {};
  std::string help = {};  // what to do
  bool operator==(const Diagnostic&) const = default;
};

[[nodiscard]] Json to_json(const Place& place);
[[nodiscard]] Json to_json(const Diagnostic& diagnostic);
// Nothing when a required member is missing or of the wrong kind.
[[nodiscard]] std::optional<Place> place_from(const Json& json);
[[nodiscard]] std::optional<Diagnostic> diagnostic_from(const Json& json);

}  // namespace cupel
