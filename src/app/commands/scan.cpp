// SPDX-License-Identifier: Apache-2.0
// cupel scan: what would loading these files do?

#include <array>

#include "app/command.h"
#include "app/scan_run.h"
#include "base/file.h"
#include "base/text.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 4> kFormats = {"text", "json", "sarif", "sarif-github"};
constexpr std::array<std::string_view, 4> kSeverities = {"low", "medium", "high", "critical"};

constexpr Option kOptions[] = {
    {.name = "--format", .argument = "FORMAT", .help = "how to print", .choices = kFormats},
    {.name = "--policy",
     .argument = "FILE",
     .help = "findings that were reviewed and accepted, by digest, with a reason and a date"},
    {.name = "--fail-severity",
     .argument = "LEVEL",
     .help = "the least severe finding that makes a file fail (default: high)",
     .choices = kSeverities},
    {.name = "--no-hash",
     .argument = "",
     .help = "do not read weights: no SHA-256 digests, no search for what is hidden in numbers"},
    {.name = "--cache",
     .argument = "FILE",
     .help = "remember there what was found, by digest; another build of cupel starts anew"},
};

Result<ScanPolicy> load_policy(const std::string& path, Terminal& terminal) {
  const std::string text = TRY(read_text(path, 8U << 20U));
  std::vector<Diagnostic> diagnostics;
  auto policy = read_scan_policy(path, text, diagnostics);
  for (const auto& diagnostic : diagnostics) {
    terminal.problem(render_diagnostic(diagnostic, terminal.screen(), text));
  }
  if (diagnostics.empty()) return policy;
  return fail(Fault::usage, cat("`", printable(path), "` is no policy that can be used"));
}

Exit exit_of(const ScanResult& result) {
  Exit code = Exit::ok;
  for (const auto& subject : result.subjects) {
    if (subject.verdict == Verdict::fail) return Exit::failed;
    if (subject.verdict == Verdict::inconclusive) code = Exit::incomplete;
  }
  return code;
}

std::string rendered(const ScanResult& result, std::string_view format, Terminal& terminal) {
  if (format == "json") return render_scan_json(result);
  if (format == "sarif") return render_scan_sarif(result, SarifReader::specification);
  if (format == "sarif-github") return render_scan_sarif(result, SarifReader::github);
  return render_scan_text(result, terminal.screen());
}

Result<Exit> run(const Context& context) {
  const auto& options = context.options;
  if (options.words().empty()) {
    return fail(Fault::usage, "nothing to scan", "cupel scan PATH…, or - for the standard input");
  }
  ScanOptions scan{
      .hash = !options.has("--no-hash"),
      .fail_at = severity_from(options.value("--fail-severity", "high")).value_or(Severity::high),
      .policy = {},
      .cache = options.value("--cache")};
  if (options.has("--policy")) {
    scan.policy = TRY(load_policy(options.value("--policy"), context.terminal));
  }
  const auto result = TRY(run_scan(context, options.words(), scan));
  context.terminal.out(rendered(result, options.value("--format", "text"), context.terminal));
  return exit_of(result);
}

}  // namespace

extern const Command kScanCommand;
constinit const Command kScanCommand = {
    .name = "scan",
    .arguments = "PATH…",
    .summary = "say what loading model files would do",
    .details =
        "Examines files, folders and all below them, and archives inside of them; - is the\n"
        "standard input. A file is what its bytes are, whatever it is called. Nothing is loaded,\n"
        "imported or executed.\n\n"
        "A file fails when something in it runs code that no model needs, is known to be\n"
        "dangerous, or is damaged. It is inconclusive when it needs code that nobody has vetted,\n"
        "or when some of it could not be examined. `cupel explain CODE` says more of a finding.\n\n"
        "Exit codes: 0 nothing found, 1 a file fails, 2 the command line is wrong, 3 a file is\n"
        "inconclusive, 130 cancelled.",
    .options = kOptions,
    .run = run};

}  // namespace cupel
