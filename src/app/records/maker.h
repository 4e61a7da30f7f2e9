// SPDX-License-Identifier: Apache-2.0
// RecordMaker: how `cupel record KIND ASSET` fills a statement of one kind from its options and
// from what stands on disk. Each row of provenance/records.def has one, k<Name>Maker, in the file
// of its kind beside this one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/command.h"
#include "app/state.h"
#include "ledger/ledger.h"
#include "provenance/statement.h"
#include "vocab/asset.h"
#include "vocab/system.h"

namespace cupel {

struct RecordRequest {
  const Context& context;
  const SystemPaths& paths;
  const System& system;
  const Inventory& inventory;  // of the system's folder, as it is now
  const Asset* asset;          // null: there is none of this name (any more)
  std::string name;            // as it was asked for

  [[nodiscard]] const Options& options() const { return context.options; }
  // The digest by which statements name the asset; "" when nothing is there.
  [[nodiscard]] std::string root() const;
};

struct RecordContent {
  std::vector<Descriptor> subjects;
  Json predicate;
  Exit exit = Exit::ok;                 // of the command, when all went well
  std::vector<std::string> notes = {};  // for people
};

struct RecordMaker {
  std::string_view kind;  // RecordKind::name
  Result<RecordContent> (*make)(const RecordRequest& request);
};

// The asset as a subject: by its root digest and, when it is one file, by that file's digest, too.
// Fault::usage when it has no digest.
[[nodiscard]] Result<std::vector<Descriptor>> subjects_of(const RecordRequest& request);

// What of the system a record refers to: a declared asset by its root digest, any other file by its
// SHA-256. Fault::usage when it is neither.
[[nodiscard]] Result<Descriptor> referred(const RecordRequest& request, const std::string& name);

// An option that must be there; an option that is a moment (by default `fallback`).
[[nodiscard]] Result<std::string> required(const RecordRequest& request, std::string_view option);
[[nodiscard]] Result<Timestamp> moment(const RecordRequest& request, std::string_view option,
                                       Timestamp fallback);
// KEY=VALUE options as an object; numbers and booleans as such, everything else as text.
[[nodiscard]] Result<Json> pairs(const RecordRequest& request, std::string_view option);

}  // namespace cupel
