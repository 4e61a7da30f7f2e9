// SPDX-License-Identifier: Apache-2.0
#include "checks/artifact/pickle_findings.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "checks/artifact/pickle_policy.h"
#include "checks/material.h"
#include "formats/format.h"
#include "formats/npy.h"
#include "formats/pickle.h"
#include "formats/zip.h"

namespace cupel {
namespace {

constexpr std::size_t kDiagnostics = 60;  // of one file: the rest is counted
constexpr std::size_t kNotes = 8;
constexpr std::size_t kCallsKept = 100;
constexpr unsigned kDepth = 4;  // archives in archives

using pickle_policy::Judgement;
using pickle_policy::Standing;

constexpr std::array<std::string_view, 9> kData = {"safetensors", "xgboost-json", "xgboost-ubj",
                                                   "lightgbm",    "catboost",     "csv",
                                                   "jsonl",       "parquet",      "arrow"};
constexpr std::array<std::string_view, 6> kExamined = {"pickle", "torch-zip", "npz",
                                                       "npy",    "zip",       "keras"};
constexpr std::array<std::string_view, 9> kPickleNames = {
    ".pkl", ".pickle", ".joblib", ".dill", ".pck", ".p", ".cloudpickle", ".pth", ".pt"};

template <std::size_t kSize>
bool contains(const std::array<std::string_view, kSize>& set, std::string_view word) {
  return std::ranges::find(set, word) != set.end();
}

bool is_named_as_pickle(std::string_view name) {
  const auto plain = lower(name);
  return std::ranges::any_of(kPickleNames,
                             [&](std::string_view end) { return plain.ends_with(end); });
}

// "archive/data/17" of a PyTorch archive: raw numbers, which no loader unpickles.
bool is_torch_storage(std::string_view name) {
  const auto last = file_name(name);
  const auto folder = file_name(folder_of(name));
  return folder == "data" && !last.empty() &&
         std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

// JSON holds no code by itself; what Keras writes as JSON may (a Lambda layer).
bool is_plain_json(Bytes bytes) {
  const auto text = as_text(bytes);
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[') &&
         text.find('\0') == std::string_view::npos &&
         text.find("\"class_name\"") == std::string_view::npos;
}

std::string quote(std::string_view name) {
  return cat("`", printable(name, 200), "`");
}

class Finder {
 public:
  explicit Finder(const FileEntry& file) : file_(file) {}

  PickleFindings find(Bytes bytes) {
    std::vector<std::string> path = {file_.path};
    look(path, file_.format, bytes, 0);
    if (left_out_ != 0) {
      note({.code = "PKL001",
            .severity = Severity::high,
            .title = cat(left_out_, " more findings of this file are not listed"),
            .place = {.path = path},
            .help = "treat the file as unsafe"},
           true);
    }
    found_.imports.assign(imports_.begin(), imports_.end());
    return std::move(found_);
  }

 private:
  void note(Diagnostic diagnostic, bool always = false) {
    if (!always && found_.diagnostics.size() >= kDiagnostics) {
      ++left_out_;
      return;
    }
    found_.diagnostics.push_back(std::move(diagnostic));
  }

  void miss(const std::vector<std::string>& path, std::string_view why) {
    found_.complete = false;
    if (found_.shortfall.size() > 300) return;
    if (!found_.shortfall.empty()) found_.shortfall += "; ";
    found_.shortfall += path.size() > 1 ? cat(quote(path.back()), ": ", why) : std::string(why);
  }

  void unexamined(const std::vector<std::string>& path, std::string_view what) {
    miss(path, what);
    note({.code = "PKL005",
          .severity = Severity::medium,
          .title = cat(quote(path.back()), " is not examined for code: ", what),
          .place = {.path = path},
          .help = "examine it by other means, or convert the model to safetensors"});
  }

  void look(const std::vector<std::string>& path, std::string_view format, Bytes bytes,
            unsigned depth) {
    if (format == "pickle") return look_at_pickle(path, bytes, true);
    if (format == "npy") return look_at_array(path, bytes);
    if (contains(kExamined, format)) return look_at_archive(path, format, bytes, depth);
    if (contains(kData, format)) {
      // A signature of letters may be opcodes: "CBM1" begins a byte string of 66 bytes.
      const auto head = bytes.first(std::min(bytes.size(), kSniffBytes));
      if (pickle::looks_like(head, bytes.size())) look_at_pickle(path, bytes, false);
      return;
    }
    if (format.empty() && is_named_as_pickle(path.back())) return look_at_pickle(path, bytes, true);
    if (format.empty() && is_plain_json(bytes)) return;
    unexamined(path, format.empty() ? "its format is not recognised"
                                    : cat("there is no reader for ", format, " yet"));
  }

  // --- pickles ---

  void look_at_pickle(const std::vector<std::string>& path, Bytes bytes, bool is_surely_one) {
    const auto reading = pickle::read(bytes);
    // Raw numbers may begin like a pickle by chance; they do not import anything.
    if (!is_surely_one && !reading.complete && reading.imports.empty()) return;
    found_.pickles += reading.pickles;
    found_.opcodes += reading.opcodes;
    tell_imports(path, reading);
    tell_calls(path, reading);
    if (reading.complete) return;
    const std::string problem =
        reading.problem.empty() ? "it does not end with STOP" : reading.problem;
    if (reading.limited) return unexamined(path, problem);
    miss(path, problem);
    note({.code = "PKL003",
          .severity = Severity::high,
          .title = cat(quote(path.back()), " is a damaged or truncated pickle"),
          .place = {.path = path, .span = Span{reading.problem_at, reading.problem_at + 1}},
          .notes = {problem, cat("read up to byte ", reading.examined_bytes, " of ", bytes.size()),
                    "what stands before the damage would still be executed"},
          .help = "get the file again from where it was made, and compare digests"});
  }

  void tell_imports(const std::vector<std::string>& path, const pickle::Reading& reading) {
    std::map<std::string, std::vector<const pickle::Import*>> unknown;  // by package
    for (const auto& import : reading.imports) {
      const auto judgement = pickle_policy::judge(import);
      if (!import.behind_array)
        imports_.insert(printable(cat(import.module, ".", import.name), 300));
      switch (judgement.standing) {
        case Standing::vetted:
          break;
        case Standing::unknown:
          unknown[import.module.substr(0, import.module.find('.'))].push_back(&import);
          break;
        case Standing::computed:
          tell_computed(path, import);
          break;
        case Standing::forbidden:
        case Standing::dangerous:
          tell_bad(path, import, judgement, reading);
          break;
      }
    }
    for (const auto& [package, imports] : unknown) tell_unknown(path, package, imports);
  }

  void tell_bad(const std::vector<std::string>& path, const pickle::Import& import,
                const Judgement& judgement, const pickle::Reading& reading) {
    const auto dotted = cat(import.module, ".", import.name);
    Diagnostic diagnostic{
        .code = "PKL001",
        .severity = judgement.standing == Standing::dangerous ? Severity::critical : Severity::high,
        .title = cat("loading ", quote(path.back()), " imports ", quote(dotted), ", which ",
                     judgement.why),
        .place = {.path = path, .span = import.span},
        .label = "imported here",
        .notes = {},
        .help =
            "do not load this file; if you made it, save the model in a format that carries "
            "no code (safetensors, ONNX, XGBoost JSON)"};
    for (const auto& call : reading.calls) {
      if (call.callee != dotted || diagnostic.notes.size() >= kNotes) continue;
      diagnostic.notes.push_back(call.argument.empty()
                                     ? cat("called by ", call.opcode)
                                     : cat("called with `", call.argument, "` by ", call.opcode));
    }
    if (import.behind_array) {
      diagnostic.notes.emplace_back("it hides in the bytes of an array: pickle.load would run it");
    }
    note(std::move(diagnostic));
  }

  void tell_computed(const std::vector<std::string>& path, const pickle::Import& import) {
    const bool extension = import.name.starts_with("extension ");
    note({.code = "PKL004",
          .severity = Severity::critical,
          .title = extension ? cat("loading ", quote(path.back()), " uses ", import.name,
                                   " of a registry that the file does not hold")
                             : cat("loading ", quote(path.back()),
                                   " imports a name that is computed while it is loaded"),
          .place = {.path = path, .span = import.span},
          .label = "imported here",
          .help = "do not load this file: no honest tool writes such a pickle"});
  }

  void tell_unknown(const std::vector<std::string>& path, const std::string& package,
                    const std::vector<const pickle::Import*>& imports) {
    Diagnostic diagnostic{.code = "PKL002",
                          .severity = Severity::medium,
                          .title = cat("loading ", quote(path.back()), " needs ", quote(package),
                                       ", which nobody has vetted"),
                          .place = {.path = path, .span = imports.front()->span},
                          .label = "first imported here",
                          .notes = {},
                          .help =
                              "review what these names do when a file chooses their arguments, "
                              "or save the model in a format that carries no code"};
    std::vector<std::string> names;
    for (const auto* import : imports) names.push_back(cat(import->module, ".", import->name));
    diagnostic.notes.push_back(cat("names: ", name_some(names, 20)));
    note(std::move(diagnostic));
  }

  void tell_calls(const std::vector<std::string>& path, const pickle::Reading& reading) {
    for (const auto& call : reading.calls) {
      if (found_.calls.size() < kCallsKept && !call.behind_array) {
        found_.calls.push_back(
            cat(printable(call.callee, 200), "(", call.argument, ") by ", call.opcode));
      }
      const auto judgement = pickle_policy::judge(call);
      if (judgement.standing == Standing::computed) {
        note({.code = "PKL004",
              .severity = Severity::critical,
              .title = cat("loading ", quote(path.back()),
                           " calls something that is computed while it is loaded"),
              .place = {.path = path, .span = call.span},
              .label = call.argument,
              .help = "do not load this file: no honest tool writes such a pickle"});
      } else if (judgement.standing != Standing::vetted) {
        note({.code = "PKL001",
              .severity = Severity::high,
              .title = cat("loading ", quote(path.back()), " changes ", quote(call.callee),
                           " itself, for the whole process"),
              .place = {.path = path, .span = call.span},
              .label = cat("by ", call.opcode),
              .help = "do not load this file: no honest tool writes such a pickle"});
      }
    }
  }

  // --- arrays and archives ---

  void look_at_array(const std::vector<std::string>& path, Bytes bytes) {
    const auto reading = npy::read(bytes);
    if (!reading.complete) return unexamined(path, "its header is damaged");
    if (!reading.objects) return;
    look_at_pickle(path, bytes.subspan(static_cast<std::size_t>(reading.data_offset)), true);
  }

  void look_at_archive(const std::vector<std::string>& path, std::string_view format, Bytes bytes,
                       unsigned depth) {
    if (depth >= kDepth) return unexamined(path, "archives are nested too deep");
    const auto reading = zip::read(bytes);
    if (!reading.problems.empty()) tell_archive(path, reading);
    if (!reading.complete) miss(path, "the archive is damaged");
    if (format == "keras") unexamined(path, "there is no reader for its layers yet");
    std::string scripts;
    for (const auto& member : reading.members) {
      auto inner = path;
      inner.push_back(is_utf8(member.name) ? member.name : printable(member.name));
      look_at_member(inner, bytes, member, depth);
      const auto name = lower(member.name);
      if (scripts.empty() && (name.ends_with(".py") || name.ends_with(".so")))
        scripts = member.name;
    }
    if (!scripts.empty()) {
      unexamined(path, cat("it holds code, among it ", quote(scripts)));
    }
  }

  void tell_archive(const std::vector<std::string>& path, const zip::Reading& reading) {
    std::vector<std::string> notes(
        reading.problems.begin(), reading.problems.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                 kNotes, reading.problems.size())));
    if (notes.size() < reading.problems.size()) {
      notes.push_back(cat(reading.problems.size() - notes.size(), " more"));
    }
    note({.code = "PKL003",
          .severity = Severity::high,
          .title = cat("the archive ", quote(path.back()),
                       " is damaged, or means different "
                       "things to different readers"),
          .place = {.path = path},
          .notes = std::move(notes),
          .help = "get the file again from where it was made, and compare digests"});
  }

  void look_at_member(const std::vector<std::string>& path, Bytes archive,
                      const zip::Member& member, unsigned depth) {
    if (member.size_bytes == 0 && member.compressed_bytes == 0) return;
    const auto head = zip::peek(archive, member, kSniffBytes);
    if (!head.ok()) return unexamined(path, head.error().what);
    const auto* const format =
        recognise({.head = head.value(), .size = member.size_bytes, .name = member.name});
    const bool named = is_named_as_pickle(member.name);
    if (zip::is_encrypted(member) && format == nullptr && !named) {
      return unexamined(path, "it is encrypted");
    }
    const auto id = format == nullptr ? std::string_view{} : format->id;
    if (format == nullptr && !named) return;
    if (format == nullptr) return look_at_content(path, "pickle", archive, member, depth);
    if (!contains(kExamined, id) && !contains(kData, id)) {
      if (is_torch_storage(member.name)) return;
      return unexamined(path, cat("there is no reader for ", id, " yet"));
    }
    look_at_content(path, id, archive, member, depth);
  }

  void look_at_content(const std::vector<std::string>& path, std::string_view format, Bytes archive,
                       const zip::Member& member, unsigned depth) {
    std::vector<std::byte> buffer;
    const auto content = zip::extract(archive, member, buffer);
    if (!content.ok()) return unexamined(path, content.error().what);
    if (!content.value().crc_matches) {
      note({.code = "PKL003",
            .severity = Severity::high,
            .title = cat("the checksum of ", quote(path.back()), " does not match"),
            .place = {.path = path},
            .notes = {"PyTorch would load it all the same"},
            .help = "get the file again from where it was made, and compare digests"});
    }
    if (format == "pickle") {
      return look_at_pickle(path, content.value().bytes, !is_torch_storage(member.name));
    }
    look(path, format, content.value().bytes, depth + 1);
  }

  const FileEntry& file_;
  PickleFindings found_;
  std::set<std::string> imports_;
  std::size_t left_out_ = 0;
};

}  // namespace

bool holds_data_only(std::string_view format) {
  return contains(kData, format);
}

bool cannot_be_pickle(std::string_view format) {
  return format == "safetensors" || format == "xgboost-json" || format == "xgboost-ubj" ||
         format == "lightgbm";
}

PickleFindings find_pickles(const FileEntry& file, Bytes bytes) {
  return Finder(file).find(bytes);
}

}  // namespace cupel
