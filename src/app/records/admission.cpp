// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/admission.h"

#include <algorithm>

#include "app/catalogue.h"
#include "app/cycle.h"
#include "app/evidence.h"
#include "app/gate.h"
#include "app/records/maker.h"
#include "assess/assess.h"
#include "base/file.h"
#include "base/text.h"
#include "bom/write.h"
#include "crypto/digest.h"
#include "inventory/asset_root.h"

namespace cupel {

extern const RecordMaker kAdmissionMaker;

namespace {

constexpr std::string_view kVerifier = "https://cupel.dev/verifier";
constexpr std::string_view kPolicy = "https://cupel.dev/policies/en-304-223";
constexpr std::uint64_t kEnvelopeLimit = 1U << 20U;

struct LastCycle {
  Evidence evidence;
  Inventory inventory;
  std::string assessment;  // as it was recorded
};

// The newest completed cycle. What it saw must be what is here: a decision about other bytes says
// nothing.
Result<LastCycle> last_cycle(const RecordRequest& request) {
  const auto ledger =
      TRY(Ledger::open(request.paths.ledger(), Ledger::Mode::read, request.context.clock));
  const auto entries = TRY(last_completed(ledger));
  constexpr std::string_view kAgain = "run cupel assess";
  if (entries.empty()) {
    return fail(Fault::missing, "there is no completed cycle to decide upon", std::string(kAgain));
  }
  LastCycle last{.evidence = TRY(evidence_from(entries)), .inventory = {}, .assessment = {}};
  auto inventory = inventory_from(TRY(body_of(entries, entry_type::kInventory)));
  if (!inventory) return fail(Fault::integrity, "the inventory of the last cycle cannot be read");
  last.inventory = std::move(*inventory);
  last.assessment = TRY(body_of(entries, entry_type::kAssessment)).canonical();
  const Asset* then = last.inventory.find(request.name);
  if (last.evidence.system.digest != request.system.digest) {
    return fail(Fault::missing, "cupel.yaml is not what the last cycle judged",
                std::string(kAgain));
  }
  if (then == nullptr || asset_root(last.inventory, *then) != request.root()) {
    return fail(Fault::missing,
                cat("`", printable(request.name, 200), "` is not what the last cycle judged"),
                std::string(kAgain));
  }
  return last;
}

// The levels that a decision may claim: the gate as a whole, and each provision that passes.
std::vector<std::string> levels_of(const Assessment& assessment, std::string_view gate,
                                   std::string_view level) {
  std::vector<std::string> passed;
  for (const auto& provision : assessment.provisions) {
    if (provision.verdict == Verdict::pass) passed.push_back(cat("EN304223_", provision.id));
  }
  if (passed.empty()) return {};
  std::string whole = cat("EN304223_", gate.empty() ? "all" : gate, "_", level);
  std::ranges::transform(whole, whole.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  passed.insert(passed.begin(), std::move(whole));
  return passed;
}

// The assessment, and every record of the asset that was met here.
Result<std::vector<Descriptor>> evidence_for(const RecordRequest& request, const LastCycle& last) {
  std::vector<Descriptor> evidence;
  evidence.push_back({.uri = cat("cupel:cycle/", last.evidence.cycle.id, "/assessment"),
                      .digest = {{"sha256", sha256_hex(last.assessment)}}});
  for (const auto& file : request.inventory.files) {
    if (!is_statement_file(file.path)) continue;
    const auto text = TRY(read_text(request.paths.root / file.path, kEnvelopeLimit));
    if (record_kind_in(text) == nullptr) continue;
    const auto record = read_record(text, file.path, request.system);
    if (!record.verified || !record.statement.is_about(request.root())) continue;
    // An address and a digest, and no name: that is what the specification gives them.
    evidence.push_back({.uri = cat("cupel:", bom::percent_encoded(file.path, "/")),
                        .digest = {{"sha256", sha256_hex(text)}}});
  }
  return evidence;
}

Result<RecordContent> make(const RecordRequest& request) {
  const auto& options = request.options();
  RecordContent content;
  content.subjects = TRY(subjects_of(request));
  const LastCycle last = TRY(last_cycle(request));
  const Catalogue catalogue = built_in_catalogue();
  const Timestamp now = request.context.clock.now();
  // Judged as of now: what has expired since the cycle counts no more.
  const Assessment assessment = assess(last.evidence, catalogue, now);
  const std::string phase = options.value("--gate");
  const std::string level = options.value("--fail-on", "shall");
  content.exit = gate(assessment, catalogue, phase, level, request.context.terminal);
  auto levels = levels_of(assessment, phase, level);
  if (levels.empty() && content.exit == Exit::ok) content.exit = Exit::incomplete;
  AdmissionRecord admission{
      .verifier = options.value("--verifier", kVerifier),
      .verifier_version = Json::object({{"cupel", version()}}),
      .verified_at = now,
      .resource = options.value("--resource", request.asset->declared.url),
      .policy = {.uri = cat(kPolicy, "?gate=", phase.empty() ? "all" : phase, "&level=", level),
                 .digest = {{"sha256", catalogue.digest}}},
      .evidence = TRY(evidence_for(request, last)),
      .passed = content.exit == Exit::ok,
      .levels = std::move(levels)};
  if (!admission.passed) admission.levels = {std::string(kFailedLevel)};
  if (admission.resource.empty()) {
    return fail(Fault::usage, "this record needs --resource URI",
                "the address under which the asset is served or fetched");
  }
  content.predicate = to_json(admission);
  content.notes.push_back(cat(admission.passed ? "PASSED" : "FAILED", " at the gate ",
                              phase.empty() ? "of all phases" : phase, ", by cycle ",
                              last.evidence.cycle.id));
  return content;
}

}  // namespace

constinit const RecordMaker kAdmissionMaker = {.kind = "admission", .make = make};

}  // namespace cupel
