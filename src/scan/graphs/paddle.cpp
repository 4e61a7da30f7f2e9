// SPDX-License-Identifier: Apache-2.0
// PaddlePaddle programs (.pdmodel, __model__): `py_func` calls Python.
// Source: paddle/fluid/framework/framework.proto
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "formats/protobuf.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kPaddle;

namespace {

using protobuf::Field;
using protobuf::Message;

constexpr std::array<std::string_view, 3> kCodes = {"PDL001", "PDL002", "PDL003"};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() < 200 &&
         std::ranges::all_of(
             text,
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_';
             });
}

// An operator has a type (3), and inputs or outputs (1, 2) that begin with a parameter's name.
bool is_operator(Bytes bytes) {
  const auto slot = [](Bytes b) { return is_name(protobuf::text_of(b, 1)); };
  return is_name(protobuf::text_of(bytes, 3)) &&
         (protobuf::any_field(bytes, 1, slot) || protobuf::any_field(bytes, 2, slot) ||
          protobuf::any_field(bytes, 4, slot));
}
// A block has its index (1) and that of its parent (2) as numbers.
bool is_block(Bytes bytes) {
  Message message(bytes);
  bool index = false;
  while (const auto field = message.next()) {
    index = index || field->is_number(1);
    if (index && field->has_bytes(4) && is_operator(field->bytes)) return true;
  }
  return false;
}

bool fits(const Layer& layer) {
  return is_format(layer, "paddle") || protobuf::any_field(layer.bytes, 1, is_block) ||
         lower(layer.name()).ends_with(".pdmodel");
}

struct Use {
  std::uint64_t count = 0;
  Span first;
};

class Walk {
 public:
  Walk(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void run() {
    each(Message(layer_.bytes), [&](const Field& block) {
      if (!block.has_bytes(1)) return;
      each(Message(block), [&](const Field& field) {
        if (field.has_bytes(4)) node(field);
      });
    });
    for (const auto& [type, use] : used_) tell(type, use);
    if (!sound_) damage();
  }

 private:
  template <class Visit>
  void each(Message message, const Visit& visit) {
    while (const auto field = message.next()) visit(*field);
    if (message.sound() || !sound_) return;
    sound_ = false;
    at_ = message.offset();
  }

  void node(const Field& field) {
    std::string_view type;
    each(Message(field), [&](const Field& inner) {
      if (inner.has_bytes(3)) type = inner.text();
    });
    auto& use = used_[type];
    if (use.count++ == 0) use.first = field.span;
  }

  void damage() {
    session_.miss(layer_, "it could not be read to its end");
    session_.tell(layer_, {.code = "PDL001",
                           .severity = Severity::high,
                           .title = cat(quote(layer_.name()),
                                        " is a program of PaddlePaddle that is cut short or "
                                        "damaged"),
                           .place = layer_.place(at_, at_),
                           .help = "get the file again from where it was made, and compare "
                                   "digests"});
  }

  void tell(std::string_view type, const Use& use) {
    constexpr std::array<std::string_view, 3> kPython = {"py_func", "py_layer", "pylayer"};
    constexpr std::array<std::string_view, 9> kReaching = {
        "read_file",       "load", "load_combine", "save",      "save_combine",
        "listen_and_serv", "send", "recv",         "open_files"};
    const bool python = std::ranges::find(kPython, type) != kPython.end();
    const bool reaches = std::ranges::find(kReaching, type) != kReaching.end();
    if (!python && !reaches) return;
    session_.import(type, "dangerous", use.count);
    session_.tell(layer_, {.code = python ? "PDL002" : "PDL003",
                           .severity = python ? Severity::critical : Severity::high,
                           .title = cat("the operator ", quote(type),
                                        python ? " calls Python" : " reaches files or the network"),
                           .place = layer_.place(use.first.begin, use.first.end),
                           .label = "first used here",
                           .notes = {cat("used ", count_of(use.count, "time"))},
                           .help = "do not run this program; a saved model needs no such "
                                   "operator"});
  }

  const Layer& layer_;
  Session& session_;
  std::map<std::string_view, Use> used_;
  bool sound_ = true;
  std::uint64_t at_ = 0;
};

void examine(const Layer& layer, Session& session) {
  Walk(layer, session).run();
}

}  // namespace

constinit const Examiner kPaddle = {
    .id = "paddle", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
