// SPDX-License-Identifier: Apache-2.0
#include "vocab/observation.h"

#include <array>

namespace cupel {
namespace {

constexpr std::array<std::string_view, 3> kMethods = {"test", "examine", "interview"};

std::optional<Method> method_from(std::string_view text) {
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if (kMethods.at(i) == text) return static_cast<Method>(i);
  }
  return {};
}

Json to_json(const Condition& condition) {
  return Json::object({{"provision", condition.provision},
                       {"met", condition.met},
                       {"triggered", condition.triggered},
                       {"why", condition.why}});
}

Json to_json(const Coverage& coverage) {
  Json json = Json::object({{"population", coverage.population}, {"examined", coverage.examined}});
  if (!coverage.shortfall.empty()) json.set("shortfall", coverage.shortfall);
  return json;
}

}  // namespace

std::string_view to_text(Method method) {
  return kMethods.at(static_cast<std::size_t>(method));
}

Json to_json(const SubjectRef& subject) {
  return Json::object({{"kind", subject.kind}, {"name", subject.name}, {"digest", subject.digest}});
}

std::optional<SubjectRef> subject_from(const Json& json) {
  if (!json["kind"].is_text() || !json["name"].is_text() || !json["digest"].is_text()) return {};
  return SubjectRef{json["kind"].text(), json["name"].text(), json["digest"].text()};
}

Json to_json(const Observation& observation) {
  Json::Array subjects;
  for (const auto& subject : observation.subjects) subjects.push_back(to_json(subject));
  Json::Array diagnostics;
  for (const auto& diagnostic : observation.diagnostics) diagnostics.push_back(to_json(diagnostic));
  Json json = Json::object({{"id", observation.id}, {"check", observation.check}});
  if (!observation.provision.empty()) json.set("provision", observation.provision);
  json.set("collector", observation.collector);
  json.set("subjects", std::move(subjects));
  json.set("observed_at", to_rfc3339(observation.observed_at));
  if (observation.valid_until) json.set("valid_until", to_rfc3339(*observation.valid_until));
  json.set("method", to_text(observation.method));
  json.set("coverage", to_json(observation.coverage));
  json.set("measured", observation.measured);
  json.set("facts", observation.facts);
  json.set("diagnostics", std::move(diagnostics));
  if (observation.condition) json.set("condition", to_json(*observation.condition));
  return json;
}

std::optional<Observation> observation_from(const Json& json) {
  const auto observed_at = parse_timestamp(json["observed_at"].text());
  const auto method = method_from(json["method"].text());
  if (!observed_at || !method || json["check"].text().empty()) return {};
  Observation observation;
  observation.id = json["id"].text();
  observation.check = json["check"].text();
  observation.provision = json["provision"].text();
  observation.collector = json["collector"].text();
  for (const auto& item : json["subjects"].items()) {
    auto subject = subject_from(item);
    if (!subject) return {};
    observation.subjects.push_back(std::move(*subject));
  }
  observation.observed_at = *observed_at;
  if (json.has("valid_until")) {
    observation.valid_until = parse_timestamp(json["valid_until"].text());
    if (!observation.valid_until) return {};
  }
  observation.method = *method;
  const Json& coverage = json["coverage"];
  observation.coverage = {
      .population = static_cast<std::uint64_t>(coverage["population"].integer()),
      .examined = static_cast<std::uint64_t>(coverage["examined"].integer()),
      .shortfall = coverage["shortfall"].text()};
  observation.measured = json["measured"].text();
  observation.facts = json["facts"];
  for (const auto& item : json["diagnostics"].items()) {
    auto diagnostic = diagnostic_from(item);
    if (!diagnostic) return {};
    observation.diagnostics.push_back(std::move(*diagnostic));
  }
  if (const Json& condition = json["condition"]; condition.is_object()) {
    observation.condition = Condition{.provision = condition["provision"].text(),
                                      .met = condition["met"].boolean(),
                                      .triggered = condition["triggered"].boolean(true),
                                      .why = condition["why"].text()};
  }
  return observation;
}

}  // namespace cupel
