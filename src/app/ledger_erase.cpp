// SPDX-License-Identifier: Apache-2.0
#include "app/ledger_erase.h"

#include <algorithm>
#include <charconv>

#include "app/confirm.h"
#include "app/state.h"
#include "base/text.h"
#include "ledger/ledger.h"

namespace cupel {
namespace {

// Where everything lies that named no vault: the evidence of every cycle.
constexpr std::string_view kGeneral = "general";
constexpr std::size_t kShown = 8;

Result<std::string> vault_meant(const Ledger& ledger, const std::string& word) {
  const bool number =
      !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return word;
  std::uint64_t index = 0;
  const auto end = std::from_chars(word.data(), word.data() + word.size(), index);
  if (end.ec != std::errc{} || index >= ledger.size()) {
    return fail(Fault::usage, cat("there is no entry ", word, "; the ledger has ", ledger.size()));
  }
  std::string name = TRY(ledger.vault_of(index));
  if (name == kGeneral) {
    return fail(Fault::usage,
                cat("entry ", index,
                    " lies in the vault `general`, with all evidence that named "
                    "no vault of its own: it cannot be erased alone"),
                "`cupel ledger erase general` erases all of it; write what must be erasable into a "
                "vault of its own");
  }
  return name;
}

std::string ranges_text(const VaultContents& contents) {
  std::vector<std::string> texts;
  for (const auto& range : contents.entries) {
    if (texts.size() == kShown) {
      texts.emplace_back("…");
      break;
    }
    texts.push_back(range.end - range.begin == 1 ? cat(range.begin)
                                                 : cat(range.begin, " to ", range.end - 1));
  }
  return join(texts, ", ");
}

// Everything is recomputed: an erasure must leave a log that a stranger can still verify.
Result<bool> still_verifies(const Context& context, const Ledger& ledger) {
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "verifying", ProgressLine::Unit::count);
  const Verification found = TRY(ledger.verify({}, {}, task));
  for (const auto& problem : found.problems) {
    context.terminal.out(cat("problem: ", problem.where, ": ", problem.what, "\n"));
  }
  return found.self_consistent;
}

void tell(const Context& context, const std::string& name, const Erasure& erasure) {
  auto& terminal = context.terminal;
  terminal.out(cat("erased: ", count_of(erasure.entries, "body", "bodies"), " of `",
                   printable(name, 200), "`; entry ", erasure.receipt.index, " says so\n"));
  terminal.out(
      "stays: the leaf of each entry (type, actor, time, subjects, salted commitment), "
      "and the sealed bytes that nobody can open\n");
  if (erasure.gone == true) {
    terminal.out("looked: the key stands neither in the database nor in its log\n");
  } else if (erasure.gone == false) {
    terminal.out("looked: THE KEY STILL STANDS in the files of the database\n");
  } else {
    terminal.out("not looked: the files of a server cannot be read from here\n");
  }
  for (const auto& place : erasure.remains) {
    terminal.out(cat("cannot be assured: ", printable(place), "\n"));
  }
}

}  // namespace

Result<Exit> erase_from_ledger(const Context& context, const std::string& word) {
  // Nothing is destroyed by opening, but a ledger that is not there is made by a writer.
  TRY(Ledger::open(ledger_place(context.options), Ledger::Mode::read, context.clock));
  auto ledger =
      TRY(Ledger::open(ledger_place(context.options), Ledger::Mode::write, context.clock));
  const std::string name = TRY(vault_meant(ledger, word));
  const VaultContents contents = TRY(ledger.vault(name));
  context.terminal.note(cat("the vault `", printable(name, 200), "` seals ",
                            count_of(contents.count(), "body", "bodies"), ": entries ",
                            ranges_text(contents)));
  TRY(confirm(context, name, cat("erase ", count_of(contents.count(), "body", "bodies"))));
  const std::string actor = context.options.value("--by", tool_name());
  const Erasure erasure =
      TRY(ledger.erase(name, actor, context.options.value("--reason", "asked for")));
  tell(context, name, erasure);
  if (!TRY(still_verifies(context, ledger))) return Exit::failed;
  context.terminal.out(cat("the log still verifies: ", count_of(ledger.size(), "entry", "entries"),
                           ", root ", TRY(ledger.root_hex()), "\n"));
  if (erasure.gone == false) return Exit::failed;
  return erasure.gone.has_value() ? Exit::ok : Exit::incomplete;
}

}  // namespace cupel
