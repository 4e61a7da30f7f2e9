// SPDX-License-Identifier: Apache-2.0
// cupel bom: what an AI system is made of, as a standard document.

#include <array>

#include "app/bill.h"
#include "app/command.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "bom/write.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 2> kFormats = {"cyclonedx", "spdx"};
constexpr Option kOptions[] = {
    {.name = "--format",
     .argument = "FORMAT",
     .help = "CycloneDX 1.6 (default) or SPDX 3.0.1, both as JSON",
     .choices = kFormats},
    {.name = "--output", .argument = "FILE", .help = "write it there, not to standard output"},
    {.name = "--timestamp",
     .argument = "TIME",
     .help = "the time that the document says (RFC 3339; default: now)"},
};

Result<Timestamp> time_to_say(const Context& context) {
  if (!context.options.has("--timestamp")) return context.clock.now();
  const auto said = parse_timestamp(context.options.value("--timestamp"));
  if (said) return *said;
  return fail(Fault::usage,
              cat("`", printable(context.options.value("--timestamp"), 80), "` is no time"),
              "write it like 2026-11-22T17:15:50Z");
}

Result<Exit> run(const Context& context) {
  const auto& words = context.options.words();
  if (words.size() > 1) return fail(Fault::usage, "bom takes one system", "cupel bom DIR");
  const Timestamp created = TRY(time_to_say(context));
  const SystemPaths paths = TRY(locate_system(words.empty() ? "" : words.front(), context.options));
  const System system = TRY(load_system(paths, context.terminal));
  const auto document = TRY(take_bill(context, paths, system, created));
  const bool spdx = context.options.value("--format") == "spdx";
  const Json json = spdx ? bom::to_spdx(document) : bom::to_cyclonedx(document);
  const std::string text = json.pretty();
  if (context.options.has("--output")) {
    TRY(replace_file(context.options.value("--output"), text));
    context.terminal.note(cat("wrote ", printable(context.options.value("--output"))));
  } else {
    context.terminal.out(text);
  }
  for (const auto& gap : document.gaps) {
    context.terminal.note(cat("not in it: ", printable(gap, 400)));
  }
  return document.gaps.empty() ? Exit::ok : Exit::incomplete;
}

}  // namespace

extern const Command kBomCommand;
constinit const Command kBomCommand = {
    .name = "bom",
    .arguments = "[DIR|cupel.yaml]",
    .summary = "write the bill of materials of an AI system",
    .details =
        "Lists models, datasets, prompts, configurations, endpoints, code and packages with their\n"
        "digests, licences and interdependencies. Each fact says how it is known: verified by a\n"
        "signature, observed in the bytes, declared by somebody, or inferred. The same system\n"
        "gives the same bytes, but for the time that is said. docs/bom.md has the details.\n\n"
        "Exit codes: 0 nothing was left out, 2 the command line or cupel.yaml is wrong, 3 the\n"
        "document says itself what is not in it, 130 cancelled.",
    .options = kOptions,
    .run = run};

}  // namespace cupel
