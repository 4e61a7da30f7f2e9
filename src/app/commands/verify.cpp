// SPDX-License-Identifier: Apache-2.0
// cupel verify: is this the model that was signed, and by whom?

#include <algorithm>
#include <array>

#include "app/command.h"
#include "app/model_options.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "provenance/model_signature.h"

namespace cupel {
namespace {

constexpr std::uint64_t kBundleLimit = 1U << 30U;
constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr std::size_t kShown = 50;

constexpr Option kOptions[] = {
    {.name = "--signature", .argument = "FILE", .help = "the signature (default: PATH.sig)"},
    {.name = "--key", .argument = "PEM", .help = "the public key that must have signed"},
    {.name = "--ca",
     .argument = "PEM",
     .help = "certificates that are trusted to vouch for the signer",
     .repeats = true},
    {.name = "--identity",
     .argument = "NAME",
     .help = "who must have signed keyless: the certificate's name, letter for letter"},
    {.name = "--issuer", .argument = "URL", .help = "who must have vouched for that identity"},
    {.name = "--trusted-root",
     .argument = "FILE",
     .help = "the trusted_root.json for keyless signatures (default: Sigstore's public one)"},
    {.name = "--ignore",
     .argument = "PATH",
     .help = "a file or folder of the model that is not looked at",
     .repeats = true},
    {.name = "--ignore-unsigned-files",
     .argument = "",
     .help = "files that are there and were not signed are no failure"},
    {.name = "--no-symlinks",
     .argument = "",
     .help = "refuse links even when the signature allows them"},
    kHuggingFaceCacheOption,
    kRehashOption,
    {.name = "--format", .argument = "FORMAT", .help = "how to print", .choices = kFormats},
};

Result<SignatureTrust::Keyless> keyless_of(const Options& options) {
  if (!options.has("--identity") || !options.has("--issuer")) {
    return fail(Fault::usage, "--identity and --issuer go together",
                "a name means nothing without who vouches for it");
  }
  const std::string text = options.has("--trusted-root")
                               ? TRY(read_text(options.value("--trusted-root"), 8U << 20U))
                               : std::string(public_trust_root());
  auto root = read_trust_root(text);
  if (!root.root) {
    return fail(Fault::usage, cat("the trusted root cannot be used: ", root.problem));
  }
  return SignatureTrust::Keyless{
      .root = *std::move(root.root),
      .identity = {.name = options.value("--identity"), .issuer = options.value("--issuer")}};
}

Result<SignatureTrust> trust_of(const Options& options) {
  SignatureTrust trust;
  const bool keyless = options.has("--identity") || options.has("--issuer");
  const int ways = static_cast<int>(options.has("--key")) + static_cast<int>(options.has("--ca")) +
                   static_cast<int>(keyless);
  if (ways != 1) {
    return fail(Fault::usage, "verify needs one answer to whom you trust",
                "--key PEM, --ca PEM, or --identity NAME --issuer URL");
  }
  if (keyless) trust.keyless = TRY(keyless_of(options));
  if (options.has("--key")) {
    trust.key = TRY(VerificationKey::from_pem(TRY(read_text(options.value("--key"), 1U << 20U))));
  }
  for (const auto& file : options.values("--ca")) {
    auto certificates = Certificate::from_pem(TRY(read_text(file, 8U << 20U)));
    if (!certificates.ok()) {
      return std::move(certificates).error().during(cat("reading ", printable(file)));
    }
    std::ranges::move(certificates.value(), std::back_inserter(trust.roots));
  }
  return trust;
}

// What was found, for both ways of printing.
struct Outcome {
  SignatureReading signature;
  ModelDifference difference;
  ModelFiles files;
  bool extra_allowed = false;

  [[nodiscard]] bool good() const {
    return signature.manifest && difference.missing.empty() && difference.changed.empty() &&
           (extra_allowed || difference.extra.empty());
  }
};

std::string listed(std::string_view label, const std::vector<std::string>& paths) {
  std::string text;
  for (std::size_t at = 0; at < std::min(paths.size(), kShown); ++at) {
    text += cat(label, printable(paths[at]), "\n");
  }
  if (paths.size() > kShown) text += cat(label, "and ", paths.size() - kShown, " more\n");
  return text;
}

std::string as_text(const Outcome& outcome, std::string_view model) {
  const auto& signature = outcome.signature;
  std::string text;
  for (const auto& note : signature.notes) text += cat("note: ", note, "\n");
  if (!signature.manifest) {
    return cat(text, "FAILED: the signature of ", printable(model, 200),
               " does not hold: ", signature.problem, "\n");
  }
  text += listed("changed  ", outcome.difference.changed);
  text += listed("missing  ", outcome.difference.missing);
  text += listed(outcome.extra_allowed ? "unsigned " : "extra    ", outcome.difference.extra);
  const std::string by =
      cat("signed by ", signature.signer,
          signature.signed_at ? cat(" at ", to_rfc3339(*signature.signed_at)) : std::string());
  if (!outcome.good()) {
    return cat(text, "FAILED: ", printable(model, 200), " is not what was ", by, "\n");
  }
  return cat(text, "verified: ", printable(model, 200), ", ",
             count_of(signature.manifest->resources.size(), "digest"), " over ",
             human_bytes(outcome.files.bytes), ", ", by, "\n");
}

std::string as_json(const Outcome& outcome, const std::string& model, Timestamp started,
                    Timestamp finished) {
  const auto& signature = outcome.signature;
  Json json = Json::object({{"schema", "cupel/verification/1"},
                            {"tool", Json::object({{"name", "cupel"}, {"version", version()}})},
                            {"started", to_rfc3339(started)},
                            {"finished", to_rfc3339(finished)},
                            {"path", printable(model)},
                            {"verdict", outcome.good() ? "pass" : "fail"},
                            {"method", name_of(signature.method)},
                            {"signer", signature.signer},
                            {"problem", signature.problem},
                            {"notes", Json::texts(signature.notes)},
                            {"missing", Json::texts(outcome.difference.missing)},
                            {"extra", Json::texts(outcome.difference.extra)},
                            {"changed", Json::texts(outcome.difference.changed)}});
  const auto& manifest = signature.manifest;
  json.set("signed_at", signature.signed_at ? Json(to_rfc3339(*signature.signed_at)) : Json());
  json.set("root", manifest ? manifest->root : "");
  json.set("hash", manifest ? Json(name_of(manifest->hash)) : Json());
  json.set("resources", manifest ? manifest->resources.size() : 0);
  json.set("size_bytes", outcome.files.bytes);
  json.set("remembered_files", outcome.files.remembered);
  return json.pretty() + "\n";
}

Result<void> look_at_files(const Context& context, const std::filesystem::path& model,
                           const std::filesystem::path& signature, Outcome& outcome) {
  const ModelManifest& manifest = *outcome.signature.manifest;
  ModelRules rules = TRY(model_rules(context, model));
  rules.hash = manifest.hash;
  rules.shard_size = manifest.shard_size;
  const bool follow = manifest.allow_symlinks && !context.options.has("--no-symlinks");
  if (follow && rules.links == Links::refuse) rules.links = Links::follow;
  rules.ignore.insert(rules.ignore.end(), manifest.ignore_paths.begin(),
                      manifest.ignore_paths.end());
  ignore_defaults(manifest, rules.ignore);
  std::ranges::move(signature_inside(model, signature), std::back_inserter(rules.ignore));
  outcome.files = TRY(read_model_shown(context, model, rules));
  auto& there = outcome.files.resources;
  // The Python reference calls a model that is one file `.`.
  if (outcome.files.single && there.size() == 1 && manifest.resources.size() == 1 &&
      manifest.resources[0].name == ".") {
    there[0].name = ".";
  }
  outcome.difference = compare_model(manifest, there);
  outcome.extra_allowed = context.options.has("--ignore-unsigned-files");
  return {};
}

Result<Exit> run(const Context& context) {
  const auto& options = context.options;
  if (options.words().size() != 1) {
    return fail(Fault::usage, "verify takes one file or folder",
                "cupel verify PATH --signature FILE --key PEM");
  }
  const Timestamp started = context.clock.now();
  std::filesystem::path model(options.words()[0]);
  if (!model.has_filename()) model = model.parent_path();
  std::error_code error;
  if (!std::filesystem::exists(model, error)) {
    return fail(Fault::missing, cat("there is no `", printable(model.string()), "`"));
  }
  const SignatureTrust trust = TRY(trust_of(options));
  const std::filesystem::path signature(options.value("--signature", model.string() + ".sig"));
  const std::string text = TRY(read_text(signature, kBundleLimit));
  Outcome outcome;
  outcome.signature = read_model_signature(text, trust, started);
  if (outcome.signature.manifest) TRY(look_at_files(context, model, signature, outcome));
  const std::string name = options.words()[0];
  context.terminal.out(options.value("--format", "text") == "json"
                           ? as_json(outcome, name, started, context.clock.now())
                           : as_text(outcome, name));
  return outcome.good() ? Exit::ok : Exit::failed;
}

}  // namespace

extern const Command kVerifyCommand;
constinit const Command kVerifyCommand = {
    .name = "verify",
    .arguments = "PATH --signature FILE (--key PEM | --ca PEM | --identity NAME --issuer URL)",
    .summary = "say whether a model or dataset is what was signed, and by whom",
    .details =
        "Checks a signature of OpenSSF Model Signing v1.0 and every file that it names, offline. "
        "Files that are missing, extra or changed are named one by one. How files were hashed is "
        "read from the signature; what else it says counts for nothing until it holds. A keyless "
        "(Sigstore) signature is checked whole: certificate, identity, transparency log and "
        "time.\n\n"
        "Digests of whole files are remembered in ~/.cache/cupel, sealed by a key beside them, so "
        "that an unchanged model is verified again without reading it; --rehash reads it.\n\n"
        "Exit codes: 0 it is what was signed, 1 it is not, 2 the command line is wrong, 3 "
        "something "
        "could not be read, 130 cancelled.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
