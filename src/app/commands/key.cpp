// SPDX-License-Identifier: Apache-2.0
// cupel key new: an Ed25519 key pair for a person of the roster.

#include "crypto/key.h"

#include <filesystem>

#include "app/command.h"
#include "base/file.h"
#include "base/text.h"

namespace cupel {
namespace {

constexpr Option kOptions[] = {
    {.name = "--out",
     .argument = "FILE",
     .help = "where the private key is written (default: cupel-key.pem)"},
};

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
    .summary = "make a key pair for a person of the roster",
    .details =
        "Writes a new Ed25519 private key (PKCS#8 PEM, readable by its owner alone) and prints the "
        "public key as the roster in cupel.yaml wants it.",
    .options = kOptions,
    .run = run,
};

}  // namespace cupel
