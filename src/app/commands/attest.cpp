// SPDX-License-Identifier: Apache-2.0
// cupel attest: a person of the roster signs a document for a provision.

#include <algorithm>

#include "app/catalogue.h"
#include "app/command.h"
#include "app/passphrase.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "ledger/ledger.h"
#include "provenance/attestation.h"

namespace cupel {
namespace {

constexpr std::uint64_t kDocumentLimit = 8ULL << 30U;

constexpr Option kOptions[] = {
    {.name = "--document",
     .argument = "FILE",
     .help = "what is signed, by its digest; inside the system's folder"},
    {.name = "--by", .argument = "NAME", .help = "who signs: a name of the roster in cupel.yaml"},
    {.name = "--key", .argument = "PEM", .help = "that person's private key"},
    {.name = "--expires",
     .argument = "DATE",
     .help = "until when the signature counts (RFC 3339 or a date)"},
    {.name = "--statement", .argument = "TEXT", .help = "a sentence to go with the signature"},
    {.name = "--system", .argument = "DIR", .help = "the system's folder (default: this one)"},
};

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

Result<const Person*> signer_of(const Context& context, const System& system) {
  for (const auto* name : {"--by", "--key"}) {
    if (!context.options.has(name)) return fail(Fault::usage, cat("attest needs ", name));
  }
  const std::string name = context.options.value("--by");
  const Person* person = system.person(name);
  if (person != nullptr) return person;
  std::vector<std::string_view> names;
  names.reserve(system.people.size());
  for (const auto& candidate : system.people) names.emplace_back(candidate.name);
  const auto near = nearest(name, names);
  return fail(Fault::usage, cat("`", printable(name, 80), "` is not in the roster of cupel.yaml"),
              near ? cat("did you mean `", *near, "`?") : "add them under people:");
}

// The path of a file relative to the system's folder; Fault::usage when it lies outside.
Result<std::string> inside(const std::filesystem::path& root, const std::string& file) {
  std::error_code ignored;
  const auto relative = std::filesystem::weakly_canonical(file, ignored)
                            .lexically_relative(std::filesystem::weakly_canonical(root, ignored));
  if (relative.empty() || *relative.begin() == "..") {
    return fail(Fault::usage, cat("`", printable(file), "` is not in the system's folder"),
                "evidence must stand beside the system, so that anyone can examine it");
  }
  return relative.generic_string();
}

Result<SubjectRef> document_subject(const SystemPaths& paths, const std::string& file) {
  const Mapping mapping = TRY(Mapping::open(file));
  if (mapping.bytes().size() > kDocumentLimit)
    return fail(Fault::limit, "the document is too large");
  return SubjectRef{.kind = "document",
                    .name = TRY(inside(paths.root, file)),
                    .digest = sha256_hex(mapping.bytes())};
}

// What is signed: the roster, a document, or a declared exclusion.
Result<void> fill_subject(Attestation& attestation, const Context& context,
                          const SystemPaths& paths, const System& system) {
  if (attestation.provisions == std::vector<std::string>{"roster"}) {
    attestation.subjects = {{.kind = "roster", .name = "roster", .digest = roster_digest(system)}};
    return {};
  }
  if (context.options.has("--document")) {
    attestation.subjects = {TRY(document_subject(paths, context.options.value("--document")))};
    return {};
  }
  const Claim* claim = system.claim(attestation.provisions.front());
  if (attestation.provisions.size() != 1 || claim == nullptr || !claim->excluded) {
    return fail(Fault::usage,
                "attest needs --document, unless it signs the roster or one declared exclusion");
  }
  attestation.statement = cat("excluded: ", *claim->excluded);
  const Json exclusion = Json::object(
      {{"excluded", *claim->excluded}, {"provision", claim->provision}, {"system", system.name}});
  attestation.subjects = {{.kind = "exclusion",
                           .name = cat("exclusion of ", claim->provision),
                           .digest = sha256_hex(exclusion.canonical())}};
  return {};
}

std::string file_name(const Attestation& attestation) {
  std::string name = join(attestation.provisions, "_");
  const std::string& subject = attestation.subjects.front().name;
  if (name != "roster") name += cat("-", std::filesystem::path(subject).stem().string());
  name = lower(cat(name, "-", attestation.by));
  std::ranges::replace_if(
      name,
      [](char c) {
        return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_';
      },
      '-');
  return name.substr(0, 160) + ".json";
}

Result<Exit> run(const Context& context) {
  const SystemPaths paths =
      TRY(locate_system(context.options.value("--system", "."), context.options));
  const System system = TRY(load_system(paths, context.terminal));
  if (context.options.words().empty()) {
    return fail(Fault::usage, "attest needs the provision that is attested",
                "cupel list provisions");
  }
  const Catalogue catalogue = built_in_catalogue();
  for (const auto& id : context.options.words()) {
    if (id == "roster" ? context.options.words().size() != 1 : catalogue.find(id) == nullptr) {
      return fail(Fault::usage, cat("`", printable(id, 80), "` is no provision"),
                  "cupel list provisions");
    }
  }
  const Person* person = TRY(signer_of(context, system));
  const PrivateKey key = TRY(key_of(context, *person));
  Attestation attestation;
  attestation.provisions = context.options.words();
  attestation.by = person->name;
  attestation.statement = context.options.value("--statement");
  attestation.issued_at = context.clock.now();
  if (context.options.has("--expires")) {
    attestation.expires_at = parse_timestamp(context.options.value("--expires"));
    if (!attestation.expires_at || *attestation.expires_at <= attestation.issued_at) {
      return fail(Fault::usage, "--expires takes a date in the future, such as 2027-06-30");
    }
  }
  TRY(fill_subject(attestation, context, paths, system));
  const std::string envelope = make_attestation(attestation, key);
  const auto file = std::filesystem::path("attestations") / file_name(attestation);
  TRY(make_folders(paths.root / "attestations"));
  TRY(replace_file(paths.root / file, envelope));
  auto ledger = TRY(Ledger::open(paths.ledger(), Ledger::Mode::write, context.clock));
  const Draft draft{
      .type = entry_type::kAttestation,
      .actor = person->name,
      .subjects = {attestation.subjects.front().digest},
      .media_type = "application/json",
      .body = Json::object({{"file", file.generic_string()}, {"envelope", envelope}}).canonical()};
  const Receipt receipt = TRY(ledger.append(draft));
  context.terminal.note(cat(
      printable(person->name, 80), " signed ", printable(attestation.subjects.front().name, 200),
      " for ", join(attestation.provisions, ", "), ": ", printable((paths.root / file).string()),
      ", ledger entry ", receipt.index));
  return Exit::ok;
}

}  // namespace

extern const Command kAttestCommand;
constinit const Command kAttestCommand = {
    .name = "attest",
    .arguments = "PROVISION…|roster --document FILE --by NAME --key PEM",
    .summary = "sign a document, the roster or an exclusion as a person",
    .details =
        "Writes a signed statement (in-toto in DSSE, Ed25519) to attestations/ in the system's "
        "folder and to the ledger. The signature is over the document's digest: when the document "
        "changes, it no longer counts. The roster of people must be signed by its owner before any "
        "other signature counts: cupel attest roster --by OWNER --key PEM. Without --document, one "
        "provision that cupel.yaml declares excluded is signed with its reason. An encrypted key's "
        "passphrase is asked for, or taken from CUPEL_PASSPHRASE.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
