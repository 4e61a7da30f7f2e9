// SPDX-License-Identifier: Apache-2.0
// record: what a person of the roster states of an asset in a form that other people's tools read,
// too: how it was built, where it was collected, why it was changed, that it was admitted.
//
// An in-toto statement (provenance/statement.h) in a DSSE envelope, in attestations/*.json of the
// system's folder. Each kind of record is a row of records.def and a file of records/.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "crypto/key.h"
#include "provenance/statement.h"
#include "vocab/system.h"

namespace cupel {

struct RecordKind {
  std::string_view name;                      // "build"
  std::string_view predicate_type;            // by which statements of this kind are known
  std::string_view says;                      // "how a model was made, and from what"
  std::span<const std::string_view> signers;  // roles of which one is needed to sign it
  // The member of the predicate that names whoever must not be the one who signs; may be "".
  std::string_view not_signed_by;
  // What is wrong with a statement's predicate, or "". Sets the moment that the record is of.
  std::string (*check)(const InTotoStatement& statement, Timestamp& made_at);
};

// Where attestations and records stand, relative to the system's folder.
inline constexpr std::string_view kStatementFolder = "attestations";
[[nodiscard]] bool is_statement_file(std::string_view path);  // attestations/*.json

// In the order of records.def.
[[nodiscard]] std::span<const RecordKind* const> all_record_kinds();
// The kind of an envelope's statement, whoever signed it; null when it is no record.
[[nodiscard]] const RecordKind* record_kind_in(std::string_view envelope);

struct AssetRecord {
  const RecordKind* kind = nullptr;  // null: it is no record at all
  InTotoStatement statement;
  Timestamp made_at;
  std::string by;    // the person whose key made the signature
  std::string file;  // relative to the system's folder
  bool verified = false;
  std::string problem;  // why not
};

// Signs. The text is canonical JSON.
[[nodiscard]] std::string make_record(const InTotoStatement& statement, const PrivateKey& key);

// Reads an envelope and checks it against the roster. Never fails: what is wrong stands in
// `problem`. The signer is whoever of the roster has a key that fits, whatever the hint says.
[[nodiscard]] AssetRecord read_record(std::string_view text, std::string_view file,
                                      const System& system);

}  // namespace cupel
