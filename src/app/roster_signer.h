// SPDX-License-Identifier: Apache-2.0
// roster_signer: the person for whom a command signs, --by NAME with --key PEM, and where the
// signed statement is put.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/command.h"
#include "app/state.h"
#include "crypto/key.h"
#include "ledger/ledger.h"
#include "vocab/system.h"

namespace cupel {

struct RosterSigner {
  const Person* person;  // of the system that was handed in
  PrivateKey key;
};
// Fault::usage when there is no such person, or when the key is not the one of the roster.
[[nodiscard]] Result<RosterSigner> roster_signer(const Context& context, const System& system,
                                                 std::string_view command);

// The path of a file relative to the system's folder; Fault::usage when it lies outside.
[[nodiscard]] Result<std::string> path_inside(const std::filesystem::path& root,
                                              const std::string& file);

// A name for a file in attestations/: the text in lower case, without what file systems and shells
// trip over, ending in ".json".
[[nodiscard]] std::string statement_file_name(std::string_view text);

struct SignedStatement {
  std::string_view type;  // of the ledger's entry
  std::string by;
  std::string digest;  // of its first subject
  std::string envelope;
};
struct KeptStatement {
  std::filesystem::path file;
  Receipt receipt;
};
// Puts an envelope into a file, which is meant from the system's folder, and into its ledger.
[[nodiscard]] Result<KeptStatement> keep_statement(const Context& context, const SystemPaths& paths,
                                                   const std::filesystem::path& file,
                                                   const SignedStatement& statement);

}  // namespace cupel
