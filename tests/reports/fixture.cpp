// SPDX-License-Identifier: Apache-2.0
#include "reports/fixture.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "support/support.h"

namespace cupel::test {
namespace {

using Codes = std::array<std::string_view, 3>;
constexpr std::array<std::string_view, 1> kDat002 = {"DAT002"};
constexpr std::array<std::string_view, 2> kInventory = {"INV001", "INV002"};

constexpr TestUnit unit(std::string_view id, std::string_view provision, std::string_view check,
                        std::string_view criterion, std::span<const std::string_view> codes = {}) {
  return {.id = id,
          .provision = provision,
          .kind = UnitKind::functional,
          .rule = Rule::clean,
          .check = check,
          .criterion = criterion,
          .codes = codes};
}

const TestUnit kUnits[] = {
    unit("5.1.2-4/pickle-imports", "5.1.2-4", "artifact.pickle-imports",
         "no model file runs code of unknown origin when it is loaded"),
    unit("5.2.3-1/pickle-imports", "5.2.3-1", "artifact.pickle-imports",
         "no model file runs code of unknown origin when it is loaded"),
    unit("5.2.3-1/declared-digest", "5.2.3-1", "artifact.declared-digest",
         "every supplied asset is the one that was declared"),
    unit("5.2.1-1/inventory", "5.2.1-1", "supply.inventory",
         "every model, dataset and prompt on disk is declared", kInventory),
    unit("5.2.1-2/declared-digest", "5.2.1-2", "artifact.declared-digest",
         "the bytes of every asset have the declared digest"),
    unit("5.2.4-2/dataset-record", "5.2.4-2", "dataset.record",
         "every public dataset names source, licence and custodian"),
    unit("5.2.4-2.1/source-and-time", "5.2.4-2.1", "dataset.record",
         "every public dataset says where and when it was collected", kDat002),
    unit("5.2.1-4/secrets", "5.2.1-4", "deployment.secrets",
         "no configuration or prompt holds a credential"),
    unit("5.2.1-4/permissions", "5.2.1-4", "deployment.permissions",
         "confidential assets are not readable by everyone"),
    unit("5.2.4-1.1/model-card", "5.2.4-1.1", "governance.model-card",
         "the model card has every required field"),
    unit("5.2.2-4/disclosure", "5.2.2-4", "governance.vulnerability-disclosure",
         "a valid security.txt names a policy"),
    unit("5.4.2-1/log-retention", "5.4.2-1", "deployment.log-retention",
         "logs are kept as long as is declared"),
    unit("5.2.1-3/plan-exercised", "5.2.1-3", "governance.plans",
         "the recovery plan was exercised within the declared interval"),
    TestUnit{.id = "5.1.1-1/document",
             .provision = "5.1.1-1",
             .kind = UnitKind::conceptual,
             .rule = Rule::attested,
             .check = "governance.documents",
             .criterion = "a reviewed training programme is declared and signed"},
};

Timestamp at(std::string_view text) {
  return parse_timestamp(text).value();
}

std::string id_of(std::size_t number) {
  return cat(std::string("0123456789abcdef").substr(number % 16, 1),
             "4f81c0de5ba11ad9e2267c3b905ffe", number % 10);
}

Observation seen(std::size_t number, std::string_view check, std::vector<SubjectRef> subjects,
                 Coverage coverage, std::string_view measured,
                 std::vector<Diagnostic> diagnostics = {}) {
  Observation observation;
  observation.id = id_of(number);
  observation.check = check;
  observation.collector = "cupel 0.0.2";
  observation.subjects = std::move(subjects);
  observation.observed_at = at("2026-11-22T17:15:51.042Z");
  observation.method = Method::test;
  observation.coverage = std::move(coverage);
  observation.measured = measured;
  observation.diagnostics = std::move(diagnostics);
  return observation;
}

SubjectRef subject(std::string_view kind, std::string_view name, char digit) {
  return {.kind = std::string(kind), .name = std::string(name), .digest = std::string(64, digit)};
}

std::vector<Diagnostic> pickle_findings() {
  return {
      {.code = "PKL001",
       .severity = Severity::critical,
       .title = "pickle imports `os.system` when loaded",
       .place = {.path = {"models/fraud.pt", "archive/data.pkl"}, .span = Span{16, 18}},
       .label = "GLOBAL 'os system'",
       .notes = {"the import is called with one text of 34 bytes"},
       .help = "load the weights from safetensors, or obtain the file again from its author"},
      {.code = "PKL001",
       .severity = Severity::high,
       .title = cat("pickle calls `", kScript, "` when loaded"),
       .place = {.path = {"models/" + kScript + ".pkl"}, .span = Span{2, 9}, .pointer = kAttribute},
       .notes = {kEscape, kBidi},
       .help = "load the weights from safetensors, or obtain the file again from its author"},
      {.code = "PKL002",
       .severity = Severity::medium,
       .title = "pickle imports `xgboost.core.Booster`, a package nobody has vetted",
       .place = {.path = {"models/preprocessing.pkl"}, .span = Span{40, 61}},
       .help = "vet the package and add it to the policy file"},
      {.code = "PKL002",
       .severity = Severity::medium,
       .title = "pickle imports `sklearn.preprocessing._data.StandardScaler`",
       .place = {.path = {cat("models/", std::string(700, 'd'), "/scaler.pkl")},
                 .span = Span{4096, 4111}},
       .help = "vet the package and add it to the policy file"},
  };
}

std::vector<Observation> observations() {
  std::vector<Observation> all;
  all.push_back(seen(
      0, "artifact.pickle-imports",
      {subject("model", "models/fraud.pt", 'a'), subject("model", "models/preprocessing.pkl", 'b'),
       SubjectRef{.kind = "model", .name = kBidi, .digest = ""}},
      {.population = 4, .examined = 4}, "41 imports in 4 files, 4 outside the allow-list",
      pickle_findings()));
  all.back().facts = Json::object({{"files", 4},
                                   {"imports", 41},
                                   {"outside", Json::texts({"os.system", kScript, kEscape})},
                                   {"protocols", Json::array({2, 4})}});
  all.push_back(seen(1, "supply.inventory", {subject("system", "card-fraud-detection", 'c')},
                     {.population = 31, .examined = 31},
                     "31 files, 7 declared assets, 1 undeclared",
                     {{.code = "INV001",
                       .severity = Severity::high,
                       .title = "a model on disk is declared nowhere",
                       .place = {.path = {"models/old/fraud-2025.json"}},
                       .help = "declare it under `assets:` in cupel.yaml, or remove it"}}));
  all.push_back(seen(2, "artifact.declared-digest", {subject("model", "fraud-model", 'a')},
                     {.population = 7, .examined = 7}, "7 of 7 assets have the declared digest"));
  all.push_back(seen(
      3, "dataset.record", {subject("dataset", "transactions", 'd')},
      {.population = 2, .examined = 2}, "2 records, 1 without a licence",
      {{.code = "DAT004",
        .severity = Severity::medium,
        .title = "dataset `merchants` has no licence",
        .place = {.path = {"cupel.yaml"}, .line = 31, .column = 5, .pointer = "assets/merchants"},
        .help = "say under which licence the data may be used: `licence: …`"}}));
  all.push_back(
      seen(4, "deployment.secrets", {subject("configuration", "config/app.yaml", 'e')},
           {.population = 12, .examined = 12}, "12 files searched, 1 credential found",
           {{.code = "SEC001",
             .severity = Severity::critical,
             .title = "a cloud access key stands in a configuration file",
             .place = {.path = {"config/app.yaml"}, .line = 12, .column = 9},
             .label = "AKIA… (20 characters)",
             .help = "revoke the key, then read it from the environment or a secret store"}}));
  all.push_back(seen(5, "deployment.permissions", {subject("model", "fraud-model", 'a')},
                     {.population = 9, .examined = 9}, "9 files, none readable by everyone"));
  all.push_back(seen(6, "governance.model-card", {subject("document", "docs/model-card.md", '1')},
                     {.population = 1, .examined = 1}, "5 of 6 fields present",
                     {{.code = "CRD003",
                       .severity = Severity::high,
                       .title = "the model card names no failure modes",
                       .place = {.path = {"docs/model-card.md"}, .line = 1, .column = 1},
                       .help = "add a section that says when the model must not be relied on"}}));
  all.push_back(seen(7, "governance.vulnerability-disclosure",
                     {subject("document", ".well-known/security.txt", '2')},
                     {.population = 1, .examined = 1}, "security.txt is valid until 2027-06-30"));
  all.push_back(seen(8, "governance.documents", {subject("document", "docs/training.md", '3')},
                     {.population = 1, .examined = 1},
                     "the training programme was reviewed on 2026-09-01"));
  all.back().provision = "5.1.1-1";
  all.back().facts = Json::object({{"author", "Carl Moss"}, {"owner", "Ana Duarte"}});
  all.push_back(seen(9, "governance.plans", {subject("document", "docs/recovery.md", '4')},
                     {.population = 1, .examined = 1}, "last exercised on 2025-09-10"));
  all.back().valid_until = at("2026-09-10");
  all.push_back(seen(10, "deployment.log-retention",
                     {subject("configuration", "config/logging.yaml", '5')},
                     {.population = 1, .examined = 1}, "30 days configured, 180 declared",
                     {{.code = "LOG001",
                       .severity = Severity::high,
                       .title = "logs are deleted after 30 days, 180 are declared",
                       .place = {.path = {"config/logging.yaml"}, .line = 4, .column = 14},
                       .help = "raise `retention` to 180 days, or declare what is really needed"},
                      {.code = "LOG009",
                       .severity = Severity::info,
                       .title = "rotation is by size",
                       .place = {.path = {"config/logging.yaml"}, .line = 6, .column = 3}}}));
  all.push_back(seen(11, "supply.component-hashes", {}, {}, "no asset is released"));
  all.back().condition = Condition{.provision = "5.2.4-1.2",
                                   .met = false,
                                   .triggered = true,
                                   .why = "no asset of the inventory is released"};
  return all;
}

struct Decided {
  std::string_view provision;
  Verdict verdict;
  DecidedBy by;
  std::string_view reason;
  std::string_view next;
};

constexpr Decided kDecided[] = {
    {"5.1.1-1", Verdict::pass, DecidedBy::people,
     "the training programme was reviewed on 2026-09-01", ""},
    {"5.1.2-4", Verdict::fail, DecidedBy::machine,
     "pickle imports `os.system` when loaded (models/fraud.pt!archive/data.pkl at byte 0x10), and "
     "1 more",
     "load the weights from safetensors, or obtain the file again from its author"},
    {"5.2.3-1", Verdict::fail, DecidedBy::machine,
     "pickle imports `os.system` when loaded (models/fraud.pt!archive/data.pkl at byte 0x10), and "
     "1 more",
     "load the weights from safetensors, or obtain the file again from its author"},
    {"5.2.1-1", Verdict::fail, DecidedBy::machine,
     "a model on disk is declared nowhere (models/old/fraud-2025.json)",
     "declare it under `assets:` in cupel.yaml, or remove it"},
    {"5.2.1-2", Verdict::pass, DecidedBy::machine, "7 of 7 assets have the declared digest", ""},
    {"5.2.1-3", Verdict::inconclusive, DecidedBy::nobody,
     "the evidence is out of date since 2026-09-10",
     "exercise the recovery plan and write the date and result into its front matter"},
    {"5.2.1-4", Verdict::fail, DecidedBy::machine,
     "a cloud access key stands in a configuration file (config/app.yaml:12:9)",
     "revoke the key, then read it from the environment or a secret store"},
    {"5.2.2-4", Verdict::pass, DecidedBy::machine, "security.txt is valid until 2027-06-30", ""},
    {"5.2.4-1.1", Verdict::fail, DecidedBy::machine,
     "the model card names no failure modes (docs/model-card.md:1:1)",
     "add a section that says when the model must not be relied on"},
    {"5.2.4-1.2", Verdict::not_applicable, DecidedBy::machine,
     "its condition does not hold: no asset of the inventory is released", ""},
    {"5.2.4-2", Verdict::inconclusive, DecidedBy::nobody,
     "dataset `merchants` has no licence (cupel.yaml:31:5 (assets/merchants))",
     "say under which licence the data may be used: `licence: …`"},
    {"5.2.4-2.1", Verdict::pass, DecidedBy::machine, "2 records, source and time complete", ""},
    {"5.4.2-1", Verdict::fail, DecidedBy::machine,
     "logs are deleted after 30 days, 180 are declared (config/logging.yaml:4:14)",
     "raise `retention` to 180 days, or declare what is really needed"},
    {"5.5.1-1", Verdict::not_applicable, DecidedBy::machine,
     "not triggered yet: no asset has reached the end of its life", ""},
    {"5.5.1-2", Verdict::not_applicable, DecidedBy::machine,
     "not triggered yet: no asset has reached the end of its life", ""},
    {"5.1.2-1.1", Verdict::not_applicable, DecidedBy::people,
     "excluded: the custodian is a supplier (signed by Ana Duarte)", ""},
};

void add_units(ProvisionResult& result, const std::vector<Observation>& seen_by_checks) {
  for (const auto& test_unit : kUnits) {
    if (test_unit.provision != result.id) continue;
    UnitResult unit_result{.id = std::string(test_unit.id),
                           .check = std::string(test_unit.check),
                           .kind = test_unit.kind,
                           .verdict = Verdict::pass,
                           .criterion = std::string(test_unit.criterion),
                           .measured = {},
                           .reason = {},
                           .observations = {},
                           .attested_by = {}};
    for (const auto& observation : seen_by_checks) {
      if (observation.check != test_unit.check) continue;
      unit_result.observations.push_back(observation.id);
      unit_result.measured = observation.measured;
      for (const auto& diagnostic : observation.diagnostics) {
        const bool counts =
            test_unit.codes.empty() ||
            std::ranges::find(test_unit.codes, diagnostic.code) != test_unit.codes.end();
        if (!counts || diagnostic.severity < Severity::medium) continue;
        const bool fails = diagnostic.severity >= Severity::high;
        unit_result.verdict =
            roll_up(unit_result.verdict, fails ? Verdict::fail : Verdict::inconclusive);
        if (unit_result.reason.empty()) unit_result.reason = diagnostic.title;
      }
      if (observation.valid_until) {
        unit_result.verdict = Verdict::inconclusive;
        unit_result.reason = "the evidence is out of date since 2026-09-10";
      }
    }
    if (test_unit.rule == Rule::attested) unit_result.attested_by = {"Ana Duarte"};
    result.units.push_back(std::move(unit_result));
  }
}

ProvisionResult judge(const Provision& provision, const std::vector<Observation>& all) {
  ProvisionResult result{.id = provision.id,
                         .principle = provision.principle,
                         .title = provision.title,
                         .level = provision.level,
                         .kind = provision.kind,
                         .phase = provision.phase,
                         .verdict = Verdict::inconclusive,
                         .reason = {},
                         .next = {},
                         .decided_by = DecidedBy::nobody,
                         .units = {}};
  add_units(result, all);
  const auto known = std::ranges::find(kDecided, provision.id, &Decided::provision);
  if (known != std::end(kDecided)) {
    result.verdict = known->verdict;
    result.decided_by = known->by;
    result.reason = known->reason;
    result.next = known->next;
  } else if (provision.kind == ProvisionKind::technical) {
    result.reason = "no test unit of this version judges it";
    result.next = cat("have a person test it and attest the result: cupel explain ", provision.id);
  } else {
    result.reason = cat("no document is declared for ", provision.id);
    result.next =
        cat("declare a document for ", provision.id, " in cupel.yaml and sign it: cupel attest ",
            provision.id, " --document FILE --by NAME --key PEM");
  }
  return result;
}

void count(Tally& tally, Verdict verdict) {
  (verdict == Verdict::pass           ? tally.pass
   : verdict == Verdict::fail         ? tally.fail
   : verdict == Verdict::inconclusive ? tally.inconclusive
                                      : tally.not_applicable)++;
}

}  // namespace

Catalogue fixture_catalogue() {
  const auto reading =
      read_json(slurp(std::filesystem::path(CUPEL_SOURCE_DIR) / "catalogue" / "provisions.json"));
  auto catalogue = catalogue_from(reading.value.value());
  catalogue.value().units.assign(std::begin(kUnits), std::end(kUnits));
  catalogue->digest = std::string(64, '7');
  return *catalogue;
}

Assessment fixture_assessment(const Catalogue& catalogue) {
  Assessment a;
  a.tool = "cupel 0.0.2";
  a.system_name = "card-fraud-detection";
  a.system_version = "2.3.0";
  a.system_digest = "5f3c1d2e9a7b4c6d8e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f";
  a.scenario = "fraud-detection";
  a.roles = {"developer", "system-operator"};
  a.cycle = {.id = "0f9d6c1e-52a4-4c1b-9d53-3b6f7a1c2e48",
             .trigger = "manual",
             .started = at("2026-11-22T17:15:50.123Z"),
             .finished = at("2026-11-22T17:15:51.327Z"),
             .tool = "cupel 0.0.2",
             .catalogue_digest = std::string(64, '7'),
             .only = {},
             .previous = {}};
  a.observations = observations();
  for (const auto& provision : catalogue.provisions) {
    auto result = judge(provision, a.observations);
    count(result.level == Level::shall ? a.shall : a.should, result.verdict);
    if (result.decided_by == DecidedBy::machine) ++a.decided_by_machine;
    if (result.decided_by == DecidedBy::people) ++a.decided_by_people;
    a.provisions.push_back(std::move(result));
  }
  a.ledger = {
      .size = 118,
      .root = "c5b1a0f4e3d2987766554433221100ffeeddccbbaa99887766554433221100ff",
      .checkpoint =
          "cupel.example/card-fraud-detection\n118\nxbGg9OPSmHdmVUQzIhEA/+7dzLuqmYh3ZlVEMyIR"
          "AP8=\n\n— cupel.example/card-fraud-detection 9T3kQ0dQWm8kqkF0c3J2b2J0aGVzZQ==\n"};
  return a;
}

Assessment fixture_with_findings(const Catalogue& catalogue, std::size_t count_of_more) {
  Assessment a = fixture_assessment(catalogue);
  auto& diagnostics = a.observations.front().diagnostics;
  for (std::size_t i = 0; i < count_of_more; ++i) {
    diagnostics.push_back(
        {.code = "PKL001",
         .severity = i % 3 == 0 ? Severity::high : Severity::medium,
         .title = cat("pickle imports `package_", i % 97, ".call` when loaded"),
         .place = {.path = {cat("models/part-", i, ".pkl")}, .span = Span{i, i + 12}},
         .notes = {"found while walking the opcodes"},
         .help = "load the weights from safetensors"});
  }
  return a;
}

Assessment fixture_of_broken_text(const Catalogue& catalogue) {
  Assessment a = fixture_assessment(catalogue);
  a.system_name = "name \xff\xfe \uffff";
  auto& diagnostic = a.observations.front().diagnostics.front();
  diagnostic.title = "cut \xe2\x82 here";
  diagnostic.place.path = {"models/\xff\xfe name.pkl", "in\x01side\ufffe"};
  a.provisions.front().reason = "reason \x80\ufffe";
  a.provisions[5].verdict = Verdict::fail;
  a.provisions[5].reason = "reason \x01 \x80\ufffe]]>";
  return a;
}

}  // namespace cupel::test
