// SPDX-License-Identifier: Apache-2.0
// R data files: promises, which R evaluates when the value is looked at (CVE-2024-27322),
// functions, and packages that reading the file loads.
#include "formats/rdata.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kRData;

namespace {

constexpr std::array<std::string_view, 4> kCodes = {"RDS001", "RDS002", "RDS003", "RDS004"};
// What comes with R itself.
constexpr std::array<std::string_view, 14> kOwn = {
    "base",  "compiler", "datasets", "graphics", "grDevices", "grid",  "methods",
    "stats", "parallel", "splines",  "stats4",   "tcltk",     "tools", "utils"};

// Functions that an argument of an honest call has no use for.
bool is_dangerous(std::string_view name) {
  constexpr std::array<std::string_view, 36> kDangerous = {".C",
                                                           ".Call",
                                                           ".External",
                                                           ".Fortran",
                                                           ".Internal",
                                                           ".Primitive",
                                                           "Sys.setenv",
                                                           "assign",
                                                           "attach",
                                                           "browseURL",
                                                           "close",
                                                           "connection",
                                                           "do.call",
                                                           "download.file",
                                                           "dyn.load",
                                                           "eval",
                                                           "evalq",
                                                           "fifo",
                                                           "file",
                                                           "file.copy",
                                                           "file.remove",
                                                           "get",
                                                           "library",
                                                           "loadNamespace",
                                                           "match.fun",
                                                           "mget",
                                                           "parse",
                                                           "pipe",
                                                           "require",
                                                           "shell",
                                                           "socketConnection",
                                                           "source",
                                                           "sys.function",
                                                           "system",
                                                           "system2",
                                                           "unlink"};
  return std::ranges::find(kDangerous, name) != kDangerous.end();
}

bool fits(const Layer& layer) {
  return rdata::looks_like(layer.bytes);
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session)
      : layer_(layer), session_(session), name_(quote(file_name(layer.name()))) {}

  // R leaves promises in environments: arguments that nobody has looked at yet. Elsewhere it
  // writes none, and such an expression has no business with the system.
  void promise(const rdata::Promise& promise) {
    if (promise.evaluated) return;
    const bool usual = promise.in_environment && promise.names.size() < rdata::kPromiseNames &&
                       std::ranges::none_of(promise.names, is_dangerous);
    std::vector<std::string> notes = {
        "R evaluates it when anything looks at the value; at the top "
        "of a file that is CVE-2024-27322"};
    if (!promise.names.empty()) {
      notes.push_back(cat("it names ", name_some(promise.names, 12)));
    }
    tell("RDS001", usual ? Severity::medium : Severity::critical, {promise.begin, promise.end},
         cat(name_, " holds a promise: an expression that R evaluates"), std::move(notes),
         "do not read this file with R before somebody has read the expression");
  }

  void functions(const rdata::Reading& reading) {
    const auto at = reading.code.front();
    tell("RDS002", Severity::medium, {at, at + 4},
         cat(name_, " holds ", count_of(reading.functions, "function")),
         {"reading the file does not run them; using what it holds may"},
         "review them, or save the model as data (JSON, ONNX, PMML)");
  }

  void package(const rdata::Package& package) {
    const bool own = std::ranges::find(kOwn, package.name) != kOwn.end();
    session_.import(cat("R::", printable(package.name, 200)), own ? "vetted" : "unknown");
    if (own) return;
    tell("RDS003", Severity::medium, {package.at, package.at + 4},
         cat("reading ", name_, " loads the package ", quote(package.name)),
         {"loading a package runs its start-up code"}, "install it only from where you trust it");
  }

  void damage(const rdata::Reading& reading) {
    session_.miss(layer_, reading.problem, layer_.bytes.size() - reading.examined_bytes);
    if (reading.limited) return;
    tell("RDS004", Severity::high, {reading.examined_bytes, layer_.bytes.size()},
         cat(name_, " is damaged or cut short"), {reading.problem},
         "get the file again from where it was made, and compare digests");
  }

 private:
  void tell(std::string_view code, Severity severity, Span span, std::string title,
            std::vector<std::string> notes, std::string_view help) {
    session_.tell(layer_, finding(code, severity, layer_.place(span.begin, span.end),
                                  std::move(title), help, std::move(notes)));
  }

  const Layer& layer_;
  Session& session_;
  std::string name_;
};

void examine(const Layer& layer, Session& session) {
  const auto reading = rdata::read(layer.bytes);
  Telling telling(layer, session);
  for (const auto& promise : reading.promises) telling.promise(promise);
  if (reading.functions != 0) telling.functions(reading);
  for (const auto& package : reading.packages) telling.package(package);
  if (!reading.complete) return telling.damage(reading);
  const auto rest = layer.bytes.subspan(static_cast<std::size_t>(reading.examined_bytes));
  if (std::ranges::all_of(rest,
                          [](std::byte b) { return b == std::byte{0} || b == std::byte{'\n'}; })) {
    return;
  }
  session.follow(layer, "(behind the value)", rest, true);
}

}  // namespace

constinit const Examiner kRData = {
    .id = "r-data", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
