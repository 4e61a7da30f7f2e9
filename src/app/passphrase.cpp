// SPDX-License-Identifier: Apache-2.0
#include "app/passphrase.h"

#include <cstdlib>

#include <unistd.h>

namespace cupel {

std::optional<std::string> passphrase_for(std::string_view pem, const Terminal& terminal) {
  if (pem.find("ENCRYPTED") == std::string_view::npos) return {};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread, and nobody of ours changes the environment
  if (const char* given = std::getenv("CUPEL_PASSPHRASE"); given != nullptr) return given;
  if (!terminal.interactive()) return {};
  const char* typed = ::getpass("passphrase: ");  // NOLINT(concurrency-mt-unsafe): one thread
  return typed == nullptr ? std::optional<std::string>{} : std::optional<std::string>(typed);
}

}  // namespace cupel
