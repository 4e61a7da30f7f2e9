// SPDX-License-Identifier: Apache-2.0
// TensorFlow graphs: what their operators reach, in the graph and in every function of it.
#include "formats/tensorflow.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/protobuf.h"
#include "scan/examiner.h"
#include "scan/graphs/tensorflow_operators.h"
#include "scan/text/paths.h"

namespace cupel::scan {

extern const Examiner kTensorflow;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"TFG001", "TFG002", "TFG003", "TFG004",
                                                    "TFG005"};
constexpr std::size_t kNotes = 5;

bool is_named(const Layer& layer) {
  const auto name = lower(layer.name());
  return name.ends_with("saved_model.pb") || name.ends_with("keras_metadata.pb");
}

// FingerprintDef, which stands beside a SavedModel: five numbers, a version and an id. Anything
// else in it is a graph that somebody gave that name.
bool is_fingerprint(const Layer& layer) {
  constexpr std::size_t kMostBytes = 4096;
  constexpr std::uint32_t kNumbers = 5;
  constexpr std::uint32_t kVersion = 6;
  constexpr std::uint32_t kId = 7;
  if (lower(file_name(layer.name())) != "fingerprint.pb") return false;
  if (layer.bytes.empty() || layer.bytes.size() > kMostBytes) return false;
  protobuf::Message message(layer.bytes);
  while (const auto field = message.next()) {
    const bool number = field->wire == protobuf::Wire::varint && field->number <= kNumbers;
    const bool version = field->has_bytes(kVersion) && field->bytes.size() <= 64;
    const bool id = field->has_bytes(kId) && field->bytes.size() <= 64 && is_utf8(field->text());
    if (!number && !version && !id) return false;
  }
  return message.sound();
}

bool fits(const Layer& layer) {
  if (is_fingerprint(layer)) return true;
  return tensorflow::kind_of(layer.bytes) != tensorflow::Kind::none || is_named(layer) ||
         tensorflow::is_text_graph(as_text(layer.bytes));
}

struct Judgement {
  std::string_view code;
  Severity severity = Severity::info;
  std::string_view does;
};

Judgement judge(Reach reach) {
  switch (reach) {
    case Reach::python:
      return {"TFG002", Severity::critical, "calls Python"};
    case Reach::writes:
      return {"TFG003", Severity::critical, "writes files"};
    case Reach::reads:
      return {"TFG003", Severity::high, "reads files"};
    case Reach::network:
      return {"TFG003", Severity::high, "reaches the network"};
    case Reach::unvetted:
      return {"TFG004", Severity::medium, "runs what its inputs choose"};
    case Reach::unknown:
      return {"TFG004", Severity::medium, "comes from a library that the user must load"};
    case Reach::computes:
      break;
  }
  return {};
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session, const tensorflow::Reading& reading)
      : layer_(layer), session_(session), reading_(reading) {}

  void all() {
    for (const auto& [op, use] : reading_.operators) node(op, use);
    for (const auto& text : reading_.addresses) address(text);
    for (const auto& text : reading_.assets) asset(text);
    files();
    for (const auto& text : reading_.metadata) {
      session_.follow(layer_, cat(text.owner.empty() ? "metadata" : text.owner, ".json"),
                      as_bytes(text.text));
    }
    if (!reading_.version.empty())
      session_.state(layer_, "producer", cat("TensorFlow ", reading_.version));
    for (const auto& tag : reading_.tags) session_.state(layer_, "tag", tag);
    if (!reading_.complete) damage();
  }

 private:
  void damage() {
    session_.miss(layer_, "it could not be read to its end");
    session_.tell(layer_, {.code = "TFG001",
                           .severity = Severity::high,
                           .title = cat(quote(layer_.name()),
                                        " is a TensorFlow graph that is cut short or damaged"),
                           .place = layer_.place(reading_.damage.begin, reading_.damage.end),
                           .help = "get the file again from where it was made, and compare "
                                   "digests"});
  }

  // What the graph holds by way of paths: nobody says that this operator gets it.
  [[nodiscard]] std::vector<std::string> notes(const tensorflow::Use& use) const {
    std::vector<std::string> out = {
        cat("used ", count_of(use.count, "time"), ", first in ", quote(use.first_node),
            use.function.empty() ? std::string() : cat(" of the function ", quote(use.function)))};
    for (const auto& constant : reading_.constants) {
      if (out.size() > kNotes) break;
      out.push_back(cat("the graph holds the constant ", quote(constant.text)));
    }
    return out;
  }

  void node(const std::string& op, const tensorflow::Use& use) {
    const bool defined = reading_.functions.contains(op);
    const auto reach = reach_of(op);
    if (reach == Reach::computes || (defined && reach == Reach::unknown)) return;
    const auto judgement = judge(reach);
    session_.import(op, judgement.severity >= Severity::high ? "dangerous" : "unknown", use.count);
    Place place = layer_.place(use.first.begin, use.first.end);
    place.pointer = use.first_node;
    session_.tell(layer_,
                  {.code = std::string(judgement.code),
                   .severity = judgement.severity,
                   .title = cat("the operator ", quote(op), " ", judgement.does),
                   .place = std::move(place),
                   .label = "first used here",
                   .notes = notes(use),
                   .help = judgement.severity >= Severity::high
                               ? "do not load this graph; a model needs numbers, not this"
                               : "find out which library defines it, and review that library"});
  }

  // "file:///tmp/x" for the operators that print and debug; "descriptor_source" of protobufs.
  void address(const tensorflow::Text& text) {
    constexpr std::array<std::string_view, 5> kAsked = {"Debug", "Copy", "Print", "DecodeProto",
                                                        "EncodeProto"};
    const auto begins = [&](std::string_view start) { return text.op.starts_with(start); };
    // Elsewhere it is a pattern or a name.
    if (std::ranges::none_of(kAsked, begins)) return;
    if (text.text == "local://" || text.text.starts_with("bytes://")) return;
    const bool file = text.text.find("file://") != std::string::npos;
    Place place = layer_.place(text.span.begin, text.span.end);
    place.pointer = text.owner;
    session_.tell(layer_, {.code = "TFG003",
                           .severity = Severity::high,
                           .title = cat("the operator ", quote(text.op), " is told to use ",
                                        quote(text.text)),
                           .place = std::move(place),
                           .notes = {file ? "it writes there what passes through the graph"
                                          : "it sends there what passes through the graph"},
                           .help = "do not load this graph; a model needs numbers, not this"});
  }

  void asset(const tensorflow::Text& text) {
    const auto why = path_escape(text.text);
    if (why.empty()) return;
    session_.tell(layer_, {.code = "TFG005",
                           .severity = Severity::critical,
                           .title = cat("the asset ", quote(text.text), " ", why),
                           .place = layer_.place(text.span.begin, text.span.end),
                           .help = "do not load this model: its assets stand in its own folder"});
  }

  // Every model is saved with operators that write and read checkpoints, and tables are filled from
  // assets: those get their names when the model is saved or loaded. A constant that leads out of
  // the folder may be what one of them is given instead.
  void files() {
    constexpr std::array<std::string_view, 10> kFiles = {"Save",
                                                         "SaveV2",
                                                         "SaveSlices",
                                                         "MergeV2Checkpoints",
                                                         "InitializeTableFromTextFile",
                                                         "Restore",
                                                         "RestoreV2",
                                                         "RestoreSlice",
                                                         "LoadAndRemapMatrix",
                                                         "InitializeTableFromTextFileV2"};
    if (!reading_.assets.empty()) return;  // old exporters keep there where an asset came from
    for (const auto op : kFiles) {
      const auto use = reading_.operators.find(std::string(op));
      if (use == reading_.operators.end()) continue;
      for (const auto& constant : reading_.constants) {
        const auto why = path_escape(constant.text);
        if (constant.text.empty() || why.empty()) continue;
        Place place = layer_.place(constant.span.begin, constant.span.end);
        place.pointer = constant.owner;
        return session_.tell(layer_,
                             {.code = "TFG003",
                              .severity = Severity::medium,
                              .title = cat("the operator ", quote(op), " may be given the file ",
                                           quote(constant.text), ", which ", why),
                              .place = std::move(place),
                              .notes = {"the graph holds that constant"},
                              .help = "find out what the constant is for: names of "
                                      "checkpoints are given when a model is loaded"});
      }
    }
  }

  const Layer& layer_;
  Session& session_;
  const tensorflow::Reading& reading_;
};

void examine(const Layer& layer, Session& session) {
  if (is_fingerprint(layer)) return;
  const auto text = as_text(layer.bytes);
  const auto kind = tensorflow::kind_of(layer.bytes);
  if (kind != tensorflow::Kind::none) {
    const auto reading = tensorflow::read(layer.bytes, kind);
    Telling(layer, session, reading).all();
  }
  if (tensorflow::is_text_graph(text)) {
    const auto reading = tensorflow::read_text(text);
    Telling(layer, session, reading).all();
  } else if (kind == tensorflow::Kind::none) {
    session.miss(layer, "no graph of TensorFlow is found in it");
  }
}

}  // namespace

constinit const Examiner kTensorflow = {
    .id = "tensorflow-graph", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
