// SPDX-License-Identifier: Apache-2.0
#include "app/roster_signer.h"

#include <algorithm>

#include "app/passphrase.h"
#include "base/file.h"
#include "base/text.h"

namespace cupel {
namespace {

Result<PrivateKey> key_of(const Context& context, const Person& person) {
  const std::string pem = TRY(read_text(context.options.value("--key"), 1U << 20U));
  auto key = TRY(PrivateKey::from_pem(pem, passphrase_for(pem, context.terminal)));
  if (person.public_key.empty()) {
    return fail(Fault::usage,
                cat("`", printable(person.name, 80), "` has no public key in cupel.yaml"),
                cat("add public_key: ", key.public_key().base64()));
  }
  if (key.public_key().base64() != person.public_key) {
    return fail(Fault::usage,
                cat("this is not the key of `", printable(person.name, 80), "` in cupel.yaml"),
                cat("its public key is ", key.public_key().base64()));
  }
  return key;
}

}  // namespace

Result<RosterSigner> roster_signer(const Context& context, const System& system,
                                   std::string_view command) {
  for (const auto* name : {"--by", "--key"}) {
    if (!context.options.has(name)) return fail(Fault::usage, cat(command, " needs ", name));
  }
  const std::string name = context.options.value("--by");
  const Person* person = system.person(name);
  if (person != nullptr) {
    return RosterSigner{.person = person, .key = TRY(key_of(context, *person))};
  }
  std::vector<std::string_view> names;
  names.reserve(system.people.size());
  for (const auto& candidate : system.people) names.emplace_back(candidate.name);
  const auto near = nearest(name, names);
  return fail(Fault::usage, cat("`", printable(name, 80), "` is not in the roster of cupel.yaml"),
              near ? cat("did you mean `", *near, "`?") : "add them under people:");
}

Result<std::string> path_inside(const std::filesystem::path& root, const std::string& file) {
  std::error_code ignored;
  const auto relative = std::filesystem::weakly_canonical(file, ignored)
                            .lexically_relative(std::filesystem::weakly_canonical(root, ignored));
  if (relative.empty() || *relative.begin() == "..") {
    return fail(Fault::usage, cat("`", printable(file), "` is not in the system's folder"),
                "evidence must stand beside the system, so that anyone can examine it");
  }
  return relative.generic_string();
}

std::string statement_file_name(std::string_view text) {
  std::string name = lower(text);
  std::ranges::replace_if(
      name,
      [](char c) {
        return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_';
      },
      '-');
  return name.substr(0, 160) + ".json";
}

Result<KeptStatement> keep_statement(const Context& context, const SystemPaths& paths,
                                     const std::filesystem::path& file,
                                     const SignedStatement& statement) {
  const auto place = paths.root / file;
  TRY(make_folders(place.parent_path()));
  TRY(replace_file(place, statement.envelope));
  auto ledger = TRY(Ledger::open(paths.ledger(), Ledger::Mode::write, context.clock));
  // Where somebody's disk has it is nobody's business.
  const auto name = (file.is_absolute() ? file.filename() : file).generic_string();
  const Draft draft{
      .type = statement.type,
      .actor = statement.by,
      .subjects = {statement.digest},
      .media_type = "application/json",
      .body = Json::object({{"file", name}, {"envelope", statement.envelope}}).canonical()};
  return KeptStatement{.file = place, .receipt = TRY(ledger.append(draft))};
}

}  // namespace cupel
