// SPDX-License-Identifier: Apache-2.0
#include "provenance/record.h"

#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "provenance/attestation.h"
#include "provenance/dsse.h"
#include "provenance/records/admission.h"
#include "provenance/records/build.h"
#include "provenance/records/change.h"
#include "provenance/records/collection.h"
#include "support/signers.h"

namespace cupel {
namespace {

using test::Signers;

const std::string kModel = sha256_hex("model");
const std::string kData = sha256_hex("data");

BuildRecord build() {
  return {.operation = "train",
          .entry_point = "train/train.py",
          .config = "train/config.yaml",
          .data = {"transactions"},
          .models = {},
          .parameters = Json::object({{"depth", 6}, {"rate", 0.1}}),
          .seed = 230,
          .environment = Json::object({{"deterministic", true}}),
          .materials = {described("transactions", kData),
                        {.name = "source",
                         .uri = "git+https://git.example.org/fraud",
                         .digest = {{"gitCommit", std::string(40, 'a')}}}},
          .builder = "https://ci.example.org/trainer",
          .builder_version = Json::object({{"trainer", "1.4"}}),
          .invocation = "run-17",
          .started = parse_timestamp("2026-07-03T06:30:00Z"),
          .finished = *parse_timestamp("2026-07-03T07:30:00Z"),
          .byproducts = {described("metrics.json", sha256_hex("metrics"))}};
}

CollectionRecord collection() {
  return {.sources = {{.uri = "https://data.example.org/mcc.csv"}},
          .retrieved = *parse_timestamp("2026-02-03T09:12:00Z"),
          .method = "download, unchanged",
          .custodian = "Bea Lind",
          .licence = "MIT",
          .bytes = 4711,
          .opt_out = "none stated",
          .metadata = described("croissant.json", sha256_hex("croissant"))};
}

ChangeRecord change() {
  return {.asset = "prompt",
          .before = sha256_hex("old"),
          .after = sha256_hex("new"),
          .changed = *parse_timestamp("2026-09-14T10:00:00Z"),
          .author = "Carl Moss",
          .reason = "shorter answers",
          .assessment = "no new input is let in",
          .reference = "https://tickets.example.org/7"};
}

AdmissionRecord admission() {
  return {.verifier = "https://cupel.dev/verifier",
          .verifier_version = Json::object({{"cupel", "0.0.3"}}),
          .verified_at = *parse_timestamp("2026-11-20T10:00:00Z"),
          .resource = "https://models.example.org/fraud",
          .policy = {.uri = "https://cupel.dev/policies/x", .digest = {{"sha256", kData}}},
          .evidence = {described("assessment", sha256_hex("assessment"))},
          .passed = true,
          .levels = {"EN304223_DEPLOY_SHALL"}};
}

InTotoStatement about(std::string_view digest, std::string_view type, Json predicate) {
  return {.subjects = {described("fraud-model", digest)},
          .predicate_type = std::string(type),
          .predicate = std::move(predicate)};
}

std::string_view type_of(std::string_view kind) {
  for (const auto* each : all_record_kinds()) {
    if (each->name == kind) return each->predicate_type;
  }
  return {};
}

InTotoStatement statement_of(std::string_view kind) {
  if (kind == "build") return about(kModel, type_of(kind), to_json(build()));
  if (kind == "collection") return about(kData, type_of(kind), to_json(collection()));
  if (kind == "change") return about(change().after, type_of(kind), to_json(change()));
  return about(kModel, type_of(kind), to_json(admission()));
}

// A statement with one member of its predicate replaced or, by null, taken out.
InTotoStatement with(InTotoStatement statement, const std::vector<std::string>& path,
                     const Json& value) {
  const auto edited = [&](const auto& self, const Json& json, std::size_t at) -> Json {
    Json out = Json::object();
    for (const auto& [key, old] : json.members()) {
      if (key != path[at]) out.set(key, old);
    }
    if (at + 1 < path.size()) {
      out.set(path[at], self(self, json[path[at]], at + 1));
    } else if (!value.is_null()) {
      out.set(path[at], value);
    }
    return out;
  };
  statement.predicate = edited(edited, statement.predicate, 0);
  return statement;
}

std::string problem_of(const InTotoStatement& statement) {
  const Signers who;
  const auto record = read_record(make_record(statement, who.ana), "a.json", who.system);
  EXPECT_EQ(record.verified, record.problem.empty());
  return record.problem;
}

TEST(Record, OfEveryKindSaysAfterReadingWhatWasSigned) {
  const Signers who;
  std::set<std::string_view> types;
  for (const auto* kind : all_record_kinds()) {
    types.insert(kind->predicate_type);
    const auto statement = statement_of(kind->name);
    const auto text = make_record(statement, who.ana);
    const auto record = read_record(text, "attestations/a.json", who.system);
    EXPECT_EQ(record.problem, "") << kind->name;
    EXPECT_TRUE(record.verified);
    EXPECT_EQ(record.kind, kind);
    EXPECT_EQ(record_kind_in(text), kind);
    EXPECT_EQ(record.by, "Ana Duarte");
    EXPECT_EQ(record.file, "attestations/a.json");
    EXPECT_EQ(record.statement.predicate.canonical(), statement.predicate.canonical());
    EXPECT_TRUE(record.statement.is_about(statement.subjects[0].sha256()));
    EXPECT_FALSE(record.statement.is_about(sha256_hex("something else")));
    EXPECT_FALSE(record.statement.is_about(""));
  }
  EXPECT_EQ(types.size(), 4U) << "each kind has a predicate type of its own";
}

TEST(Record, ReadsBackEveryMemberOfEveryKind) {
  const auto built = read_build(to_json(build())).build.value();
  EXPECT_EQ(to_json(built).canonical(), to_json(build()).canonical());
  EXPECT_EQ(built.seed, 230);
  EXPECT_EQ(built.materials, build().materials);
  const auto collected = read_collection(to_json(collection())).collection.value();
  EXPECT_EQ(to_json(collected).canonical(), to_json(collection()).canonical());
  const auto changed = read_change(to_json(change())).change.value();
  EXPECT_EQ(to_json(changed).canonical(), to_json(change()).canonical());
  const auto admitted = read_admission(to_json(admission())).admission.value();
  EXPECT_EQ(to_json(admitted).canonical(), to_json(admission()).canonical());
}

TEST(Record, IsOfTheMomentThatItSpeaksOf) {
  const Signers who;
  const auto made_at = [&](std::string_view kind) {
    return to_rfc3339(
        read_record(make_record(statement_of(kind), who.ana), "a.json", who.system).made_at);
  };
  EXPECT_EQ(made_at("build"), "2026-07-03T07:30:00.000Z");
  EXPECT_EQ(made_at("collection"), "2026-02-03T09:12:00.000Z");
  EXPECT_EQ(made_at("change"), "2026-09-14T10:00:00.000Z");
  EXPECT_EQ(made_at("admission"), "2026-11-20T10:00:00.000Z");
}

TEST(Record, BySomebodyElseDoesNotCountAndSaysWhy) {
  const Signers who;
  const auto by = [&](const PrivateKey& key, const InTotoStatement& statement) {
    return read_record(make_record(statement, key), "a.json", who.system).problem;
  };
  const auto stranger = PrivateKey::generate().value();
  EXPECT_EQ(by(stranger, statement_of("build")), "nobody of the roster has signed it");
  EXPECT_EQ(by(who.bea, statement_of("build")),
            "no role of `Bea Lind` allows signing a build record");
  auto own = change();
  own.author = "Ana Duarte";
  EXPECT_EQ(by(who.ana, about(own.after, type_of("change"), to_json(own))),
            "`Ana Duarte` is its author and cannot sign it, too");
}

TEST(Record, IsNoAttestationAndNoAttestationIsARecord) {
  const Signers who;
  const auto record = make_record(statement_of("build"), who.ana);
  EXPECT_FALSE(read_attestation(record, "a.json", who.system).verified);
  Attestation word;
  word.provisions = {"5.2.4-3"};
  word.by = "Ana Duarte";
  word.subjects = {{.kind = "document", .name = "x", .digest = kModel}};
  const auto attestation = make_attestation(word, who.ana);
  EXPECT_EQ(record_kind_in(attestation), nullptr);
  EXPECT_EQ(read_record(attestation, "a.json", who.system).problem,
            "its predicate type is unknown: `https://cupel.dev/attestation/v1`");
  EXPECT_EQ(record_kind_in("{}"), nullptr);
  EXPECT_EQ(read_record("{", "a.json", who.system).kind, nullptr);
  const auto other = dsse::seal("text/plain", "hello", who.ana);
  EXPECT_EQ(record_kind_in(other), nullptr);
  EXPECT_EQ(read_record(other, "a.json", who.system).problem,
            "its payload is of type `text/plain`, not in-toto");
}

TEST(Record, ChangedAfterSigningDoesNotCount) {
  const Signers who;
  auto text = make_record(statement_of("build"), who.ana);
  auto envelope = *read_json(text).value;
  const auto other = write_statement(with(
      statement_of("build"), {"runDetails", "metadata", "finishedOn"}, "2026-07-03T08:30:00Z"));
  envelope.set("payload", to_base64(as_bytes(other)));
  EXPECT_EQ(read_record(envelope.canonical(), "a.json", who.system).problem,
            "nobody of the roster has signed it");
}

struct Wrong {
  std::string kind;
  std::vector<std::string> member;
  Json value;  // null: the member is missing
  std::string problem;
};

TEST(Record, ThatIsWrongInOneMemberSaysWhichAndWhy) {
  const std::vector<Wrong> cases = {
      {"build", {"buildDefinition"}, {}, "`buildDefinition` is missing, or no object"},
      {"build", {"runDetails"}, 7, "`runDetails` is missing, or no object"},
      {"build",
       {"buildDefinition", "buildType"},
       "https://example.org/other",
       "`buildDefinition.buildType` is not ours: `https://example.org/other`"},
      {"build",
       {"buildDefinition", "externalParameters", "operation"},
       "guess",
       "`externalParameters.operation` is unknown: `guess`"},
      {"build",
       {"buildDefinition", "externalParameters", "entryPoint"},
       "",
       "`externalParameters.entryPoint` is no text, or an empty one"},
      {"build",
       {"buildDefinition", "externalParameters", "epochs"},
       3,
       "`externalParameters.epochs` is not known"},
      {"build",
       {"buildDefinition", "externalParameters", "seed"},
       1.5,
       "`externalParameters.seed` is no whole number"},
      {"build",
       {"buildDefinition", "externalParameters", "datasets"},
       Json::texts({"others"}),
       "`others` is named, but is no material with a digest"},
      {"build",
       {"buildDefinition", "resolvedDependencies"},
       Json::array({Json::object({{"name", "x"}})}),
       "`buildDefinition.resolvedDependencies` holds what cannot be used: it has neither a digest "
       "nor an address"},
      {"build",
       {"runDetails", "builder", "id"},
       "trainer",
       "`builder.id` is no address with a scheme"},
      {"build",
       {"runDetails", "metadata", "finishedOn"},
       "2026-07-03T06:00:00Z",
       "`metadata.finishedOn` lies before startedOn"},
      {"build",
       {"runDetails", "metadata", "finishedOn"},
       "2026-07-03",
       "`metadata.finishedOn` is no time with a zone, such as 2026-03-01T00:00:00Z"},
      {"build", {"runDetails", "metadata"}, {}, "`metadata.finishedOn` is missing"},
      {"collection", {"sources"}, Json::array(), "`sources` is missing or empty"},
      {"collection",
       {"sources"},
       Json::array({to_json(described("x", kData))}),
       "`sources` holds one that is no address with a scheme"},
      {"collection", {"retrieved"}, {}, "`retrieved` is missing"},
      {"collection", {"retreived"}, "x", "`retreived` is not known"},
      {"collection", {"method"}, std::string(5000, 'x'), "`method` is longer than 4096 bytes"},
      {"collection", {"bytes"}, -1, "`bytes` is less than nothing"},
      {"collection",
       {"metadata"},
       "croissant.json",
       "`metadata` cannot be used: it is no resource descriptor"},
      {"change", {"before"}, Json::object({{"sha256", "ABC"}}), "`before` is no SHA-256 digest"},
      {"change",
       {"before"},
       Json::object({{"sha256", change().after}}),
       "`after` is what it was before"},
      {"change", {"after"}, {}, "its subject is not what it says was changed"},
      {"change", {"author"}, {}, "`author` is missing"},
      {"change", {"reason"}, {}, "`reason` is missing"},
      {"change", {"reference"}, "ticket 7", "`reference` is no address with a scheme"},
      {"admission",
       {"verificationResult"},
       "passed",
       "`verificationResult` is `passed`, which it cannot be"},
      {"admission", {"verificationResult"}, "FAILED", "`verifiedLevels` contradicts the result"},
      {"admission",
       {"verifiedLevels"},
       Json::texts({"FAILED"}),
       "`verifiedLevels` contradicts the result"},
      {"admission", {"verifiedLevels"}, Json::array(), "`verifiedLevels` is missing or empty"},
      {"admission", {"resourceUri"}, {}, "`resourceUri` is missing"},
      {"admission", {"policy"}, {}, "`policy` is missing"},
      {"admission",
       {"inputAttestations"},
       Json::array({Json::object({{"uri", "a:b"}})}),
       "`inputAttestations` holds one without a digest"},
      {"admission", {"verifier"}, "me", "`verifier` is missing, or no object"},
  };
  for (const auto& wrong : cases) {
    EXPECT_EQ(problem_of(with(statement_of(wrong.kind), wrong.member, wrong.value)), wrong.problem)
        << wrong.kind << " " << join(wrong.member, ".");
  }
}

TEST(Record, OfABuildMayHoldWhatSlsaAllowsBesides) {
  auto statement =
      with(statement_of("build"), {"runDetails", "builder", "builderDependencies"}, Json::array());
  statement = with(statement, {"example.org/extension"}, Json::object({{"a", 1}}));
  EXPECT_EQ(problem_of(statement), "");
}

TEST(Record, OfWhatWasRemovedIsAboutWhatStoodThere) {
  auto removed = change();
  removed.after.clear();
  EXPECT_EQ(problem_of(about(removed.before, type_of("change"), to_json(removed))), "");
  auto nothing = removed;
  nothing.before.clear();
  EXPECT_EQ(problem_of(about(kModel, type_of("change"), to_json(nothing))),
            "`after` is what it was before");
}

TEST(Statement, RefusesWhatIsNone) {
  const auto problem = [](std::string_view text) { return read_statement(text).problem; };
  const std::string good = write_statement(statement_of("build"));
  EXPECT_EQ(problem(good), "");
  EXPECT_EQ(problem("{}"), "it is no in-toto statement v1");
  EXPECT_EQ(problem(R"({"_type":"https://in-toto.io/Statement/v0.1"})"),
            "it is no in-toto statement v1");
  EXPECT_EQ(problem(R"({"_type":"https://in-toto.io/Statement/v1","subject":[]})"),
            "the statement has no predicate");
  const auto with_subject = [&](std::string_view subject) {
    return problem(cat(R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"a",)",
                       R"("predicate":{},"subject":[)", subject, "]}"));
  };
  EXPECT_EQ(with_subject(""), "it names no subject");
  const std::string digest = cat(R"("digest":{"sha256":")", kModel, R"("})");
  EXPECT_EQ(with_subject(cat(R"({"name":"a",)", digest, "}")), "");
  constexpr std::string_view kUnnamed = "a subject has no name or no SHA-256 digest";
  EXPECT_EQ(with_subject(cat("{", digest, "}")), kUnnamed);
  EXPECT_EQ(with_subject(R"({"name":"a","digest":{"sha512":"ab"}})"), kUnnamed);
  EXPECT_EQ(with_subject(R"({"name":"a","digest":{"sha256":"ab"}})"), kUnnamed);
  EXPECT_EQ(with_subject(R"({"name":7,)" + digest + "}"), kUnnamed);
  std::string many = cat(R"({"name":"a",)", digest, "}");
  for (int i = 0; i < 1000; ++i) many += cat(R"(,{"name":"a",)", digest, "}");
  EXPECT_EQ(with_subject(many), "it names more than 1000 subjects");
  EXPECT_NE(with_subject(cat(R"({"name":"a","name":"b",)", digest, "}")), "");
}

}  // namespace
}  // namespace cupel
