// SPDX-License-Identifier: Apache-2.0
// statement: an in-toto Statement v1: what is said (the predicate) of which things (the subjects),
// before anybody signs it and after the signature holds.
//
//   {"_type":"https://in-toto.io/Statement/v1",
//    "subject":[{"name":…,"digest":{"sha256":…}}],
//    "predicateType":…,"predicate":{…}}
//
// A subject is what its digest says, whatever it is called. Of a model or dataset that is the root
// digest of OpenSSF Model Signing (provenance/manifest.h).
// Source: https://github.com/in-toto/attestation/tree/main/spec/v1.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cupel {

inline constexpr std::string_view kInTotoType = "application/vnd.in-toto+json";
inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";

// A scheme and something behind it (RFC 3986 §3), without spaces.
[[nodiscard]] bool is_uri(std::string_view text);

// A ResourceDescriptor: something that a statement is about or refers to.
struct Descriptor {
  std::string name = {};
  std::string uri = {};
  std::map<std::string, std::string, std::less<>> digest = {};  // algorithm → lower-case hex

  [[nodiscard]] std::string_view sha256() const;  // "" when there is none
  bool operator==(const Descriptor&) const = default;
};
[[nodiscard]] Descriptor described(std::string_view name, std::string_view sha256);
[[nodiscard]] Json to_json(const Descriptor& descriptor);

struct DescriptorReading {
  std::optional<Descriptor> descriptor;
  std::string problem;
};
// Refuses members of the wrong type, digests that are no lower-case hex, and what has neither a
// digest nor an address. Members that the specification has besides are ignored.
[[nodiscard]] DescriptorReading read_descriptor(const Json& json);

struct InTotoStatement {
  std::vector<Descriptor> subjects;
  std::string predicate_type;
  Json predicate = Json::object();

  // Whether one of the subjects has this SHA-256 digest.
  [[nodiscard]] bool is_about(std::string_view sha256) const;
};

// Canonical JSON.
[[nodiscard]] std::string write_statement(const InTotoStatement& statement);

struct StatementReading {
  std::optional<InTotoStatement> statement;
  std::string problem;
};
// Refuses another type of statement, duplicate keys, more than 1,000 subjects or none, and subjects
// without a name or a SHA-256 digest; nesting beyond 16 and more than 100,000 values.
[[nodiscard]] StatementReading read_statement(std::string_view payload);

}  // namespace cupel
