// SPDX-License-Identifier: Apache-2.0
// Settings in YAML: tags that make Python objects, and keys that name code (Hydra, MLflow, Keras).
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/yaml_events.h"
#include "scan/examiner.h"
#include "scan/keras/python_modules.h"
#include "scan/text/named_code.h"

namespace cupel::scan {

extern const Examiner kYaml;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"KRS001", "KRS002", "SET001", "SET002",
                                                    "SET003"};
constexpr std::size_t kMostBytes = 8U << 20U;

bool fits(const Layer& layer) {
  if (layer.bytes.empty()) return false;
  const auto name = lower(file_name(layer.name()));
  return name.ends_with(".yaml") || name.ends_with(".yml") || name == "mlmodel" ||
         as_text(sniff_of(layer).head).find("!!python/") != std::string_view::npos;
}

void tell(const Layer& layer, Session& session, const yaml_events::Event& event,
          std::string_view code, Severity severity, std::string title) {
  Place place = layer.place(event.span.begin, event.span.end);
  place.line = event.line;
  place.pointer = event.key;
  session.tell(layer, finding(code, severity, std::move(place), std::move(title),
                              "do not load it; load YAML with safe_load only"));
}

void tag(const Layer& layer, Session& session, const yaml_events::Event& event) {
  constexpr std::string_view kPython = "tag:yaml.org,2002:python/";
  std::string_view name = event.tag;
  if (name.starts_with(kPython)) {
    name.remove_prefix(kPython.size());
  } else if (name.starts_with("!python/")) {
    name.remove_prefix(8);
  } else {
    return;
  }
  constexpr std::array<std::string_view, 12> kPlain = {"none", "bool",  "str",   "unicode",
                                                       "int",  "long",  "float", "complex",
                                                       "list", "tuple", "dict",  "bytes"};
  if (std::ranges::find(kPlain, name) != kPlain.end()) return;
  const auto colon = name.find(':');
  const auto what = colon == std::string_view::npos ? name : name.substr(colon + 1);
  session.import(printable(what, 300), is_dangerous_module(what) ? "dangerous" : "unknown");
  tell(layer, session, event, "SET003",
       is_dangerous_module(what) || name.starts_with("object/apply") ||
               name.starts_with("object/new")
           ? Severity::critical
           : Severity::high,
       cat("loading ", quote(layer.name()), " makes Python objects of ", quote(what)));
}

void keras_member(const Layer& layer, Session& session, const yaml_events::Event& event) {
  if (event.key == "class_name" && (event.value == "Lambda" || event.value == "__lambda__")) {
    tell(layer, session, event, "KRS001", Severity::high,
         cat("loading ", quote(layer.name()),
             " makes a Lambda layer, which runs a function of its "
             "choice"));
  } else if ((event.key == "module" || event.key == "class_name") &&
             is_dangerous_module(event.value)) {
    tell(layer, session, event, "KRS002", Severity::critical,
         cat("loading ", quote(layer.name()), " makes an object of ", quote(event.value),
             ", which is no layer"));
  }
}

void examine(const Layer& layer, Session& session) {
  if (layer.bytes.size() > kMostBytes)
    return session.miss(layer, "YAML of this size is not examined");
  const auto reading = yaml_events::read(as_text(layer.bytes));
  for (const auto& event : reading.events) {
    if (!event.tag.empty()) tag(layer, session, event);
    if (event.key.empty()) continue;
    keras_member(layer, session, event);
    if (event.key == "chat_template") {
      session.follow(layer, "chat_template", as_bytes(event.value));
    } else if (!event.value.ends_with(".pkl")) {
      named_code::examine_text(layer, session, event.key, event.value, event.span, event.line);
    }
  }
  if (!reading.problem.empty())
    session.miss(layer, cat("its YAML cannot be read: ", reading.problem));
}

}  // namespace

constinit const Examiner kYaml = {.id = "yaml", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
