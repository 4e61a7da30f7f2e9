// SPDX-License-Identifier: Apache-2.0
// cupel retire: the end of assets, or their way to somebody else: a plan first, and what it says
// only with the custodian's signature.

#include <array>

#include "app/command.h"
#include "app/disposal_run.h"
#include "app/document.h"
#include "app/retirement.h"
#include "app/roster_signer.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "ledger/ledger.h"

namespace cupel {
namespace {

constexpr std::uint64_t kConsentLimit = 16U << 20U;
constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr Option kOptions[] = {
    {.name = "--system", .argument = "DIR", .help = "the system's folder (default: this one)"},
    {.name = "--transfer-to",
     .argument = "PARTY",
     .help = "they change hands; our copies are erased, and the record names the recipient"},
    {.name = "--output", .argument = "FILE", .help = "write the plan there, to be signed"},
    {.name = "--include",
     .argument = "PATH",
     .help = "a file of the system's folder that goes, too, though it is no certain copy",
     .repeats = true},
    {.name = "--search",
     .argument = "DIR",
     .help = "look for copies there, too; nothing is erased outside the system's folder",
     .repeats = true},
    {.name = "--still-serves",
     .argument = "NAME",
     .help = "an endpoint of cupel.yaml that goes on with something else",
     .repeats = true},
    {.name = "--revoked",
     .argument = "NAME|KEY",
     .help = "a person whose key, or a public key that, must be gone from the roster",
     .repeats = true},
    {.name = "--vault",
     .argument = "NAME",
     .help = "a vault of the ledger whose key is destroyed, too (crypto-erase)",
     .repeats = true},
    {.name = "--consent",
     .argument = "FILE",
     .help = "the custodian's signature of the plan (cupel attest): do it",
     .repeats = true},
    {.name = "--by", .argument = "NAME", .help = "who does it: a name of the roster"},
    {.name = "--key", .argument = "PEM", .help = "that person's private key, for the certificate"},
    {.name = "--confirm",
     .argument = "ID",
     .help = "something the plan leaves to people that this person vouches for",
     .repeats = true},
    {.name = "--reason", .argument = "TEXT", .help = "why, for the certificate"},
    {.name = "--offline", .argument = "", .help = "do not ask endpoints; they stay unknown"},
    {.name = "--yes", .argument = "", .help = "do not ask before erasing"},
    {.name = "--format",
     .argument = "FORMAT",
     .help = "how the plan is printed",
     .choices = kFormats},
};

RetirementWish wish_of(const Options& options) {
  RetirementWish wish{.assets = options.words()};
  wish.recipient = options.value("--transfer-to");
  wish.include = options.values("--include");
  wish.still_serving = options.values("--still-serves");
  wish.keys = options.values("--revoked");
  wish.vaults = options.values("--vault");
  wish.search = model_caches();
  for (const auto& folder : options.values("--search")) wish.search.emplace_back(folder);
  return wish;
}

Result<void> check_vaults(const Context& context, const SystemPaths& paths,
                          const std::vector<std::string>& vaults) {
  if (vaults.empty()) return {};
  const auto ledger = Ledger::open(paths.ledger(), Ledger::Mode::read, context.clock);
  if (!ledger.ok() && ledger.error().fault == Fault::missing) {
    return fail(Fault::usage, "--vault: this system has no ledger yet");
  }
  if (!ledger.ok()) return ledger.error();
  for (const auto& name : vaults) {
    if (const auto found = ledger.value().vault(name); !found.ok()) {
      return fail(Fault::usage, cat("--vault: ", found.error().what));
    }
  }
  return {};
}

std::string padded(std::string_view word) {
  std::string text(word);
  text.resize(std::max<std::size_t>(text.size(), 9), ' ');
  return text;
}

void print_item(Terminal& terminal, const retire::PlanItem& item) {
  terminal.out(
      cat(padded(item.action == retire::Action::by_hand ? "by hand" : retire::to_text(item.action)),
          printable(join(item.names, ", "), 500)));
  if (item.action != retire::Action::unlink) {
    terminal.out(cat("  ", human_bytes(item.size_bytes)));
  }
  terminal.out(cat("\n         ", printable(item.why, 500), "\n"));
}

void print_plan(Terminal& terminal, const Retirement& retirement) {
  const auto& plan = retirement.plan;
  for (const auto& asset : plan.assets) {
    terminal.out(cat(plan.recipient.empty() ? "retire " : "hand over ", printable(asset.name, 200),
                     " (", asset.kind, "; custodian ", printable(asset.custodian, 100), ")",
                     plan.recipient.empty() ? "" : cat(" to ", printable(plan.recipient, 200)),
                     "\n"));
  }
  for (const auto& item : plan.items) print_item(terminal, item);
  const auto line = [&](std::string_view word, std::string_view text) {
    terminal.out(cat(padded(word), printable(text, 500), "\n"));
  };
  for (const auto& vault : plan.vaults) line("vault", cat("the key of `", vault, "` is destroyed"));
  for (const auto& one : plan.derivatives) line("stays", one);
  for (const auto& one : plan.endpoints) line("dead?", cat(one.name, "  ", one.url));
  for (const auto& one : plan.keys) line("revoked?", one);
  for (const auto& one : plan.by_hand) line("confirm", cat(one.id, ": ", one.what));
  for (const auto& one : plan.unseen) line("unseen", one);
  for (const auto& sentence : retirement.cannot_assure) line("beware", sentence);
  line("beware", "retrained, quantised or pruned copies are other bytes: nothing here finds them");
  terminal.out(cat("looked through ", count_of(retirement.searched.files, "other file"), ", ",
                   human_bytes(retirement.searched.bytes), "\n"));
}

Json plan_document(const Retirement& retirement, const std::string& text, Timestamp started,
                   Timestamp finished) {
  return document("cupel/retirement/1", started, finished)
      .set("plan_sha256", sha256_hex(text))
      .set("plan", read_json(text).value.value_or(Json()))
      .set("searched", Json::object({{"files", retirement.searched.files},
                                     {"size_bytes", retirement.searched.bytes}}))
      .set("cannot_assure", Json::texts(retirement.cannot_assure));
}

Result<Exit> show_plan(const Context& context, const SystemPaths& paths, const System& system) {
  const Timestamp started = context.clock.now();
  const auto wish = wish_of(context.options);
  TRY(check_vaults(context, paths, wish.vaults));
  const Retirement retirement = TRY(prepare_retirement(context, paths, system, wish));
  const std::string text = retire::text_of(retirement.plan);
  if (context.options.value("--format") == "json") {
    context.terminal.out(plan_document(retirement, text, started, context.clock.now()).pretty());
  } else {
    print_plan(context.terminal, retirement);
    context.terminal.out(cat("plan sha256:", sha256_hex(text), "; nothing was erased\n"));
  }
  std::string file = disposal_stem(retirement.plan) + ".plan.json";
  if (context.options.has("--output")) {
    const std::filesystem::path named = context.options.value("--output");
    if (named.has_parent_path()) TRY(make_folders(named.parent_path()));
    TRY(replace_file(named, text));
    file = named.string();
  }
  context.terminal.note(
      cat(context.options.has("--output") ? "wrote " : "to go on, write it with --output ",
          printable(file), "; the custodian signs it: cupel attest ",
          wish.recipient.empty() ? "5.5.1-2" : "5.5.1-1", " --document ", printable(file),
          " --by NAME --key PEM"));
  return retirement.plan.unseen.empty() ? Exit::ok : Exit::incomplete;
}

Result<Exit> dispose(const Context& context, const SystemPaths& paths, const System& system) {
  const RosterSigner signer = TRY(roster_signer(context, system, "retire"));
  DisposalOrder order{.consents = {},
                      .confirmed = context.options.values("--confirm"),
                      .reason = context.options.value("--reason"),
                      .offline = context.options.has("--offline"),
                      .performer = *signer.person,
                      .wish = wish_of(context.options)};
  for (const auto& file : context.options.values("--consent")) {
    order.consents.push_back(TRY(read_text(file, kConsentLimit)));
  }
  return run_disposal(context, paths, system, order, signer.key);
}

Result<Exit> run(const Context& context) {
  const auto& options = context.options;
  if (options.words().empty()) {
    return fail(Fault::usage, "retire needs the name of an asset", "the names stand in cupel.yaml");
  }
  const SystemPaths paths = TRY(locate_system(options.value("--system", "."), options));
  const System system = TRY(load_system(paths, context.terminal));
  if (options.has("--consent")) return dispose(context, paths, system);
  if (options.has("--yes") || options.has("--confirm")) {
    return fail(Fault::usage, "nothing is erased without the custodian's --consent",
                "without it, cupel retire shows the plan that the custodian signs");
  }
  return show_plan(context, paths, system);
}

}  // namespace

extern const Command kRetireCommand;
constinit const Command kRetireCommand = {
    .name = "retire",
    .arguments = "ASSET…",
    .summary = "dispose of assets, or hand them over, with consent and a certificate",
    .details =
        "Without --consent nothing is changed: the plan is printed, with every file that would go "
        "(the asset's own, copies under other names, in archives and in other formats), what "
        "stays, "
        "and what only people can confirm. The custodian signs the plan with cupel attest. With "
        "that signature as --consent, files are overwritten, read back and unlinked, copies are "
        "looked for again, endpoints are asked whether they still answer, and a certificate "
        "(in-toto "
        "in DSSE, fields of NIST SP 800-88) is written to disposals/ and to the ledger. A run that "
        "was interrupted goes on when it is started again. The cache of Hugging Face is looked "
        "through, too; nothing outside the system's folder is ever erased. 0: complete; 1: a copy, "
        "an endpoint or a key is still there; 3: something could not be done, seen or confirmed. "
        "docs/retire.md tells it step by step.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
