// SPDX-License-Identifier: Apache-2.0
// cupel ledger: look into the evidence log, verify it, take proofs and copies of it.

#include "ledger/ledger.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "app/command.h"
#include "app/cosigning.h"
#include "app/document.h"
#include "app/ledger_erase.h"
#include "app/ledger_serve.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "ledger/tiles.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr Option kOptions[] = {
    {.name = "--trust",
     .argument = "KEY",
     .help = "verify: the key that must have signed (vkey text or a file with it)"},
    {.name = "--tiles",
     .argument = "DIR",
     .help = "checkpoint, serve: publish the log there as C2SP tlog-tiles"},
    {.name = "--witness",
     .argument = "URL",
     .help = "checkpoint: ask this witness to cosign; serve: be a witness",
     .repeats = true,
     .may_lack_argument = true},
    {.name = "--witness-key",
     .argument = "KEY",
     .help = "checkpoint: the key of each --witness, in their order (vkey or a file with it)",
     .repeats = true},
    {.name = "--log",
     .argument = "KEY",
     .help = "serve --witness: whose checkpoints to cosign (vkey or a file with it)",
     .repeats = true},
    {.name = "--listen",
     .argument = "HOST:PORT",
     .help = "serve: where (default: 127.0.0.1:8470; port 0: any)"},
    {.name = "--token-file",
     .argument = "FILE",
     .help = "serve: the token that every request must carry; needed beyond this machine"},
    {.name = "--checkpoint",
     .argument = "FILE",
     .help = "verify: an earlier checkpoint kept elsewhere, which this log must extend"},
    {.name = "--reason",
     .argument = "TEXT",
     .help = "erase: why, in words that name no person; it stays in clear"},
    {.name = "--by", .argument = "NAME", .help = "erase: who does it (default: this program)"},
    {.name = "--yes", .argument = "", .help = "erase: do not ask"},
    {.name = "--format",
     .argument = "FORMAT",
     .help = "how list and verify print",
     .choices = kFormats},
};

Result<std::uint64_t> index_of(const std::string& word, const Ledger& ledger) {
  std::uint64_t index = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), index);
  if (problem != std::errc{} || end != word.data() + word.size()) {
    return fail(Fault::usage, cat("`", printable(word, 40), "` is not the index of an entry"));
  }
  if (index >= ledger.size()) {
    return fail(Fault::usage, cat("there is no entry ", index, "; the ledger has ", ledger.size()));
  }
  return index;
}

Result<Exit> list(const Context& context, const Ledger& ledger) {
  const Timestamp started = context.clock.now();
  const auto entries = TRY(ledger.entries(0, ledger.size(), false));
  if (context.options.value("--format") == "json") {
    Json items = Json::array();
    for (const auto& entry : entries) {
      items.add(Json::object({{"index", entry.index},
                              {"type", entry.type},
                              {"at", to_rfc3339(entry.at)},
                              {"actor", entry.actor}}));
    }
    context.terminal.out(document("cupel/ledger/1", started, context.clock.now())
                             .set("entries", std::move(items))
                             .pretty());
    return Exit::ok;
  }
  for (const auto& entry : entries) {
    std::string line = cat(entry.index);
    line.insert(0, line.size() < 6 ? 6 - line.size() : 0, ' ');
    line += cat("  ", to_rfc3339(entry.at), "  ", printable(entry.type, 40));
    line.resize(std::max<std::size_t>(line.size(), 49), ' ');
    context.terminal.out(
        cat(line, printable(entry.actor, 60), entry.erased ? "  (erased)" : "", "\n"));
  }
  return Exit::ok;
}

// The JSON that an entry holds, or its text when it holds something else.
Json content(const std::string& text) {
  return read_json(text).value.value_or(Json(printable(text)));
}

Result<Exit> show(const Context& context, const Ledger& ledger, const std::string& word) {
  const Timestamp started = context.clock.now();
  const Entry entry = TRY(ledger.entry(TRY(index_of(word, ledger))));
  context.terminal.out(document("cupel/ledger-entry/1", started, context.clock.now())
                           .set("index", entry.index)
                           .set("leaf", content(entry.leaf))
                           .set("salt", entry.salt)
                           .set("body", entry.erased ? Json() : content(entry.body))
                           .pretty());
  return Exit::ok;
}

Result<std::optional<std::string>> trusted_key(const Options& options) {
  if (!options.has("--trust")) return std::optional<std::string>{};
  return std::optional(TRY(key_text(options.value("--trust"))));
}

Json verification_json(const Verification& verification, Timestamp started, Timestamp finished) {
  Json problems = Json::array();
  for (const auto& problem : verification.problems) {
    problems.add(Json::object({{"where", problem.where}, {"what", problem.what}}));
  }
  return document("cupel/ledger-verification/1", started, finished)
      .set("size", verification.size)
      .set("root", verification.root)
      .set("self_consistent", verification.self_consistent)
      .set("trusted", verification.trusted)
      .set("extends_checkpoint", verification.extends_checkpoint)
      .set("problems", std::move(problems));
}

Result<Exit> verify(const Context& context, const Ledger& ledger) {
  const Timestamp started = context.clock.now();
  std::optional<std::string> earlier;
  if (context.options.has("--checkpoint")) {
    earlier = TRY(read_text(context.options.value("--checkpoint")));
  }
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "verifying", ProgressLine::Unit::count);
  const auto trust = TRY(trusted_key(context.options));
  const Verification verification = TRY(ledger.verify(trust, earlier, task));
  if (context.options.value("--format") == "json") {
    context.terminal.out(verification_json(verification, started, context.clock.now()).pretty());
  } else {
    for (const auto& problem : verification.problems) {
      context.terminal.out(cat("problem: ", problem.where, ": ", problem.what, "\n"));
    }
    context.terminal.out(
        cat(count_of(verification.size, "entry", "entries"), ", root ", verification.root, ": "));
    if (!verification.self_consistent) {
      context.terminal.out("NOT consistent\n");
    } else if (!trust) {
      context.terminal.out("self-consistent only (give --trust KEY to know whose it is)\n");
    } else {
      context.terminal.out(verification.trusted ? "consistent, signed by the trusted key\n"
                                                : "NOT signed by the trusted key\n");
    }
    if (earlier) {
      context.terminal.out(
          verification.extends_checkpoint
              ? "it extends the earlier checkpoint\n"
              : "it does NOT extend the earlier checkpoint: history was rebuilt or lost\n");
    }
  }
  const bool fine = verification.self_consistent && (!trust || verification.trusted) &&
                    (!earlier || verification.extends_checkpoint);
  return fine ? Exit::ok : Exit::failed;
}

Result<Exit> export_log(const Context& context, const Ledger& ledger, const std::string& file) {
  Task task(context.stop, Task::Clock::time_point::max());
  TRY(ledger.export_to(file, task));
  context.terminal.note(cat("wrote ", count_of(ledger.size(), "entry", "entries"), " to ",
                            printable(file), "; anyone can check it with: cupel replay ",
                            printable(file), " --trust '", ledger.vkey(), "'"));
  return Exit::ok;
}

Result<std::vector<WitnessPlace>> witnesses(const Options& options) {
  const auto urls = options.values("--witness");
  const auto keys = options.values("--witness-key");
  if (!keys.empty() && keys.size() != urls.size()) {
    return fail(Fault::usage, "give one --witness-key for each --witness, or none");
  }
  std::vector<WitnessPlace> places;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (urls[i].empty()) return fail(Fault::usage, "--witness URL: which witness is to be asked?");
    WitnessPlace place{.url = urls[i], .key = {}};
    if (!keys.empty()) place.key = TRY(note::parse_cosigner_vkey(TRY(key_text(keys[i]))));
    places.push_back(std::move(place));
  }
  return places;
}

Result<Exit> checkpoint(const Context& context, const Ledger& ledger) {
  const auto asked = TRY(witnesses(context.options));
  context.terminal.out(
      asked.empty() ? TRY(ledger.checkpoint())
                    : TRY(cosigned_checkpoint(ledger, state_folder(context.options), asked)));
  const bool unchecked =
      std::ranges::any_of(asked, [](const WitnessPlace& place) { return !place.key; });
  if (unchecked) {
    context.terminal.note("what the witness signed was not checked: give --witness-key");
  }
  if (!context.options.has("--tiles")) return Exit::ok;
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "publishing", ProgressLine::Unit::count);
  const std::string folder = context.options.value("--tiles");
  const auto published = TRY(tiles::publish(ledger, folder, task));
  context.terminal.note(cat("wrote ", count_of(published.files, "file"), " to ", printable(folder),
                            ", which holds ", count_of(published.size, "entry", "entries")));
  return Exit::ok;
}

// Under the newest checkpoint that a witness has cosigned, when the entry is in it.
Result<Exit> prove(const Context& context, const Ledger& ledger, const std::string& word) {
  const std::uint64_t index = TRY(index_of(word, ledger));
  if (const auto kept = TRY(kept_checkpoint(state_folder(context.options)))) {
    auto proof = ledger.prove(index, *kept);
    if (proof.ok()) {
      context.terminal.out(proof.value());
      return Exit::ok;
    }
    if (proof.error().fault != Fault::missing) {
      return std::move(proof).error().during("reading `ledger-cosigned`");
    }
    context.terminal.note("no witness has cosigned this entry yet");
  }
  context.terminal.out(TRY(ledger.prove(index)));
  return Exit::ok;
}

Result<Exit> run(const Context& context) {
  const auto& words = context.options.words();
  const std::string verb = words.empty() ? "" : words[0];
  const auto ledger = [&](Ledger::Mode mode = Ledger::Mode::read) {
    return Ledger::open(ledger_place(context.options), mode, context.clock);
  };
  if (verb == "list" && words.size() == 1) return list(context, TRY(ledger()));
  if (verb == "show" && words.size() == 2) return show(context, TRY(ledger()), words[1]);
  if (verb == "verify" && words.size() == 1) {
    return verify(context, TRY(ledger(Ledger::Mode::examine)));
  }
  if (verb == "export" && words.size() == 2) return export_log(context, TRY(ledger()), words[1]);
  if (verb == "checkpoint" && words.size() == 1) return checkpoint(context, TRY(ledger()));
  if (verb == "prove" && words.size() == 2) return prove(context, TRY(ledger()), words[1]);
  if (verb == "erase" && words.size() == 2) return erase_from_ledger(context, words[1]);
  if (verb == "serve" && words.size() == 1) {
    return context.options.has("--witness") ? serve_witness(context) : serve_ledger(context);
  }
  const std::vector<std::string_view> verbs = {"list",       "show",   "prove", "verify",
                                               "checkpoint", "export", "erase", "serve"};
  const auto near = nearest(verb, verbs);
  return fail(
      Fault::usage,
      "ledger takes one of: list, show INDEX, prove INDEX, verify, checkpoint, export FILE, "
      "erase SUBJECT|INDEX, serve",
      near && *near != verb ? cat("did you mean `cupel ledger ", *near, "`?")
                            : "cupel ledger --help");
}

}  // namespace

extern const Command kLedgerCommand;
constinit const Command kLedgerCommand = {
    .name = "ledger",
    .arguments =
        "list | show INDEX | prove INDEX | verify | checkpoint | export FILE | "
        "erase SUBJECT|INDEX | serve",
    .summary = "look into the evidence log, verify it, take proofs and copies",
    .details =
        "The ledger is an append-only Merkle log (RFC 6962) with signed checkpoints (C2SP). "
        "verify recomputes every hash and signature and names each problem with its place; without "
        "--trust it can only say that the log agrees with itself. export writes a file that a "
        "stranger can verify and replay. serve takes entries and answers proofs over HTTP, or "
        "cosigns checkpoints of other ledgers (--witness); docs/ledger.md tells how. erase "
        "destroys the key of a vault (a data subject, a retention class): its bodies can be read "
        "no more, their commitments stay, and the log is verified again. Without --state the "
        "ledger of .cupel in this folder is "
        "meant.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
