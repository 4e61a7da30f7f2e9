// SPDX-License-Identifier: Apache-2.0
// Python pickles, wherever they stand: what loading them imports and calls.
#include "formats/pickle.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "formats/marshal.h"
#include "scan/examiner.h"
#include "scan/pickle/pickle_code.h"
#include "scan/pickle/pickle_policy.h"

namespace cupel::scan {

extern const Examiner kPickle;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"PKL001", "PKL002", "PKL003", "PKL004",
                                                    "PKL006"};
constexpr std::size_t kNotes = 8;
constexpr std::array<std::string_view, 9> kNames = {
    ".pkl", ".pickle", ".joblib", ".dill", ".pck", ".p", ".cloudpickle", ".pth", ".pt"};

using pickle_policy::Judgement;
using pickle_policy::Standing;

bool is_named_as_pickle(std::string_view name) {
  const auto plain = lower(name);
  return std::ranges::any_of(kNames, [&](std::string_view end) { return plain.ends_with(end); });
}

// What nothing else is, and a loader would take for a pickle by its name.
bool is_only_named(const Layer& layer) {
  return is_named_as_pickle(layer.name()) && format_of(layer) == nullptr;
}

bool fits(const Layer& layer) {
  if (layer.bytes.empty()) return false;
  return pickle::looks_like(sniff_of(layer).head, layer.bytes.size()) || is_only_named(layer);
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session, const pickle::Reading& reading)
      : layer_(layer), session_(session), reading_(reading) {}

  void imports() {
    std::map<std::string, std::vector<const pickle::Import*>> unknown;  // by package
    const pickle::Import* carries = nullptr;
    const bool of_dill = std::ranges::any_of(
        reading_.imports, [](const auto& import) { return import.module == "dill._dill"; });
    for (const auto& import : reading_.imports) {
      auto judgement = pickle_policy::judge(import);
      // dill sets what a function closes over; nobody else needs to set attributes.
      if (judgement.standing == Standing::carries && import.module == "builtins" && !of_dill) {
        judgement = {Standing::dangerous, "changes anything that Python holds"};
      }
      if (!import.behind_array) {
        session_.import(printable(cat(import.module, ".", import.name), 300),
                        to_text(judgement.standing), import.count);
      }
      switch (judgement.standing) {
        case Standing::vetted:
          break;
        case Standing::unknown:
          unknown[import.module.substr(0, import.module.find('.'))].push_back(&import);
          break;
        case Standing::carries:
          if (carries == nullptr) carries = &import;
          break;
        case Standing::computed:
          computed(import);
          break;
        case Standing::forbidden:
        case Standing::dangerous:
          bad(import, judgement);
          break;
      }
    }
    for (const auto& [package, names] : unknown) not_vetted(package, names);
    if (carries != nullptr) carried(*carries);
  }

  // Functions and classes that the file holds the code of.
  void codes() {
    for (const auto& code : reading_.codes) {
      const auto reaches = pickle_code::reaches(code);
      if (code.known && reaches.empty()) continue;
      std::vector<std::string> notes;
      if (!reaches.empty()) notes.push_back(cat("of these dangerous: ", name_some(reaches, 8)));
      notes.insert(notes.begin(), cat("the code names: ", name_some(code.names, 20)));
      tell("PKL001", Severity::critical, code.span,
           reaches.empty() ? cat("loading ", quote(file_name(layer_.name())),
                                 " makes code whose names are not all written in the file")
                           : cat("loading ", quote(file_name(layer_.name())),
                                 " makes code that uses ", quote(reaches.front())),
           "made here",
           "do not load this file; if you made it, save the model in a format that carries no code",
           std::move(notes));
    }
  }

  void calls() {
    for (const auto& call : reading_.calls) {
      imported_module(call);
      const auto judgement = pickle_policy::judge(call, reading_);
      if (judgement.standing == Standing::computed) {
        tell("PKL004", Severity::critical, call.span,
             cat("loading ", quote(file_name(layer_.name())),
                 " calls something that is computed while it is loaded"),
             call.argument, "do not load this file: no honest tool writes such a pickle");
      } else if (judgement.standing != Standing::vetted && !call.on_name) {
        tell("PKL001", Severity::high, call.span,
             cat("loading ", quote(layer_.name()), " uses ", quote(call.callee), ", which ",
                 judgement.why),
             cat("by ", call.opcode), "do not load this file: no honest tool writes such a pickle");
      } else if (judgement.standing != Standing::vetted) {
        tell("PKL001", Severity::high, call.span,
             cat("loading ", quote(file_name(layer_.name())), " changes ", quote(call.callee),
                 " itself, for the whole process"),
             cat("by ", call.opcode), "do not load this file: no honest tool writes such a pickle");
      }
    }
  }

  void payloads() {
    for (const auto& payload : reading_.payloads) {
      if (!payload.known) {
        tell("PKL004", Severity::critical, payload.span,
             cat("loading ", quote(layer_.name()), " hands ", quote(payload.loader),
                 " something that is computed while it is loaded"),
             "", "do not load this file: no honest tool writes such a pickle");
        continue;
      }
      const Bytes bytes = payload.computed.empty()
                              ? layer_.bytes.subspan(payload.content.begin,
                                                     payload.content.end - payload.content.begin)
                              : as_bytes(payload.computed);
      const auto what = payload.loader.empty() ? std::string("bytes")
                                               : cat("bytes for ", printable(payload.loader, 60));
      if (payload.is_code) {
        code(payload, marshal::texts_in(bytes));
      } else {
        session_.follow(layer_, cat(what, " at ", payload.span.begin), bytes,
                        !payload.loader.empty());
      }
    }
  }

  void damage() {
    const std::string problem =
        reading_.problem.empty() ? "it does not end with STOP" : reading_.problem;
    session_.miss(layer_, problem, layer_.bytes.size() - reading_.examined_bytes);
    if (reading_.limited) return;
    tell("PKL003", Severity::high, Span{reading_.problem_at, reading_.problem_at + 1},
         cat(quote(file_name(layer_.name())), " is a damaged or truncated pickle"), "",
         "get the file again from where it was made, and compare digests",
         {problem, cat("read up to byte ", reading_.examined_bytes, " of ", layer_.bytes.size()),
          "what stands before the damage would still be executed"});
  }

 private:
  void bad(const pickle::Import& import, const Judgement& judgement) {
    const auto dotted = cat(import.module, ".", import.name);
    Diagnostic diagnostic{
        .code = "PKL001",
        .severity = judgement.standing == Standing::dangerous ? Severity::critical : Severity::high,
        .title = cat("loading ", quote(file_name(layer_.name())), " imports ", quote(dotted),
                     ", which ", judgement.why),
        .place = layer_.place(import.span.begin, import.span.end),
        .label = "imported here",
        .notes = {},
        .help =
            "do not load this file; if you made it, save the model in a format that carries "
            "no code (safetensors, ONNX, XGBoost JSON)"};
    for (const auto& call : reading_.calls) {
      if (call.callee != dotted || diagnostic.notes.size() >= kNotes) continue;
      diagnostic.notes.push_back(call.argument.empty()
                                     ? cat("called by ", call.opcode)
                                     : cat("called with `", call.argument, "` by ", call.opcode));
    }
    if (import.behind_array) {
      diagnostic.notes.emplace_back("it hides in the bytes of an array: pickle.load would run it");
    }
    session_.tell(layer_, std::move(diagnostic));
  }

  // subimport("os"), which stands for an import that the file does not write as one.
  void imported_module(const pickle::Call& call) {
    if (!pickle_code::imports_module(call.callee) || call.behind_array) return;
    const auto judgement = pickle_code::judge_module(call.argument);
    session_.import(printable(call.argument, 300), to_text(judgement.standing), call.count);
    if (judgement.standing < Standing::dangerous) return;
    tell("PKL001", Severity::critical, call.span,
         judgement.standing == Standing::computed
             ? cat("loading ", quote(file_name(layer_.name())), " imports a module by ",
                   quote(call.callee), " whose name is not written in the file")
             : cat("loading ", quote(file_name(layer_.name())), " imports ", quote(call.argument),
                   ", which ", judgement.why),
         cat("by ", call.callee),
         "do not load this file; if you made it, save the model in a format that carries no code");
  }

  void carried(const pickle::Import& import) {
    std::vector<std::string> names;
    for (const auto& code : reading_.codes) {
      for (const auto& name : code.names) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
    tell("PKL006", Severity::medium, import.span,
         cat("loading ", quote(file_name(layer_.name())),
             " makes functions of code that stands in it, which nobody has vetted"),
         "first made here",
         "review the code, or have it in a package that can be reviewed, and save the model "
         "without it",
         names.empty() ? std::vector<std::string>{}
                       : std::vector<std::string>{cat("the code names: ", name_some(names, 20))});
  }

  void code(const pickle::Payload& payload, const std::vector<std::string>& texts) {
    session_.tell(layer_, {.code = "PKL001",
                           .severity = Severity::critical,
                           .title = cat("loading ", quote(layer_.name()), " hands code to ",
                                        quote(payload.loader)),
                           .place = layer_.place(payload.span.begin, payload.span.end),
                           .label = "loaded here",
                           .notes = {cat("the code names: ", name_some(texts, 40))},
                           .help = "do not load this file: no honest tool writes such a pickle"});
  }

  void computed(const pickle::Import& import) {
    const bool extension = import.name.starts_with("extension ");
    tell("PKL004", Severity::critical, import.span,
         extension ? cat("loading ", quote(file_name(layer_.name())), " uses ", import.name,
                         " of a registry that the file does not hold")
                   : cat("loading ", quote(file_name(layer_.name())),
                         " imports a name that is computed while it is loaded"),
         "imported here", "do not load this file: no honest tool writes such a pickle",
         extension || import.name == "?"
             ? std::vector<std::string>{}
             : std::vector<std::string>{cat("it comes out as ", quote(import.name))});
  }

  void not_vetted(const std::string& package, const std::vector<const pickle::Import*>& imports) {
    std::vector<std::string> names;
    names.reserve(imports.size());
    for (const auto* import : imports) names.push_back(cat(import->module, ".", import->name));
    session_.tell(
        layer_,
        {.code = "PKL002",
         .severity = Severity::medium,
         .title = cat("loading ", quote(file_name(layer_.name())), " needs ", quote(package),
                      ", which nobody has vetted"),
         .place = layer_.place(imports.front()->span.begin, imports.front()->span.end),
         .label = "first imported here",
         .notes = {cat("names: ", name_some(names, 20))},
         .help = "review what these names do when a file chooses their arguments, or save the "
                 "model in a format that carries no code"});
  }

  void tell(std::string_view code, Severity severity, Span span, std::string title,
            std::string label, std::string help, std::vector<std::string> notes = {}) {
    session_.tell(layer_, {.code = std::string(code),
                           .severity = severity,
                           .title = std::move(title),
                           .place = layer_.place(span.begin, span.end),
                           .label = std::move(label),
                           .notes = std::move(notes),
                           .help = std::move(help)});
  }

  const Layer& layer_;
  Session& session_;
  const pickle::Reading& reading_;
};

void examine(const Layer& layer, Session& session) {
  // Each layer may compute less than the one around it: what unpacks itself must come to an end.
  const pickle::Limits defaults;
  const auto reading =
      pickle::read(layer.bytes, {.folded_bytes = defaults.folded_bytes >> (4 * layer.depth)});
  // Raw numbers inside of a container may begin like a pickle by chance; they import nothing.
  const auto* format = format_of(layer);
  const bool surely = is_named_as_pickle(layer.name()) ||
                      (layer.depth == 0 && format != nullptr && format->id == "pickle");
  if (!surely && !reading.complete && reading.imports.empty()) return;
  Telling telling(layer, session, reading);
  telling.imports();
  telling.calls();
  telling.codes();
  telling.payloads();
  // What is something else by its content and ends as no pickle does is not a damaged one.
  if (!reading.complete && surely) telling.damage();
}

}  // namespace

constinit const Examiner kPickle = {
    .id = "pickle", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
