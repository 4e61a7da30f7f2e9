// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <string_view>

#include "inventory/model_card_text.h"
#include "inventory/services.h"
#include "inventory/settings_of_models.h"

// All that `init` reads out of text files: the first byte says what the text is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  constexpr std::array<std::string_view, 8> kPaths = {
      "a.py",         "a.ts",   "requirements.txt", "x.dist-info/METADATA",
      "package.json", "a.json", "a.yaml",           "README.md"};
  if (size == 0) return 0;
  const std::string_view path = kPaths[data[0] % kPaths.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const SourceKind kind = source_kind(path);
  static_cast<void>(services_in(kind, path, text));
  for (const auto& name : names_in(kind, path, text)) {
    static_cast<void>(answers_requests_with(name, text));
    static_cast<void>(runs_models(name));
  }
  static_cast<void>(model_settings_in(path, text));
  static_cast<void>(prompt_constant_in(text));
  static_cast<void>(model_id_in(text));
  return 0;
}
