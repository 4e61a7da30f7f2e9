// SPDX-License-Identifier: Apache-2.0
#include "bom/score.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace cupel::bom {
namespace {

enum class Scope { document, system, model, dataset, package, special };

struct Rule {
  std::string_view id;
  std::string_view name;
  Scope scope;
  std::string_view keys;  // of facts, any of which is enough: "purl source"
  std::string_view rule;
};

// The names are those of the publication; the rules are ours.
constexpr auto kRules = std::to_array<Rule>({
    {"MD-01", "SBOM author", Scope::document, "tool", "the document names what wrote it"},
    {"MD-02", "SBOM version", Scope::document, "serial", "the document has a serial number"},
    {"MD-03", "SBOM data format name", Scope::document, "format", "the document names its format"},
    {"MD-04", "SBOM data format version", Scope::document, "format", "and the format's version"},
    {"MD-05", "SBOM author signature", Scope::document, "signature",
     "a signature over the document holds"},
    {"MD-06", "SBOM tool name", Scope::document, "tool", "the document names its tool"},
    {"MD-07", "SBOM tool version", Scope::document, "tool_version", "and the tool's version"},
    {"MD-08", "SBOM generation context", Scope::document, "context",
     "the document says in which phase it was made"},
    {"MD-09", "SBOM timestamp", Scope::document, "created", "the document says when it was made"},
    {"MD-10", "SBOM dependency relationship", Scope::special, "",
     "parts are joined by relations; as good as the weakest of them"},
    {"SLP-01", "System name", Scope::system, "name", "the system has a name"},
    {"SLP-02", "System components", Scope::special, "",
     "every part inside of the system was seen: a digest, or files, or a version"},
    {"SLP-03", "System producer", Scope::system, "supplier author", "the system has a producer"},
    {"SLP-04", "System version", Scope::system, "version", "the system has a version"},
    {"SLP-05", "System timestamp", Scope::system, "released_at", "the system has a release time"},
    {"SLP-06", "System data flow", Scope::special, "",
     "a way leads from code or an endpoint over a model to data"},
    {"SLP-07", "System data usage", Scope::system, "data_usage document:5.3.1-1 claim:5.3.1-1",
     "a notice says how data are used (5.3.1-1)"},
    {"SLP-08", "System input/output properties", Scope::special, "",
     "the models that the system is made of say their input or output"},
    {"SLP-09", "Intended application area", Scope::system, "scenario intended_use",
     "the system has a scenario or an intended use"},
    {"MDL-01", "Model name", Scope::model, "name", "each model has a name"},
    {"MDL-02", "Model identifier", Scope::model, "purl source url",
     "each model has a package URL, a source or an address"},
    {"MDL-03", "Model version", Scope::model, "version", "each model has a version"},
    {"MDL-04", "Model timestamp", Scope::model, "released_at trained_at collected",
     "each model has a time of training or release"},
    {"MDL-05", "Model producer", Scope::model, "author supplier", "each model has a producer"},
    {"MDL-06", "Model description", Scope::model, "description", "each model is described"},
    {"MDL-07", "Model hash value", Scope::model, "sha256 folder_sha256 sha512 sha384",
     "the bytes of each model have a digest"},
    {"MDL-08", "Model hash algorithm", Scope::model, "sha256 folder_sha256 sha512 sha384",
     "and the algorithm is named"},
    {"MDL-09", "Model properties", Scope::model,
     "architecture architecture_family parameters objective quantisation",
     "the file of each model says its architecture or size"},
    {"MDL-10", "Model input/output properties", Scope::model,
     "input output modality task tokenizer context_length",
     "each model says what it takes or gives"},
    {"MDL-11", "Model training properties", Scope::model, "training preprocessing adapter",
     "each model says how it was trained"},
    {"MDL-12", "Model license", Scope::model, "licence", "each model has a licence"},
    {"MDL-13", "Model external references", Scope::model, "card source url",
     "each model has a card or a source"},
    {"DP-01", "Dataset name", Scope::dataset, "name", "each dataset has a name"},
    {"DP-02", "Dataset description", Scope::dataset, "description", "each dataset is described"},
    {"DP-03", "Dataset content", Scope::dataset, "format",
     "the bytes of each dataset tell its kind"},
    {"DP-04", "Dataset identifier", Scope::dataset, "purl source url",
     "each dataset has a package URL, a source or an address"},
    {"DP-05", "Dataset hash", Scope::dataset, "sha256 folder_sha256 sha512 sha384",
     "the bytes of each dataset have a digest"},
    {"DP-06", "Dataset provenance", Scope::dataset, "collected collection",
     "each dataset says when or how it was collected"},
    {"DP-07", "Dataset statistical properties", Scope::dataset, "statistics records",
     "each dataset has statistics"},
    {"DP-08", "Dataset sensitivity", Scope::dataset, "sensitivity",
     "each dataset has a classification"},
    {"DP-09", "Dataset dependency relationship", Scope::special, "",
     "each dataset is joined with what was made from it or uses it"},
    {"DP-10", "Dataset license", Scope::dataset, "licence", "each dataset has a licence"},
    {"INF-01", "Infrastructure software", Scope::package, "version",
     "packages are listed, each with its version"},
    {"INF-02", "Infrastructure hardware", Scope::special, "",
     "the system or a model says what hardware it needs"},
    {"SP-01", "Security controls", Scope::special, "",
     "a document of a provision on secure infrastructure or design is there (5.1, 5.2.1, 5.2.2)"},
    {"SP-02", "Security compliance", Scope::system, "assessed_by",
     "the system was assessed against a standard"},
    {"SP-03", "Cybersecurity policy information", Scope::system,
     "security_contact document:5.2.2-4", "a security.txt or a disclosure policy is there"},
    {"SP-04", "Vulnerability referencing", Scope::system, "vulnerabilities vulnerability",
     "packages were held against advisories"},
    {"KPI-01", "Security metrics", Scope::system, "threshold security_metric",
     "the system has thresholds or measured security metrics"},
    {"KPI-02", "Operational performance KPIs", Scope::special, "",
     "a model or the system has measured figures"},
});

// verified and observed before declared, declared before inferred.
int rank(Truth truth) {
  return truth == Truth::verified || truth == Truth::observed ? 0
         : truth == Truth::declared                           ? 1
                                                              : 2;
}

const Fact* best_of(const Component& part, std::string_view keys) {
  const Fact* best = nullptr;
  for (const auto key : split(keys, ' ')) {
    for (const auto& fact : part.facts) {
      if (fact.key != key) continue;
      if (best == nullptr || rank(fact.truth) < rank(best->truth)) best = &fact;
    }
  }
  return best;
}

class Scorer {
 public:
  Scorer(const Document& document, std::string_view format) : document_(document) {
    paper_.ref = "document";
    const auto space = document.tool.find(' ');
    const auto say = [&](std::string_view key, std::string_view value) {
      paper_.add(key, value, Truth::observed, "the document");
    };
    say("tool", std::string_view(document.tool).substr(0, space));
    if (space != std::string::npos) say("tool_version", document.tool.substr(space + 1));
    say("format", format);
    say("serial", "from its content");
    if (document.created != Timestamp{}) say("created", to_rfc3339(document.created));
    say("context", document.tool.starts_with("cupel") ? "discovery" : "");
  }

  Score run() {
    Score score;
    for (const auto& rule : kRules) score.elements.push_back(element(rule));
    return score;
  }

 private:
  Element element(const Rule& rule) {
    Element made{.id = rule.id, .name = rule.name, .rule = rule.rule};
    switch (rule.scope) {
      case Scope::document:
        ask(made, paper_, rule.keys);
        break;
      case Scope::system:
        ask(made, document_.system, rule.keys);
        break;
      case Scope::model:
        ask_all(made, Kind::model, rule.keys);
        break;
      case Scope::dataset:
        ask_all(made, Kind::dataset, rule.keys);
        break;
      case Scope::package:
        ask_all(made, Kind::package, rule.keys);
        break;
      case Scope::special:
        ask_specially(made);
        break;
    }
    judge(made);
    return made;
  }

  static void found(Element& element, std::string_view ref, const Fact& fact) {
    ++element.parts;
    element.evidence.push_back({std::string(ref), fact});
  }
  static void lacking(Element& element, std::string_view ref) {
    ++element.parts;
    element.absent.emplace_back(ref);
  }

  static void ask(Element& element, const Component& part, std::string_view keys) {
    const Fact* fact = best_of(part, keys);
    if (fact != nullptr) {
      found(element, part.ref, *fact);
    } else {
      lacking(element, part.ref);
    }
  }

  // A model outside of the system, which another was made from, is not the system's to describe.
  void ask_all(Element& element, Kind kind, std::string_view keys) const {
    for (const auto& part : document_.components) {
      if (part.kind == kind && part.fact("outside") == nullptr) ask(element, part, keys);
    }
  }

  static Fact fact_of(const Edge& edge) {
    return {cat("edge:", to_text(edge.relation)), edge.to, edge.truth, edge.seen};
  }

  void ask_specially(Element& element) const {
    if (element.id == "MD-10") return relations(element);
    if (element.id == "SLP-02") return parts(element);
    if (element.id == "SLP-06") return data_flow(element);
    if (element.id == "SLP-08") return any_of(element, "input output modality task");
    if (element.id == "DP-09") return uses_of_data(element);
    if (element.id == "INF-02") return any_of(element, "hardware");
    if (element.id == "SP-01") return controls(element);
    any_of(element, "metric");
  }

  void relations(Element& element) const {
    for (const auto& edge : document_.edges) found(element, edge.from, fact_of(edge));
    if (document_.edges.empty()) lacking(element, document_.system.ref);
  }

  void parts(Element& element) const {
    for (const auto& part : document_.components) {
      const bool elsewhere = part.fact("outside") != nullptr || part.kind == Kind::endpoint;
      if (elsewhere) continue;
      ask(element, part, "sha256 folder_sha256 sha512 sha384 version name");
    }
    if (document_.components.empty()) lacking(element, document_.system.ref);
  }

  [[nodiscard]] Kind kind_of(std::string_view ref) const {
    const auto* part = document_.find(ref);
    return part == nullptr ? Kind::other : part->kind;
  }

  void data_flow(Element& element) const {
    for (const auto& edge : document_.edges) {
      const auto from = kind_of(edge.from);
      if (kind_of(edge.to) != Kind::model || (from != Kind::code && from != Kind::endpoint))
        continue;
      const auto onward = std::ranges::find_if(document_.edges, [&](const Edge& next) {
        return next.from == edge.to && kind_of(next.to) == Kind::dataset;
      });
      if (onward == document_.edges.end()) continue;
      return found(element, edge.from,
                   {"data_flow", cat(edge.from, " → ", edge.to, " → ", onward->to), Truth::inferred,
                    edge.seen});
    }
    lacking(element, document_.system.ref);
  }

  void uses_of_data(Element& element) const {
    for (const auto& part : document_.components) {
      if (part.kind != Kind::dataset) continue;
      const auto edge = std::ranges::find_if(document_.edges, [&](const Edge& each) {
        return each.to == part.ref && each.relation != Relation::contains;
      });
      if (edge != document_.edges.end()) {
        found(element, part.ref, fact_of(*edge));
      } else {
        lacking(element, part.ref);
      }
    }
  }

  void any_of(Element& element, std::string_view keys) const {
    if (const auto* fact = best_of(document_.system, keys)) {
      return found(element, document_.system.ref, *fact);
    }
    for (const auto& part : document_.components) {
      if (part.kind != Kind::model) continue;
      if (const auto* fact = best_of(part, keys)) found(element, part.ref, *fact);
    }
    if (element.parts == 0) lacking(element, document_.system.ref);
  }

  void controls(Element& element) const {
    for (const auto& fact : document_.system.facts) {
      const std::string_view key = fact.key;
      if (key.starts_with("document:5.1.") || key.starts_with("document:5.2.1") ||
          key.starts_with("document:5.2.2")) {
        found(element, document_.system.ref, fact);
      }
    }
    for (const auto& part : document_.components) {
      if (const auto* fact = part.fact("controls")) found(element, part.ref, *fact);
    }
    if (element.parts == 0) lacking(element, document_.system.ref);
  }

  // As good as the weakest of its parts.
  static void judge(Element& element) {
    if (element.parts == 0) {
      element.standing = Standing::without_subject;
    } else if (element.evidence.empty()) {
      element.standing = Standing::missing;
    } else if (!element.absent.empty()) {
      element.standing = Standing::in_part;
    } else {
      int worst = 0;
      for (const auto& each : element.evidence) worst = std::max(worst, rank(each.fact.truth));
      element.standing = worst == 0   ? Standing::shown
                         : worst == 1 ? Standing::declared
                                      : Standing::inferred;
    }
  }

  const Document& document_;
  Component paper_;  // what the document says of itself
};

constexpr std::array<std::string_view, 6> kStandings = {"shown",   "declared", "inferred",
                                                        "in_part", "missing",  "without_subject"};

}  // namespace

std::string_view to_text(Standing standing) {
  return kStandings.at(static_cast<std::size_t>(standing));
}

std::size_t Score::count(Standing standing) const {
  return static_cast<std::size_t>(std::ranges::count(elements, standing, &Element::standing));
}

Score score(const Document& document, std::string_view format) {
  return Scorer(document, format).run();
}

Json to_json(const Score& score) {
  constexpr std::size_t kEvidence = 200;  // of one element
  Json elements = Json::array();
  for (const auto& element : score.elements) {
    Json evidence = Json::array();
    for (const auto& each : element.evidence) {
      if (evidence.items().size() >= kEvidence) break;
      evidence.add(Json::object({{"part", each.ref},
                                 {"key", each.fact.key},
                                 {"value", each.fact.value},
                                 {"truth", to_text(each.fact.truth)},
                                 {"seen", each.fact.seen}}));
    }
    elements.add(Json::object({{"id", element.id},
                               {"name", element.name},
                               {"rule", element.rule},
                               {"standing", to_text(element.standing)},
                               {"parts", element.parts},
                               {"absent", Json::texts(element.absent)},
                               {"evidence", std::move(evidence)}}));
  }
  Json summary = Json::object();
  for (std::size_t i = 0; i < kStandings.size(); ++i) {
    summary.set(kStandings.at(i), score.count(static_cast<Standing>(i)));
  }
  return Json::object({{"elements", std::move(elements)}, {"summary", std::move(summary)}});
}

}  // namespace cupel::bom
