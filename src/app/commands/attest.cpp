// SPDX-License-Identifier: Apache-2.0
// cupel attest: a person of the roster signs a document for a provision.

#include <algorithm>

#include "app/catalogue.h"
#include "app/command.h"
#include "app/roster_signer.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "provenance/attestation.h"
#include "provenance/record.h"

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

Result<SubjectRef> document_subject(const SystemPaths& paths, const std::string& file) {
  const Mapping mapping = TRY(Mapping::open(file));
  if (mapping.bytes().size() > kDocumentLimit)
    return fail(Fault::limit, "the document is too large");
  return SubjectRef{.kind = "document",
                    .name = TRY(path_inside(paths.root, file)),
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
  return statement_file_name(cat(name, "-", attestation.by));
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
  const RosterSigner signer = TRY(roster_signer(context, system, "attest"));
  const Person* person = signer.person;
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
  const auto& subject = attestation.subjects.front();
  const auto kept = TRY(keep_statement(
      context, paths, std::filesystem::path(kStatementFolder) / file_name(attestation),
      {.type = entry_type::kAttestation,
       .by = person->name,
       .digest = subject.digest,
       .envelope = make_attestation(attestation, signer.key)}));
  context.terminal.note(cat(printable(person->name, 80), " signed ", printable(subject.name, 200),
                            " for ", join(attestation.provisions, ", "), ": ",
                            printable(kept.file.string()), ", ledger entry ", kept.receipt.index));
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
