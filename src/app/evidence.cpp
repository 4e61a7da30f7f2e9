// SPDX-License-Identifier: Apache-2.0
#include "app/evidence.h"

#include <algorithm>

#include "app/state.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "provenance/attestation.h"

namespace cupel {
namespace {

Error unreadable(const Entry& entry, std::string_view why) {
  return fail(Fault::integrity,
              cat("entry ", entry.index, " (", printable(entry.type, 40), ") ", why),
              "the ledger was written by another version, or by something that is not Cupel");
}

Result<Json> json_of(const Entry& entry) {
  if (entry.erased) return unreadable(entry, "has been erased");
  auto reading = read_json(entry.body);
  if (!reading.value) return unreadable(entry, cat("is not JSON: ", reading.problem));
  return std::move(*reading.value);
}

const Entry* find_entry(std::span<const Entry> entries, std::string_view type) {
  const auto found = std::ranges::find(entries, type, &Entry::type);
  return found == entries.end() ? nullptr : &*found;
}

Result<void> add_observation(Evidence& evidence, const Entry& entry) {
  const Json json = TRY(json_of(entry));
  auto observation = observation_from(json);
  if (!observation) return unreadable(entry, "is not an observation");
  evidence.observations.push_back(std::move(*observation));
  return {};
}

Result<void> add_attestation(Evidence& evidence, const Entry& entry) {
  const Json json = TRY(json_of(entry));
  evidence.attestations.push_back(
      read_attestation(json["envelope"].text(), json["file"].text(), evidence.system));
  return {};
}

}  // namespace

std::vector<CycleSpan> cycles_in(std::span<const Entry> entries) {
  std::vector<CycleSpan> cycles;
  for (const auto& entry : entries) {
    if (entry.type == entry_type::kCycleStart) {
      const auto reading = read_json(entry.body);
      const Json json = reading.value.value_or(Json());
      if (!cycles.empty() && cycles.back().end == 0) cycles.back().end = entry.index;
      cycles.push_back({.id = json["id"].text(),
                        .begin = entry.index,
                        .end = 0,
                        .outcome = {},
                        .started = parse_timestamp(json["started"].text()).value_or(Timestamp{})});
    } else if (!cycles.empty()) {
      CycleSpan& current = cycles.back();
      if (entry.type == entry_type::kCycleEnd && current.outcome.empty()) {
        const auto reading = read_json(entry.body);
        if (reading.value) current.outcome = (*reading.value)["outcome"].text();
      }
      if (entry.type == entry_type::kAssessment) current.end = entry.index + 1;
    }
  }
  if (!cycles.empty() && cycles.back().end == 0) cycles.back().end = entries.back().index + 1;
  return cycles;
}

Result<Json> body_of(std::span<const Entry> entries, std::string_view type) {
  const Entry* entry = find_entry(entries, type);
  if (entry == nullptr) {
    return fail(Fault::missing, cat("the cycle has no ", type, " entry"),
                "it was interrupted; run cupel assess again");
  }
  return json_of(*entry);
}

Result<Evidence> evidence_from(std::span<const Entry> entries) {
  Evidence evidence;
  auto cycle = cycle_from(TRY(body_of(entries, entry_type::kCycleStart)));
  auto system = system_from(TRY(body_of(entries, entry_type::kDeclaration)));
  if (!cycle || !system) {
    return fail(Fault::integrity, "the cycle's description cannot be read",
                "the ledger was written by another version, or by something that is not Cupel");
  }
  evidence.cycle = std::move(*cycle);
  evidence.system = std::move(*system);
  evidence.roster_digest = roster_digest(evidence.system);
  const Json criteria = TRY(body_of(entries, entry_type::kCriteria));
  for (const auto& [id, digest] : criteria["provisions"].members()) {
    evidence.criteria.emplace_back(id, digest.text());
  }
  for (const auto& entry : entries) {
    if (entry.type == entry_type::kObservation) TRY(add_observation(evidence, entry));
    if (entry.type == entry_type::kAttestation) TRY(add_attestation(evidence, entry));
    if (entry.type == entry_type::kInventory) {
      evidence.system_digest =
          sha256_hex(cat(evidence.system.digest, "\n", sha256_hex(entry.body)));
    }
    if (entry.type == entry_type::kCycleEnd) {
      evidence.cycle.finished = parse_timestamp(TRY(json_of(entry))["finished"].text());
    }
  }
  return evidence;
}

}  // namespace cupel
