// SPDX-License-Identifier: Apache-2.0
// MXNet symbols in JSON: `Custom` runs an operator that Python has registered.
#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kMxnet;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"MXN001", "MXN002"};

bool fits(const Layer& layer) {
  if (is_format(layer, "mxnet-symbol")) return true;
  const auto text = as_text(layer.bytes);
  const auto head = trim(text.substr(0, 4096));
  if (!head.starts_with('{') || text.find("\"nodes\"") == std::string_view::npos) return false;
  return text.find("\"arg_nodes\"") != std::string_view::npos ||
         text.find("\"mxnet_version\"") != std::string_view::npos ||
         lower(layer.name()).ends_with("-symbol.json");
}

// Operators whose work Python does, by a name that an attribute gives.
bool calls_python(std::string_view op) {
  constexpr std::array<std::string_view, 4> kPython = {"Custom", "_CustomFunction", "_Native",
                                                       "_NDArray"};
  return std::ranges::find(kPython, op) != kPython.end();
}

void graph(const Layer& layer, Session& session, const Json& json, unsigned depth) {
  if (depth > 32) return session.miss(layer, "graphs are nested too deeply");
  std::size_t index = 0;
  for (const auto& node : json["nodes"].items()) {
    const auto& op = node["op"].text();
    for (const auto& inner : node["subgraphs"].items()) graph(layer, session, inner, depth + 1);
    const auto at = index++;
    if (!calls_python(op)) continue;
    const auto* values = &node["attrs"];
    if (!values->is_object()) values = &node["param"];
    if (!values->is_object()) values = &node["attr"];
    const auto& type = (*values)["op_type"].text();
    session.import(cat(op, " ", type), "unknown");
    Place place = layer.place();
    place.pointer = cat("/nodes/", at);
    session.tell(layer, {.code = "MXN002",
                         .severity = Severity::high,
                         .title = cat("the operator ", quote(op),
                                      " calls the Python class that is "
                                      "registered as ",
                                      quote(type)),
                         .place = std::move(place),
                         .help = "find that class and review it, or export the model without "
                                 "custom operators"});
  }
}

void examine(const Layer& layer, Session& session) {
  const auto json = read_json(as_text(layer.bytes), {.depth = 64, .values = 2'000'000});
  if (!json.value) {
    session.miss(layer, "it could not be read to its end");
    return session.tell(layer, {.code = "MXN001",
                                .severity = Severity::high,
                                .title = cat(quote(layer.name()), ": ", json.problem),
                                .place = layer.place(json.offset, json.offset),
                                .help = "export the model again; if it came from elsewhere, "
                                        "compare digests"});
  }
  graph(layer, session, *json.value, 0);
}

}  // namespace

constinit const Examiner kMxnet = {
    .id = "mxnet-symbol", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
