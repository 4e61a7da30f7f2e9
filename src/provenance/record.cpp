// SPDX-License-Identifier: Apache-2.0
#include "provenance/record.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "provenance/dsse.h"

namespace cupel {

#define RECORD(Name) extern const RecordKind k##Name##Record;
#include "provenance/records.def"
#undef RECORD

namespace {

constexpr std::array kKinds = {
#define RECORD(Name) &k##Name##Record,
#include "provenance/records.def"
#undef RECORD
};

const RecordKind* kind_of(std::string_view predicate_type) {
  const auto found = std::ranges::find(kKinds, predicate_type, &RecordKind::predicate_type);
  return found == kKinds.end() ? nullptr : *found;
}

const Person* signer_of(const dsse::Envelope& envelope, const System& system) {
  for (const auto& person : system.people) {
    if (person.public_key.empty()) continue;
    const auto key = PublicKey::from_base64(person.public_key);
    if (key.ok() && dsse::verify(envelope, key.value())) return &person;
  }
  return nullptr;
}

// Whether the person may sign it.
std::string objection(const AssetRecord& record, const Person& person) {
  const RecordKind& kind = *record.kind;
  const bool allowed = std::ranges::any_of(
      kind.signers, [&](std::string_view role) { return person.has_role(role); });
  if (!allowed) {
    return cat("no role of `", printable(person.name, 100), "` allows signing a ", kind.name,
               " record");
  }
  if (kind.not_signed_by.empty()) return {};
  if (record.statement.predicate[kind.not_signed_by].text() != person.name) return {};
  return cat("`", printable(person.name, 100), "` is its ", kind.not_signed_by,
             " and cannot sign it, too");
}

}  // namespace

bool is_statement_file(std::string_view path) {
  if (!path.starts_with(kStatementFolder) || !path.ends_with(".json")) return false;
  const auto name = path.substr(kStatementFolder.size());
  return name.starts_with('/') && name.rfind('/') == 0;
}

std::span<const RecordKind* const> all_record_kinds() {
  return kKinds;
}

const RecordKind* record_kind_in(std::string_view envelope) {
  const auto reading = dsse::read_envelope(envelope);
  if (!reading.envelope || reading.envelope->payload_type != kInTotoType) return nullptr;
  const auto statement = read_json(reading.envelope->payload, {.depth = 16, .values = 100'000});
  return statement.value ? kind_of((*statement.value)["predicateType"].text()) : nullptr;
}

std::string make_record(const InTotoStatement& statement, const PrivateKey& key) {
  return dsse::seal(kInTotoType, write_statement(statement), key);
}

AssetRecord read_record(std::string_view text, std::string_view file, const System& system) {
  AssetRecord record;
  record.file = file;
  const auto refuse = [&](std::string why) {
    record.problem = std::move(why);
    return record;
  };
  const auto reading = dsse::read_envelope(text);
  if (!reading.envelope) return refuse(reading.problem);
  if (reading.envelope->payload_type != kInTotoType) {
    return refuse(cat("its payload is of type `", printable(reading.envelope->payload_type, 100),
                      "`, not in-toto"));
  }
  auto statement = read_statement(reading.envelope->payload);
  if (!statement.statement) return refuse(std::move(statement.problem));
  record.statement = *std::move(statement.statement);
  record.kind = kind_of(record.statement.predicate_type);
  if (record.kind == nullptr) {
    return refuse(cat("its predicate type is unknown: `",
                      printable(record.statement.predicate_type, 100), "`"));
  }
  const Person* person = signer_of(*reading.envelope, system);
  if (person == nullptr) return refuse("nobody of the roster has signed it");
  record.by = person->name;
  record.problem = record.kind->check(record.statement, record.made_at);
  if (record.problem.empty()) record.problem = objection(record, *person);
  record.verified = record.problem.empty();
  return record;
}

}  // namespace cupel
