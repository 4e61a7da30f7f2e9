// SPDX-License-Identifier: Apache-2.0
#include "app/bill.h"

#include <filesystem>

#include "app/asset_reader.h"
#include "app/cycle.h"
#include "app/recall.h"
#include "base/file.h"
#include "base/text.h"
#include "bom/build.h"
#include "checks/artifact/model_reports.h"
#include "checks/artifact/signatures.h"
#include "checks/material.h"
#include "checks/supply/manifests.h"
#include "inventory/inventory.h"
#include "provenance/attestation.h"
#include "provenance/record.h"

namespace cupel {
namespace {

constexpr std::uint64_t kEnvelopeLimit = 1U << 20U;
constexpr std::uint64_t kTextLimit = 1U << 20U;

// Signatures of people of the roster over files, as attestations/*.json holds them.
void add_attested(const CheckInput& input, const SystemPaths& paths,
                  std::vector<bom::Signed>& all) {
  for (const auto& file : input.inventory.files) {
    if (!is_statement_file(file.path)) continue;
    const auto text = read_text(paths.root / file.path, kEnvelopeLimit);
    if (!text.ok()) continue;
    const auto attestation = read_attestation(text.value(), file.path, input.system);
    if (!attestation.verified) continue;
    for (const auto& subject : attestation.subjects) {
      if (subject.digest.empty()) continue;
      all.push_back({.sha256 = subject.digest,
                     .seen = printable(cat(file.path, ", signed by ", attestation.by), 400)});
    }
  }
}

// Declared signatures of models and datasets, where they hold over the files that are there.
Result<void> add_signed_assets(const CheckInput& input, std::vector<bom::Signed>& all) {
  for (const auto& asset : input.inventory.assets) {
    if (!asset.is_declared || asset.declared.signature.empty()) continue;
    const auto signature = TRY(check_signature(input, asset));
    if (!signature.good()) continue;
    for (const auto index : asset.files) {
      const auto& file = input.inventory.files[index];
      if (file.path == asset.declared.signature) continue;
      all.push_back(
          {.sha256 = file.sha256,
           .seen = printable(
               cat(asset.declared.signature, ", signed by ", signature.reading.signer), 400)});
    }
  }
  return {};
}

// What the newest completed cycle of the state folder's ledger says; empty without one.
Assessed assessed(const Context& context, const SystemPaths& paths) {
  std::error_code ignored;
  if (!std::filesystem::exists(paths.state / "ledger.db", ignored)) return {};
  const auto ledger = Ledger::open(paths.state, Ledger::Mode::read, context.clock);
  if (!ledger.ok()) return {};
  const auto baseline = read_baseline(ledger.value());
  if (!baseline.ok() || baseline.value().cycle.empty()) return {};
  const auto& cycle = baseline.value().cycle;
  Assessed said{
      .by = cat("ETSI EN 304 223, cycle ", cycle, ", ", to_rfc3339(baseline.value().finished)),
      .vulnerabilities = {}};
  const auto assessment = stored_assessment(ledger.value(), cycle);
  if (!assessment.ok()) return said;
  for (const auto& seen : assessment.value().observations) {
    const bool looked = seen.check == "supply.vulnerabilities" && seen.coverage.examined > 0;
    if (looked) said.vulnerabilities = cat(seen.measured, ", observation ", seen.id);
  }
  return said;
}

}  // namespace

Result<bom::Document> bill_of(const CheckInput& input, const SystemPaths& paths, Assessed assessed,
                              Task& task) {
  const Inventory& inventory = input.inventory;
  bom::Material material{.system = input.system,
                         .inventory = inventory,
                         .assessed = std::move(assessed.by),
                         .vulnerabilities = std::move(assessed.vulnerabilities),
                         .tool = std::string(input.collector),
                         .created = input.now};
  add_attested(input, paths, material.signatures);
  TRY(add_signed_assets(input, material.signatures));
  for (const auto index : model_files(inventory)) {
    TRY(task.step(1));
    const auto& file = inventory.files[index];
    auto examined = TRY(examine_model(input, file));
    material.models.push_back({.path = file.path,
                               .report = std::move(examined.report),
                               .problem = std::move(examined.problem)});
  }
  material.packages = package_files(TRY(read_manifests(input, task)));
  for (const auto index : bom::wanted_texts(inventory)) {
    const auto& file = inventory.files[index];
    auto text = TRY(read_text_of(input, file, kTextLimit));
    if (text.ok()) material.texts.push_back({.path = file.path, .text = std::move(text.text)});
  }
  return bom::build(material);
}

Result<bom::Document> take_bill(const Context& context, const SystemPaths& paths,
                                const System& system, Timestamp created) {
  const Timestamp before = SystemClock().now();  // compared with ctimes of files
  std::error_code ignored;
  const bool has_state = std::filesystem::is_directory(paths.state, ignored);
  InventoryOptions options;
  if (has_state) options.cache = paths.state / "cache";
  options.exclude.push_back(paths.state.filename().string());
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "hashing", ProgressLine::Unit::bytes);
  const Inventory inventory = TRY(take_inventory(system, paths.root, options, task));

  const DiskReader reader(paths.root, before);
  NoRecall nothing;
  std::optional<CachedRecall> cached;
  if (has_state) cached.emplace(paths.state / "results", false);
  const Baseline baseline;
  const std::string collector = tool_name();
  const CheckInput input{.system = system,
                         .inventory = inventory,
                         .baseline = baseline,
                         .reader = reader,
                         .recall = cached ? static_cast<Recall&>(*cached) : nothing,
                         .now = created,
                         .collector = collector};
  auto bill = TRY(bill_of(input, paths, assessed(context, paths), task));
  // What was examined need not be examined again; failing to keep it changes nothing.
  if (cached) static_cast<void>(cached->save());
  return bill;
}

}  // namespace cupel
