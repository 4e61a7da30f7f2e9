// SPDX-License-Identifier: Apache-2.0
// Core ML models: layers and models that a class of the app implements, and files they name.
// Source: coremltools/mlmodel/format/Model.proto, NeuralNetwork.proto, CustomModel.proto,
// LinkedModel.proto, MIL.proto
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/protobuf.h"
#include "scan/examiner.h"
#include "scan/text/hidden.h"
#include "scan/text/paths.h"

namespace cupel::scan {

extern const Examiner kCoreml;

namespace {

using protobuf::Field;
using protobuf::Message;

constexpr std::array<std::string_view, 5> kCodes = {"CML001", "CML002", "CML003", "TXT001",
                                                    "TXT002"};

// Kinds of Model.Type, and a description (2) with inputs (1) or metadata (100).
bool is_kind(std::uint32_t number) {
  return (number >= 200 && number <= 560) || (number >= 600 && number <= 620) ||
         (number >= 2000 && number <= 2010) || number == 3000 || number == 900;
}
bool is_model(Bytes bytes) {
  Message message(bytes);
  bool version = false;
  bool kind = false;
  while (const auto field = message.next()) {
    version = version || (field->is_number(1) && field->value > 0 && field->value < 100);
    kind = kind || (field->wire == protobuf::Wire::bytes && is_kind(field->number));
    if (version && kind) return true;
  }
  return false;
}

bool fits(const Layer& layer) {
  return is_format(layer, "coreml") || lower(layer.name()).ends_with(".mlmodel") ||
         is_model(layer.bytes);
}

class Walk {
 public:
  Walk(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void run() {
    model(Message(layer_.bytes), 1);
    if (sound_) return;
    session_.miss(layer_, "it could not be read to its end");
    session_.tell(layer_, {.code = "CML001",
                           .severity = Severity::high,
                           .title = cat(quote(layer_.name()),
                                        " is a Core ML model that is cut short, damaged or nested "
                                        "too deeply"),
                           .place = layer_.place(at_, at_),
                           .help = "get the file again from where it was made, and compare "
                                   "digests"});
  }

 private:
  template <class Use>
  void each(Message message, unsigned depth, const Use& use) {
    if (depth > protobuf::kMostDepth) return damage(message.offset());
    while (const auto field = message.next()) use(*field);
    if (!message.sound()) damage(message.offset());
  }
  void damage(std::uint64_t at) {
    if (sound_) at_ = at;
    sound_ = false;
  }

  void model(Message message, unsigned depth) {
    each(message, depth, [&](const Field& field) {
      if (field.wire != protobuf::Wire::bytes) return;
      switch (field.number) {
        case 2:
          return description(Message(field), depth + 1);
        case 200:
        case 201:
          return each(Message(field), depth + 1, [&](const Field& inner) {
            if (inner.has_bytes(1)) pipeline(Message(inner), depth + 2);
          });
        case 202:
          return pipeline(Message(field), depth + 1);
        case 303:
        case 403:
        case 500:
          return network(Message(field), depth + 1);
        case 502:
          return program(Message(field), depth + 1);
        case 555:
          return custom(field, "the model itself");
        case 556:
          return linked(Message(field), depth + 1);
        default:
          return;
      }
    });
  }

  void pipeline(Message message, unsigned depth) {
    each(message, depth, [&](const Field& field) {
      if (field.has_bytes(1)) model(Message(field), depth + 1);
    });
  }

  // description.metadata: what the author says.
  void description(Message message, unsigned depth) {
    each(message, depth, [&](const Field& field) {
      if (!field.has_bytes(100)) return;
      each(Message(field), depth + 1, [&](const Field& inner) {
        if (inner.has_bytes(4)) session_.state(layer_, "licence", inner.text());
        if (inner.has_bytes(1)) text("shortDescription", inner.bytes, inner.span);
        if (inner.has_bytes(100)) {
          text(protobuf::text_of(inner.bytes, 1), as_bytes(protobuf::text_of(inner.bytes, 2)),
               inner.span);
        }
      });
    });
  }
  void text(std::string_view key, Bytes value, Span span) {
    examine_hidden_text(layer_, session_, key, as_text(value), span);
  }

  // Loops and branches (615, 600 …) hold networks of their own: every message that may be one
  // is walked, as far as it is one.
  void network(Message message, unsigned depth) {
    each(message, depth, [&](const Field& field) {
      if (field.has_bytes(1)) layer(Message(field), depth + 1);
    });
  }
  void layer(Message message, unsigned depth) {
    std::string_view name;
    each(message, depth, [&](const Field& field) {
      if (field.has_bytes(1)) name = field.text();
      if (field.has_bytes(500)) custom(field, cat("the layer ", quote(name)));
      const bool branch = field.has_bytes(605) || field.has_bytes(600);
      const bool loop = field.has_bytes(615) || field.has_bytes(610);
      if (!branch && !loop) return;
      Message inner(field);
      while (const auto part = inner.next()) {
        if (part->wire == protobuf::Wire::bytes && protobuf::is_message(part->bytes)) {
          network(Message(*part), depth + 2);
        }
      }
    });
  }

  void custom(const Field& field, const std::string& subject) {
    const auto name = protobuf::text_of(field.bytes, field.number == 500 ? 10U : 1U);
    session_.import(name.empty() ? "(unnamed)" : name, "unknown");
    session_.tell(layer_, {.code = "CML002",
                           .severity = Severity::medium,
                           .title = cat(subject, " is implemented by the class ", quote(name),
                                        " of the app that loads it"),
                           .place = layer_.place(field.span.begin, field.span.end),
                           .label = "named here",
                           .help = "find that class and review it: it is native code that gets "
                                   "its parameters from this file"});
  }

  void linked(Message message, unsigned depth) {
    each(message, depth, [&](const Field& field) {
      if (!field.has_bytes(1)) return;
      each(Message(field), depth + 1, [&](const Field& parameter) {
        if (parameter.wire != protobuf::Wire::bytes) return;
        const auto path = protobuf::text_of(parameter.bytes, 1);
        if (!path.empty()) escape(path, parameter.span);
      });
    });
  }

  // Weights of an ML program are `@model_path/weights/weight.bin`, somewhere within it.
  void program(Message message, unsigned depth) {
    constexpr std::string_view kHere = "@model_path/";
    each(message, depth, [&](const Field& field) {
      if (field.wire != protobuf::Wire::bytes || field.bytes.size() < 3) return;
      const auto content = field.text();
      if (content.starts_with(kHere) && content.size() < 4096) {
        escape(content.substr(kHere.size()), field.span);
      } else if (protobuf::is_message(field.bytes)) {
        program(Message(field), depth + 1);
      }
    });
  }

  void escape(std::string_view path, Span span) {
    const auto why = path_escape(path);
    if (why.empty()) return;
    session_.tell(layer_, {.code = "CML003",
                           .severity = Severity::critical,
                           .title = cat("the model is told to read ", quote(path), ", which ", why),
                           .place = layer_.place(span.begin, span.end),
                           .label = "named here",
                           .help = "do not load this model: its parts stand in its own folder"});
  }

  const Layer& layer_;
  Session& session_;
  bool sound_ = true;
  std::uint64_t at_ = 0;
};

void examine(const Layer& layer, Session& session) {
  Walk(layer, session).run();
}

}  // namespace

constinit const Examiner kCoreml = {
    .id = "coreml", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
