// SPDX-License-Identifier: Apache-2.0
#include "provenance/attestation.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "provenance/dsse.h"
#include "support/signers.h"
#include "support/support.h"

namespace cupel {
namespace {

constexpr std::string_view kType = "application/vnd.in-toto+json";

using test::Signers;

Attestation plan() {
  Attestation attestation;
  attestation.provisions = {"5.2.1-3", "5.2.2-5"};
  attestation.by = "Ana Duarte";
  attestation.subjects = {
      {.kind = "document", .name = "docs/plan.md", .digest = sha256_hex("the plan")}};
  attestation.statement = "reviewed \xE2\x80\x94 and exercised";
  attestation.issued_at = *parse_timestamp("2026-09-01T10:00:00Z");
  attestation.expires_at = parse_timestamp("2027-09-01");
  return attestation;
}

TEST(Attestation, SaysAfterReadingWhatWasSigned) {
  const Signers who;
  const auto text = make_attestation(plan(), who.ana);
  const auto read = read_attestation(text, "attestations/plan.json", who.system);
  EXPECT_EQ(read.problem, "");
  EXPECT_TRUE(read.verified);
  EXPECT_EQ(read.provisions, plan().provisions);
  EXPECT_EQ(read.by, "Ana Duarte");
  EXPECT_EQ(read.subjects, plan().subjects);
  EXPECT_EQ(read.statement, plan().statement);
  EXPECT_EQ(read.issued_at, plan().issued_at);
  EXPECT_EQ(read.expires_at, plan().expires_at);
  EXPECT_EQ(read.file, "attestations/plan.json");
  EXPECT_EQ(read.envelope, text);
}

TEST(Attestation, IsAnInTotoStatement) {
  const Signers who;
  const auto envelope = dsse::read_envelope(make_attestation(plan(), who.ana)).envelope.value();
  EXPECT_EQ(envelope.payload_type, kType);
  EXPECT_EQ(envelope.payload,
            cat(R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"by":"Ana Duarte",)"
                R"("expires":"2027-09-01T00:00:00.000Z","issued":"2026-09-01T10:00:00.000Z",)"
                R"("provisions":["5.2.1-3","5.2.2-5"],"statement":"reviewed )",
                "\xE2\x80\x94",
                R"( and exercised"},)"
                R"("predicateType":"https://cupel.dev/attestation/v1","subject":[{"digest":)"
                R"({"sha256":")",
                sha256_hex("the plan"), R"("},"name":"docs/plan.md"}]})"));
}

TEST(Attestation, ByAnotherKeyOrPersonIsNotVerifiedAndSaysWhy) {
  const Signers who;
  const auto problem = [&](const Attestation& attestation, const PrivateKey& key) {
    const auto read = read_attestation(make_attestation(attestation, key), "a.json", who.system);
    EXPECT_FALSE(read.verified);
    return read.problem;
  };
  EXPECT_EQ(problem(plan(), who.bea), "signature does not verify");
  auto eve = plan();
  eve.by = "Eve\x1b[2J";
  EXPECT_EQ(problem(eve, who.ana), "`Eve\\x1b[2J` is not in the roster");
  auto carl = plan();
  carl.by = "Carl Moss";
  EXPECT_EQ(problem(carl, who.ana), "`Carl Moss` has no public key in the roster");
  auto nobody = plan();
  nobody.by = "";
  EXPECT_EQ(problem(nobody, who.ana), "it does not say who signed it");
  auto nothing = plan();
  nothing.subjects.clear();
  EXPECT_EQ(problem(nothing, who.ana), "it names no subject");
  auto no_digest = plan();
  no_digest.subjects[0].digest = "ABC";
  EXPECT_EQ(problem(no_digest, who.ana), "a subject has no name or no SHA-256 digest");
  auto no_provision = plan();
  no_provision.provisions.clear();
  EXPECT_EQ(problem(no_provision, who.ana), "it names no provision");
  auto expired_early = plan();
  expired_early.expires_at = expired_early.issued_at;
  EXPECT_EQ(problem(expired_early, who.ana), "it expires before it was issued");
}

TEST(Attestation, OfTheRosterIsByAnOwnerAndAlone) {
  const Signers who;
  Attestation roster;
  roster.provisions = {std::string(kRoster)};
  roster.by = "Ana Duarte";
  roster.subjects = {roster_subject(who.system)};
  roster.issued_at = *parse_timestamp("2026-09-01");
  const auto read = read_attestation(make_attestation(roster, who.ana), "r.json", who.system);
  EXPECT_EQ(read.problem, "");
  EXPECT_EQ(read.subjects, roster.subjects);
  EXPECT_EQ(read.subjects[0].digest, sha256_hex(roster_of(who.system).canonical()));
  roster.by = "Bea Lind";
  EXPECT_EQ(read_attestation(make_attestation(roster, who.bea), "r.json", who.system).problem,
            "the roster is signed by an owner, and `Bea Lind` is none");
  roster.provisions.emplace_back("5.2.1-3");
  EXPECT_EQ(read_attestation(make_attestation(roster, who.bea), "r.json", who.system).problem,
            "the roster is attested alone");
}

TEST(Attestation, ChangesItsRosterSubjectWithEveryPersonRoleAndKey) {
  Signers who;
  const auto before = roster_subject(who.system);
  EXPECT_EQ(roster_subject(who.system), before);
  who.system.people[1].roles.emplace_back("approver");
  EXPECT_NE(roster_subject(who.system), before);
  who.system.people[1].roles.pop_back();
  who.system.people[1].public_key = who.ana.public_key().base64();
  EXPECT_NE(roster_subject(who.system), before);
}

TEST(Attestation, WhatIsNoAttestationIsNeverVerified) {
  const Signers who;
  const auto problem = [&](std::string_view text) {
    const auto read = read_attestation(text, "a.json", who.system);
    EXPECT_FALSE(read.verified) << text;
    EXPECT_FALSE(read.problem.empty()) << text;
    return read.problem;
  };
  EXPECT_NE(problem("").find("envelope"), std::string::npos);
  EXPECT_EQ(problem(dsse::seal("text/plain", "{}", who.ana)),
            "its payload is of type `text/plain`, not in-toto");
  EXPECT_EQ(problem(dsse::seal(kType, "{}", who.ana)), "it is no in-toto statement v1");
  EXPECT_EQ(
      problem(dsse::seal(
          kType,
          cat(R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"x","predicate":{},)",
              R"("subject":[{"name":"a","digest":{"sha256":")", sha256_hex("a"), R"("}}]})"),
          who.ana)),
      "its predicate type is unknown: `x`");
  EXPECT_NE(problem(dsse::seal(kType, R"({"_type":1,"_type":2})", who.ana)).find("stands twice"),
            std::string::npos);
  const auto text = make_attestation(plan(), who.ana);
  for (std::size_t i = 0; i < text.size(); i += 11) problem(text.substr(0, i));
}

}  // namespace
}  // namespace cupel
