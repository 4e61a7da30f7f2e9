// SPDX-License-Identifier: Apache-2.0
// cupel ledger: look into the evidence log, verify it, take proofs and copies of it.

#include "ledger/ledger.h"

#include <array>
#include <charconv>

#include "app/command.h"
#include "app/document.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr Option kOptions[] = {
    {.name = "--trust",
     .argument = "KEY",
     .help = "verify: the key that must have signed (vkey text or a file with it)"},
    {.name = "--checkpoint",
     .argument = "FILE",
     .help = "verify: an earlier checkpoint kept elsewhere, which this log must extend"},
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
  const std::string word = options.value("--trust");
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(word, ignored)) return std::optional(word);
  return std::optional(std::string(trim(TRY(read_text(word)))));
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
  if (verb == "checkpoint" && words.size() == 1) {
    context.terminal.out(TRY(TRY(ledger()).checkpoint()));
    return Exit::ok;
  }
  if (verb == "prove" && words.size() == 2) {
    const auto opened = TRY(ledger());
    context.terminal.out(TRY(opened.prove(TRY(index_of(words[1], opened)))));
    return Exit::ok;
  }
  const std::vector<std::string_view> verbs = {"list",   "show",       "prove",
                                               "verify", "checkpoint", "export"};
  const auto near = nearest(verb, verbs);
  return fail(Fault::usage,
              "ledger takes one of: list, show INDEX, prove INDEX, verify, checkpoint, export FILE",
              near && *near != verb ? cat("did you mean `cupel ledger ", *near, "`?")
                                    : "cupel ledger --help");
}

}  // namespace

extern const Command kLedgerCommand;
constinit const Command kLedgerCommand = {
    .name = "ledger",
    .arguments = "list | show INDEX | prove INDEX | verify | checkpoint | export FILE",
    .summary = "look into the evidence log, verify it, take proofs and copies",
    .details =
        "The ledger is an append-only Merkle log (RFC 6962) with signed checkpoints (C2SP). "
        "verify recomputes every hash and signature and names each problem with its place; without "
        "--trust it can only say that the log agrees with itself. export writes a file that a "
        "stranger can verify and replay. Without --state the ledger of .cupel in this folder is "
        "meant.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
