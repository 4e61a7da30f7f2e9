// SPDX-License-Identifier: Apache-2.0
// ONNX: a graph of operators. It reaches files by the names of external data, and code by
// operators that are not ONNX's own.
#include "formats/onnx.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "scan/examiner.h"
#include "scan/graphs/onnx_operators.h"
#include "scan/text/hidden.h"
#include "scan/text/paths.h"

namespace cupel::scan {

extern const Examiner kOnnx;

namespace {

constexpr std::array<std::string_view, 6> kCodes = {"ONX001", "ONX002", "ONX003",
                                                    "ONX004", "TXT001", "TXT002"};
using Name = std::pair<std::string_view, std::string_view>;

bool fits(const Layer& layer) {
  const auto* format = format_of(layer);
  return (format != nullptr && format->id == "onnx") || lower(layer.name()).ends_with(".onnx");
}

bool is_listed(std::string_view list, std::string_view name) {
  return !name.empty() && name.find(' ') == std::string_view::npos &&
         list.find(cat(" ", name, " ")) != std::string_view::npos;
}

// Operators that call Python with what the model gives them.
bool calls_python(std::string_view op) {
  constexpr std::array<std::string_view, 7> kPython = {
      "PyOp", "PyCustomOp", "PythonOp", "PythonOpGrad", "PyFunc", "PyFunction", "PythonFunction"};
  return std::ranges::find(kPython, op) != kPython.end();
}

// Why an operator of a runtime's own is not vetted; "" when it is.
std::string_view unvetted(std::string_view domain, std::string_view op) {
  constexpr std::array<std::string_view, 4> kRuntime = {
      "com.microsoft", "com.microsoft.nchwc", "com.microsoft.experimental", "com.ms.internal.nhwc"};
  const bool preview = domain.starts_with("ai.onnx.preview");
  if (domain.empty() || domain == "ai.onnx") {
    return is_listed(kOnnxOperators, op) ? "" : "is not among the operators of ONNX";
  }
  if (domain == "ai.onnx.ml" || domain == "ai.onnx.training" || preview) {
    return is_listed(kOnnxMlOperators, op) ? "" : "is not among the operators of ONNX";
  }
  if (std::ranges::find(kRuntime, domain) == kRuntime.end()) {
    return "comes from a library that the user must load";
  }
  if (op == "EPContext") return "carries code that was compiled for an accelerator";
  if (op == "ATen") return "runs whatever operator of PyTorch its attribute names";
  if (op == "TritonOp" || op == "ExternalTriton") return "runs a kernel that Python compiles";
  return {};
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session, const onnx::Reading& reading)
      : layer_(layer), session_(session), reading_(reading) {}

  void problems() {
    for (const auto& problem : reading_.problems) {
      Place place = layer_.place(problem.span.begin, problem.span.end);
      place.pointer = problem.pointer;
      session_.tell(layer_, {.code = "ONX001",
                             .severity = Severity::high,
                             .title = cat(quote(layer_.name()), ": ", problem.what),
                             .place = std::move(place),
                             .help = "export the model again; if it came from elsewhere, compare "
                                     "digests"});
    }
    if (!reading_.complete) session_.miss(layer_, "it could not be read to its end");
  }

  void externals() {
    std::set<std::string_view> stated;
    for (const auto& external : reading_.externals) {
      if (stated.size() < 100 && stated.insert(external.location).second) {
        session_.state(layer_, "external_data", external.location);
      }
      escape(external.location, external.span, external.tensor,
             cat("the data of ", quote(external.tensor), ", ", external.where, ","));
    }
  }

  void nodes() {
    std::set<Name> defined;
    for (const auto& function : reading_.functions) defined.emplace(function.domain, function.name);
    std::map<Name, std::uint64_t> used;
    std::map<Name, Span> first;
    for (const auto& node : reading_.nodes) {
      const Name name{node.domain, node.op};
      ++used[name];
      first.try_emplace(name, node.span);
      if (node.op == "EPContext") context(node);
    }
    for (const auto& [name, count] : used) {
      node(name, count, first.at(name), defined.contains(name));
    }
  }

  void texts() {
    for (const auto& [key, value] : reading_.metadata) {
      const bool licence = key == "licence" || key == "license";
      if (licence) session_.state(layer_, "licence", value);
      examine_hidden_text(layer_, session_, key, value, span_of(value));
    }
    for (const auto& [text, span] : reading_.notes) {
      examine_hidden_text(layer_, session_, "doc_string", text, span);
    }
    if (reading_.complete) session_.state(layer_, "tensors", cat(reading_.tensors));
    if (!reading_.producer.empty()) session_.state(layer_, "producer", reading_.producer);
    for (const auto& [domain, version] : reading_.opsets) {
      session_.state(layer_, "operator_set",
                     cat(domain.empty() ? "ai.onnx" : domain, " ", version));
    }
  }

 private:
  [[nodiscard]] Span span_of(std::string_view text) const {
    if (text.empty()) return {};
    const auto begin = static_cast<std::uint64_t>(as_bytes(text).data() - layer_.bytes.data());
    return {begin, begin + text.size()};
  }

  void escape(std::string_view path, Span span, std::string_view pointer,
              const std::string& subject) {
    const auto why = path_escape(path);
    if (why.empty()) return;
    Place place = layer_.place(span.begin, span.end);
    place.pointer = std::string(pointer.substr(0, 1000));
    session_.tell(layer_,
                  {.code = "ONX002",
                   .severity = Severity::critical,
                   .title = cat(subject, " are read from ", quote(path), ", which ", why),
                   .place = std::move(place),
                   .label = "named here",
                   .notes = {"CVE-2022-25882, CVE-2024-27318: older readers follow such a path",
                             "saving such a model writes there: CVE-2025-51480"},
                   .help = "do not load this file: an honest export keeps its data beside itself"});
  }

  void context(const onnx::Node& node) {
    const auto path = onnx::text_attribute(node, "ep_cache_context");
    // Embedded contexts are binary; only what reads like a path is one.
    if (path.empty() || path.size() > 4096 || !is_utf8(path)) return;
    escape(path, node.span, "EPContext", "the compiled parts of the model");
  }

  void node(const Name& name, std::uint64_t count, Span span, bool defined) {
    const auto& [domain, op] = name;
    const auto dotted = domain.empty() ? std::string(op) : cat(domain, "::", op);
    if (calls_python(op)) {
      session_.import(dotted, "dangerous", count);
      return session_.tell(
          layer_, {.code = "ONX004",
                   .severity = Severity::critical,
                   .title = cat("the operator ", quote(dotted), " calls Python"),
                   .place = layer_.place(span.begin, span.end),
                   .label = "first used here",
                   .help = "do not load this file with a runtime that knows this operator"});
    }
    const auto why = defined ? std::string_view{} : unvetted(domain, op);
    if (why.empty()) return;
    session_.import(dotted, "unknown", count);
    session_.tell(layer_, {.code = "ONX003",
                           .severity = Severity::medium,
                           .title = cat("the operator ", quote(dotted), " ", why),
                           .place = layer_.place(span.begin, span.end),
                           .label = "first used here",
                           .notes = {cat("used ", count_of(count, "time"))},
                           .help = "find out which library defines it, and review that library: "
                                   "it is native code"});
  }

  const Layer& layer_;
  Session& session_;
  const onnx::Reading& reading_;
};

void examine(const Layer& layer, Session& session) {
  const auto reading = onnx::read(layer.bytes);
  Telling telling(layer, session, reading);
  telling.problems();
  telling.externals();
  telling.nodes();
  telling.texts();
}

}  // namespace

constinit const Examiner kOnnx = {.id = "onnx", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
