// SPDX-License-Identifier: Apache-2.0
// cupel sign: a signature over every file of a model or dataset (OpenSSF Model Signing v1.0).

#include <algorithm>
#include <array>
#include <charconv>

#include "app/command.h"
#include "app/model_options.h"
#include "app/passphrase.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/signing_key.h"
#include "provenance/bundle.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 2> kMethods = {"files", "shards"};
constexpr std::array<std::string_view, 3> kHashes = {"sha256", "blake2b", "blake3"};
constexpr std::array<std::string_view, 1> kCompat = {"python1"};

constexpr Option kOptions[] = {
    {.name = "--key", .argument = "PEM", .help = "the private key: EC over P-256, P-384 or P-521"},
    {.name = "--cert",
     .argument = "PEM",
     .help = "the key's certificate, and those that vouch for it; the signature carries them",
     .repeats = true},
    {.name = "--signature",
     .argument = "FILE",
     .help = "where the signature is written (default: PATH.sig)"},
    {.name = "--method",
     .argument = "METHOD",
     .help = "one digest per file, or per shard of a file (default: files)",
     .choices = kMethods},
    {.name = "--shard-size",
     .argument = "BYTES",
     .help = "the size of a shard (default: 1000000000)"},
    {.name = "--hash",
     .argument = "NAME",
     .help = "the digest (default: sha256)",
     .choices = kHashes},
    {.name = "--ignore",
     .argument = "PATH",
     .help = "a file or folder of the model that is not signed",
     .repeats = true},
    {.name = "--sign-git-files", .argument = "", .help = "sign .git and its kin at the top, too"},
    {.name = "--allow-symlinks",
     .argument = "",
     .help = "sign what links within the model lead to, under the links' names"},
    kHuggingFaceCacheOption,
    kRehashOption,
    {.name = "--compat",
     .argument = "READER",
     .help = "python1: call a single file `.`, as model-signing 1.x for Python demands",
     .choices = kCompat},
};

struct Signer {
  SigningKey key;
  std::vector<std::string> certificates;  // DER, the signer's first
};

Result<Signer> signer_of(const Context& context) {
  if (!context.options.has("--key")) {
    return fail(Fault::usage, "sign needs --key", "cupel key new --type p256 --out key.pem");
  }
  const std::string pem = TRY(read_text(context.options.value("--key"), 1U << 20U));
  Signer signer{.key = TRY(SigningKey::from_pem(pem, passphrase_for(pem, context.terminal))),
                .certificates = {}};
  for (const auto& file : context.options.values("--cert")) {
    auto certificates = Certificate::from_pem(TRY(read_text(file, 8U << 20U)));
    if (!certificates.ok()) {
      return std::move(certificates).error().during(cat("reading ", printable(file)));
    }
    for (const auto& one : certificates.value()) signer.certificates.push_back(one.der());
  }
  if (signer.certificates.empty()) return signer;
  const auto leaf = TRY(Certificate::from_der(as_bytes(signer.certificates.front())));
  const auto key = leaf.key();
  if (!key.ok() || key.value() != signer.key.public_key()) {
    return fail(Fault::usage, "the first certificate is not that of the key",
                "give the signer's certificate first, then those that vouch for it");
  }
  if (!leaf.may_sign()) {
    return fail(Fault::usage, "the certificate is not for signing",
                "its key usage must have digitalSignature, or its extended one codeSigning");
  }
  if (context.clock.now() > leaf.not_after()) {
    return fail(Fault::usage,
                cat("the certificate is valid only until ", to_rfc3339(leaf.not_after())));
  }
  return signer;
}

Result<std::uint64_t> shard_size(const Options& options) {
  if (options.value("--method", "files") != "shards") {
    if (!options.has("--shard-size")) return std::uint64_t{0};
    return fail(Fault::usage, "--shard-size goes with --method shards");
  }
  const std::string text = options.value("--shard-size", cat(kShardSize));
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  constexpr std::uint64_t kLargest = 1ULL << 53U;  // a number that every JSON reader keeps
  if (error != std::errc() || end != text.data() + text.size() || size == 0 || size > kLargest) {
    return fail(Fault::usage, "--shard-size takes a number of bytes, such as 1000000000");
  }
  return size;
}

Result<Exit> run(const Context& context) {
  const auto& options = context.options;
  if (options.words().size() != 1) {
    return fail(Fault::usage, "sign takes one file or folder", "cupel sign PATH --key PEM");
  }
  std::filesystem::path model(options.words()[0]);
  if (!model.has_filename()) model = model.parent_path();  // "models/" is "models"
  const Signer signer = TRY(signer_of(context));
  const std::filesystem::path signature(options.value("--signature", model.string() + ".sig"));
  ModelRules rules = TRY(model_rules(context, model));
  rules.shard_size = TRY(shard_size(options));
  rules.hash = *hash_kind(options.value("--hash", "sha256"));
  if (options.has("--allow-symlinks") && rules.links == Links::refuse) rules.links = Links::follow;
  std::ranges::move(signature_inside(model, signature), std::back_inserter(rules.ignore));
  if (!options.has("--sign-git-files")) {
    rules.ignore.insert(rules.ignore.end(), default_ignored().begin(), default_ignored().end());
  }
  std::ranges::sort(rules.ignore);
  rules.ignore.erase(std::ranges::unique(rules.ignore).begin(), rules.ignore.end());

  ModelFiles files = TRY(read_model_shown(context, model, rules));
  if (files.resources.empty()) {
    return fail(Fault::usage, cat("there is nothing to sign in `", printable(model.string()), "`"),
                "a model has at least one file that is not ignored");
  }
  if (options.has("--compat") && files.single && rules.shard_size == 0) {
    files.resources.front().name = ".";
  }
  sort_resources(files.resources);
  ModelManifest manifest{.model = model_name(model),
                         .root = root_of(files.resources),
                         .hash = rules.hash,
                         .shard_size = rules.shard_size,
                         .allow_symlinks = rules.links != Links::refuse,
                         .ignore_paths = rules.ignore,
                         .resources = std::move(files.resources)};
  TRY(replace_file(signature, make_bundle(kInTotoType, write_manifest(manifest), signer.key,
                                          signer.certificates)));
  context.terminal.note(cat("signed ", count_of(files.files, "file"), " (",
                            human_bytes(files.bytes), ") of ", printable(manifest.model, 200), ": ",
                            printable(signature.string())));
  context.terminal.out(cat("sha256:", manifest.root, "\n"));
  return Exit::ok;
}

}  // namespace

extern const Command kSignCommand;
constinit const Command kSignCommand = {
    .name = "sign",
    .arguments = "PATH --key PEM",
    .summary = "sign every file of a model or dataset",
    .details =
        "Writes a signature beside the model (OpenSSF Model Signing v1.0: an in-toto statement in "
        "a Sigstore bundle) and prints the model's root digest, by which other statements name it. "
        "All files are signed but git's own at the top, those given with --ignore, and the "
        "signature itself; whatever is no regular file is an error. With --cert, verifiers need "
        "only the certificate authority, not the key. An encrypted key's passphrase is asked for, "
        "or taken from CUPEL_PASSPHRASE.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
