// SPDX-License-Identifier: Apache-2.0
// Assessment: the verdicts of one cycle and the evidence they rest on.
//
// It is a self-assessment. Its canonical JSON ("cupel/assessment/1") is the result;
// every report is a pure function of it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "vocab/observation.h"
#include "vocab/provision.h"
#include "vocab/system.h"
#include "vocab/verdict.h"

namespace cupel {

// One cycle of assessment (ETSI TS 104 008), as its first ledger entry records it.
struct Cycle {
  std::string id;       // UUID version 4
  std::string trigger;  // "manual", "schedule", "change"
  Timestamp started;
  std::optional<Timestamp> finished;  // empty: it was cancelled or has not ended
  std::string tool;                   // "cupel 0.0.2"
  std::string catalogue_digest;       // the criteria lock: what the cycle is judged against
  std::vector<std::string> only;      // provisions or checks that --only named; empty: everything
  std::string previous;               // id of the cycle before, or empty
};

// Everything a verdict may be computed from. Read back from the ledger, never from memory.
struct Evidence {
  Cycle cycle;
  System system;
  std::string system_digest;  // SHA-256 over declaration and inventory: the exact thing assessed
  std::vector<Observation> observations;
  std::vector<Attestation> attestations;  // verified again by whoever assembles this
  std::string roster_digest;              // SHA-256 of roster_of(system).canonical(), computed anew
  // What the criteria were when the cycle began: provision id → Provision::digest.
  std::vector<std::pair<std::string, std::string>> criteria;
};

struct UnitResult {
  std::string id;
  std::string check;
  UnitKind kind = UnitKind::functional;
  Verdict verdict = Verdict::inconclusive;
  std::string criterion;
  std::string measured;
  std::string reason;                     // why it is not a pass; empty when it is
  std::vector<std::string> observations;  // ids
  std::vector<std::string> attested_by;   // people whose signature counted
};

struct ProvisionResult {
  std::string id;
  std::string principle;
  std::string title;
  Level level = Level::shall;
  ProvisionKind kind = ProvisionKind::technical;
  std::string phase;
  Verdict verdict = Verdict::inconclusive;
  std::string reason;  // one sentence, always
  std::string next;    // what to do; empty on pass
  DecidedBy decided_by = DecidedBy::nobody;
  std::vector<UnitResult> units;
};

struct Tally {
  int pass = 0;
  int fail = 0;
  int inconclusive = 0;
  int not_applicable = 0;
  [[nodiscard]] int total() const { return pass + fail + inconclusive + not_applicable; }
};

// What leads from something in the assessment to the signed root (RFC 6962):
//   SHA-256(salt || body) is the leaf's body_sha256; the leaf and `proof` give the root.
struct EntryReceipt {
  std::uint64_t index = 0;
  std::string type;                // "observation", "inventory", "bill-of-materials"
  std::string observation;         // its id; the body is then the observation's canonical JSON
  std::string body;                // of a bill of materials: names it by digest; else empty
  std::string leaf;                // canonical JSON
  std::string salt;                // hex
  std::vector<std::string> proof;  // inclusion path, base64, from the leaf upwards
};

struct LedgerHead {
  std::uint64_t size = 0;
  std::string root;        // hex
  std::string checkpoint;  // the signed note
  std::vector<EntryReceipt> receipts = {};
};

// The receipt as a C2SP tlog-proof, which other tools check.
[[nodiscard]] std::string tlog_proof(const EntryReceipt& receipt, const LedgerHead& head);

struct Assessment {
  std::string tool;
  std::string system_name;
  std::string system_version;
  std::string system_digest;  // of Evidence
  std::string scenario;
  std::vector<std::string> roles;
  Cycle cycle;
  std::vector<ProvisionResult> provisions;  // 72, in the catalogue's order
  std::vector<Observation> observations;    // those of the cycle
  Tally shall;
  Tally should;
  int decided_by_machine = 0;
  int decided_by_people = 0;
  LedgerHead ledger;  // set by whoever wrote it to a ledger; empty in a pure computation
};

[[nodiscard]] Json to_json(const Cycle& cycle);
[[nodiscard]] std::optional<Cycle> cycle_from(const Json& json);
[[nodiscard]] Json to_json(const Assessment& assessment);
[[nodiscard]] std::optional<Assessment> assessment_from(const Json& json);

}  // namespace cupel
