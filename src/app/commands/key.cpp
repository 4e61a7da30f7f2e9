// SPDX-License-Identifier: Apache-2.0
// cupel key new: a key pair: Ed25519 for a person of the roster, EC for signing models.

#include "crypto/key.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/command.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/signing_key.h"

namespace cupel {
namespace {

constexpr std::array<std::string_view, 4> kTypes = {"ed25519", "p256", "p384", "p521"};

constexpr Option kOptions[] = {
    {.name = "--type",
     .argument = "TYPE",
     .help = "ed25519 for people of the roster, the others for models (default: ed25519)",
     .choices = kTypes},
    {.name = "--out",
     .argument = "FILE",
     .help = "where the private key is written (default: cupel-key.pem)"},
};

// Models: the public key is a file beside the private one, as verifiers want it.
Result<Exit> make_model_key(const Context& context, const std::filesystem::path& file,
                            KeyType curve) {
  const SigningKey key = TRY(SigningKey::generate(curve));
  auto beside = file;
  beside.replace_extension(".pub.pem");
  TRY(replace_file(file, key.pem(), 0600));
  TRY(replace_file(beside, key.public_key().pem()));
  context.terminal.note(cat("wrote the private key to ", printable(file.string()),
                            " (keep it out of the repository) and the public one to ",
                            printable(beside.string())));
  context.terminal.out(cat(key.public_key().hint(), "\n"));
  return Exit::ok;
}

Result<Exit> run(const Context& context) {
  const auto& words = context.options.words();
  if (words.size() != 1 || words[0] != "new") {
    return fail(Fault::usage, "key takes one word: new", "cupel key new --out ana.pem");
  }
  const std::filesystem::path file(context.options.value("--out", "cupel-key.pem"));
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    return fail(Fault::usage, cat("`", printable(file.string()), "` is there already"),
                "name another file with --out; a key is never overwritten");
  }
  const std::string type = context.options.value("--type", "ed25519");
  if (type != "ed25519") {
    const auto* const at = std::ranges::find(kTypes, std::string_view(type));
    return make_model_key(context, file, static_cast<KeyType>(at - kTypes.begin() - 1));
  }
  const PrivateKey key = TRY(PrivateKey::generate());
  TRY(replace_file(file, TRY(key.pem()), 0600));
  context.terminal.note(cat("wrote the private key to ", printable(file.string()),
                            " (keep it out of the repository); fingerprint ",
                            key.public_key().fingerprint()));
  context.terminal.note("put the public key beside the person's name in cupel.yaml:");
  context.terminal.out(cat("public_key: ", key.public_key().base64(), "\n"));
  return Exit::ok;
}

}  // namespace

extern const Command kKeyCommand;
constinit const Command kKeyCommand = {
    .name = "key",
    .arguments = "new",
    .summary = "make a key pair for a person of the roster, or for signing models",
    .details =
        "Writes a new private key (PKCS#8 PEM, readable by its owner alone). Of an Ed25519 key it "
        "prints the public one as the roster in cupel.yaml wants it. The EC keys are for `cupel "
        "sign`: the public key is written beside the private one, and its SHA-256 is printed.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
