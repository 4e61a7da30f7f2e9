// SPDX-License-Identifier: Apache-2.0
// cupel bom: what an AI system is made of, as a standard document.

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/bill.h"
#include "app/command.h"
#include "app/document.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "bom/read.h"
#include "bom/score.h"
#include "bom/write.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 4> kFormats = {"cyclonedx", "spdx", "text", "json"};
constexpr std::uint64_t kBomLimit = 256U << 20U;

constexpr Option kOptions[] = {
    {.name = "--format",
     .argument = "FORMAT",
     .help = "CycloneDX 1.6 (default) or SPDX 3.0.1; with --score text (default) or json",
     .choices = kFormats},
    {.name = "--output", .argument = "FILE", .help = "write it there, not to standard output"},
    {.name = "--score",
     .argument = "",
     .help = "say which of the G7's 50 minimum elements it has, and on what evidence"},
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

// A document that somebody wrote. Fault::usage when it is none: all that is wrong is told.
Result<bom::Reading> read_file_of(const Context& context, const std::string& word) {
  auto reading = bom::read_bom(TRY(read_text(word, kBomLimit)));
  if (reading.document) return reading;
  for (const auto& problem : reading.problems) {
    context.terminal.problem(cat(printable(word), ": ", problem.pointer,
                                 problem.pointer.empty() ? "" : " ", problem.what, "\n"));
  }
  return fail(Fault::usage,
              cat("`", printable(word), "` is no bill of materials that can be used"));
}

bool is_document(const std::string& word) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(word, ignored) &&
         std::filesystem::path(word).extension() == ".json";
}

std::string mark_of(bom::Standing standing) {
  std::string text(bom::to_text(standing));
  std::ranges::replace(text, '_', ' ');
  text.resize(16, ' ');
  return text;
}

std::string score_text(const bom::Score& score) {
  std::string out;
  for (const auto& element : score.elements) {
    std::string id(element.id);
    id.resize(7, ' ');
    out += cat(id, " ", mark_of(element.standing), element.name, "\n");
    out += cat("        rule: ", element.rule, "\n");
    for (std::size_t i = 0; i < std::min<std::size_t>(element.evidence.size(), 2); ++i) {
      const auto& [ref, fact] = element.evidence[i];
      out += cat("        ", printable(ref, 80), ": ", fact.key, " = ", printable(fact.value, 70),
                 " (", bom::to_text(fact.truth), fact.seen.empty() ? "" : ", ",
                 printable(fact.seen, 80), ")\n");
    }
    if (element.evidence.size() > 2) {
      out += cat("        and ", element.evidence.size() - 2, " more\n");
    }
    if (!element.absent.empty()) {
      out += cat("        missing: ", printable(element.absent.front(), 80),
                 element.absent.size() > 1 ? cat(" and ", element.absent.size() - 1, " more") : "",
                 "\n");
    }
  }
  const auto count = [&](bom::Standing standing) { return score.count(standing); };
  using enum bom::Standing;
  out +=
      cat("\nG7 minimum elements, of ", score.elements.size(), ": ", count(shown), " shown, ",
          count(declared), " declared, ", count(inferred), " inferred, ", count(in_part),
          " in part, ", count(missing), " missing, ", count(without_subject), " without subject\n");
  return out;
}

Result<void> put(const Context& context, const std::string& text) {
  if (!context.options.has("--output")) {
    context.terminal.out(text);
    return {};
  }
  TRY(replace_file(context.options.value("--output"), text));
  context.terminal.note(cat("wrote ", printable(context.options.value("--output"))));
  return {};
}

Result<Exit> put_score(const Context& context, const bom::Document& document,
                       std::string_view written_as) {
  const auto score = bom::score(document, written_as);
  if (context.options.value("--format", "text") != "json") {
    TRY(put(context, score_text(score)));
    return Exit::ok;
  }
  const Timestamp now = context.clock.now();
  Json json = cupel::document("cupel/bom-score/1", now, now);
  const Json said = bom::to_json(score);
  for (const auto& [key, value] : said.members()) json.set(key, value);
  TRY(put(context, json.pretty()));
  return Exit::ok;
}

Result<Exit> run(const Context& context) {
  const auto& words = context.options.words();
  if (words.size() > 1) return fail(Fault::usage, "bom takes one system", "cupel bom DIR");
  const bool scored = context.options.has("--score");
  const std::string format = context.options.value("--format", scored ? "text" : "cyclonedx");
  if (scored != (format == "text" || format == "json")) {
    return fail(Fault::usage,
                cat("--format ", format, scored ? " is none of --score" : " needs --score"),
                "a bill of materials is cyclonedx or spdx, a score text or json");
  }
  const Timestamp created = TRY(time_to_say(context));
  bom::Document document;
  std::string written_as = "CycloneDX 1.6";
  if (!words.empty() && is_document(words.front())) {
    auto reading = TRY(read_file_of(context, words.front()));
    document = std::move(*reading.document);
    written_as = reading.format;
  } else {
    const SystemPaths paths =
        TRY(locate_system(words.empty() ? "" : words.front(), context.options));
    const System system = TRY(load_system(paths, context.terminal));
    document = TRY(take_bill(context, paths, system, created));
  }
  if (scored) return put_score(context, document, written_as);
  TRY(put(context,
          (format == "spdx" ? bom::to_spdx(document) : bom::to_cyclonedx(document)).pretty()));
  for (const auto& gap : document.gaps) {
    context.terminal.note(cat("not in it: ", printable(gap, 400)));
  }
  return document.gaps.empty() ? Exit::ok : Exit::incomplete;
}

}  // namespace

extern const Command kBomCommand;
constinit const Command kBomCommand = {
    .name = "bom",
    .arguments = "[DIR|cupel.yaml|BOM.json]",
    .summary = "write the bill of materials of an AI system",
    .details =
        "Lists models, datasets, prompts, configurations, endpoints, code and packages with their\n"
        "digests, licences and interdependencies. Each fact says how it is known: verified by a\n"
        "signature, observed in the bytes, declared by somebody, or inferred. The same system\n"
        "gives the same bytes, but for the time that is said. A file is a bill of materials that\n"
        "somebody else wrote, to be scored or written anew. docs/bom.md has the details.\n\n"
        "Exit codes: 0 nothing was left out, 2 the command line or cupel.yaml is wrong, 3 the\n"
        "document says itself what is not in it, 130 cancelled.",
    .options = kOptions,
    .run = run};

}  // namespace cupel
