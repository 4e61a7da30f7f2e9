// SPDX-License-Identifier: Apache-2.0
// Programs and scripts where models should be: by themselves under a model's name, inside of an
// archive, or hidden in the middle or at the end of other data.
#include "formats/executable.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/pair_scan.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kExecutable;

namespace {

using executable::Kind;

constexpr std::array<std::string_view, 4> kCodes = {"EXE001", "EXE002", "EXE003", "EXE004"};
constexpr std::size_t kTold = 8;  // programs inside of one layer

struct Found {
  executable::Executable what;
  std::uint64_t at = 0;
};

// Programs in other data. Those in archives stand in members, which are layers of their own.
std::vector<Found> hidden_in(const Layer& layer, std::size_t most) {
  constexpr std::size_t kBeginning = 64U << 10U;
  const auto bytes =
      layer.weights ? layer.bytes : layer.bytes.first(std::min(layer.bytes.size(), kBeginning));
  detect::PairScan scan;
  for (const auto beginning : executable::kBeginnings) {
    scan.add(static_cast<unsigned char>(beginning[0]), static_cast<unsigned char>(beginning[1]));
  }
  const auto text = as_text(bytes);
  std::vector<Found> found;
  for (auto at = scan.next(text, 1); at < text.size(); at = scan.next(text, at + 1)) {
    const auto what = executable::recognise_inside(bytes.subspan(at));
    if (what) found.push_back({*what, at});
    if (found.size() >= most) break;
  }
  return found;
}

bool is_container(const Layer& layer) {
  constexpr std::array<std::string_view, 8> kContainers = {"zip", "tar",   "7z",    "torch-zip",
                                                           "npz", "keras", "skops", "nemo"};
  const auto* format = format_of(layer);
  return format != nullptr && std::ranges::any_of(kContainers, [&](std::string_view id) {
           return format->id.starts_with(id);
         });
}

bool fits(const Layer& layer) {
  if (executable::recognise(layer.bytes)) return true;
  return !is_container(layer) && !hidden_in(layer, 1).empty();
}

bool is_python(const Layer& layer) {
  const auto text = as_text(layer.bytes.first(std::min<std::size_t>(layer.bytes.size(), 128)));
  return lower(layer.name()).ends_with(".py") &&
         text.substr(0, text.find('\n')).find("python") != std::string_view::npos;
}

void tell(const Layer& layer, Session& session, std::string_view code, Severity severity, Span span,
          std::string title, std::string help, std::vector<std::string> notes = {}) {
  session.tell(layer, {.code = std::string(code),
                       .severity = severity,
                       .title = std::move(title),
                       .place = layer.place(span.begin, span.end),
                       .label = "begins here",
                       .notes = std::move(notes),
                       .help = std::move(help)});
}

Span head_of(const Layer& layer, std::uint64_t at) {
  return {at, std::min<std::uint64_t>(at + 16, layer.bytes.size())};
}

void tell_whole(const Layer& layer, Session& session, const executable::Executable& what) {
  const auto name = quote(file_name(layer.name()));
  const bool inside = layer.depth > 0;
  const bool disguised = !inside && is_model_file(layer.name(), {}, 0);
  if (what.kind == Kind::script) {
    if (!inside && !disguised) return;  // code by itself is looked at as code
    const auto severity = is_python(layer) ? Severity::medium : Severity::high;
    return tell(layer, session, "EXE002", severity, head_of(layer, 0),
                cat(name, " is a script", inside ? " inside of a model file" : ""),
                "ask whoever made the file why it is there, and read it before anything runs it");
  }
  const bool whole_is_program = inside && session.is_program();
  const auto severity =
      (inside || disguised) && !whole_is_program ? Severity::high : Severity::medium;
  tell(layer, session, "EXE001", severity, head_of(layer, 0),
       cat(name, " is a ", what.title, inside ? " inside of a model file" : ""),
       "do not let anything load or run it; a model is data", {"what it does was not examined"});
}

void examine(const Layer& layer, Session& session) {
  const auto what = executable::recognise(layer.bytes);
  if (what && what->kind == Kind::portable && layer.depth == 0) {
    session.mark_as_program();
    return tell(layer, session, "EXE004", Severity::medium, head_of(layer, 0),
                cat(quote(file_name(layer.name())),
                    " is a llamafile or another Actually Portable Executable: a program with its "
                    "model inside"),
                "take the model out of it, or run it only where you would run any unknown program",
                {"what the program does was not examined"});
  }
  if (what && what->kind != Kind::script) return tell_whole(layer, session, *what);
  if (what) tell_whole(layer, session, *what);
  if (is_container(layer)) return;
  for (const auto& found : hidden_in(layer, kTold)) {
    tell(layer, session, "EXE003", Severity::high, head_of(layer, found.at),
         cat("a ", found.what.title, " is hidden in ", quote(file_name(layer.name()))),
         "do not use the file: no tool that saves models puts programs into them",
         {"what it does was not examined"});
  }
}

}  // namespace

constinit const Examiner kExecutable = {
    .id = "executable", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
