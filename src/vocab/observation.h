// SPDX-License-Identifier: Apache-2.0
// Observation: something that was seen, with everything needed to weigh it later.
//
// Attestation: something that a named person signed. Both are evidence; verdicts
// are computed from them and from nothing else (reference: ETSI TS 104 216 pattern,
// OSCAL vocabulary for methods).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "vocab/diagnostic.h"

namespace cupel {

struct SubjectRef {
  std::string kind;    // model, dataset, prompt, configuration, document, system …
  std::string name;    // as in cupel.yaml, or the path
  std::string digest;  // SHA-256, hex; empty when the subject could not be read
  bool operator==(const SubjectRef&) const = default;
};

enum class Method { test, examine, interview };
[[nodiscard]] std::string_view to_text(Method method);

// How much of what there was has been looked at. Less than all makes a unit inconclusive;
// none at all makes it vacuous, which is inconclusive too.
struct Coverage {
  std::uint64_t population = 0;
  std::uint64_t examined = 0;
  std::string shortfall = {};  // why the rest was not examined
  bool operator==(const Coverage&) const = default;
};

// Whether the condition of a conditional provision holds, as a machine saw it.
struct Condition {
  std::string provision;
  bool met = false;
  bool triggered = true;  // false: the occasion has simply not come yet
  std::string why;        // "no asset of the inventory is shared with another party"
  bool operator==(const Condition&) const = default;
};

struct Observation {
  std::string id;         // first 32 hex digits of SHA-256 over the canonical record without id
  std::string check;      // "artifact.pickle-imports"
  std::string provision;  // set when it speaks for one provision only (documents); else empty
  std::string collector;  // "cupel 0.0.2"
  std::vector<SubjectRef> subjects;
  Timestamp observed_at;
  std::optional<Timestamp> valid_until;  // the first moment at which it no longer counts
  Method method = Method::examine;
  Coverage coverage;
  std::string
      measured;  // one sentence with the figures: "41 imports in 3 files, 0 outside the allow-list"
  Json facts = Json::object();
  std::vector<Diagnostic> diagnostics;
  std::optional<Condition> condition;
};

[[nodiscard]] Json to_json(const SubjectRef& subject);
[[nodiscard]] std::optional<SubjectRef> subject_from(const Json& json);
[[nodiscard]] Json to_json(const Observation& observation);  // with id
[[nodiscard]] std::optional<Observation> observation_from(const Json& json);

// What a signed statement says and whether its signature holds. The envelope is
// kept, so that anyone can verify it again.
struct Attestation {
  std::vector<std::string> provisions;  // or "roster"
  std::string by;                       // a name of the roster
  std::vector<SubjectRef> subjects;     // what was signed: the document, by digest
  std::string statement;
  Timestamp issued_at;
  std::optional<Timestamp> expires_at;
  std::string file;      // where the envelope was found, relative to the system's folder
  std::string envelope;  // DSSE, JSON text
  bool verified = false;
  std::string
      problem;  // why not: "not signed", "signature does not verify", "`eve` is not in the roster"
};

}  // namespace cupel
