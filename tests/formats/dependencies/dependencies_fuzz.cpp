// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "formats/dependencies.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::dependencies;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // Locks and metadata by a letter, the others by any other byte.
  switch (data[0] >= 'a' && data[0] <= 'e' ? data[0] : data[0] % 6) {
    case 'a':
      static_cast<void>(read_metadata(text));
      break;
    case 'b':
      static_cast<void>(read_toml_lock(text));
      break;
    case 'c':
      static_cast<void>(read_pipfile_lock(text));
      break;
    case 'd':
      static_cast<void>(read_package_lock(text));
      break;
    case 'e':
      static_cast<void>(read_go_sum(text));
      break;
    case 0:
      static_cast<void>(read_requirements(text));
      break;
    case 1:
      static_cast<void>(read_pyproject(text));
      break;
    case 2:
      static_cast<void>(read_pipfile(text));
      break;
    case 3:
      static_cast<void>(read_environment(text));
      break;
    case 4:
      static_cast<void>(read_setup_cfg(text));
      break;
    default:
      static_cast<void>(read_package_json(text));
  }
  static_cast<void>(lock_has_hashes(text));
  return 0;
}
