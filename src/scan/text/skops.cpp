// SPDX-License-Identifier: Apache-2.0
#include "scan/text/skops.h"

#include <set>
#include <string>

#include "base/text.h"
#include "scan/pickle/pickle_policy.h"

namespace cupel::scan::skops {
namespace {

using loose_json::Value;
using pickle_policy::Judgement;
using pickle_policy::Standing;

class Nodes {
 public:
  Nodes(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void node(const Value& value) {
    const auto module = value.find("__module__");
    if (module.is_text()) {
      // A method's node says of which kind methods are; what is loaded is the object that has it.
      const bool is_method = value.find("__loader__").text() == "MethodNode";
      name(module.text(), value.find("__class__").text(), module.span(), is_method);
    }
    const auto path = value.find("module_path");
    if (path.is_text()) name(path.text(), value.find("function").text(), path.span(), false);
  }

 private:
  void name(const std::string& module, const std::string& thing, Span span, bool is_method) {
    const auto dotted = thing.empty() ? module : cat(module, ".", thing);
    auto judgement = pickle_policy::judge_name(module, thing);
    if (is_method && judgement.standing != Standing::dangerous) return;
    session_.import(printable(dotted, 300), to_text(judgement.standing));
    if (judgement.standing == Standing::vetted || !told_.insert(dotted).second) return;
    const bool unknown = judgement.standing == Standing::unknown;
    const bool runs = judgement.standing == Standing::dangerous;
    Place place = layer_.place(span.begin, span.end);
    place.pointer = "__module__";
    session_.tell(layer_,
                  {.code = "SET001",
                   .severity = unknown ? Severity::medium
                               : runs  ? Severity::critical
                                       : Severity::high,
                   .title = cat("skops would import ", quote(dotted), ", which ", judgement.why),
                   .place = std::move(place),
                   .help = unknown ? "review that package before loading the model"
                                   : "do not load it: no honest model names this"});
  }

  const Layer& layer_;
  Session& session_;
  std::set<std::string> told_;
};

}  // namespace

bool may_be_skops(std::string_view text) {
  return text.find("\"__loader__\"") != std::string_view::npos;
}

void examine_nodes(const Layer& layer, Session& session, const loose_json::Document& document) {
  Nodes nodes(layer, session);
  for (std::uint32_t at = 0; at < document.nodes.size(); ++at) {
    if (document.nodes[at].kind == loose_json::Kind::object) nodes.node(Value(document, at));
  }
}

}  // namespace cupel::scan::skops
