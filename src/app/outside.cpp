// SPDX-License-Identifier: Apache-2.0
#include "app/outside.h"

#include "app/asset_reader.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "inventory/inventory.h"

namespace cupel {

Result<Outside> open_outside(const std::filesystem::path& path, Task& task) {
  const Timestamp before = SystemClock().now();  // compared with ctimes of files
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Fault::usage, cat("`", printable(path.string()), "` does not exist"));
  }
  Outside outside;
  if (std::filesystem::is_directory(path, ignored)) {
    outside.files.files = TRY(take_inventory(System{}, path, {}, task)).files;
    outside.reader = std::make_unique<DiskReader>(path, before);
  } else {
    const auto mapping = TRY(Mapping::open(path));
    FileEntry file;
    file.path = path.filename().string();
    file.size_bytes = mapping.bytes().size();
    file.sha256 = sha256_hex(mapping.bytes());
    outside.files.files.push_back(std::move(file));
    outside.reader = std::make_unique<DiskReader>(path.parent_path(), before);
  }
  outside.files.reader = outside.reader.get();
  return outside;
}

}  // namespace cupel
