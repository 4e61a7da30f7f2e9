// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/change.h"

#include "app/cycle.h"
#include "app/records/maker.h"
#include "base/text.h"
#include "inventory/asset_root.h"

namespace cupel {

extern const RecordMaker kChangeMaker;

namespace {

// What stood there: what is given, else what the last cycle saw; "" when it was not there.
Result<std::string> before(const RecordRequest& request) {
  if (request.options().has("--before")) return request.options().value("--before");
  const auto ledger =
      TRY(Ledger::open(request.paths.ledger(), Ledger::Mode::read, request.context.clock));
  const Baseline baseline = TRY(read_baseline(ledger));
  if (baseline.cycle.empty()) {
    return fail(Fault::missing, "there is no earlier cycle that says what was there before",
                "run cupel assess before the change, or give --before DIGEST");
  }
  const Asset* asset = baseline.inventory.find(request.name);
  return asset == nullptr ? std::string() : asset_root(baseline.inventory, *asset);
}

Result<RecordContent> make(const RecordRequest& request) {
  const auto& options = request.options();
  ChangeRecord change{.asset = request.name,
                      .before = TRY(before(request)),
                      .after = request.root(),
                      .changed = TRY(moment(request, "--changed", request.context.clock.now())),
                      .author = TRY(required(request, "--author")),
                      .reason = TRY(required(request, "--reason")),
                      .assessment = options.value("--assessment"),
                      .reference = options.value("--reference")};
  if (change.before == change.after) {
    return fail(Fault::usage,
                change.after.empty()
                    ? cat("there is and was no asset `", printable(request.name, 200), "`")
                    : cat("`", printable(request.name, 200), "` is what it was"));
  }
  RecordContent content;
  if (change.after.empty()) {
    content.subjects = {described(request.name, change.before)};
  } else {
    content.subjects = TRY(subjects_of(request));
  }
  content.predicate = to_json(change);
  const std::string_view what = change.before.empty()  ? "was added"
                                : change.after.empty() ? "was removed"
                                                       : "was changed";
  content.notes.push_back(cat(what, " by ", printable(change.author, 80)));
  return content;
}

}  // namespace

constinit const RecordMaker kChangeMaker = {.kind = "change", .make = make};

}  // namespace cupel
