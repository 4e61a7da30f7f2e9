// SPDX-License-Identifier: Apache-2.0
// cupel record: a person signs what others will want to know of an asset: how it was built, where
// it was collected, why it was changed, that it was admitted.

#include "provenance/record.h"

#include <algorithm>
#include <array>

#include "app/command.h"
#include "app/records/maker.h"
#include "app/roster_signer.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "inventory/asset_root.h"
#include "inventory/inventory.h"
#include "provenance/records/build.h"

namespace cupel {

#define RECORD(Name) extern const RecordMaker k##Name##Maker;
#include "provenance/records.def"
#undef RECORD

namespace {

constexpr std::array kMakers = {
#define RECORD(Name) &k##Name##Maker,
#include "provenance/records.def"
#undef RECORD
};

constexpr std::array<std::string_view, 5> kGates = {"design", "release", "deploy", "operate",
                                                    "retire"};
// Not `never`: a decision that nothing can turn is none.
constexpr std::array<std::string_view, 2> kLevels = {"shall", "should"};

constexpr Option kOptions[] = {
    {.name = "--by", .argument = "NAME", .help = "who signs: a name of the roster in cupel.yaml"},
    {.name = "--key", .argument = "PEM", .help = "that person's private key"},
    {.name = "--system", .argument = "DIR", .help = "the system's folder (default: this one)"},
    {.name = "--output",
     .argument = "FILE",
     .help = "where the record is written (default: attestations/ of the system)"},
    // build
    {.name = "--operation",
     .argument = "WHAT",
     .help = "build: what was done",
     .choices = kBuildOperations},
    {.name = "--entry-point", .argument = "FILE|URI", .help = "build: what was run"},
    {.name = "--config", .argument = "FILE|URI", .help = "build: the file of settings"},
    {.name = "--material",
     .argument = "ASSET|FILE",
     .help = "build: what it was made from (default: the models and datasets under `uses:`)",
     .repeats = true},
    {.name = "--dependency",
     .argument = "NAME=URI[@ALG:HEX]",
     .help = "build: a material that is no part of the system, such as an image or a commit",
     .repeats = true},
    {.name = "--parameter",
     .argument = "KEY=VALUE",
     .help = "build: a hyperparameter",
     .repeats = true},
    {.name = "--seed", .argument = "NUMBER", .help = "build: of the generator of random numbers"},
    {.name = "--environment",
     .argument = "KEY=VALUE",
     .help = "build: of what it ran on, such as accelerators",
     .repeats = true},
    {.name = "--builder",
     .argument = "URI",
     .help = "build: the service that made it (default: by hand)"},
    {.name = "--invocation", .argument = "ID", .help = "build: what the builder calls this run"},
    {.name = "--begun", .argument = "TIME", .help = "build: when it began"},
    {.name = "--finished", .argument = "TIME", .help = "build: when it ended (default: now)"},
    {.name = "--byproduct",
     .argument = "FILE",
     .help = "build: a file of metrics or a log that came out besides",
     .repeats = true},
    // collection
    {.name = "--source",
     .argument = "URI",
     .help = "collection: where it was taken from (default: `source:` in cupel.yaml)",
     .repeats = true},
    {.name = "--retrieved",
     .argument = "TIME",
     .help = "collection: when (default: `collected:` in cupel.yaml)"},
    {.name = "--method", .argument = "TEXT", .help = "collection: how, and what was done to it"},
    {.name = "--licence",
     .argument = "TEXT",
     .help = "collection: by what right (default: as in cupel.yaml)"},
    {.name = "--custodian",
     .argument = "NAME",
     .help = "collection: who answers for it (default: as in cupel.yaml)"},
    {.name = "--opt-out",
     .argument = "TEXT",
     .help = "collection: what the source says of mining and training"},
    {.name = "--croissant",
     .argument = "FILE",
     .help = "collection: the publisher's metadata (Croissant 1.0 or 1.1) to take all that from"},
    // change
    {.name = "--author", .argument = "NAME", .help = "change: who made it; never who signs"},
    {.name = "--reason", .argument = "TEXT", .help = "change: why"},
    {.name = "--assessment", .argument = "TEXT", .help = "change: what it means for security"},
    {.name = "--reference", .argument = "URI", .help = "change: its ticket or commit"},
    {.name = "--changed", .argument = "TIME", .help = "change: when (default: now)"},
    {.name = "--before",
     .argument = "DIGEST",
     .help = "change: what stood there (default: what the last cycle saw)"},
    // admission
    {.name = "--gate",
     .argument = "PHASE",
     .help = "admission: count only provisions up to this gate of the life cycle",
     .choices = kGates},
    {.name = "--fail-on",
     .argument = "LEVEL",
     .help = "admission: which provisions count (default: shall)",
     .choices = kLevels},
    {.name = "--resource",
     .argument = "URI",
     .help = "admission: as what the asset is served or fetched (default: its `url:`)"},
    {.name = "--verifier", .argument = "URI", .help = "admission: who decides"},
};

Result<const RecordMaker*> maker_of(const Options& options) {
  if (options.words().size() != 2) {
    return fail(Fault::usage, "record takes a kind of record and an asset",
                "cupel record collection DATASET --by NAME --key PEM");
  }
  const std::string& word = options.words()[0];
  std::vector<std::string_view> names;
  for (const auto* maker : kMakers) {
    if (maker->kind == word) return maker;
    names.push_back(maker->kind);
  }
  const auto near = nearest(word, names);
  return fail(Fault::usage, cat("there is no record of the kind `", printable(word, 80), "`"),
              near ? cat("did you mean `", *near, "`?")
                   : "build, collection, change and admission are known");
}

Result<Inventory> inventory_shown(const Context& context, const SystemPaths& paths,
                                  const System& system) {
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "hashing", ProgressLine::Unit::bytes);
  InventoryOptions options;
  options.cache = paths.state / "cache";
  options.exclude.push_back(paths.state.filename().string());
  return take_inventory(system, paths.root, options, task);
}

// The asset, by its name in cupel.yaml. One that is gone may still be spoken of as changed.
Result<const Asset*> asset_of(const System& system, const Inventory& inventory,
                              const std::string& name, std::string_view kind) {
  const Asset* asset = inventory.find(name);
  if (asset != nullptr && asset->is_declared) return asset;
  if (kind == "change") return static_cast<const Asset*>(nullptr);
  std::vector<std::string_view> names;
  names.reserve(system.assets.size());
  for (const auto& each : system.assets) names.emplace_back(each.name);
  const auto near = nearest(name, names);
  return fail(Fault::usage, cat("`", printable(name, 80), "` is no asset of cupel.yaml"),
              near ? cat("did you mean `", *near, "`?") : "");
}

std::filesystem::path place_for(const Context& context, const RecordKind& kind,
                                const std::string& name, std::string_view digest,
                                const std::string& by) {
  constexpr std::size_t kEnough = 8;  // digits that tell the states of one asset apart
  if (context.options.has("--output")) {
    return std::filesystem::absolute(context.options.value("--output"));
  }
  return std::filesystem::path(kStatementFolder) /
         statement_file_name(cat(kind.name, "-", name, "-", digest.substr(0, kEnough), "-", by));
}

Result<Exit> run(const Context& context) {
  const RecordMaker* maker = TRY(maker_of(context.options));
  const SystemPaths paths =
      TRY(locate_system(context.options.value("--system", "."), context.options));
  const System system = TRY(load_system(paths, context.terminal));
  const RosterSigner signer = TRY(roster_signer(context, system, "record"));
  const std::string& name = context.options.words()[1];
  const Inventory inventory = TRY(inventory_shown(context, paths, system));
  const RecordRequest request{.context = context,
                              .paths = paths,
                              .system = system,
                              .inventory = inventory,
                              .asset = TRY(asset_of(system, inventory, name, maker->kind)),
                              .name = name};
  RecordContent content = TRY(maker->make(request));
  const auto* kind = *std::ranges::find(all_record_kinds(), maker->kind, &RecordKind::name);
  const InTotoStatement statement{.subjects = std::move(content.subjects),
                                  .predicate_type = std::string(kind->predicate_type),
                                  .predicate = std::move(content.predicate)};
  const std::string envelope = make_record(statement, signer.key);
  // What is written is what will be read: a record that would not count is not made.
  if (const auto read = read_record(envelope, "", system); !read.verified) {
    return fail(Fault::usage, cat("this record would not count: ", read.problem));
  }
  const std::string digest(statement.subjects.front().sha256());
  const auto kept = TRY(keep_statement(context, paths,
                                       place_for(context, *kind, name, digest, signer.person->name),
                                       {.type = entry_type::kRecord,
                                        .by = signer.person->name,
                                        .digest = digest,
                                        .envelope = envelope}));
  context.terminal.note(cat(printable(name, 200), ": ", join(content.notes, "; ")));
  context.terminal.note(cat(printable(signer.person->name, 80), " signed it: ",
                            printable(kept.file.string()), ", ledger entry ", kept.receipt.index));
  context.terminal.out(cat("sha256:", digest, "\n"));
  return content.exit;
}

}  // namespace

extern const Command kRecordCommand;
constinit const Command kRecordCommand = {
    .name = "record",
    .arguments = "build|collection|change|admission ASSET --by NAME --key PEM",
    .summary = "sign how an asset was built, collected, changed or admitted",
    .details =
        "Writes an in-toto statement in DSSE (Ed25519) to attestations/ in the system's folder and "
        "to the ledger, and prints the digest that it is about, the one that cupel sign prints. "
        "build: SLSA provenance of a model, with the digests of what it was made from. collection: "
        "where a dataset was taken from, when, how and by what right, also read from Croissant. "
        "change: why a prompt, a configuration or a model is another one now; its author cannot "
        "sign it. admission: a verification summary (VSA) of the last cycle at a gate, judged as "
        "of now; it is PASSED only when every provision that counts is decided and none failed, "
        "and the exit code says the same. cupel assess holds what it sees against these records.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
