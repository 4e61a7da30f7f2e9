// SPDX-License-Identifier: Apache-2.0
// TensorFlow Lite: operators that are native code of somebody else, operators of TensorFlow by
// way of Flex, and offsets that readers trust.
// Source: tensorflow/compiler/mlir/lite/schema/schema.fbs
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "formats/flatbuffer.h"
#include "formats/signature.h"
#include "scan/examiner.h"
#include "scan/graphs/tensorflow_operators.h"
#include "scan/text/hidden.h"

namespace cupel::scan {

extern const Examiner kTflite;

namespace {

using flatbuffer::File;
using flatbuffer::Table;
using flatbuffer::Vector;

constexpr std::array<std::string_view, 5> kCodes = {"TFL001", "TFL002", "TFL003", "TXT001",
                                                    "TXT002"};
constexpr std::uint32_t kCustom = 32;
constexpr std::uint32_t kMostProblems = 50;

bool fits(const Layer& layer) {
  return has_signature(sniff_of(layer), "TFL3", 4) || lower(layer.name()).ends_with(".tflite");
}

class Walk {
 public:
  Walk(const Layer& layer, Session& session)
      : layer_(layer), session_(session), file_(layer.bytes) {}

  void run() {
    const auto model = file_.root();
    const auto version = file_.number(model, 0, 4);
    if (model && version != 3) refuse(cat("it is of version ", version, ", and 3 is known"), 0);
    codes_ = file_.vector(model, 1, 4);
    buffers_ = file_.vector(model, 4, 4);
    operator_codes();
    const auto graphs = file_.vector(model, 2, 4);
    if (model && graphs.count == 0) refuse("it has no graph", 0);
    for (std::uint32_t i = 0; i < graphs.count && going(); ++i) graph(file_.item(graphs, i));
    for (std::uint32_t i = 0; i < buffers_.count && going(); ++i)
      buffer(file_.item(buffers_, i), i);
    texts(model);
    if (!file_.sound()) {
      refuse("an offset leads out of the file, or to no table", file_.damage());
    }
    if (problems_ != 0) session_.miss(layer_, "it could not be read to its end", 1);
    tail();
  }

 private:
  // Tables may be used by many; that must not become more work than the file is worth.
  [[nodiscard]] bool going() {
    if (problems_ >= kMostProblems) return false;
    if (++steps_ <= 16 * layer_.bytes.size() + 10'000) return true;
    refuse("its tables are used over and over", 0);
    problems_ = kMostProblems;
    return false;
  }

  void refuse(std::string_view what, std::uint64_t at) {
    if (++problems_ > kMostProblems) return;
    session_.tell(layer_, {.code = "TFL001",
                           .severity = Severity::high,
                           .title = cat(quote(layer_.name()), ": ", what),
                           .place = layer_.place(at, at),
                           .notes = {"TensorFlow Lite verifies such numbers only when it is asked "
                                     "to"},
                           .help = "convert the model again; if it came from elsewhere, compare "
                                   "digests"});
  }

  void operator_codes() {
    for (std::uint32_t i = 0; i < codes_.count && going(); ++i) {
      const auto code = file_.item(codes_, i);
      const auto builtin = std::max(file_.number(code, 0, 1), file_.number(code, 3, 4));
      const auto name = file_.text(code, 1);
      if (builtin == kCustom) custom(name, code);
      if (builtin > 1000) refuse(cat("the operator ", builtin, " is unknown"), code.at);
    }
  }

  void custom(std::string_view name, const Table& code) {
    const bool flex = name.starts_with("Flex");
    const auto reach = flex ? reach_of(name.substr(4)) : Reach::unknown;
    if (reach == Reach::computes) {
      return session_.import(name, "vetted");
    }
    const bool dangerous = reach >= Reach::reads;
    session_.import(name, dangerous ? "dangerous" : "unknown");
    const std::string_view does = reach == Reach::python    ? "calls Python"
                                  : reach == Reach::network ? "reaches the network"
                                  : dangerous               ? "reads or writes files"
                                  : flex ? "is an operator of TensorFlow that nobody vetted"
                                         : "is native code that the app must bring";
    session_.tell(layer_, {.code = dangerous ? "TFL003" : "TFL002",
                           .severity = dangerous ? Severity::critical : Severity::medium,
                           .title = cat("the operator ", quote(name), " ", does),
                           .place = layer_.place(code.at, code.at + code.bytes),
                           .label = "declared here",
                           .help = dangerous ? "do not run this model with the Flex delegate"
                                             : "find out which library defines it, and review "
                                               "that library"});
  }

  void graph(const Table& graph) {
    const auto tensors = file_.vector(graph, 0, 4);
    for (std::uint32_t i = 0; i < tensors.count && going(); ++i) {
      const auto tensor = file_.item(tensors, i);
      const auto buffer = file_.number(tensor, 2, 4);
      if (tensor && buffer >= std::max(buffers_.count, 1U)) {
        refuse(cat("a tensor stands in buffer ", buffer, " of ", buffers_.count), tensor.at);
      }
      const auto shape = file_.vector(tensor, 0, 4);
      for (std::uint32_t side = 0; side < shape.count && going(); ++side) {
        if (file_.number_item(shape, side, 4) > INT32_MAX) {
          refuse("a tensor has a negative dimension", tensor.at);
          break;
        }
      }
    }
    indices(graph, 1, tensors.count);
    indices(graph, 2, tensors.count);
    const auto operators = file_.vector(graph, 3, 4);
    for (std::uint32_t i = 0; i < operators.count && going(); ++i) {
      const auto each = file_.item(operators, i);
      const auto code = file_.number(each, 0, 4);
      if (each && code >= codes_.count) {
        refuse(cat("an operator is of kind ", code, " of ", codes_.count), each.at);
      }
      indices(each, 1, tensors.count);
      indices(each, 2, tensors.count);
    }
  }

  void indices(const Table& table, unsigned field, std::uint32_t count) {
    const auto list = file_.vector(table, field, 4);
    for (std::uint32_t i = 0; i < list.count && going(); ++i) {
      const auto index = static_cast<std::int32_t>(file_.number_item(list, i, 4));
      // -1 stands for an input that is left out.
      if (index >= -1 && index < static_cast<std::int64_t>(count)) continue;
      return refuse(cat("tensor ", index, " of ", count, " is used"), list.at + 4ULL * i);
    }
  }

  void buffer(const Table& buffer, std::uint32_t index) {
    static_cast<void>(file_.vector(buffer, 0, 1));
    const auto offset = file_.number(buffer, 1, 8);
    const auto size = file_.number(buffer, 2, 8);
    if (offset <= 1) return;  // 0 and 1: stands in the table
    if (offset > layer_.bytes.size() || size > layer_.bytes.size() - offset) {
      return refuse(cat("buffer ", index, " leads out of the file"), buffer.at);
    }
    outside_ = std::max(outside_, offset + size);
  }

  void texts(const Table& model) {
    const auto description = file_.text(model, 3);
    if (!description.empty()) session_.state(layer_, "description", description);
    examine_hidden_text(layer_, session_, "description", description, {});
  }

  // Metadata are a zip archive behind the model (labels, vocabularies).
  void tail() {
    const auto end = std::max(file_.end(), outside_);
    if (!file_.sound() || end >= layer_.bytes.size()) return;
    const auto rest = layer_.bytes.subspan(static_cast<std::size_t>(end));
    const auto zip = as_text(rest).find("PK\3\4");
    if (zip != std::string_view::npos) session_.follow(layer_, "metadata.zip", rest.subspan(zip));
  }

  const Layer& layer_;
  Session& session_;
  File file_;
  Vector codes_;
  Vector buffers_;
  std::uint32_t problems_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t outside_ = 0;
};

void examine(const Layer& layer, Session& session) {
  Walk(layer, session).run();
}

}  // namespace

constinit const Examiner kTflite = {
    .id = "tflite", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
