// SPDX-License-Identifier: Apache-2.0
#include "provenance/records/change.h"

#include <array>

#include "provenance/member_reader.h"

namespace cupel {

extern const RecordKind kChangeRecord;

namespace {

constexpr std::array<std::string_view, 5> kSigners = {"owner", "security-officer", "approver",
                                                      "developer", "system-operator"};

std::string digest_if(MemberReader& members, std::string_view key) {
  const Json value = members.object_if(key);
  if (value.members().empty()) return {};
  const auto read = read_descriptor(Json::object({{"digest", value}}));
  if (!read.descriptor || read.descriptor->sha256().empty()) {
    members.fail(key, "is no SHA-256 digest");
    return {};
  }
  return std::string(read.descriptor->sha256());
}

std::string check(const InTotoStatement& statement, Timestamp& made_at) {
  const auto reading = read_change(statement.predicate);
  if (!reading.change) return reading.problem;
  made_at = reading.change->changed;
  const auto& change = *reading.change;
  return statement.is_about(change.after.empty() ? change.before : change.after)
             ? ""
             : "its subject is not what it says was changed";
}

}  // namespace

Json to_json(const ChangeRecord& change) {
  Json json = Json::object({{"asset", change.asset},
                            {"changed", to_rfc3339(change.changed)},
                            {"author", change.author},
                            {"reason", change.reason}});
  if (!change.before.empty()) json.set("before", Json::object({{"sha256", change.before}}));
  if (!change.after.empty()) json.set("after", Json::object({{"sha256", change.after}}));
  if (!change.assessment.empty()) json.set("assessment", change.assessment);
  if (!change.reference.empty()) json.set("reference", change.reference);
  return json;
}

ChangeReading read_change(const Json& predicate) {
  ChangeReading reading;
  ChangeRecord change;
  MemberReader members(predicate, "", reading.problem);
  change.asset = members.text("asset");
  change.before = digest_if(members, "before");
  change.after = digest_if(members, "after");
  change.changed = members.time("changed");
  change.author = members.text("author");
  change.reason = members.text("reason");
  change.assessment = members.text_if("assessment");
  change.reference = members.uri_if("reference");
  members.nothing_else();
  if (change.before == change.after) members.fail("after", "is what it was before");
  if (members.ok()) reading.change = std::move(change);
  return reading;
}

constinit const RecordKind kChangeRecord = {
    .name = "change",
    .predicate_type = "https://cupel.dev/change/v1",
    .says = "why a prompt, a configuration or a model was changed",
    .signers = kSigners,
    .not_signed_by = "author",
    .check = check};

}  // namespace cupel
