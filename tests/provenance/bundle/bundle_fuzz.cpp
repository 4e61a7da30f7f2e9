// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/text.h"
#include "crypto/certificate.h"
#include "provenance/bundle.h"
#include "provenance/keyless.h"

// A bundle of any kind, and its certificates: with an empty trust root nothing may hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = cupel::as_text({reinterpret_cast<const std::byte*>(data), size});
  const auto reading = cupel::read_bundle(text);
  if (!reading.bundle) return 0;
  for (const auto& der : reading.bundle->certificates) {
    const auto certificate = cupel::Certificate::from_der(cupel::as_bytes(der));
    if (!certificate.ok()) continue;
    (void)certificate.value().names();
    (void)certificate.value().subject();
    (void)certificate.value().precertificate();
    (void)certificate.value().key();
  }
  if (cupel::check_keyless(*reading.bundle, {}, {.name = "a", .issuer = "b"}).good)
    __builtin_trap();
  return 0;
}
