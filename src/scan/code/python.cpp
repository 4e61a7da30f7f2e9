// SPDX-License-Identifier: Apache-2.0
// Python files beside a model, TorchScript's code, and cells of notebooks: what importing them
// does, and what they could do once they are used.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/loose_json.h"
#include "formats/marshal.h"
#include "formats/python_source.h"
#include "scan/code/shell.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kPython;

namespace {

constexpr std::array<std::string_view, 4> kCodes = {"PYC001", "PYC002", "PYC003", "SHL001"};
constexpr std::size_t kMostBytes = 16U << 20U;

bool ends(const Layer& layer, std::string_view ending) {
  return lower(layer.name()).ends_with(ending);
}

bool fits(const Layer& layer) {
  if (layer.bytes.empty()) return false;
  return ends(layer, ".py") || ends(layer, ".pyc") || ends(layer, ".ipynb") ||
         ends(layer, ".pyw") || as_text(layer.bytes).starts_with("#!/usr/bin/env python") ||
         as_text(layer.bytes).starts_with("#!/usr/bin/python");
}

enum class Power { none, runs, spawns, reaches };

// Exact names, and modules of which every call counts.
Power power_of(std::string_view callee) {
  if (callee.starts_with("builtins.")) callee.remove_prefix(9);
  constexpr std::array<std::string_view, 16> kRuns = {"exec",
                                                      "eval",
                                                      "compile",
                                                      "runpy.run_path",
                                                      "runpy.run_module",
                                                      "marshal.loads",
                                                      "marshal.load",
                                                      "pickle.loads",
                                                      "pickle.load",
                                                      "dill.loads",
                                                      "cloudpickle.loads",
                                                      "code.interact",
                                                      "types.FunctionType",
                                                      "imp.load_source",
                                                      "__import__().system",
                                                      "importlib.util.spec_from_file_location"};
  constexpr std::array<std::string_view, 14> kSpawns = {"os.system",
                                                        "os.popen",
                                                        "os.fork",
                                                        "os.startfile",
                                                        "os.posix_spawn",
                                                        "pty.spawn",
                                                        "posix.system",
                                                        "nt.system",
                                                        "commands.getoutput",
                                                        "asyncio.create_subprocess_shell",
                                                        "asyncio.create_subprocess_exec",
                                                        "webbrowser.open",
                                                        "pip.main",
                                                        "pip._internal.main"};
  constexpr std::array<std::string_view, 5> kSpawning = {"subprocess.", "os.exec", "os.spawn",
                                                         "ctypes.CDLL", "ctypes.cdll"};
  constexpr std::array<std::string_view, 12> kReaching = {
      "socket.",      "urllib.request.", "urllib.urlopen", "urllib2.",   "requests.", "httpx.",
      "http.client.", "ftplib.",         "smtplib.",       "telnetlib.", "paramiko.", "aiohttp."};
  const auto is = [&](std::string_view name) { return callee == name; };
  const auto begins = [&](std::string_view name) { return callee.starts_with(name); };
  // Making one reaches nothing yet.
  constexpr std::array<std::string_view, 6> kMakers = {
      "requests.Session",  "requests.session",      "httpx.Client",
      "httpx.AsyncClient", "aiohttp.ClientSession", "aiohttp.ClientTimeout"};
  if (std::ranges::any_of(kMakers, is)) return Power::none;
  if (std::ranges::any_of(kRuns, is)) return Power::runs;
  if (std::ranges::any_of(kSpawns, is) || std::ranges::any_of(kSpawning, begins)) {
    return Power::spawns;
  }
  return std::ranges::any_of(kReaching, begins) ? Power::reaches : Power::none;
}

bool is_decoded(std::string_view arguments) {
  constexpr std::array<std::string_view, 9> kDecoders = {"b64decode", "decompress", "unhexlify",
                                                         "fromhex",   "rot13",      "rot_13",
                                                         "a85decode", "b85decode",  "marshal"};
  return std::ranges::any_of(kDecoders, [&](std::string_view name) {
    return arguments.find(name) != std::string_view::npos;
  });
}

void tell(const Layer& layer, Session& session, const python_source::Call& call,
          std::string_view code, Severity severity, std::string title) {
  session.tell(layer,
               finding(code, severity, layer.place(call.span.begin, call.span.end, call.line),
                       std::move(title),
                       call.on_load ? "do not import this file: review what it does first"
                                    : "review this code before using the model with it",
                       {cat("called with (", printable(call.arguments, 200), ")")}));
}

// What TorchScript's own operators can do to files whenever the model is used.
bool reaches_files(const Layer& layer, std::string_view callee) {
  if (layer.path.size() < 2 || layer.name().find("code/") == std::string::npos) return false;
  return callee.ends_with("from_file") || callee.ends_with(".save") || callee.ends_with("._save") ||
         callee.ends_with("read_file") || callee.ends_with("write_file");
}

void judge(const Layer& layer, Session& session, const python_source::Call& call) {
  if (reaches_files(layer, call.callee)) {
    return tell(layer, session, call, "PYC001", Severity::high,
                cat("using the model calls ", quote(call.callee), ", which opens files"));
  }
  const auto power = power_of(call.callee);
  if (power == Power::none) return;
  const bool decoded = power == Power::runs && is_decoded(call.arguments);
  if (decoded) {
    tell(layer, session, call, "PYC001", Severity::critical,
         cat(quote(layer.name()), " runs code that it decodes from a text, by ",
             quote(call.callee)));
  } else if (call.on_load) {
    const bool harmless = call.callee == "compile" ||
                          (power == Power::runs && call.constant &&
                           !call.callee.ends_with("exec") && !call.callee.ends_with("eval"));
    tell(layer, session, call, "PYC001",
         harmless                  ? Severity::medium
         : power == Power::reaches ? Severity::high
                                   : Severity::critical,
         cat("importing ", quote(layer.name()), " calls ", quote(call.callee)));
  } else {
    // Code inside of a model runs when the model is used; a program beside one is what people
    // run anyway, and many a program starts others.
    const bool is_part = layer.depth != 0 && power != Power::reaches;
    tell(layer, session, call, "PYC002", is_part ? Severity::medium : Severity::low,
         cat("a function of ", quote(layer.name()), " calls ", quote(call.callee)));
  }
}

void source(const Layer& layer, Session& session, std::string_view text) {
  const auto reading = python_source::read(text);
  for (const auto& import : reading.imports) {
    if (!import.module.starts_with('.')) session.import(printable(import.module, 300), "unknown");
  }
  for (const auto& call : reading.calls) judge(layer, session, call);
  if (!reading.problem.empty()) session.miss(layer, reading.problem, 1);
}

void compiled(const Layer& layer, Session& session) {
  for (const std::size_t header : {16U, 12U, 8U}) {
    if (layer.bytes.size() <= header) continue;
    const auto code = marshal::read(layer.bytes.subspan(header));
    if (!code.is_code) continue;
    session.tell(layer,
                 {.code = "PYC003",
                  .severity = Severity::medium,
                  .title = cat(quote(layer.name()), " is compiled Python that nobody can review"),
                  .place = layer.place(),
                  .notes = {cat("it uses ", name_some(code.names, 12))},
                  .help = "remove it: Python compiles from the source when it is there"});
    return;
  }
  session.miss(layer, "its bytecode is of no known CPython");
}

// Each cell of code is one source; lines that begin with ! or % are for a shell.
void notebook(const Layer& layer, Session& session) {
  const auto document = loose_json::read(as_text(layer.bytes));
  if (!document.complete()) return session.miss(layer, "the notebook's JSON cannot be read");
  std::size_t n = 0;
  for (const auto& cell : document.root().find("cells").items()) {
    ++n;
    if (cell.find("cell_type").text() != "code") continue;
    std::string text = cell.find("source").text();
    for (const auto& line : cell.find("source").items()) text += line.text();
    std::string python;
    for (const auto line : split(text, '\n')) {
      const auto said = trim(line);
      if (said.starts_with('!') || said.starts_with("%%bash")) {
        shell::examine_line(layer, session, said.substr(1), 0, cell.span());
      }
      if (!said.starts_with('!') && !said.starts_with('%')) python += cat(line, "\n");
    }
    if (text.starts_with("%%bash") || text.starts_with("%%sh")) {
      for (const auto line : split(text, '\n')) {
        shell::examine_line(layer, session, line, 0, cell.span());
      }
    } else if (!trim(python).empty()) {
      session.follow(layer, cat("cell ", n, ".py"), as_bytes(python));
    }
  }
}

void examine(const Layer& layer, Session& session) {
  if (ends(layer, ".pyc")) return compiled(layer, session);
  if (ends(layer, ".ipynb")) return notebook(layer, session);
  const auto text = as_text(layer.bytes.first(std::min(layer.bytes.size(), kMostBytes)));
  if (text.size() < layer.bytes.size()) {
    session.miss(layer, "code of this size is not examined to its end",
                 layer.bytes.size() - text.size());
  }
  source(layer, session, text);
}

}  // namespace

constinit const Examiner kPython = {
    .id = "python", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
